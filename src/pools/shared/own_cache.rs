//! The heap of a pool, and what the calling thread has of it.

use core::ptr;
use core::sync::atomic::Ordering::Relaxed;

use super::SharedPool;
use super::cache::{Bin, Cache, bound, place};
use super::heap::Heap;
use super::options::Options;
use super::parent::Parent;
use super::spans::class_of;
use crate::api::{AllocError, Allocator, Layout};
use crate::sync::published;
use crate::threads::{self, SLOTS};

impl<A: Allocator> SharedPool<A> {
    pub(super) fn parent_of<'a>(&'a self, heap: &'a Heap) -> Parent<'a, A> {
        heap.parent(&self.parent)
    }

    /// The heap, if there is one yet.
    pub(super) fn made(&self) -> Option<&Heap> {
        // SAFETY: a heap lives as long as its pool.
        published::find(&self.heap).map(|heap| unsafe { heap.as_ref() })
    }

    /// The heap; a new one if there is none.
    pub(super) fn heap(&self) -> Result<&Heap, AllocError> {
        Heap::get(&self.heap, || (self.choice.options(), self.home()))
    }

    pub(super) fn options(&self) -> Options {
        self.options_of(self.made())
    }

    /// The options of this pool, which has that `heap`.
    pub(super) fn options_of(&self, heap: Option<&Heap>) -> Options {
        heap.map_or_else(|| self.choice.options(), |heap| heap.options)
    }

    /// The calling thread's bin for `class`.
    #[inline(always)]
    pub(super) fn bin(&self, class: usize) -> &Bin {
        // SAFETY: the slots point to bins in caches, which live as long as the pool, or to `VACANT`. No other thread uses
        // this one's.
        let bins = unsafe { &*self.bins.own() };
        // SAFETY: there is one for each class.
        unsafe { bins.get_unchecked(place(class)) }
    }

    /// The cache of the calling thread, if it has one already.
    pub(super) fn own_cache<'a>(&'a self, heap: &'a Heap) -> Option<&'a Cache> {
        bound(self.bins.own()).or_else(|| Self::cache_without_slot(heap))
    }

    /// The bin for blocks of `layout` of the calling thread, if it has one already but no slot for it.
    #[inline]
    pub(super) fn bin_without_slot(&self, layout: Layout) -> Option<&Bin> {
        let cache = Self::cache_without_slot(self.made()?)?;
        Some(cache.bin(class_of(layout)?))
    }

    /// The cache of the calling thread, if it has one already but no slot for it.
    #[inline]
    pub(super) fn cache_without_slot(heap: &Heap) -> Option<&Cache> {
        heap.without_slot.get(threads::local::number().filter(|&number| number >= SLOTS)?)
    }

    /// The cache of the calling thread; a new one, if it can have one.
    pub(super) fn cache<'a>(&'a self, heap: &'a Heap) -> Option<&'a Cache> {
        if heap.options.checked {
            return None;
        }
        let number = threads::number()?;
        if let Some(cache) = self.own_cache(heap) {
            return Some(cache);
        }
        // Before the cache, which would be lost without.
        let entry = if number < SLOTS { None } else { Some(heap.without_slot.entry(number)?) };
        let cache = heap.new_cache(self.parent_of(heap), number, || self.own_cache(heap))?;
        match entry {
            Some(entry) => entry.store(ptr::from_ref(cache).cast_mut(), Relaxed),
            None => self.bins.bind(ptr::from_ref(cache).cast_mut().cast())?,
        }
        Some(cache)
    }
}
