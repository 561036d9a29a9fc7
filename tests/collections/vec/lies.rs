//! Safe code that lies: ranges that change their answers, iterators with more or fewer elements than they say.

use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::{Arena, Global, SyncArena, System};

use crate::elements::{Element, Number, Unit, live, numbers};
use crate::ranges::Changing;

#[test]
fn drain_asks_a_range_once() {
    let arena = Arena::new();
    let mut numbers = VecIn::with_capacity_in(4, &arena);
    numbers.extend([1, 2]);
    let _behind = arena.alloc_slice_copy(&[0xDEAD_u64; 4]);
    let mut drain = numbers.drain(&Changing::new(8));
    assert_eq!(drain.by_ref().collect::<Vec<u64>>(), [0_u64; 0]);
    std::mem::forget(drain);

    // With what owns memory: a value that was never in the vector is not dropped by it.
    let arena = SyncArena::new_in(System);
    let mut boxes = VecIn::with_capacity_in(1, &arena);
    boxes.push(BoxIn::new_in(7_u64, Global));
    let mut kept = VecIn::with_capacity_in(1, &arena);
    kept.push(BoxIn::new_in(9_u64, Global));
    assert_eq!(boxes.drain(&Changing::new(2)).count(), 0);
    assert_eq!((*boxes[0], *kept[0]), (7, 9));
}

#[test]
fn others_ask_a_range_once() {
    let mut numbers = VecIn::with_capacity_in(16, System);
    numbers.extend([1, 2]);
    numbers.extend_from_within(&Changing::new(12));
    assert_eq!(numbers, [1, 2]);
    assert_eq!(numbers.extract_if(&Changing::new(12), |_| true).count(), 0);
    assert_eq!(numbers.splice(&Changing::new(12), [3]).count(), 0);
    assert_eq!(numbers, [3, 1, 2]);
    let range = Changing::new(12);
    assert!(numbers.try_extend_from_within(&range).is_ok());
    assert_eq!(range.ends.get(), 1);
}

/// Has `left` elements and says it has `said`.
struct Liar<const PADDING: usize> {
    left: u32,
    said: (usize, Option<usize>),
    /// Small and large iterators take different loops.
    _padding: [usize; PADDING],
}

impl<const PADDING: usize> Liar<PADDING> {
    fn new(left: u32, said: (usize, Option<usize>)) -> Self {
        Self { left, said, _padding: [0; PADDING] }
    }
}

/// The number is how many come behind it.
struct Countdown<T, const PADDING: usize>(Liar<PADDING>, std::marker::PhantomData<T>);

impl<T: Element, const PADDING: usize> Iterator for Countdown<T, PADDING> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.left = self.0.left.checked_sub(1)?;
        Some(T::new(self.0.left))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.said
    }
}

impl<T: Element, const PADDING: usize> ExactSizeIterator for Countdown<T, PADDING> {}

fn all_lies<T: Element, const PADDING: usize>() {
    let before = live();
    for left in [0, 1, 4, 30] {
        for said in [0, 1, 3, 4, 5, 100] {
            for said in [(said, Some(said)), (said, None), (0, Some(said)), (said, Some(2 * said + 1))] {
                for capacity in [0, 2, 64] {
                    let lies = || Countdown::<T, PADDING>(Liar::new(left, said), std::marker::PhantomData);
                    let mut ours = VecIn::with_capacity_in(capacity, System);
                    let mut std = Vec::with_capacity(capacity);
                    ours.push(T::new(7));
                    std.push(T::new(7));
                    ours.extend(lies());
                    std.extend(lies());
                    assert_eq!(numbers(&ours), numbers(&std));
                    drop(ours.splice(1..2.min(ours.len()), lies()));
                    drop(std.splice(1..2.min(std.len()), lies()));
                    assert_eq!(numbers(&ours), numbers(&std));
                    assert!(ours.try_extend(lies()).is_ok());
                    std.extend(lies());
                    assert_eq!(numbers(&ours), numbers(&std));
                    let ours = VecIn::from_iter_in(lies(), System);
                    let std: Vec<T> = lies().collect();
                    assert_eq!(numbers(&ours), numbers(&std));
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
    let lies = || Countdown::<Number, 0>(Liar::new(3, (usize::MAX, None)), std::marker::PhantomData);
    assert!(crate::ledger::panics(|| VecIn::from_iter_in(lies(), System)));
    assert!(VecIn::try_from_iter_in(lies(), System).is_err());
    let exact = || Countdown::<Number, 0>(Liar::new(3, (usize::MAX, Some(usize::MAX))), std::marker::PhantomData);
    assert!(crate::ledger::panics(|| VecIn::from_iter_in(exact(), System)));
    assert!(VecIn::try_from_iter_in(exact(), System).is_err());
}
