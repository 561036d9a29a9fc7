//! Pointers to allocators are allocators.

use janus_alloc::api::{Allocator, AllocatorClone, StaticAllocator};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::testing::conformance::{Options, check};
use janus_alloc::{Pool, System};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use super::super::{Rc, Weak, unsize};
use crate::ledger::Ledger;

assert_impl_all!(Rc<System>: Allocator, AllocatorClone, StaticAllocator);
assert_impl_all!(Rc<Pool>: Allocator, AllocatorClone);
assert_impl_all!(Rc<dyn Allocator>: Allocator, AllocatorClone);
assert_not_impl_any!(Rc<Pool>: StaticAllocator);
assert_not_impl_any!(Weak<System>: Allocator);

/// The allocator is dropped with the last pointer to it: its collections hold such pointers.
#[test]
fn a_pointer_to_an_allocator_is_an_allocator() {
    check(Rc::new(System), &Options { operations: 20_000, ..Options::default() }).unwrap();
    check(Rc::new_in(Pool::new(), System), &Options { operations: 20_000, ..Options::default() }).unwrap();

    let ledger = Ledger::new();
    let mut pool = Rc::new_in(Pool::new_in(&ledger), &ledger);
    let mut numbers = Vec::new_in(pool.clone());
    numbers.extend(0..100_u64);
    let mut name = Vec::new_in(pool.clone());
    name.extend_from_slice(b"Janus");
    assert!(Rc::get_mut(&mut pool).is_none(), "vectors still point to the pool");
    let pool = Rc::try_unwrap(pool).unwrap_err();
    let boxed = Box::new_in(7, pool);
    drop(name);
    assert_eq!((numbers.iter().sum::<u64>(), *boxed), (4950, 7));
    drop(numbers);
    assert!(ledger.live() > 0);
    drop(boxed);
    assert_eq!(ledger.live(), 0);

    let chosen: Rc<dyn Allocator + '_, _> = unsize!(Rc::new_in(&ledger, &ledger));
    let mut bytes = Vec::new_in(chosen.clone());
    bytes.push(1);
    let shared = Rc::new_in(bytes, chosen);
    assert_eq!(shared[0], 1);
}
