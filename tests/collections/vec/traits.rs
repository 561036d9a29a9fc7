//! Sizes, auto traits, variance and the drop order are those of std's types.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use janus_alloc::collections::vec::{Drain, ExtractIf, IntoIter, Splice, Vec as VecIn};
use janus_alloc::{Arena, Global, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use crate::allocators::Log;

assert_eq_size!(VecIn<u8, System>, VecIn<()>, [usize; 3], Option<VecIn<u8>>);
assert_eq_size!(VecIn<u8, &'static Arena>, [usize; 4]);
assert_eq_size!(IntoIter<u8, System>, std::vec::IntoIter<u8>);

assert_impl_all!(VecIn<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default, Ord);
assert_impl_all!(VecIn<u8, &'static System>: Send, Sync);
assert_not_impl_any!(VecIn<Rc<u8>>: Send, Sync);
assert_impl_all!(VecIn<Cell<u8>>: Send, UnwindSafe);
assert_not_impl_any!(VecIn<Cell<u8>>: Sync, RefUnwindSafe);
assert_not_impl_any!(VecIn<&'static mut u8>: UnwindSafe);
assert_not_impl_any!(VecIn<PhantomPinned>: Unpin);
assert_not_impl_any!(VecIn<u8, &'static Arena>: Send, Sync, Default);

assert_impl_all!(IntoIter<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default);
assert_impl_all!(IntoIter<Cell<u8>>: Send, UnwindSafe);
assert_not_impl_any!(IntoIter<Cell<u8>>: Sync, RefUnwindSafe);
assert_not_impl_any!(IntoIter<Rc<u8>>: Send, Sync);
assert_not_impl_any!(IntoIter<PhantomPinned>: Unpin);
assert_not_impl_any!(IntoIter<u8, &'static Arena>: Send, Sync);

assert_impl_all!(Drain<'static, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Drain<'static, PhantomPinned>: Unpin);
assert_impl_all!(Drain<'static, Cell<u8>>: Send);
assert_not_impl_any!(Drain<'static, Cell<u8>>: Sync, UnwindSafe);
assert_not_impl_any!(Drain<'static, Rc<u8>>: Send, Sync);

assert_impl_all!(Splice<'static, std::ops::Range<u8>>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(Splice<'static, std::vec::IntoIter<Rc<u8>>>: Send, Sync);
assert_impl_all!(ExtractIf<'static, u8, fn(&mut u8) -> bool>: Send, Sync, Unpin);
assert_not_impl_any!(ExtractIf<'static, Rc<u8>, fn(&mut Rc<u8>) -> bool>: Send, Sync);

/// The same assertions about std's types.
mod of_std {
    use super::*;
    use std::vec::{Drain, IntoIter, Splice};

    assert_impl_all!(Vec<Cell<u8>>: Send, UnwindSafe);
    assert_not_impl_any!(Vec<Cell<u8>>: Sync, RefUnwindSafe);
    assert_not_impl_any!(Vec<&'static mut u8>: UnwindSafe);
    assert_not_impl_any!(Vec<PhantomPinned>: Unpin);
    assert_impl_all!(IntoIter<Cell<u8>>: Send, UnwindSafe);
    assert_not_impl_any!(IntoIter<Cell<u8>>: Sync, RefUnwindSafe);
    assert_not_impl_any!(IntoIter<PhantomPinned>: Unpin);
    assert_impl_all!(Drain<'static, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
    assert_impl_all!(Drain<'static, PhantomPinned>: Unpin);
    assert_not_impl_any!(Drain<'static, Cell<u8>>: Sync, UnwindSafe);
    assert_impl_all!(Splice<'static, std::ops::Range<u8>>: Send, Sync, Unpin, UnwindSafe);
}

/// Compiles because the vector and its iterators are covariant in the elements and in the allocator.
fn shortened<'s>(
    vec: VecIn<&'static str, &'static System>,
    iter: IntoIter<&'static str>,
    drain: Drain<'s, &'static str>,
) -> (VecIn<&'s str, &'s System>, IntoIter<&'s str>, Drain<'s, &'s str>) {
    (vec, iter, drain)
}

#[test]
fn lifetimes_can_be_shortened() {
    let mut vec = VecIn::new();
    let (vec, iter, drain) =
        shortened(VecIn::from_iter_in(["a"], &System), VecIn::from(["b"]).into_iter(), vec.drain(..));
    assert!(vec.into_iter().chain(iter).chain(drain).eq(["a", "b"]));
}

#[test]
fn elements_are_dropped_in_order_and_the_allocator_last() {
    let log = Log::default();
    let vec = || VecIn::from_iter_in([log.value("first"), log.value("second")], log.value("allocator"));
    drop(vec());
    assert_eq!(log.take(), ["allocate", "first", "second", "free", "allocator"]);
    let mut iter = vec().into_iter();
    drop(iter.next_back());
    drop(iter);
    assert_eq!(log.take(), ["allocate", "second", "first", "free", "allocator"]);
}

const _: VecIn<String> = VecIn::new();
const _: VecIn<String, Global> = VecIn::new_in(Global);
static EMPTY: VecIn<String> = VecIn::new();

#[test]
fn a_static_can_hold_an_empty_vector() {
    assert!(EMPTY.is_empty());
}
