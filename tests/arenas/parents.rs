//! Parents that run out of memory, and that fail when told to.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use janus_alloc::api::{AllocError, Allocator, Layout};

/// What a parent may refuse.
pub(crate) trait Rule: Sync {
    /// Whether the next request, which makes the bytes in use `more` more and `less` less, is served.
    fn admits(&self, more: usize, less: usize) -> bool;
    /// Takes an admission back: nothing came of it.
    fn withdraws(&self, more: usize, less: usize);
    /// So many bytes come back.
    fn frees(&self, bytes: usize);
}

/// At most so many bytes at a time.
#[derive(Debug)]
pub(crate) struct Limit(AtomicUsize);

impl Limit {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    pub(crate) fn left(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Rule for Limit {
    fn admits(&self, more: usize, less: usize) -> bool {
        let take = |left: usize| (left + less).checked_sub(more);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn withdraws(&self, more: usize, less: usize) {
        self.0.fetch_add(more, Ordering::Relaxed);
        self.0.fetch_sub(less, Ordering::Relaxed);
    }

    fn frees(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Refuses the requests whose index lies in a range, be it for more memory or for less.
#[derive(Debug)]
pub(crate) struct Indices {
    next: AtomicUsize,
    healed: AtomicBool,
    first: usize,
    end: usize,
}

impl Indices {
    fn new(first: usize, end: usize) -> Self {
        Self { next: AtomicUsize::new(0), healed: AtomicBool::new(false), first, end }
    }

    pub(crate) fn only(index: usize) -> Self {
        Self::new(index, index + 1)
    }

    pub(crate) fn from(index: usize) -> Self {
        Self::new(index, usize::MAX)
    }

    pub(crate) fn none() -> Self {
        Self::from(usize::MAX)
    }

    /// Refuses nothing from now on.
    pub(crate) fn heal(&self) {
        self.healed.store(true, Ordering::Relaxed);
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.next.load(Ordering::Relaxed)
    }
}

impl Rule for Indices {
    fn admits(&self, _: usize, _: usize) -> bool {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.healed.load(Ordering::Relaxed) || !(self.first..self.end).contains(&index)
    }

    fn withdraws(&self, _: usize, _: usize) {}

    fn frees(&self, _: usize) {}
}

/// Refuses one request of so many, at random places.
#[derive(Debug)]
pub(crate) struct OneOf {
    next: AtomicUsize,
    many: usize,
}

impl OneOf {
    pub(crate) fn new(many: usize) -> Self {
        Self { next: AtomicUsize::new(0), many }
    }
}

impl Rule for OneOf {
    fn admits(&self, _: usize, _: usize) -> bool {
        let index = self.next.fetch_add(1, Ordering::Relaxed) as u32;
        (index.wrapping_mul(0x9e37_79b9) >> 8) as usize % self.many != 0
    }

    fn withdraws(&self, _: usize, _: usize) {}

    fn frees(&self, _: usize) {}
}

/// `parent`, as far as `rule` admits.
#[derive(Debug)]
pub(crate) struct Ruled<R, A> {
    pub(crate) rule: R,
    pub(crate) parent: A,
}

impl<R: Rule, A> Ruled<R, A> {
    fn ask(
        &self,
        more: usize,
        less: usize,
        request: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if !self.rule.admits(more, less) {
            return Err(AllocError);
        }
        let block = request().inspect_err(|_| self.rule.withdraws(more, less))?;
        // So that what comes back is what was counted.
        Ok(NonNull::slice_from_raw_parts(block.cast(), more))
    }
}

// SAFETY: every call is passed on or refused; blocks are only made to look shorter, down to what was requested.
unsafe impl<R: Rule, A: Allocator> Allocator for Ruled<R, A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.ask(layout.size(), 0, || self.parent.allocate(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.ask(layout.size(), 0, || self.parent.allocate_zeroed(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.rule.frees(layout.size());
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.ask(new.size(), old.size(), || unsafe { self.parent.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.ask(new.size(), old.size(), || unsafe { self.parent.grow_zeroed(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.ask(new.size(), old.size(), || unsafe { self.parent.shrink(block, old, new) })
    }
}
