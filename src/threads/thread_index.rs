//! An index for each living thread, released when the thread ends. So indices stay small however many threads come and
//! go.
//!
//! In the child of a fork, the indices of the threads that the child does not have are those of the [`LostThreads`].

use super::local::{self, Flag};
use super::{registry, tag_stack};

/// Returns the index of the calling thread, and acquires the lowest free one if it has none. No other living thread has
/// the same.
///
/// Returns `None` if all indices are held, if nothing would release the index at the exit of the thread, and while the
/// thread runs the last destructors of its keys.
///
/// The next holder of an index sees the writes of the last one.
#[inline]
pub(crate) fn thread_index() -> Option<usize> {
    local::thread_index().or_else(acquire)
}

#[cold]
fn acquire() -> Option<usize> {
    if local::is_exiting() {
        return None;
    }
    let _unrecorded = UnrecordedIndex::begin()?;
    let index = registry::acquire_lowest()?;
    tag_stack::clear(index);
    if !local::set_thread_index(index) {
        registry::release(index);
        return None;
    }
    Some(index)
}

/// Calls `action` if no thread holds `index`. The calling thread holds it meanwhile, and sees the writes of its last
/// holder.
pub(crate) fn with_free_index(index: usize, action: impl FnOnce()) {
    struct HeldIndex(usize);
    impl Drop for HeldIndex {
        fn drop(&mut self) {
            registry::release(self.0);
        }
    }
    let Some(_unrecorded) = UnrecordedIndex::begin() else { return };
    if registry::try_acquire(index) {
        let _held = HeldIndex(index);
        action();
    }
}

/// The threads that the child of a fork does not have. They may have been changing the states of their indices. The
/// owner of such a state makes it usable, and then the indices are [released](Self::release).
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct LostThreads {
    /// The index of the calling thread.
    own: Option<usize>,
}

#[cfg(unix)]
impl LostThreads {
    /// Records which indices are held, just before a fork.
    pub(crate) fn record_held_indices() {
        registry::record_held();
    }

    /// Returns the lost threads, in the child of a fork.
    ///
    /// Returns `None` if a signal handler has forked that interrupted the calling thread while it held an unrecorded
    /// index. That index must stay held, and is not known, so all stay held.
    pub(crate) fn find() -> Option<Self> {
        (!local::has(Flag::UnrecordedIndex)).then(|| Self { own: local::thread_index() })
    }

    /// Returns whether `index` is that of a lost thread.
    pub(crate) fn contains(&self, index: usize) -> bool {
        registry::is_lost(index, self.own)
    }

    /// Releases the indices of the lost threads.
    pub(crate) fn release(self) {
        registry::lost(self.own).for_each(registry::release);
    }
}

/// A time in which the calling thread may hold an index that is not recorded as its own. Ends when this is dropped.
struct UnrecordedIndex {
    /// Whether this lies within another such time of the thread.
    is_nested: bool,
}

impl UnrecordedIndex {
    /// Returns `None` if the flag cannot be stored.
    fn begin() -> Option<Self> {
        let is_nested = local::has(Flag::UnrecordedIndex);
        local::set(Flag::UnrecordedIndex).then_some(Self { is_nested })
    }
}

impl Drop for UnrecordedIndex {
    fn drop(&mut self) {
        if !self.is_nested {
            local::clear(Flag::UnrecordedIndex);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;
    use std::vec::Vec;

    use super::{thread_index, with_free_index};
    use crate::threads::local::{SLOTS, slot};

    #[test]
    fn living_threads_have_different_indices_and_release_them() {
        for _ in 0..4 {
            let threads = SLOTS + 8;
            let barrier = Barrier::new(threads);
            let indices: Vec<Option<usize>> = thread::scope(|scope| {
                let spawn = |_| {
                    scope.spawn(|| {
                        let own = thread_index();
                        barrier.wait();
                        assert!(own.is_none() || own == thread_index());
                        let own_slot = own.filter(|&index| index < SLOTS).map_or(0, |index| index + 1);
                        assert!(own.is_none() || own_slot == slot());
                        // No thread ends before all have looked.
                        barrier.wait();
                        own
                    })
                };
                let threads: Vec<_> = (0..threads).map(spawn).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut acquired: Vec<usize> = indices.into_iter().flatten().collect();
            let count = acquired.len();
            acquired.sort_unstable();
            acquired.dedup();
            assert_eq!(acquired.len(), count, "two threads had the same index");
            assert_eq!(count, threads, "a thread had no index");
            // Threads of other tests may hold a few. Those of earlier rounds have released theirs.
            assert!(acquired.iter().all(|&index| index < threads * 2));
        }
    }

    #[test]
    fn an_index_that_is_held_is_not_free() {
        let Some(own) = thread_index() else { return };
        with_free_index(own, || panic!("this thread holds {own}"));
        let mut free = 0;
        (0..SLOTS).for_each(|index| with_free_index(index, || free += 1));
        assert!(free < SLOTS);
    }
}
