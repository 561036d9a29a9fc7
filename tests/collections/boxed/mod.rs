//! `Box` behaves as std's, in blocks of any allocator.

mod blocks;
mod conversions;
mod drops;
mod forward;
mod others;
mod raw;
mod steps;

use std::any::Any;

use janus_alloc::api::{Allocator, StaticAllocator};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::testing::conformance::{Options, check};
use janus_alloc::{Pool, System, unsize_box};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};
use std::boxed::Box as StdBox;

use crate::ledger::Ledger;

/// A box is one word, or two with a reference to an allocator, and `None` is the null pointer.
mod sizes {
    use super::*;

    assert_eq_size!(Box<u64>, usize);
    assert_eq_size!(Box<u64, System>, usize);
    assert_eq_size!(Option<Box<u64, System>>, usize);
    assert_eq_size!(Box<[u64], System>, [usize; 2]);
    assert_eq_size!(Box<str, System>, [usize; 2]);
    assert_eq_size!(Box<dyn Any, System>, [usize; 2]);
    assert_eq_size!(Option<Box<dyn Any, System>>, [usize; 2]);
    assert_eq_size!(Box<u64, &'static Pool>, [usize; 2]);
    assert_eq_size!(Option<Box<u64, &'static Pool>>, [usize; 2]);

    #[test]
    fn none_is_null() {
        // SAFETY: the types have the same size, and every bit pattern is a valid `usize`.
        assert_eq!(unsafe { std::mem::transmute::<Option<Box<u64, System>>, usize>(None) }, 0);
    }
}

/// The auto traits are those of std's `Box`, where the allocator has them too.
mod auto_traits {
    use super::*;

    use std::cell::Cell;
    use std::panic::{RefUnwindSafe, UnwindSafe};
    use std::rc::Rc;

    type NotSend = Rc<u8>;
    type NotUnwindSafe = &'static mut u8;
    type NotRefUnwindSafe = Cell<u8>;
    /// An allocator for one thread.
    type OneThread = &'static Pool;

    assert_impl_all!(Box<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
    assert_not_impl_any!(Box<NotSend>: Send, Sync);
    assert_not_impl_any!(Box<u8, OneThread>: Send, Sync);
    assert_impl_all!(Box<Cell<u8>>: Send);
    assert_not_impl_any!(Box<Cell<u8>>: Sync);
    assert_impl_all!(Box<dyn Any + Send>: Send);
    assert_not_impl_any!(Box<dyn Any + Send>: Sync);
    assert_not_impl_any!(Box<dyn Any>: Send, Sync);
    assert_impl_all!(Box<u8, Pool>: Send);
    assert_not_impl_any!(Box<u8, Pool>: Sync);

    assert_impl_all!(StdBox<NotRefUnwindSafe>: UnwindSafe);
    assert_impl_all!(Box<NotRefUnwindSafe>: UnwindSafe);
    assert_not_impl_any!(StdBox<NotRefUnwindSafe>: RefUnwindSafe);
    assert_not_impl_any!(Box<NotRefUnwindSafe>: RefUnwindSafe);
    assert_not_impl_any!(StdBox<NotUnwindSafe>: UnwindSafe);
    assert_not_impl_any!(Box<NotUnwindSafe>: UnwindSafe);

    // A box is `Unpin` for every value and allocator.
    assert_impl_all!(Box<std::marker::PhantomPinned, OneThread>: Unpin);

    // A box of an allocator implements the traits of allocators that still hold.
    assert_impl_all!(Box<System>: Allocator, StaticAllocator);
    assert_impl_all!(Box<Pool>: Allocator);
    assert_impl_all!(Box<dyn Allocator>: Allocator);
    assert_not_impl_any!(Box<Pool>: StaticAllocator);

    /// Compiles because boxes are covariant in the value and in the allocator.
    #[expect(dead_code, reason = "compiling is the test")]
    fn covariant<'short>(
        boxed: Box<&'static str, &'static System>,
        slice: Box<[&'static str], &'static System>,
    ) -> (Box<&'short str, &'short System>, Box<[&'short str], &'short System>) {
        (boxed, slice)
    }
}

/// The allocator may be chosen at run time, and moved while its blocks are in use.
#[test]
fn a_box_of_an_allocator_is_an_allocator() {
    check(Box::new(System), &Options { operations: 20_000, ..Options::default() }).unwrap();
    check(Box::new_in(Pool::new(), System), &Options { operations: 20_000, ..Options::default() }).unwrap();

    let ledger = Ledger::new();
    for pooled in [false, true] {
        let allocator: Box<dyn Allocator + '_, &Ledger> = if pooled {
            unsize_box!(Box::new_in(Pool::new_in(&ledger), &ledger))
        } else {
            unsize_box!(Box::new_in(&ledger, &ledger))
        };
        let mut numbers = Vec::new_in(allocator);
        numbers.extend(0..1000_u64);
        let moved = StdBox::new(numbers);
        assert_eq!(moved.iter().sum::<u64>(), 499_500);
    }
    assert_eq!(ledger.live(), 0);

    // A collection that owns its pool: the pool is dropped with it.
    let mut names = Vec::new_in(Box::new_in(Pool::new_in(&ledger), &ledger));
    names.push(1);
    let names = <Box<[i32], _>>::from(names);
    assert_eq!(*names, [1]);
    drop(names);
    assert_eq!(ledger.live(), 0);
}

#[test]
fn a_tree_of_boxes_frees_all_its_nodes() {
    struct Node<'a> {
        children: std::vec::Vec<Box<Node<'a>, &'a Ledger>>,
        parent: Option<Box<Node<'a>, &'a Ledger>>,
    }

    fn tree<'a>(depth: usize, ledger: &'a Ledger) -> Box<Node<'a>, &'a Ledger> {
        let children = (0..depth).map(|depth| tree(depth, ledger)).collect();
        Box::new_in(Node { children, parent: None }, ledger)
    }

    let ledger = Ledger::new();
    let mut root = tree(8, &ledger);
    assert_eq!(ledger.live(), 256);
    root.parent = Some(tree(3, &ledger));
    root.children.pop();
    assert_eq!(ledger.live(), 128 + 8);
    drop(root);
    assert_eq!(ledger.live(), 0);
}

#[test]
fn a_box_moves_and_drops_an_allocator_that_it_owns() {
    let ledger = Ledger::new();
    let boxed = Box::new_in(7, Pool::new_in(&ledger));
    let moved = StdBox::new(boxed);
    assert_eq!((**moved, ledger.live()), (7, 1));
    drop(moved);
    assert_eq!(ledger.live(), 0);
}
