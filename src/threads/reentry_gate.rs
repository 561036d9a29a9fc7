//! A limit on the threads in a task that calls foreign code, which may call the task again.

use crate::sync::AtomicUsize;
use crate::sync::Ordering::SeqCst;

/// The limit: how many threads may be in the task at the same time.
pub(crate) const MAX_THREADS_INSIDE: usize = 4;

/// The threads that are in a task, each of them once. All zero bytes are a gate with no thread inside.
///
/// A thread notes its work, and then [enters](Self::enter) to do it. If it cannot enter, it leaves the work to the
/// threads inside: each of these looks for more work after it has left. Work is noted and looked for with `SeqCst`, or
/// under a lock. So no work is forgotten. Modelled in `tests/models/reentry_gate.rs`.
#[derive(Debug)]
pub(crate) struct ReentryGate {
    /// The [ids](super::id) of the threads inside, or 0.
    pub(crate) threads: [AtomicUsize; MAX_THREADS_INSIDE],
}

/// Keeps the calling thread inside the gate until it is dropped.
#[derive(Debug)]
pub(crate) struct Entered<'a>(&'a AtomicUsize);

impl ReentryGate {
    /// Enters the gate, or returns `None` if the calling thread is inside already or too many others are.
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        let id = super::id();
        if self.threads.iter().any(|thread| thread.load(SeqCst) == id) {
            return None;
        }
        let take = |thread: &&AtomicUsize| thread.compare_exchange(0, id, SeqCst, SeqCst).is_ok();
        self.threads.iter().find(take).map(Entered)
    }

    /// In the child of a fork: removes all threads but the calling one.
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
