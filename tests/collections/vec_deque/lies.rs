//! Safe code that lies: ranges that change their answers, iterators with more or fewer elements than they say.

use std::cell::Cell;
use std::collections::VecDeque;
use std::marker::PhantomData;

use janus_alloc::System;
use janus_alloc::collections::VecDeque as DequeIn;

use crate::elements::{Element, Number, Unit, live};
use crate::ledger::panics;
use crate::ranges::Changing;

#[test]
fn ranges_are_asked_once() {
    let once = |work: &dyn Fn(&mut DequeIn<u64, System>, &Changing)| {
        let mut numbers = DequeIn::with_capacity_in(16, System);
        numbers.extend([1, 2]);
        let range = Changing::new(12);
        work(&mut numbers, &range);
        assert_eq!((range.starts.get(), range.ends.get()), (1, 1));
        assert_eq!(numbers, [1, 2]);
    };
    once(&|numbers, range| assert_eq!(numbers.drain(range).count(), 0));
    once(&|numbers, range| assert_eq!(numbers.range(range).count(), 0));
    once(&|numbers, range| assert_eq!(numbers.range_mut(range).count(), 0));
}

/// Has `left` elements and says it has `said`. Small and large iterators take different loops.
struct Countdown<T, const PADDING: usize> {
    left: u32,
    said: (usize, Option<usize>),
    _padding: [usize; PADDING],
    _elements: PhantomData<T>,
}

impl<T: Element, const PADDING: usize> Iterator for Countdown<T, PADDING> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        Some(T::new(self.left))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.said
    }
}

impl<T: Element, const PADDING: usize> ExactSizeIterator for Countdown<T, PADDING> {}

fn lie<T: Element, const PADDING: usize>(left: u32, said: (usize, Option<usize>)) -> Countdown<T, PADDING> {
    Countdown { left, said, _padding: [0; PADDING], _elements: PhantomData }
}

/// With the elements in the middle of the ring, so that those to come go around its end.
fn all_lies<T: Element, const PADDING: usize>() {
    let before = live();
    for left in [0, 1, 4, 30] {
        for said in [0, 1, 3, 4, 5, 100] {
            for said in [(said, Some(said)), (said, None), (0, Some(said)), (said, Some(2 * said + 1))] {
                for (capacity, offset) in [(0, 0), (4, 2), (6, 5), (64, 60), (64, 0)] {
                    let mut ours = DequeIn::with_capacity_in(capacity, System);
                    let mut std = VecDeque::with_capacity(capacity);
                    for _ in 0..offset {
                        ours.push_back(T::new(7));
                        std.push_back(T::new(7));
                        ours.pop_front();
                        std.pop_front();
                    }
                    ours.extend(lie::<T, PADDING>(left, said));
                    std.extend(lie::<T, PADDING>(left, said));
                    assert!(ours.iter().eq(&std));
                    assert!(ours.try_extend(lie::<T, PADDING>(left, said)).is_ok());
                    std.extend(lie::<T, PADDING>(left, said));
                    assert!(ours.iter().eq(&std));
                    let collected = DequeIn::from_iter_in(lie::<T, PADDING>(left, said), System);
                    assert_eq!(collected.len(), left as usize);
                }
            }
        }
    }
    assert_eq!(live(), before);
}

#[test]
fn lengths_are_not_believed() {
    all_lies::<Number, 0>();
    all_lies::<Number, 5>();
    all_lies::<Unit, 0>();
    all_lies::<Unit, 5>();
}

#[test]
fn a_hint_too_large_is_a_panic() {
    for said in [(usize::MAX, None), (usize::MAX, Some(usize::MAX))] {
        let mut deque = DequeIn::from_iter_in([Number::new(1)], System);
        assert!(panics(|| deque.extend(lie::<Number, 0>(3, said))));
        assert!(deque.try_extend(lie::<Number, 0>(3, said)).is_err());
        assert_eq!(deque.len(), 1);
        assert!(panics(|| DequeIn::from_iter_in(lie::<Number, 0>(3, said), System)));
        assert!(DequeIn::try_from_iter_in(lie::<Number, 0>(3, said), System).is_err());
    }
    assert_eq!(live(), 0);
}

/// An iterator whose hint grows while it runs, so that the second look at it differs from the first.
#[test]
fn hints_that_change() {
    struct Growing(Cell<usize>, u32);

    impl Iterator for Growing {
        type Item = Number;

        fn next(&mut self) -> Option<Number> {
            self.1 = self.1.checked_sub(1)?;
            Some(Number::new(self.1))
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            let said = self.0.replace(self.0.get() * 2 + 1);
            (said, Some(said))
        }
    }

    for first in [0, 1, 3, 8] {
        for offset in [0, 3] {
            let mut deque = DequeIn::with_capacity_in(4, System);
            for _ in 0..offset {
                deque.push_back(Number::new(0));
                deque.pop_front();
            }
            deque.extend(Growing(Cell::new(first), 6));
            assert!(deque.iter().map(Element::number).eq((0..6).rev()));
        }
    }
    assert_eq!(live(), 0);
}
