//! Misbehaving safe code: ranges whose bounds change, and iterators with wrong size hints.

use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::{Arena, Global, SyncArena, System};

use crate::elements::{Element, Number, Unit, live, numbers};
use crate::hints::{WrongHint, hints};
use crate::ledger::panics;
use crate::ranges::ChangingRange;

#[test]
fn drain_reads_the_bounds_of_a_range_once() {
    let arena = Arena::new();
    let mut numbers = VecIn::with_capacity_in(4, &arena);
    numbers.extend([1, 2]);
    let _after = arena.alloc_slice_copy(&[0xDEAD_u64; 4]);
    let mut drain = numbers.drain(&ChangingRange::new(8));
    assert_eq!(drain.by_ref().collect::<Vec<u64>>(), [0_u64; 0]);
    std::mem::forget(drain);

    // The drain does not drop a box of the vector behind, which would be freed twice.
    let arena = SyncArena::new_in(System);
    let mut boxes = VecIn::with_capacity_in(1, &arena);
    boxes.push(BoxIn::new_in(7_u64, Global));
    let mut kept = VecIn::with_capacity_in(1, &arena);
    kept.push(BoxIn::new_in(9_u64, Global));
    assert_eq!(boxes.drain(&ChangingRange::new(2)).count(), 0);
    assert_eq!((*boxes[0], *kept[0]), (7, 9));
}

#[test]
fn other_methods_read_the_bounds_of_a_range_once() {
    let mut numbers = VecIn::with_capacity_in(16, System);
    numbers.extend([1, 2]);
    numbers.extend_from_within(&ChangingRange::new(12));
    assert_eq!(numbers, [1, 2]);
    assert_eq!(numbers.extract_if(&ChangingRange::new(12), |_| true).count(), 0);
    assert_eq!(numbers.splice(&ChangingRange::new(12), [3]).count(), 0);
    assert_eq!(numbers, [3, 1, 2]);
    let range = ChangingRange::new(12);
    assert!(numbers.try_extend_from_within(&range).is_ok());
    assert_eq!(range.end_calls.get(), 1);
}

fn compare_with_std<T: Element, const PADDING: usize>() {
    let before = live();
    for count in [0, 1, 4, 30] {
        for length in [0, 1, 3, 4, 5, 100] {
            for hint in hints(length) {
                for capacity in [0, 2, 64] {
                    let source = || WrongHint::<T, PADDING>::new(count, hint);
                    let mut ours = VecIn::with_capacity_in(capacity, System);
                    let mut std = Vec::with_capacity(capacity);
                    ours.push(T::new(7));
                    std.push(T::new(7));
                    ours.extend(source());
                    std.extend(source());
                    assert_eq!(numbers(&ours), numbers(&std));
                    drop(ours.splice(1..2.min(ours.len()), source()));
                    drop(std.splice(1..2.min(std.len()), source()));
                    assert_eq!(numbers(&ours), numbers(&std));
                    assert!(ours.try_extend(source()).is_ok());
                    std.extend(source());
                    assert_eq!(numbers(&ours), numbers(&std));
                    let ours = VecIn::from_iter_in(source(), System);
                    let std: Vec<T> = source().collect();
                    assert_eq!(numbers(&ours), numbers(&std));
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
        assert!(panics(|| VecIn::from_iter_in(source(), System)));
        assert!(VecIn::try_from_iter_in(source(), System).is_err());
    }
}
