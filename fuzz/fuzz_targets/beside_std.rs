//! Steps that one of our collections and one of std's take together, and callbacks that panic and lie on the way.

#[path = "../../tests/collections/elements.rs"]
pub(crate) mod elements;
#[path = "../../tests/collections/ledger.rs"]
pub(crate) mod ledger;
#[path = "steps.rs"]
mod steps;

use std::cell::Cell;
use std::cmp::Ordering;
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::slice;

use arbitrary::Arbitrary;
use elements::{Element, Number, extinguish, light, tick};
pub(crate) use steps::{Few, Steps};

#[derive(Arbitrary, Debug)]
pub(crate) struct Input<O> {
    pub(crate) kind: Kind,
    pub(crate) steps: Steps<(O, Fault)>,
}

/// The type of the elements.
#[derive(Arbitrary, Debug)]
pub(crate) enum Kind {
    Boxed,
    Wide,
    Unit,
}

/// Calls `$run::<T>(steps)` for the element type of `$input`.
macro_rules! for_kind {
    ($input:ident, $run:ident) => {
        match $input.kind {
            Kind::Boxed => $run::<Boxed>($input.steps.0),
            Kind::Wide => $run::<Wide>($input.steps.0),
            Kind::Unit => $run::<Unit>($input.steps.0),
        }
    };
}
pub(crate) use for_kind;

/// An element that owns memory, so that the address sanitizer sees a second drop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Boxed(Box<Number>);

impl Element for Boxed {
    fn new(number: u32) -> Self {
        Self(Box::new(Number::new(number)))
    }

    fn number(&self) -> u32 {
        self.0.number()
    }
}

/// An element with an order.
#[derive(Clone, Debug)]
pub(crate) struct Ordered<T>(pub(crate) T);

impl<T: Element> Ord for Ordered<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        tick();
        let truth = self.0.number().cmp(&other.0.number());
        if lies() { truth.reverse() } else { truth }
    }
}

impl<T: Element> PartialOrd for Ordered<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Element> Eq for Ordered<T> {}

impl<T: Element> PartialEq for Ordered<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

thread_local! {
    /// Calls of [`lies`] until one is a lie.
    static UNTIL_LIE: Cell<Option<u8>> = const { Cell::new(None) };
    static LIED: Cell<bool> = const { Cell::new(false) };
}

/// A callback of the step, counted from 0, that does not do its work: a clone, drop, comparison, predicate or iterator.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) enum Fault {
    None,
    Panic(u8),
    Lie(u8),
}

/// Whether this answer is to be wrong.
fn lies() -> bool {
    let left = UNTIL_LIE.get();
    UNTIL_LIE.set(left.and_then(|left| left.checked_sub(1)));
    if left == Some(0) {
        LIED.set(true);
    }
    left == Some(0)
}

/// A predicate's `answer`.
pub(crate) fn answer(answer: bool) -> bool {
    tick();
    answer != lies()
}

/// Runs `work` with the fault. `None` if it came to that.
pub(crate) fn under<R>(fault: Fault, work: impl FnOnce() -> R) -> Option<R> {
    match fault {
        Fault::None => {}
        Fault::Panic(call) => light(call.into()),
        Fault::Lie(call) => UNTIL_LIE.set(Some(call)),
    }
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    extinguish();
    UNTIL_LIE.set(None);
    if LIED.take() { None } else { done }
}

/// Does the same with ours and std's, where `$new` makes an empty one of the kind, ours in an allocator that may be another. A result is
/// `None` if the fault occurred.
///
/// The compiler leaks a return value that is there when a temporary's drop panics, but no variable.
macro_rules! same {
    (($our_fault:expr, $std_fault:expr), ($ours:expr, $our_new:expr), ($std:expr, $std_new:expr), |$it:ident, $new:ident| $body:expr) => {{
        let ours = under($our_fault, || {
            let ($it, $new) = (&mut *$ours, $our_new);
            let _ = &$new;
            let result = $body;
            result
        });
        let std = under($std_fault, || {
            let ($it, $new) = (&mut *$std, $std_new);
            let _ = &$new;
            let result = $body;
            result
        });
        (ours, std)
    }};
}
pub(crate) use same;

/// Lets panics that are meant to happen pass: every other one ends the process, by libFuzzer's hook.
pub(crate) fn expect_panics() {
    let other = take_hook();
    set_hook(Box::new(move |panic| {
        if panic.payload_as_str().is_none_or(|message| !message.contains("a callback panics")) && !LIED.get() {
            other(panic);
        }
    }));
}

/// Elements of these numbers. `next` may panic, and `size_hint` is whatever it is told to be.
pub(crate) struct Source<'a, T> {
    numbers: slice::Iter<'a, u8>,
    hint: Option<u8>,
    element: PhantomData<T>,
}

pub(crate) fn source<T>(numbers: &[u8], hint: Option<u8>) -> Source<'_, T> {
    Source { numbers: numbers.iter(), hint, element: PhantomData }
}

impl<T: Element> Iterator for Source<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        tick();
        self.numbers.next().map(|&number| made(number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let hint = self.hint.map_or(self.numbers.len(), usize::from);
        (hint, Some(hint))
    }
}

pub(crate) fn made<T: Element>(number: u8) -> T {
    T::new(number.into())
}

/// A range within a length.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) struct Part(u8, u8);

impl Part {
    pub(crate) fn of(self, length: usize) -> Range<usize> {
        let (one, other) = (index(self.0, length), index(self.1, length));
        one.min(other)..one.max(other)
    }
}

/// An index from 0 to `length`.
pub(crate) fn index(number: u8, length: usize) -> usize {
    usize::from(number) % (length + 1)
}

/// Walks to the end, from the side each bit of `sides` tells, at most `most` elements.
pub(crate) fn walk<I: DoubleEndedIterator>(iterator: &mut I, sides: u8, most: u8) -> Vec<I::Item> {
    let mut turn = 0;
    std::iter::from_fn(|| {
        turn += 1;
        if sides >> (turn % 8) & 1 == 0 { iterator.next() } else { iterator.next_back() }
    })
    .take(most.into())
    .collect()
}

/// The numbers of elements, each dropped at once, and the iterator before the result is returned.
pub(crate) fn numbers<T: Element>(elements: impl IntoIterator<Item = T>) -> Vec<u32> {
    let mut numbers = Vec::new();
    for element in elements {
        numbers.push(element.number());
    }
    numbers
}
