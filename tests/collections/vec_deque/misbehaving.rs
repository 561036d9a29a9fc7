//! Misbehaving safe code: ranges whose bounds change, and iterators with wrong size hints.

use std::cell::Cell;
use std::collections::VecDeque;

use janus_alloc::System;
use janus_alloc::collections::VecDeque as DequeIn;

use crate::elements::{Element, Number, Unit, live};
use crate::hints::{WrongHint, hints};
use crate::ledger::panics;
use crate::ranges::ChangingRange;

#[test]
fn the_bounds_of_a_range_are_read_once() {
    let read_once = |work: &dyn Fn(&mut DequeIn<u64, System>, &ChangingRange)| {
        let mut numbers = DequeIn::with_capacity_in(16, System);
        numbers.extend([1, 2]);
        let range = ChangingRange::new(12);
        work(&mut numbers, &range);
        assert_eq!((range.start_calls.get(), range.end_calls.get()), (1, 1));
        assert_eq!(numbers, [1, 2]);
    };
    read_once(&|numbers, range| assert_eq!(numbers.drain(range).count(), 0));
    read_once(&|numbers, range| assert_eq!(numbers.range(range).count(), 0));
    read_once(&|numbers, range| assert_eq!(numbers.range_mut(range).count(), 0));
}

/// The deque starts in the middle of its buffer, so the new elements wrap around the end.
fn compare_with_std<T: Element, const PADDING: usize>() {
    let before = live();
    for count in [0, 1, 4, 30] {
        for length in [0, 1, 3, 4, 5, 100] {
            for hint in hints(length) {
                let source = || WrongHint::<T, PADDING>::new(count, hint);
                for (capacity, offset) in [(0, 0), (4, 2), (6, 5), (64, 60), (64, 0)] {
                    let mut ours = DequeIn::with_capacity_in(capacity, System);
                    let mut std = VecDeque::with_capacity(capacity);
                    for _ in 0..offset {
                        ours.push_back(T::new(7));
                        std.push_back(T::new(7));
                        ours.pop_front();
                        std.pop_front();
                    }
                    ours.extend(source());
                    std.extend(source());
                    assert!(ours.iter().eq(&std));
                    assert!(ours.try_extend(source()).is_ok());
                    std.extend(source());
                    assert!(ours.iter().eq(&std));
                    let collected = DequeIn::from_iter_in(source(), System);
                    assert_eq!(collected.len(), count as usize);
                }
            }
        }
    }
    assert_eq!(live(), before);
}

#[test]
fn wrong_size_hints_are_harmless() {
    compare_with_std::<Number, 0>();
    compare_with_std::<Number, 5>();
    compare_with_std::<Unit, 0>();
    compare_with_std::<Unit, 5>();
}

#[test]
fn a_too_large_hint_is_an_error() {
    for hint in [(usize::MAX, None), (usize::MAX, Some(usize::MAX))] {
        let source = || WrongHint::<Number, 0>::new(3, hint);
        let mut deque = DequeIn::from_iter_in([Number::new(1)], System);
        assert!(panics(|| deque.extend(source())));
        assert!(deque.try_extend(source()).is_err());
        assert_eq!(deque.len(), 1);
        assert!(panics(|| DequeIn::from_iter_in(source(), System)));
        assert!(DequeIn::try_from_iter_in(source(), System).is_err());
    }
    assert_eq!(live(), 0);
}

#[test]
fn changing_size_hints_are_harmless() {
    /// An iterator whose size hint grows with each call of `size_hint`.
    struct GrowingHint(Cell<usize>, u32);

    impl Iterator for GrowingHint {
        type Item = Number;

        fn next(&mut self) -> Option<Number> {
            self.1 = self.1.checked_sub(1)?;
            Some(Number::new(self.1))
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            let hint = self.0.replace(self.0.get() * 2 + 1);
            (hint, Some(hint))
        }
    }

    for first in [0, 1, 3, 8] {
        for offset in [0, 3] {
            let mut deque = DequeIn::with_capacity_in(4, System);
            for _ in 0..offset {
                deque.push_back(Number::new(0));
                deque.pop_front();
            }
            deque.extend(GrowingHint(Cell::new(first), 6));
            assert!(deque.iter().map(Element::number).eq((0..6).rev()));
        }
    }
    assert_eq!(live(), 0);
}
