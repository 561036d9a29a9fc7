//! Numbers for living threads, given back when a thread ends, so that they stay small however many threads come and go.
//!
//! In the child of a fork the numbers of the threads that did not come along are [`Lost`].

use super::local::{self, Flag};
use super::registry;

/// The number of the calling thread: no other living thread's. `None` if all are taken, if it cannot be noted that it is to be given back,
/// and while a thread runs the last destructors of keys.
///
/// What the holder of a number stored, the next holder of that number sees.
#[inline]
pub(crate) fn number() -> Option<usize> {
    local::number().or_else(take)
}

#[cold]
fn take() -> Option<usize> {
    if local::is_ending() {
        return None;
    }
    let _numbering = Numbering::begin()?;
    let number = registry::take()?;
    if !local::set_number(number) {
        registry::give_back(number);
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
            registry::give_back(self.0);
        }
    }
    let Some(_numbering) = Numbering::begin() else { return };
    if registry::take_this(number) {
        let _held = Held(number);
        action();
    }
}

/// The numbers of threads that the child of a fork has not got. What these kept may be half changed, and who keeps it forgets it before
/// the numbers are [given back](Self::give_back).
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Lost {
    own: Option<usize>,
}

#[cfg(unix)]
impl Lost {
    /// Notes, before a fork, which numbers are held.
    pub(crate) fn note() {
        registry::note();
    }

    /// In the child of a fork. `None` if a signal handler has forked that interrupted this thread where it held a number that it did not
    /// know of: then all stay taken, since that one must.
    pub(crate) fn find() -> Option<Self> {
        (!local::has(Flag::Numbering)).then(|| Self { own: local::number() })
    }

    pub(crate) fn has(&self, number: usize) -> bool {
        registry::is_lost(number, self.own)
    }

    /// From now on other threads may have them.
    pub(crate) fn give_back(self) {
        registry::lost(self.own).for_each(registry::give_back);
    }
}

/// The calling thread holds numbers that it does not know of until this goes.
struct Numbering {
    /// Whether another one goes later.
    is_inner: bool,
}

impl Numbering {
    /// `None` if that cannot be noted.
    fn begin() -> Option<Self> {
        let is_inner = local::has(Flag::Numbering);
        local::set(Flag::Numbering).then_some(Self { is_inner })
    }
}

impl Drop for Numbering {
    fn drop(&mut self) {
        if !self.is_inner {
            local::clear(Flag::Numbering);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;
    use std::vec::Vec;

    use super::{number, with_idle};
    use crate::threads::local::{SLOTS, slot};

    #[test]
    fn numbers_of_living_threads_differ_and_come_back() {
        for _ in 0..4 {
            let threads = SLOTS + 8;
            let barrier = Barrier::new(threads);
            let numbers: Vec<Option<usize>> = thread::scope(|scope| {
                let spawn = |_| {
                    scope.spawn(|| {
                        let own = number();
                        barrier.wait();
                        assert!(own.is_none() || own == number());
                        let own_slot = own.filter(|&number| number < SLOTS).map_or(0, |number| number + 1);
                        assert!(own.is_none() || own_slot == slot());
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
            assert_eq!(count, threads, "some have none");
            // Other tests' threads may hold a few; but the rounds before gave theirs back.
            assert!(given.iter().all(|&number| number < threads * 2));
        }
    }

    #[test]
    fn a_number_that_is_held_is_not_idle() {
        let Some(own) = number() else { return };
        with_idle(own, || panic!("{own} is held by this thread"));
        let mut idle = 0;
        (0..SLOTS).for_each(|number| with_idle(number, || idle += 1));
        assert!(idle < SLOTS);
    }
}
