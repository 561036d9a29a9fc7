//! Behaviour that std documents, and that of allocators.

use std::collections::LinkedList as Std;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::ptr;

use janus_alloc::collections::{FromIn, IntoIn, LinkedList as ListIn};
use janus_alloc::{Arena, Global, Pool, Stats, System};

use super::{Numbers, list};
use crate::elements::Number;
use crate::ledger::{Ledger, panics};

#[test]
fn an_empty_list_allocates_nothing() {
    let ledger = Ledger::new();
    let mut empty = list::<Number>(&ledger, None);
    assert_eq!(empty.numbers(), []);
    assert!(empty.pop_front().is_none() && empty.pop_back().is_none());
    assert!(empty.front_mut().is_none() && empty.back_mut().is_none());
    assert!(empty.iter_mut().next_back().is_none() && empty.extract_if(|_| true).next().is_none());
    assert!(empty.split_off(0).is_empty());
    let mut other = list(&ledger, None);
    empty.append(&mut other);
    drop(empty.clone().into_iter());
    assert_eq!(ledger.requests(), 0);
}

/// An element stays at its address while others are added and removed, and while its node moves to another list.
#[test]
fn elements_keep_their_addresses() {
    let mut numbers = ListIn::from_iter_in([1, 2, 3], &System);
    let address = ptr::from_ref(numbers.iter().nth(1).unwrap());
    numbers.push_front(0);
    numbers.extend(4..100);
    numbers.pop_front();
    let mut tail = numbers.split_off(1);
    assert!(ptr::eq(tail.front().unwrap(), address));
    let mut more = ListIn::from_iter_in([7], &System);
    // SAFETY: both allocators refer to `System`.
    unsafe { more.append_nodes(&mut tail) };
    assert!(ptr::eq(more.iter().nth(1).unwrap(), address));
}

#[test]
fn append_moves_nodes_between_lists_of_a_static_allocator() {
    fn check<A: janus_alloc::api::Allocator + Clone>(allocator: A) {
        let mut numbers = ListIn::from_iter_in([1], allocator.clone());
        let mut more = ListIn::from_iter_in([2, 3], allocator);
        let addresses = more.iter().map(ptr::from_ref).collect::<Vec<_>>();
        numbers.append(&mut more);
        assert!(numbers.iter().skip(1).map(ptr::from_ref).eq(addresses));
        assert!(numbers.iter().eq(&[1, 2, 3]) && more.is_empty());
    }
    check(Global);
    check(System);
}

/// Both allocators have one type, and each node is freed to its own.
#[test]
fn append_copies_between_different_allocators() {
    let (one, other) = (Ledger::new(), Ledger::new());
    let mut numbers = list::<Number>(&one, [1]);
    let mut more = list(&other, [2, 3]);
    numbers.append(&mut more);
    assert_eq!((one.live(), other.live()), (3, 0));
    more.push_back(crate::elements::Element::new(4));
    assert_eq!((numbers.numbers(), more.numbers()), (vec![1, 2, 3], vec![4]));
}

#[test]
fn append_copies_between_owned_allocators() {
    let mut numbers = ListIn::new_in(Arena::new());
    let mut more = ListIn::new_in(Arena::new());
    numbers.push_back(String::from("one"));
    more.push_back(String::from("two"));
    numbers.append(&mut more);
    drop(more);
    assert!(numbers.iter().eq(&["one", "two"]));

    let mut numbers = ListIn::new_in(Pool::new());
    let mut more = ListIn::from_in([1, 2], Pool::new());
    numbers.append(&mut more);
    drop(more);
    assert!(numbers.into_iter().eq([1, 2]));
}

#[test]
fn split_off_splits_at_each_index() {
    for length in 0..8 {
        for at in 0..=length {
            let ledger = Ledger::new();
            let mut numbers = list::<Number>(&ledger, 0..length);
            let tail = numbers.split_off(at as usize);
            assert!(numbers.numbers().into_iter().eq(0..at) && tail.numbers().into_iter().eq(at..length));
            // The lists share no nodes.
            drop(numbers);
            assert!(tail.numbers().into_iter().eq(at..length));
        }
    }
    assert!(panics(|| ListIn::from([1]).split_off(2)));
    assert!(panics(|| ListIn::<u8>::new().split_off(usize::MAX)));
}

#[test]
fn debug_output_is_that_of_std() {
    let (mut ours, mut std) = (ListIn::from([1, 2, 3]), Std::from([1, 2, 3]));
    assert_eq!(format!("{ours:?}"), format!("{std:?}"));
    assert_eq!(format!("{ours:#?}"), format!("{std:#?}"));
    assert_eq!(format!("{:?}", ours.iter_mut()), format!("{:?}", std.iter_mut()));
    let (mut our_iter, mut std_iter) = (ours.iter(), std.iter());
    assert_eq!((our_iter.next(), our_iter.last()), (std_iter.next(), std_iter.last()));
    let (mut our_iter, mut std_iter) = (ours.iter(), std.iter());
    assert_eq!((our_iter.next_back(), our_iter.len()), (std_iter.next_back(), std_iter.len()));
    assert_eq!(format!("{our_iter:?}"), format!("{std_iter:?}"));
    assert_eq!(format!("{:?}", ours.into_iter()), format!("{:?}", std.into_iter()));
}

#[test]
fn hashes_are_those_of_std() {
    let state = RandomState::new();
    let hash = |value: &dyn Fn(&mut dyn Hasher)| {
        let mut hasher = state.build_hasher();
        value(&mut hasher);
        hasher.finish()
    };
    let (ours, std) = (ListIn::from(["a", "b"]), Std::from(["a", "b"]));
    assert_eq!(hash(&|mut hasher| ours.hash(&mut hasher)), hash(&|mut hasher| std.hash(&mut hasher)));
    // The length is part of the hash.
    let halves = |at| {
        let mut left = ours.clone();
        let right = left.split_off(at);
        hash(&|mut hasher| {
            left.hash(&mut hasher);
            right.hash(&mut hasher);
        })
    };
    assert_ne!(halves(0), halves(1));
}

#[test]
fn other_types_convert_into_lists() {
    let ledger = Ledger::new();
    let ours: ListIn<u8, _> = [1, 2].into_in(&ledger);
    assert_eq!(ours, ListIn::from_in(Std::from([1, 2]), &ledger));
    assert_eq!(ours, ListIn::from_in(ListIn::from([1, 2]), &ledger));
    let mut copied = ListIn::<u8>::default();
    copied.extend(&ours);
    copied.extend(&[3]);
    assert_eq!(copied, ListIn::from([1, 2, 3]));
    for element in &mut copied {
        *element += 1;
    }
    assert_eq!((&copied).into_iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(ListIn::from_in([1_u64], Stats::new(System)).into_iter().allocator().snapshot().allocations, 1);
}

#[test]
fn default_iterators_are_empty() {
    use janus_alloc::collections::linked_list::{IntoIter, Iter, IterMut};

    assert_eq!(Iter::<u8>::default().len(), 0);
    assert_eq!(IterMut::<u8>::default().next(), None);
    assert_eq!(IntoIter::<u8>::default().next_back(), None);
}
