//! Parents that run out of memory, and parents whose requests fail on command.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use janus_alloc::api::{AllocError, Allocator, Layout};

/// Decides which requests a [`RuledParent`] serves.
pub(crate) trait Rule: Sync {
    /// Whether to serve a request that adds `more` bytes and removes `less`. If so, counts it.
    fn admit(&self, more: usize, less: usize) -> bool;
    /// Undoes an admission whose request the parent refused.
    fn withdraw(&self, more: usize, less: usize);
    /// Counts `bytes` that were freed.
    fn free(&self, bytes: usize);
}

/// Refuses requests that would exceed a number of bytes in use; holds the bytes that remain.
#[derive(Debug)]
pub(crate) struct ByteLimit(AtomicUsize);

impl ByteLimit {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(AtomicUsize::new(bytes))
    }

    pub(crate) fn remaining(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Rule for ByteLimit {
    fn admit(&self, more: usize, less: usize) -> bool {
        let take = |remaining: usize| (remaining + less).checked_sub(more);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn withdraw(&self, more: usize, less: usize) {
        self.0.fetch_add(more, Ordering::Relaxed);
        self.0.fetch_sub(less, Ordering::Relaxed);
    }

    fn free(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Refuses the requests whose index lies in a range; growing and shrinking count as requests too.
#[derive(Debug)]
pub(crate) struct FailingRequests {
    next: AtomicUsize,
    healed: AtomicBool,
    first: usize,
    end: usize,
}

impl FailingRequests {
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

    /// Serves every request from now on.
    pub(crate) fn heal(&self) {
        self.healed.store(true, Ordering::Relaxed);
    }

    /// Returns the number of requests so far.
    pub(crate) fn count(&self) -> usize {
        self.next.load(Ordering::Relaxed)
    }
}

impl Rule for FailingRequests {
    fn admit(&self, _: usize, _: usize) -> bool {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.healed.load(Ordering::Relaxed) || !(self.first..self.end).contains(&index)
    }

    fn withdraw(&self, _: usize, _: usize) {}

    fn free(&self, _: usize) {}
}

/// Refuses one in `n` requests, at pseudo-random places.
#[derive(Debug)]
pub(crate) struct OneIn {
    next: AtomicUsize,
    n: usize,
}

impl OneIn {
    pub(crate) fn new(n: usize) -> Self {
        Self { next: AtomicUsize::new(0), n }
    }
}

impl Rule for OneIn {
    fn admit(&self, _: usize, _: usize) -> bool {
        let index = self.next.fetch_add(1, Ordering::Relaxed) as u32;
        (index.wrapping_mul(0x9e37_79b9) >> 8) as usize % self.n != 0
    }

    fn withdraw(&self, _: usize, _: usize) {}

    fn free(&self, _: usize) {}
}

/// A parent that refuses the requests that its rule does not admit.
#[derive(Debug)]
pub(crate) struct RuledParent<R, A> {
    pub(crate) rule: R,
    pub(crate) parent: A,
}

impl<R: Rule, A> RuledParent<R, A> {
    fn request(
        &self,
        more: usize,
        less: usize,
        call: impl FnOnce() -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if !self.rule.admit(more, less) {
            return Err(AllocError);
        }
        let block = call().inspect_err(|_| self.rule.withdraw(more, less))?;
        // Cut to the requested size, so the caller frees as many bytes as the rule counted.
        Ok(NonNull::slice_from_raw_parts(block.cast(), more))
    }
}

// SAFETY: each call is forwarded to `parent` or refused. A returned block is only cut, to no less than the requested size.
unsafe impl<R: Rule, A: Allocator> Allocator for RuledParent<R, A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout.size(), 0, || self.parent.allocate(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout.size(), 0, || self.parent.allocate_zeroed(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.rule.free(layout.size());
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.parent.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.request(new.size(), old.size(), || unsafe { self.parent.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.request(new.size(), old.size(), || unsafe { self.parent.grow_zeroed(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.request(new.size(), old.size(), || unsafe { self.parent.shrink(block, old, new) })
    }
}
