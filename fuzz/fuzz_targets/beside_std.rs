//! Runs the same steps on one of this crate's collections and one of std's, with callbacks that panic or answer wrongly.

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
use elements::{Element, Number, cancel_panic, maybe_panic, panic_after};
pub(crate) use steps::{Numbers, Steps};

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

/// Calls `$run::<T>(steps)` with the element type of `$input`.
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

/// An element that owns memory, so that the address sanitizer detects a double drop.
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
        maybe_panic();
        let ordering = self.0.number().cmp(&other.0.number());
        if is_wrong() { ordering.reverse() } else { ordering }
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
    /// The number of calls of [`is_wrong`] before the wrong answer.
    static BEFORE_WRONG: Cell<Option<u8>> = const { Cell::new(None) };
    /// Whether an answer was wrong.
    static WAS_WRONG: Cell<bool> = const { Cell::new(false) };
}

/// A fault in one callback of a step: a clone, drop, comparison, predicate or iterator. The callbacks are counted from 0.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) enum Fault {
    None,
    Panic(u8),
    WrongAnswer(u8),
}

/// Returns whether the next answer is to be wrong.
fn is_wrong() -> bool {
    let before = BEFORE_WRONG.get();
    BEFORE_WRONG.set(before.and_then(|before| before.checked_sub(1)));
    if before == Some(0) {
        WAS_WRONG.set(true);
    }
    before == Some(0)
}

/// Returns the `answer` of a predicate, or its opposite if it is to be wrong. May panic.
pub(crate) fn answer(answer: bool) -> bool {
    maybe_panic();
    answer != is_wrong()
}

/// Runs `work` with a fault. Returns `None` if the fault occurred.
pub(crate) fn run_with<R>(fault: Fault, work: impl FnOnce() -> R) -> Option<R> {
    match fault {
        Fault::None => {}
        Fault::Panic(call) => panic_after(call.into()),
        Fault::WrongAnswer(call) => BEFORE_WRONG.set(Some(call)),
    }
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    cancel_panic();
    BEFORE_WRONG.set(None);
    if WAS_WRONG.take() { None } else { result }
}

/// Runs `$body` on our collection and on std's. In it, `$new` makes an empty collection of the same type, ours in an
/// allocator that may be a different one. A result is `None` if the fault occurred.
///
/// The result goes through a variable: if the drop of a temporary panics, the compiler leaks a return value, but not a
/// variable.
macro_rules! run_both {
    (($our_fault:expr, $std_fault:expr), ($ours:expr, $our_new:expr), ($std:expr, $std_new:expr), |$it:ident, $new:ident| $body:expr) => {{
        let ours = run_with($our_fault, || {
            let ($it, $new) = (&mut *$ours, $our_new);
            let _ = &$new;
            let result = $body;
            result
        });
        let std = run_with($std_fault, || {
            let ($it, $new) = (&mut *$std, $std_new);
            let _ = &$new;
            let result = $body;
            result
        });
        (ours, std)
    }};
}
pub(crate) use run_both;

/// Ignores panics that a fault has caused. libFuzzer's hook ends the process at any other panic.
pub(crate) fn ignore_expected_panics() {
    let fuzzer_hook = take_hook();
    set_hook(Box::new(move |panic| {
        if panic.payload_as_str().is_none_or(|message| !message.contains("a callback panics")) && !WAS_WRONG.get() {
            fuzzer_hook(panic);
        }
    }));
}

/// An iterator of elements with the given numbers. `next` may panic, and `size_hint` may be wrong.
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
        maybe_panic();
        self.numbers.next().map(|&number| make(number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let hint = self.hint.map_or(self.numbers.len(), usize::from);
        (hint, Some(hint))
    }
}

pub(crate) fn make<T: Element>(number: u8) -> T {
    T::new(number.into())
}

/// Two numbers that become a range of indices.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) struct IndexRange(u8, u8);

impl IndexRange {
    pub(crate) fn within(self, length: usize) -> Range<usize> {
        let (one, other) = (index(self.0, length), index(self.1, length));
        one.min(other)..one.max(other)
    }
}

/// Returns an index from 0 to `length`, inclusive.
pub(crate) fn index(number: u8, length: usize) -> usize {
    usize::from(number) % (length + 1)
}

/// Takes up to `most` elements from an iterator, from its front or its back according to the bits of `sides`.
pub(crate) fn walk<I: DoubleEndedIterator>(iterator: &mut I, sides: u8, most: u8) -> Vec<I::Item> {
    let mut turn = 0;
    std::iter::from_fn(|| {
        turn += 1;
        if sides >> (turn % 8) & 1 == 0 { iterator.next() } else { iterator.next_back() }
    })
    .take(most.into())
    .collect()
}

/// Returns the numbers of elements. Each element is dropped at once, and the iterator before the return.
pub(crate) fn numbers<T: Element>(elements: impl IntoIterator<Item = T>) -> Vec<u32> {
    let mut numbers = Vec::new();
    for element in elements {
        numbers.push(element.number());
    }
    numbers
}
