//! Large blocks are allocated, and freed: each is kept, or returned to the parent.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use super::huge_pages::Usage;
use super::records::Records;
use super::{Block, Large, whole_layout};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::shared::parent::Parent;
use crate::sync::clock;

/// A kept block serves a request if it is at most so many times as long.
const MAX_REUSE_RATIO: usize = 4;
/// A kept block serves a block that grows if it is at most so many times as long. Such a block is more likely to use up
/// the rest.
const MAX_GROWTH_RATIO: usize = 8;
/// The longest kept block that is zeroed for a request. For a longer one, fresh pages cost less.
const MAX_ZEROED: usize = 8 << 20;

/// The purpose for which a kept block is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It serves a new request.
    Request,
    /// It takes the contents of a block that grows.
    Growth,
}

impl Large {
    /// Allocates a block for `layout`. `wanted` are the contents that the caller prefers. Also returns the contents that
    /// the block is known to have.
    pub(crate) fn allocate<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        layout: Layout,
        wanted: Contents,
    ) -> Result<(NonNull<u8>, Contents), AllocError> {
        let whole = whole_layout(layout)?;
        if wanted == Contents::Uninit || whole.size() <= MAX_ZEROED {
            if let Some(block) = self.take_kept(layout, whole, Purpose::Request) {
                return Ok((block.start.get(), Contents::Uninit));
            }
            // The pages of a kept block occupy memory, which is a gain only if they will be written to.
            if wanted == Contents::Zeroed || self.usage.prediction() != Some(Usage::Sparse) {
                if let Some(start) = self.grow_kept(parent, layout, whole, wanted) {
                    return Ok((start, wanted));
                }
            }
        }
        self.allocate_from_parent(parent, layout, whole, wanted)
    }

    fn allocate_from_parent<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        layout: Layout,
        whole: Layout,
        wanted: Contents,
    ) -> Result<(NonNull<u8>, Contents), AllocError> {
        let record = self.new_record(whole.size())?;
        let contents = if parent.options.whole_pages { Contents::Zeroed } else { wanted };
        let is_dense = || self.usage.prediction() == Some(Usage::Dense);
        let result = self.obtain(parent, whole, is_dense, |whole| contents.allocate(parent.allocator, whole));
        let _held = self.lock.lock();
        let block = match result {
            Ok(block) => block,
            Err(error) => {
                self.records.push_vacant(record);
                return Err(error);
            }
        };
        record.set_block(block, whole.align());
        record.is_fresh.set(true);
        self.held.fetch_add(block.len(), Relaxed);
        // SAFETY: (1) the record was vacant, so it is in no map, by invariant 3, and it stays, by invariant 1. (2) By
        // invariants 2 and 3 no other block of the map is there. (3) Only `resize` changes the address, and removes the
        // record before.
        unsafe { self.map.insert(record) };
        self.add_live(record, layout, whole.size());
        Ok((block.cast(), contents))
    }

    /// Returns a vacant record, which is in no list, for a request for so many bytes that no kept block serves.
    fn new_record(&self, bytes: usize) -> Result<&Block, AllocError> {
        {
            let _held = self.lock.lock();
            self.budget.record_miss(bytes);
            if let Some(record) = self.records.pop_vacant() {
                return Ok(record);
            }
        }
        let slab = Records::new_slab()?;
        let _held = self.lock.lock();
        // SAFETY: it was created above, and was not added.
        unsafe { self.records.add_slab(slab) };
        self.records.pop_vacant().ok_or(AllocError)
    }

    /// Takes a kept block with the align of `whole` that is as long or somewhat longer.
    pub(super) fn take_kept(&self, requested: Layout, whole: Layout, purpose: Purpose) -> Option<&Block> {
        let _held = self.lock.lock();
        let needed = whole.size();
        let most = match purpose {
            Purpose::Request => {
                let excess = self.budget.max_excess(self.live_bytes()).max(needed / 8);
                needed.saturating_mul(MAX_REUSE_RATIO).min(needed.saturating_add(excess))
            }
            Purpose::Growth => needed.saturating_mul(MAX_GROWTH_RATIO),
        };
        let block = self.kept.take_shortest(needed..=most, whole.align())?;
        self.reuse(block, requested, needed);
        Some(block)
    }

    /// Puts a block into use that was kept. Under the lock.
    pub(super) fn reuse(&self, block: &Block, requested: Layout, needed: usize) {
        block.is_fresh.set(false);
        self.add_live(block, requested, needed);
    }

    /// Frees a block. If no block in use starts at `start`, the process ends with a message, which tells `layout`.
    ///
    /// # Safety
    ///
    /// No thread uses the block any more.
    pub(crate) unsafe fn deallocate<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        start: NonNull<u8>,
        layout: Option<Layout>,
    ) {
        let options = parent.options;
        let block = self.live_block(start, layout);
        if Self::is_sample(options, block) {
            // SAFETY: (1) the block is live. (2) By `# Safety` of this fn.
            unsafe { self.record_usage(block) };
        }
        let now = clock::now();
        let held = self.lock.lock();
        self.remove_live(block);
        let size = block.size();
        if size <= self.budget.max_kept(options.retain, self.live_bytes()) {
            block.dirty.set(size);
            block.freed_at.set(now);
            // SAFETY: a live block is in no list, by invariant 3, and its record stays, by invariant 1.
            unsafe { self.kept.push(block) };
            self.note_surplus(options, now);
            drop(held);
            return self.return_surplus_for(parent, size);
        }
        self.budget.record_return(size);
        self.note_surplus(options, now);
        let (start, whole) = self.forget(block);
        drop(held);
        // SAFETY: it came from the parent with that layout, by invariant 2, and is forgotten; no thread uses it, by `#
        // Safety` of this fn.
        unsafe { parent.allocator.deallocate(start, whole) };
        self.held.fetch_sub(whole.size(), Relaxed);
    }
}
