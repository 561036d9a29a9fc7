//! Sizes, auto traits and variance are those of std's types.

use std::cell::Cell;
use std::collections::VecDeque;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use janus_alloc::collections::VecDeque as DequeIn;
use janus_alloc::collections::vec_deque::{Drain, IntoIter, Iter, IterMut};
use janus_alloc::{Arena, Global, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

assert_eq_size!(DequeIn<u8, System>, DequeIn<()>, VecDeque<u8>, Option<DequeIn<u8>>, IntoIter<u8>);
assert_eq_size!(DequeIn<u8, &'static Arena>, [usize; 5]);
assert_eq_size!(Iter<'static, u8>, std::collections::vec_deque::Iter<'static, u8>);

/// Makes the same assertions about our types and about std's.
macro_rules! auto_traits {
    ($deque:ident, $drain:ident, $into_iter:ident, $iter:ident, $iter_mut:ident) => {
        assert_impl_all!($deque<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default, Ord);
        assert_not_impl_any!($deque<Rc<u8>>: Send, Sync);
        assert_impl_all!($deque<Cell<u8>>: Send, UnwindSafe);
        assert_not_impl_any!($deque<Cell<u8>>: Sync, RefUnwindSafe);
        assert_not_impl_any!($deque<&'static mut u8>: UnwindSafe);
        assert_not_impl_any!($deque<PhantomPinned>: Unpin);

        assert_impl_all!($into_iter<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone);
        assert_not_impl_any!($into_iter<Cell<u8>>: Sync, RefUnwindSafe);
        assert_not_impl_any!($into_iter<Rc<u8>>: Send, Sync);
        assert_not_impl_any!($into_iter<PhantomPinned>: Unpin);

        assert_impl_all!($drain<'static, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
        assert_impl_all!($drain<'static, PhantomPinned>: Unpin);
        assert_impl_all!($drain<'static, Cell<u8>>: Send);
        assert_not_impl_any!($drain<'static, Cell<u8>>: Sync, UnwindSafe);
        assert_not_impl_any!($drain<'static, Rc<u8>>: Send, Sync);

        assert_impl_all!($iter<'static, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default);
        assert_not_impl_any!($iter<'static, Cell<u8>>: Send, Sync, UnwindSafe);
        assert_impl_all!($iter_mut<'static, u8>: Send, Sync, Unpin, RefUnwindSafe, Default);
        assert_impl_all!($iter_mut<'static, Cell<u8>>: Send);
        assert_not_impl_any!($iter_mut<'static, Cell<u8>>: Sync);
        assert_not_impl_any!($iter_mut<'static, u8>: Clone, UnwindSafe);
        assert_not_impl_any!($iter_mut<'static, Rc<u8>>: Send);
    };
}
auto_traits!(DequeIn, Drain, IntoIter, Iter, IterMut);

mod of_std {
    use super::{Cell, PhantomPinned, Rc, RefUnwindSafe, UnwindSafe, VecDeque, assert_impl_all, assert_not_impl_any};
    use std::collections::vec_deque::{Drain, IntoIter, Iter, IterMut};

    auto_traits!(VecDeque, Drain, IntoIter, Iter, IterMut);
}

assert_impl_all!(DequeIn<u8, &'static System>: Send, Sync);
assert_not_impl_any!(DequeIn<u8, &'static Arena>: Send, Sync, Default);
assert_not_impl_any!(IntoIter<u8, &'static Arena>: Send, Sync);

/// Compiles because the deque and its iterators are covariant in the elements and in the allocator.
fn shortened<'s>(
    deque: DequeIn<&'static str, &'static System>,
    into_iter: IntoIter<&'static str>,
    drain: Drain<'s, &'static str>,
    iter: Iter<'s, &'static str>,
) -> (DequeIn<&'s str, &'s System>, IntoIter<&'s str>, Drain<'s, &'s str>, Iter<'s, &'s str>) {
    (deque, into_iter, drain, iter)
}

#[test]
fn lifetimes_can_be_shortened() {
    let (mut drained, shared) = (DequeIn::new(), DequeIn::from(["c"]));
    let (deque, into_iter, drain, iter) = shortened(
        DequeIn::from_iter_in(["a"], &System),
        DequeIn::from(["b"]).into_iter(),
        drained.drain(..),
        shared.iter(),
    );
    assert!(deque.into_iter().chain(into_iter).chain(drain).chain(iter.copied()).eq(["a", "b", "c"]));
}

const _: DequeIn<String> = DequeIn::new();
const _: DequeIn<String, Global> = DequeIn::new_in(Global);
static EMPTY: DequeIn<String> = DequeIn::new();

#[test]
fn a_static_can_hold_an_empty_deque() {
    assert!(EMPTY.is_empty());
}
