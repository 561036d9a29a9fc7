//! Which threads are inside of something that may bring them back.

use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

/// In foreign code that an allocator has called: it may hold locks.
pub(crate) static FOREIGN: Inside = Inside { threads: [const { AtomicUsize::new(0) }; PLACES] };

const PLACES: usize = 16;

/// A hint, without which nothing goes wrong: of more threads than there are places some are not known. All zero bytes are of no
/// thread.
#[derive(Debug)]
pub(crate) struct Inside {
    /// Their [ids](super::id), or 0.
    threads: [AtomicUsize; PLACES],
}

/// The thread is inside until this goes.
#[derive(Debug)]
pub(crate) struct Guard<'a>(Option<&'a AtomicUsize>);

impl Inside {
    pub(crate) fn enter(&self) -> Guard<'_> {
        let id = super::id();
        Guard(self.threads.iter().find(|place| place.compare_exchange(0, id, Relaxed, Relaxed).is_ok()))
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
        if let Some(place) = self.0 {
            place.store(0, Relaxed);
        }
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
                assert!(inside.is_inside());
                drop(outer);
                assert!(inside.is_inside());
                drop(inner);
            }
        };
        thread::scope(|threads| (0..8).for_each(|_| drop(threads.spawn(work))));
    }

    #[test]
    fn there_may_be_more_than_places() {
        let inside = inside();
        let many: Vec<_> = (0..PLACES + 10).map(|_| inside.enter()).collect();
        assert!(inside.is_inside());
        drop(many);
        assert!(!inside.is_inside());
    }
}
