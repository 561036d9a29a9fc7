//! A panic at each call of a callback, and what it leaves.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::elements::{extinguish, light, live, tick};
use crate::ledger::Ledger;

/// Whether it panicked, the numbers left, and how many elements are live while the collection is and when it is gone.
pub(crate) type Outcome = (bool, Vec<u32>, isize, isize);

/// Does `work` with a panic in the callback behind the next `calls`.
pub(crate) fn outcome<C>(
    mut collection: C,
    numbers: impl Fn(&C) -> Vec<u32>,
    calls: usize,
    work: impl FnOnce(&mut C),
) -> Outcome {
    let before = live() - numbers(&collection).len() as isize;
    light(calls);
    let panicked = catch_unwind(AssertUnwindSafe(|| work(&mut collection))).is_err();
    extinguish();
    let (left, with) = (numbers(&collection), live() - before);
    drop(collection);
    (panicked, left, with, live() - before)
}

/// Asks for the outcomes of `work` in ours and in std's with a panic at each call of a callback, and compares them.
pub(crate) fn at_each_call(work: &str, mut outcomes: impl FnMut(usize, &Ledger) -> [Outcome; 2]) {
    let mut calls = 0;
    loop {
        let ledger = Ledger::new();
        let [ours, std] = outcomes(calls, &ledger);
        assert_eq!(ours, std, "at call {calls} of {work}");
        assert_eq!(ledger.live(), 0);
        calls += 1;
        if !std.0 {
            break;
        }
    }
    assert!(calls > 1, "no callback: {work}");
}

/// The end of what `_result` borrows.
pub(crate) fn ended<R>(_result: R) {}

pub(crate) fn ticking<T>(element: T) -> T {
    tick();
    element
}
