//! Access to the heap of a pool, and to the cache and the bins of the calling thread.

use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use super::SharedPool;
use super::cache::{Bin, Cache, bin_index, cache_of};
use super::heap::{Heap, HeapRef};
use super::options::Options;
use super::spans::class_of;
use crate::api::whole_pages::is_whole_pages;
use crate::api::{AllocError, Allocator, Layout};
use crate::sync::once_ptr;
use crate::threads::{self, SLOTS};

impl<A: Allocator> SharedPool<A> {
    /// Returns the heap if it exists.
    pub(super) fn existing_heap(&self) -> Option<&Heap> {
        // SAFETY: a heap stays until its pool is dropped, by invariant 1 of `Heap`.
        once_ptr::get(&self.heap).map(|heap| unsafe { heap.as_ref() })
    }

    /// Returns the heap, and creates it if it does not exist.
    pub(super) fn heap(&self) -> Result<HeapRef<'_, A>, AllocError> {
        let heap = Heap::get_or_create(&self.heap, || (self.resolve_options(), self.unload_hook()))?;
        Ok(self.heap_ref(heap))
    }

    /// Returns the heap of this pool with the parent and the options for one call.
    pub(super) fn heap_ref<'a>(&'a self, heap: &'a Heap) -> HeapRef<'a, A> {
        HeapRef::new(heap, &self.parent)
    }

    /// Returns the options, with the heap of this pool if it exists.
    pub(super) fn options_with(&self, heap: Option<&Heap>) -> Options {
        heap.map_or_else(|| self.resolve_options(), |heap| heap.options)
    }

    /// Returns the options. If the parent is a [`WholePages`](crate::api::WholePages), they say so.
    fn resolve_options(&self) -> Options {
        let options = self.options.resolve();
        if is_whole_pages::<A>() { options.over_whole_pages() } else { options }
    }

    /// Returns whether the pool is [checked](Options::checked).
    pub(super) fn is_checked(&self) -> bool {
        self.options_with(self.existing_heap()).checked
    }

    /// Returns the bin of the calling thread for `class`.
    #[inline(always)]
    pub(super) fn bin(&self, class: usize) -> &Bin {
        // SAFETY: a slot points to the bins of a cache, which stays by invariant 4 of `Cache`, or to `VACANT_BINS`.
        // Other threads do not change them, by invariants 1 and 3.
        let bins = unsafe { &*self.bins.own() };
        // SAFETY: there is a bin for each class.
        unsafe { bins.get_unchecked(bin_index(class)) }
    }

    /// Returns the cache of the calling thread if it exists.
    pub(super) fn own_cache<'a>(&'a self, heap: &'a Heap) -> Option<&'a Cache> {
        cache_of(self.bins.own()).or_else(|| Self::slotless_cache(heap))
    }

    /// Returns the cache of the calling thread if it exists and the thread has no slot.
    #[inline]
    pub(super) fn slotless_cache(heap: &Heap) -> Option<&Cache> {
        heap.slotless_caches.get(threads::local::thread_index().filter(|&index| index >= SLOTS)?)
    }

    /// Returns the bin of the calling thread for blocks of `layout` if it exists and the thread has no slot.
    #[inline]
    pub(super) fn slotless_bin(&self, layout: Layout) -> Option<&Bin> {
        let cache = Self::slotless_cache(self.existing_heap()?)?;
        Some(cache.bin(class_of(layout)?))
    }

    /// Returns the cache of the calling thread, and creates it if it does not exist. `None` if the thread can have none.
    pub(super) fn own_or_new_cache<'a>(&'a self, heap: &'a HeapRef<'a, A>) -> Option<&'a Cache> {
        if heap.options.checked {
            return None;
        }
        let index = threads::thread_index()?;
        if let Some(cache) = self.own_cache(heap) {
            return Some(cache);
        }
        // Before the cache, which would be lost if there is no memory for its entry.
        let entry = if index < SLOTS { None } else { Some(heap.slotless_caches.entry(index)?) };
        let cache = heap.new_cache(index, || self.own_cache(heap))?;
        match entry {
            Some(entry) => entry.store(ptr::from_ref(cache).cast_mut(), Relaxed),
            None => self.bins.bind(ptr::from_ref(cache).cast_mut().cast())?,
        }
        Some(cache)
    }

    /// Sweeps the cache of the calling thread: it may have bins that it filled once and does not use any more.
    pub(super) fn sweep_own_cache(&self, heap: &HeapRef<'_, A>, now: usize) {
        if let Some(cache) = self.own_cache(heap) {
            heap.sweep(cache, now);
        }
    }
}
