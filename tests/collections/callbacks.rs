//! Operations whose callbacks panic at each call in turn, compared with std's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::elements::{cancel_panic, live, maybe_panic, panic_after};
use crate::ledger::Ledger;

/// Whether the operation panicked, the numbers left in the collection, and the count of live elements before and after the collection's
/// drop.
pub(crate) type Outcome = (bool, Vec<u32>, isize, isize);

/// Runs `work` with a panic in the callback after the next `calls`.
pub(crate) fn outcome<C>(
    mut collection: C,
    numbers: impl Fn(&C) -> Vec<u32>,
    calls: usize,
    work: impl FnOnce(&mut C),
) -> Outcome {
    let before = live() - numbers(&collection).len() as isize;
    panic_after(calls);
    let panicked = catch_unwind(AssertUnwindSafe(|| work(&mut collection))).is_err();
    cancel_panic();
    let (numbers_left, live_with_collection) = (numbers(&collection), live() - before);
    drop(collection);
    (panicked, numbers_left, live_with_collection, live() - before)
}

/// Compares the outcomes of `work` in our collection and in std's, with a panic at each call of a callback in turn.
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

/// Drops a result, and so ends its borrow of the collection.
pub(crate) fn drop_result<R>(_result: R) {}

/// Returns `element`, unless this call is to panic.
pub(crate) fn maybe_panicking<T>(element: T) -> T {
    maybe_panic();
    element
}
