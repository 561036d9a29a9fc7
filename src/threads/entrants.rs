//! Threads in a piece of work that may bring them back to it, where they are not to begin it once more.

use crate::sync::AtomicUsize;
use crate::sync::Ordering::SeqCst;

/// So many threads do the work at a time; others leave theirs to these.
pub(crate) const PLACES: usize = 4;

/// The threads that are doing it. All zero bytes are none.
///
/// A thread notes what there is to do first, and then [enters](Self::enter), or leaves it to those that have entered: each of them looks
/// for more after it has left. What is to do is read and written with `SeqCst`, or under a lock. So nothing is forgotten. Modelled in
/// `tests/models/entrants.rs`.
#[derive(Debug)]
pub(crate) struct Entrants {
    /// Their [ids](super::id), or 0.
    pub(crate) threads: [AtomicUsize; PLACES],
}

/// The calling thread is among the entrants until this goes.
#[derive(Debug)]
pub(crate) struct Entered<'a>(&'a AtomicUsize);

impl Entrants {
    /// `None` if the calling thread has entered already, or all places are taken.
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        let id = super::id();
        if self.threads.iter().any(|thread| thread.load(SeqCst) == id) {
            return None;
        }
        let take = |thread: &&AtomicUsize| thread.compare_exchange(0, id, SeqCst, SeqCst).is_ok();
        self.threads.iter().find(take).map(Entered)
    }

    /// In the child of a fork: no other thread is there.
    #[cfg(unix)]
    pub(crate) fn settle_in_child(&self) {
        let id = super::id();
        self.threads.iter().filter(|thread| thread.load(SeqCst) != id).for_each(|thread| thread.store(0, SeqCst));
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.store(0, SeqCst);
    }
}
