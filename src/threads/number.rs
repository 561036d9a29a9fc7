//! Numbers for living threads, given back when a thread ends, so that they stay small however many threads come and go.
//!
//! Usable inside the registered default: the hot path reads one thread-local without a destructor. The number is given back by the
//! destructor of a key (`pthread_key_create`): glibc calls these after the destructors of thread-locals, which so still have it, and
//! to note one it allocates nothing for the first 32 keys of a process. For a later key it asks `calloc`, which may come back
//! here, and may fail: then there is no number. (To register the destructor of a thread-local it asks `calloc` as well, and ends
//! the process if that fails.)
//!
//! In the child of a fork the numbers of the threads that did not come along stay taken. Then fewer threads can have a
//! number: slower, not wrong.

use core::ffi::c_void;
use core::ptr;
use std::cell::Cell;
use std::thread_local;

use super::numbers::Numbers;
use crate::sync::{AtomicUsize, Ordering};

/// How many threads can have a number at a time.
pub(crate) const LIMIT: usize = WORDS * usize::BITS as usize;
const WORDS: usize = 512 / usize::BITS as usize;

static NUMBERS: Numbers<WORDS> = Numbers { held: [const { AtomicUsize::new(0) }; WORDS] };

thread_local! {
    /// At most [`LIMIT`], which stands for none.
    static NUMBER: Cell<usize> = const { Cell::new(LIMIT) };
    /// Whether the thread has given its number back, so that the destructors of other keys do without.
    static ENDING: Cell<bool> = const { Cell::new(false) };
}

/// The number of the calling thread if it has one already, else [`LIMIT`]. Never more.
#[inline(always)]
pub(crate) fn number_or_limit() -> usize {
    NUMBER.get()
}

/// The number of the calling thread, below [`LIMIT`]: no other living thread's. `None` if all are taken, if it cannot be noted that
/// it is to be given back, and while a thread runs the last destructors of keys.
///
/// What the holder of a number stored, the next holder of that number sees.
#[inline]
pub(crate) fn number() -> Option<usize> {
    match NUMBER.get() {
        LIMIT => ask(),
        number => Some(number),
    }
}

#[cold]
fn ask() -> Option<usize> {
    if ENDING.get() {
        return None;
    }
    let key = key()?;
    let number = NUMBERS.take()?;
    // Before the key is set: that may come back here.
    NUMBER.set(number);
    // SAFETY: the key lives. Any pointer but null has its destructor called.
    let error = unsafe { libc::pthread_setspecific(key, ptr::from_ref(&NUMBERS).cast()) };
    if error != 0 {
        // There is no memory to note it. What came back here is done with the number.
        NUMBER.set(LIMIT);
        NUMBERS.give_back(number);
        return None;
    }
    Some(number)
}

/// Calls `action` with `number` held by the calling thread for so long, if no thread holds it. What the last one that held it did
/// is seen.
pub(crate) fn with_idle(number: usize, action: impl FnOnce()) {
    struct Held(usize);
    impl Drop for Held {
        fn drop(&mut self) {
            NUMBERS.give_back(self.0);
        }
    }
    if NUMBERS.take_this(number) {
        let _held = Held(number);
        action();
    }
}

/// One more than the key whose destructor gives numbers back; or one of these.
static KEY: AtomicUsize = AtomicUsize::new(NO_KEY_YET);
const NO_KEY_YET: usize = 0;
const NO_KEY_ANY_MORE: usize = usize::MAX;

/// The key that `state` of [`KEY`] stands for.
fn key_of(state: usize) -> Option<libc::pthread_key_t> {
    (![NO_KEY_YET, NO_KEY_ANY_MORE].contains(&state)).then(|| (state - 1) as libc::pthread_key_t)
}

/// The key; a new one if there is none yet. `None` if there can be none.
fn key() -> Option<libc::pthread_key_t> {
    match KEY.load(Ordering::Relaxed) {
        NO_KEY_YET => make_key(),
        state => key_of(state),
    }
}

fn make_key() -> Option<libc::pthread_key_t> {
    let mut key = 0;
    // SAFETY: writes the key. The destructor may be called at the end of any thread that has one set.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(give_back)) } != 0 {
        return None;
    }
    match KEY.compare_exchange(NO_KEY_YET, key as usize + 1, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => Some(key),
        Err(state) => {
            // SAFETY: made above, and no thread has used it.
            unsafe { libc::pthread_key_delete(key) };
            key_of(state)
        }
    }
}

/// When the process ends, or the library that this is in is unloaded: there are not many keys.
extern "C" fn delete_key() {
    if let Some(key) = key_of(KEY.swap(NO_KEY_ANY_MORE, Ordering::Relaxed)) {
        // SAFETY: made here. A thread that has it set has no destructor called for it, and needs none.
        unsafe { libc::pthread_key_delete(key) };
    }
}

#[used]
// SAFETY: the functions there are called without arguments.
#[unsafe(link_section = ".fini_array")]
static AT_THE_END: extern "C" fn() = delete_key;

/// At the end of a thread.
unsafe extern "C" fn give_back(_: *mut c_void) {
    ENDING.set(true);
    let number = NUMBER.replace(LIMIT);
    if number < LIMIT {
        NUMBERS.give_back(number);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;
    use std::vec::Vec;

    use super::{LIMIT, number, number_or_limit, with_idle};

    #[test]
    fn numbers_of_living_threads_differ_and_come_back() {
        for _ in 0..4 {
            let threads = LIMIT + 8;
            let barrier = Barrier::new(threads);
            let numbers: Vec<Option<usize>> = thread::scope(|scope| {
                let spawn = |_| {
                    scope.spawn(|| {
                        let own = number();
                        barrier.wait();
                        assert!(own.is_none() || own == number());
                        assert!(own.is_none() || own == Some(number_or_limit()));
                        // Before others give theirs back.
                        barrier.wait();
                        own
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

    #[test]
    fn a_number_that_is_held_is_not_idle() {
        let Some(own) = number() else { return };
        with_idle(own, || panic!("{own} is held by this thread"));
        let mut idle = 0;
        (0..LIMIT).for_each(|number| with_idle(number, || idle += 1));
        assert!(idle < LIMIT);
    }
}
