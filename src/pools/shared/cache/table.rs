//! The caches of threads whose index is too high for a slot of the pool. The slow path finds them with a few loads and
//! without a lock.

use core::ptr::NonNull;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use super::Cache;
use crate::api::{Allocator, Layout};
use crate::sources::Pages;
use crate::sync::once_ptr;
use crate::threads::{MAX_THREADS, SLOTS};

/// The number of levels. Each has as many entries as all levels before it and the slots together.
const LEVELS: usize = (MAX_THREADS / SLOTS).ilog2() as usize;

/// A table by the index of the thread. Zero bytes are an empty one.
///
/// # Invariants
///
/// 1. A level is allocated when a thread needs it, and stays until [`free`](Self::free).
/// 2. Only the thread with its index stores to an entry.
#[derive(Debug)]
pub(crate) struct CacheTable {
    levels: [AtomicPtr<Entry>; LEVELS],
}

/// The entry of one thread.
pub(crate) type Entry = AtomicPtr<Cache>;

/// Returns the level of a thread's entry, and the position in the level.
const fn location(index: usize) -> (usize, usize) {
    let level = (index / SLOTS).ilog2() as usize;
    (level, index - (SLOTS << level))
}

const fn layout(level: usize) -> Layout {
    // SAFETY: the align is that of a type, and the size is a multiple of it and far below `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked((SLOTS << level) * size_of::<Entry>(), align_of::<Entry>()) }
}

impl CacheTable {
    /// Returns the cache of the calling thread. Its `index` has no slot.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&Cache> {
        let (level, at) = location(index);
        let entries = once_ptr::get(self.levels.get(level)?)?;
        // SAFETY: these are the level and the position of an index.
        let entry = unsafe { self.entry_at(entries, at) };
        // Relaxed suffices: by invariant 2 the calling thread has stored it, or an earlier thread with its index, which
        // happened before.
        let cache = NonNull::new(entry.load(Relaxed));
        // SAFETY: a cache stays until the heap is freed, by invariant 4 of `Cache`.
        cache.map(|cache| unsafe { cache.as_ref() })
    }

    /// Returns the entry of the calling thread, and allocates its level if needed; `None` if there is no memory for it.
    /// The `index` of the thread has no slot.
    pub(crate) fn entry(&self, index: usize) -> Option<&Entry> {
        let (level, at) = location(index);
        let entries = self.level(level)?;
        // SAFETY: these are the level and the position of an index.
        Some(unsafe { self.entry_at(entries, at) })
    }

    /// # Safety
    ///
    /// `entries` is a level of this table, and an index has the position `at` in it.
    #[inline]
    unsafe fn entry_at(&self, entries: NonNull<Entry>, at: usize) -> &Entry {
        // SAFETY: a level has an entry for each of its indices.
        let entry = unsafe { entries.add(at) };
        // SAFETY: a level stays until the table is freed, by invariant 1.
        unsafe { entry.as_ref() }
    }

    /// Returns the entries of a level, and allocates them if needed.
    fn level(&self, level: usize) -> Option<NonNull<Entry>> {
        let place = self.levels.get(level)?;
        if let Some(entries) = once_ptr::get(place) {
            return Some(entries);
        }
        let entries = Pages::new().allocate_zeroed(layout(level)).ok()?.cast();
        let Some(other) = once_ptr::set_once(place, entries) else { return Some(entries) };
        // SAFETY: it was allocated above with that layout. Another thread was faster, so no thread knows this one.
        unsafe { Pages::new().deallocate(entries.cast(), layout(level)) };
        Some(other)
    }

    /// Frees the table, not the caches.
    ///
    /// # Safety
    ///
    /// No thread uses the table any more.
    pub(crate) unsafe fn free(&self) {
        for (level, place) in self.levels.iter().enumerate() {
            if let Some(entries) = once_ptr::get(place) {
                // SAFETY: `level` has allocated it with that layout.
                unsafe { Pages::new().deallocate(entries.cast(), layout(level)) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LEVELS, location};
    use crate::threads::{MAX_THREADS, SLOTS};

    #[test]
    fn each_index_has_a_location_of_its_own() {
        let mut next = (0, 0);
        for index in SLOTS..MAX_THREADS {
            assert_eq!(location(index), next);
            next = if next.1 + 1 == SLOTS << next.0 { (next.0 + 1, 0) } else { (next.0, next.1 + 1) };
        }
        assert_eq!(next, (LEVELS, 0));
    }
}
