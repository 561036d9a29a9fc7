//! Sizes, auto traits, variance and the drop order are those of std's types.

use std::cell::Cell;
use std::collections::{LinkedList as Std, linked_list as std_list};
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use janus_alloc::collections::linked_list::{ExtractIf, IntoIter, Iter, IterMut, LinkedList};
use janus_alloc::{Arena, Global, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use crate::allocators::Log;

assert_eq_size!(LinkedList<u8, System>, LinkedList<()>, Std<u8>);
assert_eq_size!(LinkedList<u8, &'static Arena>, [usize; 4]);
assert_eq_size!(Option<LinkedList<u8, &'static Arena>>, LinkedList<u8, &'static Arena>);
assert_eq_size!(Option<LinkedList<u8>>, Option<Std<u8>>);
assert_eq_size!(Iter<'static, u8>, std_list::Iter<'static, u8>);
assert_eq_size!(IterMut<'static, u8>, std_list::IterMut<'static, u8>);
assert_eq_size!(IntoIter<u8>, std_list::IntoIter<u8>);

/// Makes the same assertions about our types and about std's.
macro_rules! auto_traits {
    ($module:ident, $list:ident, $iters:ident) => {
        mod $module {
            use super::*;

            assert_impl_all!($list<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default, Ord);
            assert_not_impl_any!($list<Rc<u8>>: Send, Sync);
            assert_impl_all!($list<Cell<u8>>: Send);
            assert_not_impl_any!($list<Cell<u8>>: Sync, UnwindSafe, RefUnwindSafe);
            assert_not_impl_any!($list<&'static mut u8>: UnwindSafe);
            assert_impl_all!($list<PhantomPinned>: Unpin);

            assert_impl_all!($iters::Iter<'static, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default);
            assert_impl_all!($iters::Iter<'static, Rc<u8>>: Clone, Unpin);
            assert_not_impl_any!($iters::Iter<'static, Rc<u8>>: Send, Sync);
            assert_not_impl_any!($iters::Iter<'static, Cell<u8>>: Send, Sync, UnwindSafe);

            assert_impl_all!($iters::IterMut<'static, u8>: Send, Sync, Unpin, RefUnwindSafe, Default);
            assert_not_impl_any!($iters::IterMut<'static, u8>: UnwindSafe, Clone);
            assert_impl_all!($iters::IterMut<'static, Cell<u8>>: Send);
            assert_not_impl_any!($iters::IterMut<'static, Cell<u8>>: Sync);
            assert_not_impl_any!($iters::IterMut<'static, Rc<u8>>: Send, Sync);

            assert_impl_all!($iters::IntoIter<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Clone, Default);
            assert_impl_all!($iters::IntoIter<Cell<u8>>: Send);
            assert_not_impl_any!($iters::IntoIter<Cell<u8>>: Sync, UnwindSafe, RefUnwindSafe);
            assert_not_impl_any!($iters::IntoIter<Rc<u8>>: Send, Sync);
        }
    };
}
mod ours {
    pub(super) use janus_alloc::collections::linked_list::{IntoIter, Iter, IterMut};
}
auto_traits!(of_ours, LinkedList, ours);
auto_traits!(of_std, Std, std_list);

assert_impl_all!(LinkedList<u8, &'static System>: Send, Sync);
assert_not_impl_any!(LinkedList<u8, &'static Arena>: Send, Sync, Default);
assert_not_impl_any!(IntoIter<u8, &'static Arena>: Send, Sync);
assert_impl_all!(LinkedList<u8, Arena>: Send);

// std's is neither `Send` nor `Sync`, because it holds a pointer.
assert_impl_all!(ExtractIf<'static, u8, fn(&mut u8) -> bool>: Send, Sync, Unpin);
assert_not_impl_any!(ExtractIf<'static, Rc<u8>, fn(&mut Rc<u8>) -> bool>: Send, Sync);
assert_not_impl_any!(ExtractIf<'static, u8, fn(&mut u8) -> bool, &'static Arena>: Send, Sync);
assert_not_impl_any!(ExtractIf<'static, u8, Box<dyn FnMut(&mut u8) -> bool>>: Send, Sync);

/// Compiles because the list and its iterators are covariant in the elements and in the allocator.
fn shortened<'s>(
    list: LinkedList<&'static str, &'static System>,
    iter: IntoIter<&'static str>,
    borrowed: Iter<'s, &'static str>,
) -> (LinkedList<&'s str, &'s System>, IntoIter<&'s str>, Iter<'s, &'s str>) {
    (list, iter, borrowed)
}

#[test]
fn lifetimes_can_be_shortened() {
    let list = LinkedList::from(["c"]);
    let (list, iter, borrowed) =
        shortened(LinkedList::from_iter_in(["a"], &System), LinkedList::from(["b"]).into_iter(), list.iter());
    assert!(list.into_iter().chain(iter).chain(borrowed.copied()).eq(["a", "b", "c"]));
}

const _: LinkedList<String> = LinkedList::new();
const _: LinkedList<String, Global> = LinkedList::new_in(Global);
static EMPTY: LinkedList<String> = LinkedList::new();

#[test]
fn a_static_can_hold_an_empty_list() {
    assert!(EMPTY.is_empty());
}

/// Each node is freed after its element is dropped, or moved out.
#[test]
fn elements_are_dropped_in_order_and_the_allocator_last() {
    let log = Log::default();
    let list = || LinkedList::from_iter_in([log.value("first"), log.value("second")], log.value("allocator"));
    drop(list());
    assert_eq!(log.take(), ["allocate", "allocate", "first", "free", "second", "free", "allocator"]);
    let mut iter = list().into_iter();
    drop(iter.next_back());
    drop(iter);
    assert_eq!(log.take(), ["allocate", "allocate", "free", "second", "first", "free", "allocator"]);
}
