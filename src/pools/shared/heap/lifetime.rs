//! A heap comes and goes.

use core::ptr::NonNull;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::Relaxed;

use super::Heap;
use super::unload::{self, Home};
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::shared::cache::Cache;
use crate::pools::shared::options::Options;
use crate::pools::shared::parent::Parent;
use crate::pools::shared::spans::CLASSES;
use crate::sources::Pages;
use crate::sync::{clock, published};
use crate::threads::fork;

impl Heap {
    /// The heap at `place`; a new one, made for what `home` returns and with its options, if there is none.
    pub(crate) fn get(place: &AtomicPtr<Self>, home: impl FnOnce() -> (Options, Home)) -> Result<&Self, AllocError> {
        // SAFETY: a heap lives as long as its pool.
        match published::find(place).map(|heap| unsafe { heap.as_ref() }) {
            Some(heap) => Ok(heap),
            None => Self::make(place, home()),
        }
    }

    #[cold]
    fn make(place: &AtomicPtr<Self>, (options, home): (Options, Home)) -> Result<&Self, AllocError> {
        let layout = Layout::new::<Self>();
        let heap: NonNull<Self> = Pages::new().allocate_zeroed(layout)?.cast();
        // SAFETY: within the block.
        let its_options = unsafe { &raw mut (*heap.as_ptr()).options };
        // SAFETY: nobody else knows it yet.
        unsafe { its_options.write(options) };
        let entry = Self::entry(heap);
        // SAFETY: as above.
        unsafe { entry.write(fork::Entry::new(heap)) };
        // Before anybody can hold a lock of it while another thread forks.
        // SAFETY: it stays until the pool is dropped, which removes it; or it is removed below.
        unsafe { fork::add(entry) };
        let Some(other) = published::put(place, heap) else {
            unload::note(home, heap.cast());
            // SAFETY: zero bytes are a heap but for the options, which were written.
            return Ok(unsafe { heap.as_ref() });
        };
        // SAFETY: added above.
        unsafe { fork::remove(entry) };
        // SAFETY: it came from there, and nobody knows it.
        unsafe { Pages::new().deallocate(heap.cast(), layout) };
        // SAFETY: another thread was faster; its heap lives as long as the pool.
        Ok(unsafe { other.as_ref() })
    }

    fn entry(heap: NonNull<Self>) -> NonNull<fork::Entry> {
        // SAFETY: within the heap's block.
        let entry = unsafe { &raw mut (*heap.as_ptr()).entry };
        // SAFETY: in a block, which is not at 0.
        unsafe { NonNull::new_unchecked(entry) }
    }

    /// Gives everything back.
    ///
    /// # Safety
    ///
    /// It was made with this parent, and nobody uses it any more.
    pub(crate) unsafe fn free<A: Allocator>(heap: NonNull<Self>, parent: &A) {
        unload::forget(heap.cast());
        // SAFETY: it was added when it was made.
        unsafe { fork::remove(Self::entry(heap)) };
        // SAFETY: nobody else uses it.
        let this = unsafe { heap.as_ref() };
        // SAFETY: by `# Safety` of this fn.
        unsafe { this.chunks.free(parent) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { this.large.free(parent) };
        let mut next = NonNull::new(this.caches.load(Relaxed));
        while let Some(cache) = next {
            // SAFETY: a cache lives as long as the heap.
            next = NonNull::new(unsafe { cache.as_ref() }.previous.get());
            // SAFETY: it came from the parent, and nobody uses it.
            unsafe { parent.deallocate(cache.cast(), Layout::new::<Cache>()) };
        }
        // SAFETY: nobody else uses it.
        unsafe { this.without_slot.free() };
        // SAFETY: as above.
        unsafe { Pages::new().deallocate(heap.cast(), Layout::new::<Self>()) };
    }

    /// Empties all caches, and says whether no block is in use; if it is known what is in the caches.
    ///
    /// # Safety
    ///
    /// No thread uses the heap, but by its blocks.
    pub(crate) unsafe fn is_idle(&self, options: Options) -> bool {
        if self.is_forked.get() {
            return false;
        }
        self.caches().for_each(|cache| self.drain(options, cache));
        let in_use = self.chunks.runs() + self.large.live();
        in_use == 0 && (0..CLASSES).all(|class| self.out(class) == 0)
    }

    /// A cache for the thread with `number`, or a later one with that; unless it has one according to `own`, once the parent was
    /// asked, which may have used this pool.
    pub(crate) fn new_cache<'a, A: Allocator>(
        &'a self,
        parent: Parent<'_, A>,
        number: usize,
        own: impl Fn() -> Option<&'a Cache>,
    ) -> Option<&'a Cache> {
        let parent = parent.allocator;
        let cache: NonNull<Cache> = parent.allocate_zeroed(Layout::new::<Cache>()).ok()?.cast();
        if let Some(own) = own() {
            // SAFETY: it came from there, and nobody knows it.
            unsafe { parent.deallocate(cache.cast(), Layout::new::<Cache>()) };
            return Some(own);
        }
        // SAFETY: zero bytes that nobody uses.
        unsafe { Cache::init(cache, number, clock::tick()) };
        // SAFETY: initialised, and lives as long as the heap.
        let this = unsafe { cache.as_ref() };
        // The pointer of the parent's, which may be given back.
        published::push(&self.caches, cache, |previous| this.previous.set(previous));
        self.budget.caches.fetch_add(1, Relaxed);
        Some(this)
    }
}
