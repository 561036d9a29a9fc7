//! The creation and the end of a heap, and the creation of caches.

use core::ptr::NonNull;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use super::unload::{self, UnloadHook};
use super::{Heap, HeapRef};
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::shared::cache::Cache;
use crate::pools::shared::options::Options;
use crate::pools::shared::spans::CLASSES;
use crate::sources::Pages;
use crate::sync::{clock, once_ptr};
use crate::threads::fork;

impl Heap {
    /// Returns the heap at `place`, and creates one if there is none. `init` returns the options of the pool and its hook.
    pub(crate) fn get_or_create(
        place: &AtomicPtr<Self>,
        init: impl FnOnce() -> (Options, UnloadHook),
    ) -> Result<&Self, AllocError> {
        // SAFETY: a heap stays until its pool is dropped, by invariant 1.
        match once_ptr::get(place).map(|heap| unsafe { heap.as_ref() }) {
            Some(heap) => Ok(heap),
            None => Self::create(place, init()),
        }
    }

    #[cold]
    fn create(place: &AtomicPtr<Self>, (options, hook): (Options, UnloadHook)) -> Result<&Self, AllocError> {
        let layout = Layout::new::<Self>();
        let heap: NonNull<Self> = Pages::new().allocate_zeroed(layout)?.cast();
        // SAFETY: the field lies in the block.
        let its_options = unsafe { &raw mut (*heap.as_ptr()).options };
        // SAFETY: no other thread knows the block yet.
        unsafe { its_options.write(options) };
        let entry = Self::entry(heap);
        // SAFETY: as above.
        unsafe { entry.write(fork::Entry::new(heap)) };
        // Before the heap is published: then no thread can hold a lock of it while another thread forks.
        // SAFETY: the heap stays where it is until `free` removes the entry; or until it is removed below. Its locks
        // are not in use.
        unsafe { fork::add(entry) };
        let Some(other) = once_ptr::set_once(place, heap) else {
            unload::register(hook, heap.cast());
            // SAFETY: zero bytes are an empty heap but for the options and the entry, which were written. It stays by
            // invariant 1.
            return Ok(unsafe { heap.as_ref() });
        };
        // Another thread was faster.
        // SAFETY: the entry was added above.
        unsafe { fork::remove(entry) };
        // SAFETY: the block was allocated above with that layout, and no other thread knows it.
        unsafe { Pages::new().deallocate(heap.cast(), layout) };
        // SAFETY: the heap of the other thread stays, by invariant 1.
        Ok(unsafe { other.as_ref() })
    }

    fn entry(heap: NonNull<Self>) -> NonNull<fork::Entry> {
        // SAFETY: the field lies in the block of the heap.
        let entry = unsafe { &raw mut (*heap.as_ptr()).entry };
        // SAFETY: a field of a block is not at address 0.
        unsafe { NonNull::new_unchecked(entry) }
    }

    /// Returns all memory of the heap to the parent, and frees the heap.
    ///
    /// # Safety
    ///
    /// 1. The memory came from `parent`.
    /// 2. No thread uses the heap any more.
    pub(crate) unsafe fn free<A: Allocator>(heap: NonNull<Self>, parent: &A) {
        unload::unregister(heap.cast());
        // SAFETY: `create` has added the entry.
        unsafe { fork::remove(Self::entry(heap)) };
        // SAFETY: the heap is freed below, and not before.
        let this = unsafe { heap.as_ref() };
        // SAFETY: by `# Safety` of this fn.
        unsafe { this.chunks.free(parent) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { this.large.free(parent) };
        let mut next = NonNull::new(this.caches.load(Relaxed));
        while let Some(cache) = next {
            // SAFETY: the caches of the list are freed one by one, this one below.
            next = NonNull::new(unsafe { cache.as_ref() }.previous.get());
            // SAFETY: `new_cache` has allocated it with that layout, from the parent; no thread uses it, by (2) of `#
            // Safety`.
            unsafe { parent.deallocate(cache.cast(), Layout::new::<Cache>()) };
        }
        // SAFETY: by (2) of `# Safety`.
        unsafe { this.slotless_caches.free() };
        // SAFETY: `create` has allocated it with that layout; no thread uses it, by (2) of `# Safety`.
        unsafe { Pages::new().deallocate(heap.cast(), Layout::new::<Self>()) };
    }
}

impl<A: Allocator> HeapRef<'_, A> {
    /// Flushes all caches, and returns whether no block is in use. In a forked child that is not known, and it returns
    /// `false`.
    ///
    /// # Safety
    ///
    /// No thread uses the heap, except for blocks that it has.
    pub(crate) unsafe fn is_unused(&self) -> bool {
        if self.is_forked.get() {
            return false;
        }
        self.caches().for_each(|cache| self.flush(cache));
        let larger = self.chunks.run_slices() + self.large.live_bytes();
        larger == 0 && (0..CLASSES).all(|class| self.blocks_outside_spans(class) == 0)
    }

    /// Creates a cache for the thread with this index, or for a later one that has it.
    ///
    /// The parent, which is asked for memory, may use the pool and so create one. Then `existing` returns that one, and
    /// so does this.
    pub(crate) fn new_cache<'c>(
        &'c self,
        thread_index: usize,
        existing: impl Fn() -> Option<&'c Cache>,
    ) -> Option<&'c Cache> {
        let parent = self.parent.allocator;
        let cache: NonNull<Cache> = parent.allocate_zeroed(Layout::new::<Cache>()).ok()?.cast();
        if let Some(existing) = existing() {
            // SAFETY: it was allocated above with that layout, and is not used.
            unsafe { parent.deallocate(cache.cast(), Layout::new::<Cache>()) };
            return Some(existing);
        }
        // SAFETY: the block was allocated with zero bytes for a cache, and has no other use.
        unsafe { Cache::init(cache, thread_index, clock::now()) };
        // SAFETY: initialised above; a cache stays until the heap is freed, by invariant 1.
        let this = unsafe { cache.as_ref() };
        // The list keeps the parent's pointer, by which `free` returns the block.
        once_ptr::push_front(&self.caches, cache, |previous| this.previous.set(previous));
        self.budget.cache_count.fetch_add(1, Relaxed);
        Some(this)
    }
}
