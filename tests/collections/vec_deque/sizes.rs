//! Elements of size 0 and empty deques: they take no memory, and their addresses are aligned.

use janus_alloc::collections::{Vec as VecIn, VecDeque as DequeIn};
use janus_alloc::{Arena, Global};

use crate::elements::{Element, WideUnit, live};
use crate::ledger::{Ledger, panics};

#[test]
fn zero_sized_elements_are_aligned() {
    let arena = Arena::new();
    let mut units = DequeIn::new_in(&arena);
    units.extend((0..3).map(WideUnit::new));
    units.push_front(WideUnit::new(0));
    assert_eq!(units.as_slices().0.as_ptr().addr() % 64, 0);
    assert_eq!(units.as_slices().1.as_ptr().addr() % 64, 0);
    units.iter().for_each(|unit| assert_eq!(unit.number(), 0));
    units.rotate_left(2);
    units.insert(1, WideUnit::new(0));
    assert_eq!(units.make_contiguous().len(), 5);
    assert_eq!(units.drain(1..4).count(), 3);
    assert_eq!(units.into_iter().rev().take(9).count(), 2);
    assert_eq!(live(), 0);
}

#[test]
fn a_deque_holds_up_to_usize_max_zero_sized_elements() {
    const MAX: usize = usize::MAX;
    let ledger = Ledger::new();
    let full = || {
        let mut units: VecIn<(), _> = VecIn::new_in(&ledger);
        // SAFETY: the capacity is `usize::MAX`, and elements of size 0 need no initialization.
        unsafe { units.set_len(MAX) };
        DequeIn::from(units)
    };
    let mut units = full();
    assert_eq!((units.len(), units.capacity()), (MAX, MAX));
    assert!(panics(|| units.push_back(())));
    assert!(panics(|| units.push_front(())));
    assert!(panics(|| units.insert(7, ())));
    assert!(panics(|| units.reserve(1)));
    assert!(panics(|| units.extend([()])));
    assert!(panics(|| units.append(&mut DequeIn::from_iter_in([()], &ledger))));
    assert!(units.try_push_back(()).is_err() && units.try_push_front(()).is_err() && units.try_insert(0, ()).is_err());
    assert_eq!((units.len(), units.iter().len(), units.range(1..).len()), (MAX, MAX, MAX - 1));
    assert_eq!(units.as_slices().0.len(), MAX);
    units.rotate_left(MAX / 2);
    units.rotate_right(MAX - 1);
    assert_eq!((units.remove(MAX - 1), units.remove(MAX - 1)), (Some(()), None));
    assert_eq!(units.swap_remove_back(MAX / 2), Some(()));
    units.insert(MAX / 2, ());
    units.push_front(());
    units.swap(0, MAX - 1);
    assert_eq!(units.split_off(3).len(), MAX - 3);
    units.append(&mut full().split_off(4));
    assert_eq!((units.pop_front(), units.pop_back(), units.len()), (Some(()), Some(()), MAX - 3));
    units.try_extend([(); 3]).unwrap();
    assert_eq!(units.drain(1..MAX - 1).len(), MAX - 2);
    assert_eq!(units.len(), 2);
    let mut iter = full().into_iter();
    assert_eq!((iter.nth(MAX - 2), iter.next_back(), iter.next()), (Some(()), Some(()), None));
    let mut other = DequeIn::new_in(&ledger);
    other.append(&mut full());
    assert_eq!(VecIn::from(other).len(), MAX);
    units.shrink_to_fit();
    assert_eq!(ledger.requests(), 0);
}

#[test]
fn an_empty_deque_allocates_nothing() {
    let ledger = Ledger::new();
    let mut empty: DequeIn<u64, _> = DequeIn::new_in(&ledger);
    assert_eq!((empty.pop_front(), empty.pop_back(), empty.remove(0), empty.get_mut(0)), (None, None, None, None));
    assert_eq!((empty.front(), empty.back()), (None, None));
    assert_eq!((empty.swap_remove_back(0), empty.swap_remove_front(0)), (None, None));
    empty.rotate_left(0);
    empty.rotate_right(0);
    empty.truncate(0);
    empty.clear();
    empty.reserve(0);
    empty.shrink_to_fit();
    empty.shrink_to(7);
    empty.retain(|_| false);
    empty.resize(0, 7);
    empty.extend([0_u64; 0]);
    empty.append(&mut DequeIn::new_in(&ledger));
    assert!(empty.make_contiguous().is_empty());
    assert_eq!((empty.drain(..).count(), empty.range(..).count()), (0, 0));
    assert_eq!(empty.as_slices(), (&[][..], &[][..]));
    assert_eq!(empty.split_off(0), empty.clone());
    assert_eq!((empty.binary_search(&1), empty.partition_point(|_| true)), (Err(0), 0));
    let empty = DequeIn::from(VecIn::from(empty));
    assert_eq!(empty.into_iter().next_back(), None);
    drop(DequeIn::<u64, _>::with_capacity_in(0, &ledger));
    assert_eq!(ledger.requests(), 0);
    assert!(DequeIn::<u64, Global>::default().is_empty());
}
