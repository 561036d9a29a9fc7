//! Which threads are inside of something that may bring them back.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};

/// In foreign code that an allocator has called: it may hold locks.
pub(crate) static FOREIGN: Inside = Inside { threads: [const { AtomicUsize::new(0) }; PLACES] };

const PLACES: usize = 16;

/// So many threads at a time as there are places. All zero bytes are none.
#[derive(Debug)]
pub(crate) struct Inside {
    /// Their [ids](super::id), or 0.
    threads: [AtomicUsize; PLACES],
}

/// The thread is inside until this goes.
#[derive(Debug)]
pub(crate) struct Guard<'a>(&'a AtomicUsize);

impl Inside {
    /// `None` if there is no place left.
    pub(crate) fn enter(&self) -> Option<Guard<'_>> {
        let id = super::id();
        let take =
            |place: &&AtomicUsize| place.load(Relaxed) == 0 && place.compare_exchange(0, id, Relaxed, Relaxed).is_ok();
        self.threads.iter().find(take).map(Guard)
    }

    /// Whether some thread is inside.
    pub(crate) fn is_anybody(&self) -> bool {
        self.threads.iter().any(|place| place.load(SeqCst) != 0)
    }

    /// No thread is inside but the calling one, if it is: there is no other in the child of a fork.
    #[cfg(unix)]
    pub(crate) fn forget_others(&self) {
        let id = super::id();
        self.threads.iter().filter(|place| place.load(Relaxed) != id).for_each(|place| place.store(0, Relaxed));
    }

    /// Whether the calling thread is inside.
    pub(crate) fn is_inside(&self) -> bool {
        let id = super::id();
        self.threads.iter().any(|place| place.load(Relaxed) == id)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // Before what this thread looks at next, as others look whether somebody is.
        self.0.store(0, SeqCst);
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::thread;
    use std::vec::Vec;

    use super::{AtomicUsize, Inside, PLACES};

    fn inside() -> Inside {
        Inside { threads: [const { AtomicUsize::new(0) }; PLACES] }
    }

    #[test]
    fn a_thread_is_inside_as_long_as_it_says_so() {
        let inside = &inside();
        let work = || {
            for _ in 0..100 {
                assert!(!inside.is_inside());
                let (outer, inner) = (inside.enter(), inside.enter());
                assert!(inside.is_anybody());
                assert!(inside.is_inside());
                drop(outer);
                assert!(inside.is_inside());
                drop(inner);
            }
        };
        thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(work))));
    }

    #[test]
    fn there_may_be_more_than_places() {
        let inside = inside();
        let many: Vec<_> = (0..PLACES).map(|_| inside.enter().unwrap()).collect();
        assert!(inside.enter().is_none() && inside.is_inside());
        drop(many);
        assert!(!inside.is_inside() && !inside.is_anybody());
    }
}
