//! The caches of threads whose numbers have no slot in the pool: found from the slow path, with a few loads and without a lock.

use core::ptr::NonNull;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use super::Cache;
use crate::api::{Allocator, Layout};
use crate::sources::Pages;
use crate::sync::published;
use crate::threads::{MAX_THREADS, SLOTS};

/// Each level has as many entries as all before it and the slots, and is made when a thread needs it.
const LEVELS: usize = (MAX_THREADS / SLOTS).ilog2() as usize;

/// All zero bytes are an empty one.
#[derive(Debug)]
pub(crate) struct CacheTable {
    levels: [AtomicPtr<Entry>; LEVELS],
}

/// Stored to by the thread that has its number.
pub(crate) type Entry = AtomicPtr<Cache>;

/// The level and the entry of a number that has no slot.
const fn place(number: usize) -> (usize, usize) {
    let level = (number / SLOTS).ilog2() as usize;
    (level, number - (SLOTS << level))
}

const fn layout(level: usize) -> Layout {
    // SAFETY: far less than `isize::MAX`: a power of two in bytes, and of that align.
    unsafe { Layout::from_size_align_unchecked((SLOTS << level) * size_of::<Entry>(), align_of::<Entry>()) }
}

impl CacheTable {
    /// The cache of the calling thread, whose `number` that is, and has no slot.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<&Cache> {
        let (level, at) = place(number);
        let entries = published::find(self.levels.get(level)?)?;
        // SAFETY: that is its place.
        let entry = unsafe { self.entry_at(entries, at) };
        // Relaxed: only the calling thread stores here, and what earlier holders of its number did happened before it got it.
        let cache = NonNull::new(entry.load(Relaxed));
        // SAFETY: a cache lives as long as the heap.
        cache.map(|cache| unsafe { cache.as_ref() })
    }

    /// Where the cache of the calling thread is to be found, whose `number` that is; `None` if there is no memory.
    pub(crate) fn entry(&self, number: usize) -> Option<&Entry> {
        let (level, at) = place(number);
        let entries = self.level(level)?;
        // SAFETY: that is its place.
        Some(unsafe { self.entry_at(entries, at) })
    }

    /// # Safety
    ///
    /// The entries are a level of this table, and a number has its [place] there.
    #[inline]
    unsafe fn entry_at(&self, entries: NonNull<Entry>, at: usize) -> &Entry {
        // SAFETY: a level has an entry for each of its numbers.
        let entry = unsafe { entries.add(at) };
        // SAFETY: it lives as long as the table.
        unsafe { entry.as_ref() }
    }

    /// The entries of a level; new ones if there are none yet.
    fn level(&self, level: usize) -> Option<NonNull<Entry>> {
        let place = self.levels.get(level)?;
        if let Some(entries) = published::find(place) {
            return Some(entries);
        }
        let entries = Pages::new().allocate_zeroed(layout(level)).ok()?.cast();
        let Some(other) = published::put(place, entries) else { return Some(entries) };
        // SAFETY: it came from there, and nobody knows it.
        unsafe { Pages::new().deallocate(entries.cast(), layout(level)) };
        Some(other)
    }

    /// Frees the table itself.
    ///
    /// # Safety
    ///
    /// Nobody uses it any more.
    pub(crate) unsafe fn free(&self) {
        for (level, place) in self.levels.iter().enumerate() {
            if let Some(entries) = published::find(place) {
                // SAFETY: it came from there.
                unsafe { Pages::new().deallocate(entries.cast(), layout(level)) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LEVELS, place};
    use crate::threads::{MAX_THREADS, SLOTS};

    #[test]
    fn each_number_has_a_place_of_its_own() {
        let mut next = (0, 0);
        for number in SLOTS..MAX_THREADS {
            assert_eq!(place(number), next);
            next = if next.1 + 1 == SLOTS << next.0 { (next.0 + 1, 0) } else { (next.0, next.1 + 1) };
        }
        assert_eq!(next, (LEVELS, 0));
    }
}
