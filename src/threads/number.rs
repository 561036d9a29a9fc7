//! Numbers for living threads, given back when a thread ends, so that they stay small however many threads come and go.
//!
//! Usable inside the registered default: the hot path reads one thread-local without a destructor; the destructor is a second
//! thread-local's, touched once a thread. glibc keeps the list of destructors, so registering one asks `calloc` and not
//! the default, whoever is registering one already.
//!
//! In the child of a fork the numbers of the threads that did not come along stay taken; and so does that of a thread that
//! asks for the first time after its destructors have run. Then one thread fewer has a number: slower, not wrong.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread_local;

/// How many threads can have a number at a time: as many as a word has bits.
pub(crate) const LIMIT: usize = usize::BITS as usize;

/// Not asked yet.
const UNKNOWN: u8 = u8::MAX;
/// The numbers were all taken, or the thread is ending.
const NONE: u8 = u8::MAX - 1;

/// A bit for each number in use.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static NUMBER: Cell<u8> = const { Cell::new(UNKNOWN) };
    static GIVE_BACK: GiveBack = const { GiveBack };
}

/// The number of the calling thread if it is below `limit` (at most [`LIMIT`]): no other living thread's. `None` if all
/// such are taken, and while a thread runs its last destructors.
///
/// What the holder of a number stored, the next holder of that number sees.
#[inline]
pub(crate) fn number_below(limit: usize) -> Option<usize> {
    // One compare for the common case: the marks are above every limit.
    let number = usize::from(NUMBER.get());
    if number < limit { Some(number) } else { ask_if_unknown(number).filter(|&number| number < limit) }
}

#[cold]
fn ask_if_unknown(number: usize) -> Option<usize> {
    if number == usize::from(UNKNOWN) { ask() } else { None }
}

fn ask() -> Option<usize> {
    let Some(number) = take() else {
        NUMBER.set(NONE);
        return None;
    };
    // Before the destructor is registered: that may come back here.
    NUMBER.set(number as u8);
    if GIVE_BACK.try_with(|_| ()).is_ok() {
        return Some(number);
    }
    // The thread is so far gone that no destructor can be registered.
    NUMBER.set(NONE);
    give_back(number);
    None
}

/// The lowest number that is free.
fn take() -> Option<usize> {
    let free = |taken: usize| {
        let number = (!taken).trailing_zeros() as usize;
        (number < LIMIT).then_some(number)
    };
    let set = |taken| free(taken).map(|number| taken | 1 << number);
    // Acquire, with the release below: what the last holder did happened before.
    TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, set).ok().and_then(free)
}

fn give_back(number: usize) {
    TAKEN.fetch_and(!(1 << number), Ordering::Release);
}

struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        let number = NUMBER.replace(NONE);
        if number < NONE {
            give_back(usize::from(number));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;
    use std::vec::Vec;

    use super::{LIMIT, number_below};

    #[test]
    fn numbers_of_living_threads_differ_and_come_back() {
        for _ in 0..4 {
            let threads = LIMIT + 8;
            let barrier = Barrier::new(threads);
            let numbers: Vec<Option<usize>> = thread::scope(|scope| {
                let spawn = |_| {
                    scope.spawn(|| {
                        let number = number_below(LIMIT);
                        barrier.wait();
                        assert_eq!(number, number_below(LIMIT));
                        number
                    })
                };
                let threads: Vec<_> = (0..threads).map(spawn).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut given: Vec<usize> = numbers.into_iter().flatten().collect();
            let count = given.len();
            given.sort_unstable();
            given.dedup();
            assert_eq!(given.len(), count, "two threads had one number");
            // Other tests' threads may hold a few; but the rounds before gave theirs back.
            assert!(count >= LIMIT / 2, "only {count} numbers were left");
            assert!(given.iter().all(|&number| number < LIMIT));
        }
    }
}
