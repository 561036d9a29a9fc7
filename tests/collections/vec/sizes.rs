//! Elements of size 0 and empty vectors: they take no memory, and their addresses are aligned.

use janus_alloc::Arena;
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::vec_in;

use crate::allocators::AtLeastOneByte;
use crate::elements::{Element, Unit, WideUnit, live};
use crate::ledger::{Ledger, panics};

#[test]
fn zero_sized_elements_iterate_from_both_ends() {
    let arena = Arena::new();
    let mut units = vec_in![in &arena; Unit::new(0), Unit::new(0), Unit::new(0)].into_iter();
    assert_eq!(units.len(), 3);
    let last = units.next_back();
    assert_eq!(units.len(), 2);
    drop(last);
    let taken: Vec<Unit> = units.by_ref().rev().take(10).collect();
    assert_eq!(taken.len(), 2);
    std::mem::forget(units);
    drop(taken);
    assert_eq!(live(), 0);
    assert_eq!(vec_in![in &arena; (), (), ()].into_iter().rev().take(10).count(), 3);
    assert_eq!(vec_in![in &arena; (), (), ()].into_iter().rfold(0, |count, ()| count + 1), 3);
}

#[test]
fn zero_sized_elements_are_aligned() {
    let arena = Arena::new();
    let mut units = vec_in![in &arena; WideUnit::new(0), WideUnit::new(0), WideUnit::new(0)];
    assert_eq!(units.as_ptr().addr() % 64, 0);
    assert_eq!(units.drain(1..).as_slice().as_ptr().addr() % 64, 0);
    units.extend((0..2).map(WideUnit::new));
    let mut units = units.into_iter();
    units.next();
    assert_eq!(units.as_slice().as_ptr().addr() % 64, 0);
    units.next_back();
    assert_eq!((units.as_mut_slice().as_ptr().addr() % 64, units.len()), (0, 1));
}

#[test]
fn a_vector_holds_up_to_usize_max_zero_sized_elements() {
    let ledger = Ledger::new();
    let mut units: VecIn<(), _> = VecIn::with_capacity_in(usize::MAX, &ledger);
    assert_eq!(units.capacity(), usize::MAX);
    // SAFETY: the capacity is `usize::MAX`, and elements of size 0 need no initialization.
    unsafe { units.set_len(usize::MAX) };
    assert!(panics(|| units.push(())));
    assert!(panics(|| units.reserve(1)));
    assert!(units.try_push(()).is_err() && units.try_insert(0, ()).is_err() && units.try_extend([()]).is_err());
    assert!(panics(|| units.extend_from_slice(&[()])));
    assert_eq!(units.len(), usize::MAX);
    let mut twin = VecIn::new_in(&ledger);
    twin.append(&mut units);
    // SAFETY: the capacity is `usize::MAX`, and elements of size 0 need no initialization.
    unsafe { units.set_len(usize::MAX) };
    let mut iter = twin.into_iter();
    assert_eq!(
        (iter.len(), iter.nth(usize::MAX - 2), iter.next_back(), iter.next()),
        (usize::MAX, Some(()), Some(()), None)
    );
    assert_eq!(units.drain(1..).len(), usize::MAX - 1);
    assert_eq!(units.len(), 1);
    assert!(panics(|| vec_in![in &ledger; [(); usize::MAX], [(); usize::MAX]].into_flattened()));
    assert_eq!(ledger.requests(), 0);
}

#[test]
fn into_flattened_keeps_the_elements() {
    let ledger = Ledger::new();
    let mut pairs = VecIn::with_capacity_in(3, &ledger);
    pairs.extend([[1_u16, 2], [3, 4]]);
    let flat = pairs.into_flattened();
    assert_eq!((flat.capacity(), &flat[..]), (6, &[1, 2, 3, 4][..]));
    assert_eq!(vec_in![in &ledger; [Unit::new(0), Unit::new(0)]].into_flattened().len(), 2);
    let mut none = vec_in![in &ledger; [0_u64; 0]; 7].into_flattened();
    assert_eq!((none.len(), none.capacity()), (0, 0));
    none.push(1);
    assert_eq!(none, [1]);
    assert_eq!(live(), 0);
}

/// The allocator has blocks of size 0, so a block freed without an allocation would be noticed, and so would a block not freed.
#[test]
fn exactly_the_allocated_blocks_are_freed() {
    let ledger = Ledger::new();
    let allocator = AtLeastOneByte(&ledger);
    let forget = |boxed: BoxIn<[u64], AtLeastOneByte<&Ledger>>| {
        let (elements, _) = BoxIn::into_raw_with_allocator(boxed);
        assert_eq!(elements.len(), 0);
    };
    forget(VecIn::new_in(allocator).into_boxed_slice());
    let mut numbers = vec_in![in allocator; 1];
    numbers.clear();
    forget(numbers.into_boxed_slice());
    let mut numbers = vec_in![in allocator; 1_u64];
    numbers.clear();
    numbers.shrink_to_fit();
    drop(numbers);
    drop(VecIn::<u64, _>::with_capacity_in(0, allocator).into_iter());
    drop(vec_in![in allocator; 7_u64; 0].clone());
    assert_eq!(vec_in![in allocator; (); 9].leak().len(), 9);
}
