//! Numbers for living threads, given back when a thread ends, so that they stay small however many threads come and go.
//!
//! Usable inside the registered default: the hot path reads one thread-local without a destructor; the destructor is a second
//! thread-local's, touched once a thread. glibc keeps the list of destructors, so registering one asks `calloc` and not
//! the default, whoever is registering one already.
//!
//! What comes after those destructors, the ones of `pthread_key_create`, may ask for a number as well, and be the first to. So
//! there is one of these too. (glibc then keeps 32 bytes for the other, which it never runs.)
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
    static ENDING: Cell<bool> = const { Cell::new(false) };
    static GIVE_BACK: GiveBack = const { GiveBack };
}

/// The number of the calling thread if it has one already, else [`LIMIT`]. Never more.
#[inline(always)]
pub(crate) fn number_or_limit() -> usize {
    NUMBER.get()
}

/// The number of the calling thread, below [`LIMIT`]: no other living thread's. `None` if all are taken, and while a thread
/// runs its last destructors.
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
    let number = NUMBERS.take()?;
    // Before the destructors are registered: that may come back here.
    NUMBER.set(number);
    make_key();
    set_late(true);
    if GIVE_BACK.try_with(|_| ()).is_ok() {
        return Some(number);
    }
    // The thread is so far gone that no destructor can be registered.
    give_back();
    None
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

/// One more than the key whose destructor gives a number back that is held after those of thread-locals have run; or one of these.
static KEY: AtomicUsize = AtomicUsize::new(NO_KEY_YET);
const NO_KEY_YET: usize = 0;
const NO_KEY_ANY_MORE: usize = usize::MAX;

/// The key that `state` of [`KEY`] stands for.
fn key_of(state: usize) -> Option<libc::pthread_key_t> {
    (![NO_KEY_YET, NO_KEY_ANY_MORE].contains(&state)).then(|| (state - 1) as libc::pthread_key_t)
}

/// Makes the key, if there is none yet, and there can be one.
fn make_key() {
    extern "C" fn late(_: *mut c_void) {
        give_back();
    }

    if KEY.load(Ordering::Relaxed) != NO_KEY_YET {
        return;
    }
    let mut key = 0;
    // SAFETY: writes the key. The destructor may be called at the end of any thread that has one set.
    let made = unsafe { libc::pthread_key_create(&raw mut key, Some(late)) } == 0;
    let put = || KEY.compare_exchange(NO_KEY_YET, key as usize + 1, Ordering::Relaxed, Ordering::Relaxed);
    if made && put().is_err() {
        // SAFETY: made above, and no thread has used it.
        unsafe { libc::pthread_key_delete(key) };
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

/// Whether the destructor of the key, if there is one, is to run for the calling thread.
fn set_late(late: bool) {
    let Some(key) = key_of(KEY.load(Ordering::Relaxed)) else { return };
    // Any pointer but null.
    let value = if late { ptr::from_ref(&NUMBERS).cast() } else { ptr::null() };
    // SAFETY: the key lives. If there is no memory to note it, the number of a thread that asks so late stays taken.
    unsafe { libc::pthread_setspecific(key, value) };
}

fn give_back() {
    ENDING.set(true);
    let number = NUMBER.replace(LIMIT);
    if number < LIMIT {
        NUMBERS.give_back(number);
    }
}

struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        // The code of what is called later may be gone by then, if it is a library's.
        set_late(false);
        give_back();
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
