//! A number has one holder at a time, who sees what the last one did.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::AtomicUsize;
use crate::threads::index_set::IndexSet;

const BITS: usize = usize::BITS as usize;

/// Indices of which few are free, and what their holders keep: how often each was held.
struct Held {
    indices: IndexSet<2>,
    counts: [UnsafeCell<usize>; 2],
}

// SAFETY: the counts are used by the holder of a number, and that there is one at a time is what loom checks.
unsafe impl Sync for Held {}

impl Held {
    /// The first of each word is free if it is in `free`.
    fn new(free: [bool; 2]) -> Arc<Self> {
        let held = free.map(|free| AtomicUsize::new(usize::MAX << usize::from(free)));
        Arc::new(Self { indices: IndexSet { held }, counts: [UnsafeCell::new(0), UnsafeCell::new(0)] })
    }

    /// Works with a number and gives it back.
    fn use_it(&self, number: usize) {
        assert_eq!(number % BITS, 0, "all others are held");
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        self.counts[number / BITS].with_mut(|count| unsafe { *count += 1 });
        self.indices.release(number);
    }

    fn take_and_use(&self) -> usize {
        self.indices.acquire_lowest().map_or(0, |number| {
            self.use_it(number);
            1
        })
    }

    fn total(&self) -> usize {
        // SAFETY: of this pointer alone; the threads have ended.
        self.counts.iter().map(|count| count.with(|count| unsafe { *count })).sum()
    }
}

#[test]
fn two_threads_take_the_same_number() {
    check(|| {
        let held = Held::new([true, false]);
        let other = Arc::clone(&held);
        let thread = thread::spawn(move || other.take_and_use() + other.take_and_use());
        let own = held.take_and_use() + held.take_and_use();
        let total = own + thread.join().unwrap();
        assert_eq!(held.total(), total);
        assert!(total >= 2, "only the other's holding it is a reason to have none");
        assert_eq!(held.indices.acquire_lowest(), Some(0), "it came back");
    });
}

#[test]
fn three_threads_take_two_numbers() {
    check(|| {
        let held = Held::new([true, true]);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let held = Arc::clone(&held);
                thread::spawn(move || held.take_and_use())
            })
            .collect();
        let own = held.take_and_use();
        let total = own + threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>();
        assert_eq!(held.total(), total);
        assert!(total >= 2);
        assert_eq!(
            (held.indices.acquire_lowest(), held.indices.acquire_lowest(), held.indices.acquire_lowest()),
            (Some(0), Some(BITS), None)
        );
    });
}

#[test]
fn one_takes_a_number_by_name() {
    check(|| {
        let held = Held::new([true, true]);
        let other = Arc::clone(&held);
        let thread = thread::spawn(move || {
            let got = other.indices.try_acquire(0);
            if got {
                other.use_it(0);
            }
            usize::from(got)
        });
        let own = held.take_and_use();
        assert_eq!(own, 1, "there are two");
        let total = own + thread.join().unwrap();
        assert_eq!(held.total(), total);
        assert!(held.indices.try_acquire(0) && !held.indices.try_acquire(0) && !held.indices.try_acquire(1));
    });
}
