//! Behaviour that std documents.

use std::cell::Cell;
use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use janus_alloc::collections::vec_deque::{Iter, IterMut};
use janus_alloc::collections::{CollectIn, FromIn, IntoIn, Vec as VecIn, VecDeque as DequeIn};
use janus_alloc::{Arena, Global, System};

use crate::elements::{Element, Number, live};
use crate::ledger::{Ledger, panics};

/// Returns a deque of the numbers 0 to 4, the first two at the end of the buffer.
fn wrapped() -> DequeIn<i32, System> {
    let mut deque = DequeIn::with_capacity_in(6, System);
    deque.extend([2, 3, 4]);
    deque.push_front(1);
    deque.push_front(0);
    assert_eq!(deque.as_slices(), (&[0, 1][..], &[2, 3, 4][..]));
    deque
}

#[test]
fn the_capacity_and_the_halves_are_those_of_std() {
    let mut ours = DequeIn::new_in(System);
    let mut std = VecDeque::new();
    for n in 0..100 {
        ours.push_front(n);
        std.push_front(n);
        assert_eq!((ours.capacity(), ours.as_slices().0.len()), (std.capacity(), std.as_slices().0.len()));
    }
}

/// A deque calls `grow`, which keeps the last block of an arena in place.
#[test]
fn an_arena_grows_the_last_deque_in_place() {
    let arena = Arena::with_capacity(4096);
    let mut numbers = DequeIn::from_in([0_u64], &arena);
    let start = &raw const numbers[0];
    numbers.extend(1..200);
    assert_eq!(&raw const numbers[0], start);
}

#[test]
fn indexes_out_of_bounds_panic() {
    let ledger = Ledger::new();
    let deque = || DequeIn::from_in([Number::new(0), Number::new(1)], &ledger);
    assert!(panics(|| deque().insert(3, Number::new(2))));
    assert!(panics(|| deque().insert(usize::MAX, Number::new(2))));
    assert!(panics(|| deque().try_insert(3, Number::new(2))));
    assert!(panics(|| deque().swap(0, 2)));
    assert!(panics(|| deque().swap(usize::MAX, 0)));
    assert!(panics(|| deque().split_off(3)));
    assert!(panics(|| deque().rotate_left(3)));
    assert!(panics(|| deque().rotate_right(3)));
    assert!(panics(|| drop(deque().drain(1..3))));
    assert!(panics(|| drop(deque().drain(..=usize::MAX))));
    assert!(panics(|| deque().range(3..).count()));
    assert!(panics(|| deque().range_mut(..3).count()));
    assert!(panics(|| deque()[2].number()));
    assert!(panics(|| deque()[2] = Number::new(7)));
    assert_eq!((deque().remove(2), deque().remove(usize::MAX), deque().get(usize::MAX)), (None, None, None));
    assert_eq!((deque().swap_remove_back(2), deque().swap_remove_front(2)), (None, None));
    assert_eq!(deque().drain(2..).count(), 0);
    assert_eq!(live(), 0);
}

#[test]
fn deques_compare_and_hash_as_sequences() {
    let ours = wrapped();
    let arena = Arena::new();
    let other = DequeIn::from_in([0, 1, 2, 3, 5], &arena);
    assert_ne!(ours, other);
    assert!(ours < other && ours.partial_cmp(&other).is_some_and(|order| order.is_lt()));
    assert_eq!(ours.cmp(&ours.clone()), std::cmp::Ordering::Equal);
    assert_eq!(ours, [0, 1, 2, 3, 4]);
    assert_eq!(ours, &[0, 1, 2, 3, 4]);
    assert_eq!(ours, &mut [0, 1, 2, 3, 4]);
    assert_eq!(ours, &[0, 1, 2, 3, 4][..]);
    assert_eq!(ours, &mut [0, 1, 2, 3, 4][..]);
    assert_eq!(ours, vec![0, 1, 2, 3, 4]);
    assert_eq!(ours, VecIn::from([0, 1, 2, 3, 4]));
    assert!(ours != [0, 1, 2, 3] && ours != [0, 1, 2, 3, 4, 5] && ours != [0, 1, 2, 3, 5] && ours != [0, 2, 2, 3, 4]);
    // The element types may differ.
    assert_eq!(DequeIn::from(["a"]), [String::from("a")]);

    let hash = |deque: &DequeIn<i32, System>| {
        let mut hasher = DefaultHasher::new();
        deque.hash(&mut hasher);
        hasher.finish()
    };
    let mut contiguous = ours.clone();
    assert_eq!(contiguous.make_contiguous(), &[0, 1, 2, 3, 4]);
    assert_eq!(hash(&ours), hash(&contiguous));
    assert_ne!(hash(&ours), hash(&DequeIn::from_in([0, 1, 2, 3], System)));
}

#[test]
fn debug_output_lists_the_elements() {
    let mut numbers = wrapped();
    assert_eq!(format!("{numbers:?}"), "[0, 1, 2, 3, 4]");
    assert_eq!(format!("{:?}", numbers.iter()), "Iter([0, 1], [2, 3, 4])");
    assert_eq!(format!("{:?}", numbers.iter_mut()), "IterMut([0, 1], [2, 3, 4])");
    assert_eq!(format!("{:?}", numbers.clone().into_iter()), "IntoIter([0, 1, 2, 3, 4])");
    assert_eq!(format!("{:?}", numbers.drain(1..4)), "Drain([1], [2, 3])");
}

#[test]
fn other_types_convert_into_deques() {
    assert_eq!(DequeIn::from([1, 2]), [1, 2]);
    assert_eq!((1..3).collect::<DequeIn<_>>(), [1, 2]);
    assert_eq!((1..3).collect::<DequeIn<_, System>>(), [1, 2]);
    let arena = Arena::new();
    assert_eq!(DequeIn::from_in([1, 2], &arena), [1, 2]);
    assert_eq!(DequeIn::from_in(wrapped(), &arena), [0, 1, 2, 3, 4]);
    assert_eq!(DequeIn::from_in(VecDeque::from([1, 2]), &arena), [1, 2]);
    assert_eq!(DequeIn::from_in(VecIn::from([1, 2]), &arena), [1, 2]);
    assert_eq!([1, 2].into_in::<DequeIn<_, _>>(&arena), [1, 2]);
    assert_eq!((1..3).collect_in::<DequeIn<_, _>>(&arena), [1, 2]);
    let mut numbers = wrapped();
    numbers.extend(&[7, 8]);
    numbers.extend(VecIn::from_iter_in([9], System));
    assert_eq!(numbers, [0, 1, 2, 3, 4, 7, 8, 9]);
}

#[test]
fn conversions_to_std_and_back_keep_the_block() {
    let mut std = VecDeque::with_capacity(8);
    std.extend([1, 2]);
    let start = &raw const std[0];
    let mut ours = DequeIn::from(std);
    assert_eq!((&raw const ours[0], ours.capacity()), (start, 8));
    ours.push_back(3);
    let std = VecDeque::from(ours);
    assert_eq!((&raw const std[0], std.capacity(), std), (start, 8, VecDeque::from([1, 2, 3])));

    let mut std = VecDeque::from([1, 2]);
    std.push_front(0);
    let ours: DequeIn<_> = std.into();
    assert_eq!(ours, [0, 1, 2]);
}

#[test]
fn iterators_run_from_both_ends() {
    let mut numbers = wrapped();
    let mut iter = numbers.iter();
    assert_eq!((iter.len(), iter.next(), iter.next_back(), iter.len()), (5, Some(&0), Some(&4), 3));
    assert_eq!(iter.clone().copied().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((iter.clone().count(), iter.clone().last(), iter.nth(1), iter.nth(7)), (3, Some(&3), Some(&2), None));
    assert_eq!((iter.next(), iter.next_back()), (None, None));
    numbers.iter_mut().rev().enumerate().for_each(|(index, n)| *n += 10 * index as i32);
    assert_eq!(numbers, [40, 31, 22, 13, 4]);
    for n in &mut numbers {
        *n += 1;
    }
    let mut mutable = numbers.iter_mut();
    assert_eq!(
        (mutable.nth_back(3).copied(), mutable.next().copied(), mutable.next_back()),
        (Some(32), Some(41), None)
    );
    assert_eq!((&numbers).into_iter().sum::<i32>(), 115);
    assert_eq!(Iter::<u8>::default().next(), None);
    assert_eq!(IterMut::<u8>::default().next(), None);
    assert_eq!(numbers.into_iter().rev().collect::<Vec<_>>(), [5, 14, 23, 32, 41]);
}

/// The closure sees the first or last element, and one that it refuses stays.
#[test]
fn pop_if_removes_the_element_only_if_the_closure_agrees() {
    let mut numbers = wrapped();
    let seen = Cell::new(7);
    assert_eq!(numbers.pop_front_if(|n| seen.replace(*n) < 0), None);
    assert_eq!(numbers.pop_back_if(|n| seen.replace(*n) == 0), Some(4));
    assert_eq!((seen.get(), numbers.len()), (4, 4));
    assert_eq!(DequeIn::<u8, Global>::new().pop_front_if(|_| unreachable!()), None);
    assert_eq!(DequeIn::<u8, Global>::new().pop_back_if(|_| unreachable!()), None);
}
