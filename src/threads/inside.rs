//! Which threads are inside of something that may bring them back.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

/// In a fork, from the first of the pools' handlers before to the last one after: a thread that forks holds locks, and waits for others.
pub(crate) static FORKERS: Inside = Inside::new();

const PLACES: usize = 16;

/// So many threads at a time as there are places. All zero bytes are none.
#[derive(Debug)]
pub(crate) struct Inside {
    /// Their [ids](super::id), or 0.
    threads: [AtomicUsize; PLACES],
    /// How many more threads are inside that had no place.
    others: AtomicUsize,
}

/// The thread is inside until this goes.
#[derive(Debug)]
pub(crate) struct Guard<'a>(&'a AtomicUsize);

/// Some thread is inside until this goes: the calling one, if there was a place.
#[derive(Debug)]
pub(crate) struct Counted<'a>(Result<Guard<'a>, &'a AtomicUsize>);

impl Inside {
    pub(crate) const fn new() -> Self {
        Self { threads: [const { AtomicUsize::new(0) }; PLACES], others: AtomicUsize::new(0) }
    }

    /// `None` if there is no place left.
    pub(crate) fn enter(&self) -> Option<Guard<'_>> {
        let id = super::id();
        let take =
            |place: &&AtomicUsize| place.load(Relaxed) == 0 && place.compare_exchange(0, id, Release, Relaxed).is_ok();
        self.threads.iter().find(take).map(Guard)
    }

    /// As [`enter`](Self::enter), if there is no place too.
    pub(crate) fn enter_or_count(&self) -> Counted<'_> {
        Counted(self.enter().ok_or_else(|| {
            self.others.fetch_add(1, Relaxed);
            &self.others
        }))
    }

    /// The calling thread is inside until it [leaves](Self::leave) as often as it came.
    #[cfg(unix)]
    pub(crate) fn come(&self) {
        core::mem::forget(self.enter_or_count());
    }

    /// The calling thread, which [came](Self::come), is inside once less.
    #[cfg(unix)]
    pub(crate) fn leave(&self) {
        let id = super::id();
        match self.threads.iter().find(|place| place.load(Relaxed) == id) {
            Some(place) => drop(Guard(place)),
            None => drop(Counted(Err(&self.others))),
        }
    }

    /// No thread is inside but the calling one, if it is: there is no other in the child of a fork.
    #[cfg(unix)]
    pub(crate) fn forget_others(&self) {
        let id = super::id();
        self.threads.iter().filter(|place| place.load(Relaxed) != id).for_each(|place| place.store(0, Relaxed));
        self.others.store(0, Relaxed);
    }

    /// Whether the calling thread is inside.
    pub(crate) fn is_inside(&self) -> bool {
        self.has(super::id())
    }

    /// Whether the thread with that [id](super::id) is inside. What it did before has happened then.
    pub(crate) fn has(&self, id: usize) -> bool {
        self.threads.iter().any(|place| place.load(Acquire) == id)
    }

    /// Whether some thread without a place is inside.
    #[cfg(unix)]
    pub(crate) fn is_crowded(&self) -> bool {
        self.others.load(Relaxed) > 0
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        if let Err(others) = self.0 {
            // It is 0 already in the child of a fork.
            let _ = others.fetch_update(Relaxed, Relaxed, |count| count.checked_sub(1));
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.store(0, SeqCst);
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::Inside;
    use std::thread;

    #[test]
    fn a_thread_is_inside_as_long_as_it_says_so() {
        let inside = &Inside::new();
        let work = || {
            for _ in 0..100 {
                assert!(!inside.is_inside());
                let (outer, inner) = (inside.enter(), inside.enter());
                assert!(inside.is_inside());
                drop(outer);
                assert!(inside.is_inside());
                drop(inner);
            }
        };
        thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(work))));
    }
}
