//! A number has one holder at a time, which sees the writes of the last one.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::AtomicUsize;
use crate::threads::index_set::IndexSet;

const BITS: usize = usize::BITS as usize;

/// Numbers, up to two of which are free, and the count of each one's uses.
struct Held {
    indices: IndexSet<2>,
    counts: [UnsafeCell<usize>; 2],
}

// SAFETY: the holder of a number uses its count; loom checks that it has one holder at a time.
unsafe impl Sync for Held {}

impl Held {
    /// Returns numbers all of which are held but the first of each word whose `free` is true.
    fn new(free: [bool; 2]) -> Arc<Self> {
        let held = free.map(|free| AtomicUsize::new(usize::MAX << usize::from(free)));
        Arc::new(Self { indices: IndexSet { held }, counts: [UnsafeCell::new(0), UnsafeCell::new(0)] })
    }

    /// Counts a use of a number, and gives it back.
    fn use_number(&self, number: usize) {
        assert_eq!(number % BITS, 0, "a held number was taken");
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        self.counts[number / BITS].with_mut(|count| unsafe { *count += 1 });
        self.indices.release(number);
    }

    /// Takes a number and uses it. Returns 1, or 0 if no number was free.
    fn take_and_use(&self) -> usize {
        self.indices.acquire_lowest().map_or(0, |number| {
            self.use_number(number);
            1
        })
    }

    fn total(&self) -> usize {
        // SAFETY: the threads that write the counts have ended.
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
        assert!(total >= 2, "a thread found no number although the other did not hold it");
        assert_eq!(held.indices.acquire_lowest(), Some(0), "the number was not given back");
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
fn a_thread_takes_a_chosen_number() {
    check(|| {
        let held = Held::new([true, true]);
        let other = Arc::clone(&held);
        let thread = thread::spawn(move || {
            let taken = other.indices.try_acquire(0);
            if taken {
                other.use_number(0);
            }
            usize::from(taken)
        });
        let own = held.take_and_use();
        assert_eq!(own, 1, "a thread found none of two numbers");
        let total = own + thread.join().unwrap();
        assert_eq!(held.total(), total);
        assert!(held.indices.try_acquire(0) && !held.indices.try_acquire(0) && !held.indices.try_acquire(1));
    });
}
