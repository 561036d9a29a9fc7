//! Operations on deques whose elements are at each position of the buffer, compared with std's.

use std::collections::VecDeque;

use janus_alloc::collections::VecDeque as DequeIn;

use crate::elements::{Element, Number, live, numbers};
use crate::ledger::Ledger;

/// The largest capacity. The tests try each smaller one too, with each index of the first element and each length.
const CAPACITY: usize = 7;

/// Fills the deque `$empty` with `$length` elements, the first at index `$head` of the buffer.
macro_rules! filled {
    ($empty:expr, $head:expr, $length:expr) => {{
        let mut deque = $empty;
        for _ in 0..$head {
            deque.push_back(Number::new(99));
            deque.pop_front();
        }
        deque.extend((0..$length as u32).map(Number::new));
        deque
    }};
}

/// Defines a test that runs `$work` on our deque and on std's at each position, and compares the results, the elements and the capacities.
macro_rules! at_each_position {
    ($($name:ident: |$deque:ident, $length:ident| $work:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let before = live();
                for capacity in 1..=CAPACITY {
                    for head in 0..capacity {
                        for $length in 0..=capacity {
                            let ledger = Ledger::new();
                            let mut ours = filled!(DequeIn::with_capacity_in(capacity, &ledger), head, $length);
                            let mut std = filled!(VecDeque::with_capacity(capacity), head, $length);
                            assert_eq!(ours.capacity(), capacity);
                            let wraps = head + $length > capacity;
                            assert_eq!(ours.as_slices().1.is_empty(), !wraps, "the elements are at another position");
                            let our_result = { let $deque = &mut ours; $work };
                            let std_result = { let $deque = &mut std; $work };
                            let position = format!("{} from {head} in {capacity}", $length);
                            assert_eq!(our_result, std_result, "{position}");
                            assert!(ours.iter().eq(&std), "{position}: {ours:?}, {std:?}");
                            assert_eq!(ours.capacity(), std.capacity(), "{position}");
                            // Both ends still work.
                            ours.push_front(Number::new(50));
                            ours.push_back(Number::new(51));
                            std.push_front(Number::new(50));
                            std.push_back(Number::new(51));
                            assert!(ours.iter().eq(&std), "{position}, later: {ours:?}, {std:?}");
                            assert!(ours.into_iter().rev().eq(std.into_iter().rev()));
                        }
                    }
                }
                assert_eq!(live(), before);
            }
        )*
    };
}

fn elements(count: u32) -> impl Iterator<Item = Number> + Clone {
    (20..20 + count).map(Number::new)
}

at_each_position! {
    pushes: |deque, _length| { deque.push_back(Number::new(9)); deque.push_front(Number::new(8)) };
    pops: |deque, _length| (deque.pop_front(), deque.pop_back());
    inserts: |deque, length| for index in (0..=length).rev() { deque.insert(index, Number::new(9)) };
    inserts_forwards: |deque, length| for index in 0..=length { deque.insert(2 * index, Number::new(9)) };
    removes: |deque, length| (0..=length).map(|index| deque.remove(index % 3)).collect::<Vec<_>>();
    removes_backwards: |deque, length| (0..=length).rev().map(|index| deque.remove(index / 2)).collect::<Vec<_>>();
    swap_removes: |deque, length| (deque.swap_remove_back(length / 2), deque.swap_remove_front(length / 3));
    gets: |deque, length| (0..=length).map(|index| deque.get(index).map(Number::number)).collect::<Vec<_>>();
    truncates: |deque, length| for index in (0..=length).rev() { deque.truncate(index) };
    clears: |deque, _length| deque.clear();
    grows: |deque, _length| deque.reserve(3);
    grows_much: |deque, length| deque.reserve(length + 20);
    grows_exactly: |deque, _length| deque.reserve_exact(CAPACITY + 1);
    shrinks: |deque, _length| deque.shrink_to_fit();
    shrinks_by_one: |deque, _length| deque.shrink_to(deque.capacity() - 1);
    shrinks_to_one_more: |deque, length| deque.shrink_to(length + 1);
    makes_itself_contiguous: |deque, _length| numbers(&*deque.make_contiguous());
    rotates_left: |deque, length| for count in 0..=length { deque.rotate_left(count) };
    rotates_right: |deque, length| for count in 0..=length { deque.rotate_right(count) };
    splits_off: |deque, length| (0..=length).rev().map(|at| numbers(&deque.split_off(at))).collect::<Vec<_>>();
    retains: |deque, _length| deque.retain(|number| number.number() % 2 == 1);
    extends: |deque, _length| deque.extend(elements(5));
    extends_within_the_capacity: |deque, length| deque.extend(elements((deque.capacity() - length) as u32));
    extends_without_a_size_hint: |deque, _length| deque.extend(elements(5).filter(|_| true));
    extends_by_a_chain: |deque, _length| deque.extend(elements(2).chain(elements(1)).chain(elements(1)));
    resizes: |deque, length| { deque.resize(length + 2, Number::new(7)); deque.resize_with(length + 4, || Number::new(8)) };
    clones: |deque, _length| numbers(&deque.clone());
    iterates_over_ranges: |deque, length| {
        let mut seen = Vec::new();
        for start in 0..=length {
            for end in start..=length {
                seen.push(numbers(deque.range(start..end)));
                seen.push(deque.range_mut(start..end).rev().map(|number| number.number()).collect());
                let mut iter = deque.range(start..end);
                seen.push(vec![iter.nth(1).map_or(77, Number::number), iter.nth_back(1).map_or(77, Number::number)]);
                seen.push(numbers(iter));
            }
        }
        seen
    };
    searches: |deque, length| (0..=length as u32).map(|number| {
        let found = deque.binary_search_by_key(&number, Number::number);
        (found, deque.partition_point(|element| element.number() < number), deque.contains(&Number::new(number)))
    }).collect::<Vec<_>>();
    splits_into_slices: |deque, length| {
        let (front, back) = deque.as_mut_slices();
        front.iter_mut().chain(back).for_each(|number| *number = Number::new(number.number() + 1));
        assert_eq!(deque.as_slices().0.len() + deque.as_slices().1.len(), length);
    };
    folds: |deque, _length| {
        let hash = |sum: u32, number: &Number| sum * 3 + number.number();
        (deque.iter().fold(0, hash), deque.iter().rfold(0, hash), deque.iter_mut().fold(0, |sum, number| hash(sum, number)))
    };
    swaps: |deque, length| for index in 0..length { deque.swap(index, length - 1 - index / 2) };
}

/// Drains each range at each position, and reads none, some or all of its elements, from both ends.
#[test]
fn drains() {
    let before = live();
    for capacity in 1..=CAPACITY {
        for head in 0..capacity {
            for length in 0..=capacity {
                for start in 0..=length {
                    for end in start..=length {
                        for taken in 0..3 {
                            let ledger = Ledger::new();
                            let mut ours = filled!(DequeIn::with_capacity_in(capacity, &ledger), head, length);
                            let mut std = filled!(VecDeque::with_capacity(capacity), head, length);
                            let (mut our_drain, mut std_drain) = (ours.drain(start..end), std.drain(start..end));
                            assert_eq!(our_drain.len(), std_drain.len());
                            for _ in 0..taken {
                                assert_eq!(our_drain.next(), std_drain.next());
                                assert_eq!(our_drain.next_back(), std_drain.next_back());
                            }
                            drop((our_drain, std_drain));
                            assert!(ours.iter().eq(&std));
                            ours.push_front(Number::new(50));
                            ours.push_back(Number::new(51));
                            std.push_front(Number::new(50));
                            std.push_back(Number::new(51));
                            assert!(ours.iter().eq(&std));
                        }
                    }
                }
            }
        }
    }
    assert_eq!(live(), before);
}

#[test]
fn compares_with_and_appends_a_deque_at_each_position() {
    let positions = || (0..4).flat_map(|head| (0..=4).map(move |length| (head, length)));
    let ledger = Ledger::new();
    for (left_head, left_length) in positions() {
        for (right_head, right_length) in positions() {
            let mut left = filled!(DequeIn::with_capacity_in(4, &ledger), left_head, left_length);
            let mut right = filled!(DequeIn::with_capacity_in(4, &ledger), right_head, right_length);
            assert_eq!(left == right, left_length == right_length);
            for index in 0..right_length {
                let mut other = right.clone();
                other[index] = Number::new(70);
                assert_ne!(left, other);
            }
            let appended = numbers(&left).into_iter().chain(numbers(&right)).collect::<Vec<_>>();
            left.append(&mut right);
            assert_eq!(numbers(&left), appended);
            assert!(right.is_empty() && right.capacity() == 4);
            right.push_back(Number::new(1));
            assert_eq!(right.as_slices().0.len(), 1);
        }
    }
}

#[test]
fn a_failed_shrink_changes_nothing() {
    let before = live();
    for capacity in 1..=CAPACITY {
        for head in 0..capacity {
            for length in 1..=capacity {
                for target in length..capacity {
                    let ledger = Ledger::failing(1);
                    let mut ours = filled!(DequeIn::with_capacity_in(capacity, &ledger), head, length);
                    assert!(ours.try_shrink_to(target).is_err());
                    assert_eq!(ours.capacity(), capacity);
                    assert_eq!(numbers(&ours), (0..length as u32).collect::<Vec<_>>());
                    ours.push_front(Number::new(50));
                    ours.push_back(Number::new(51));
                    assert_eq!((ours.len(), ours[0].number(), ours[length + 1].number()), (length + 2, 50, 51));
                }
            }
        }
    }
    assert_eq!(live(), before);
}

#[test]
fn converts_into_a_vector_and_back_in_the_same_block() {
    for capacity in 1..=CAPACITY {
        for head in 0..capacity {
            for length in 0..=capacity {
                let ledger = Ledger::new();
                let ours = filled!(DequeIn::with_capacity_in(capacity, &ledger), head, length);
                let requests = ledger.requests();
                let vec = janus_alloc::collections::Vec::from(ours);
                assert_eq!((numbers(&vec), vec.capacity()), ((0..length as u32).collect(), capacity));
                let start = vec.as_ptr();
                let back = DequeIn::from(vec);
                assert_eq!((back.as_slices().0.as_ptr(), back.len(), ledger.requests()), (start, length, requests));
            }
        }
    }
}
