//! Requests that the bins of the calling thread do not serve.

use core::ptr::NonNull;

use super::SharedPool;
use super::cache::Bin;
use super::geometry::SLICE;
use super::heap::{Heap, HeapRef};
use super::misuse::{Misuse, abort};
use super::placement::{BlockSlice, Placement};
use super::provenance;
use super::resized::Resized;
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::move_block::zero_rest;
use crate::api::{AllocError, Allocator, Layout};
use crate::sync::clock;

/// A failed request is retried if it is for at most so many times the memory of the pool.
const MAX_RETRY_RATIO: usize = 16;
/// The memory that a pool is taken to have at least: another thread may have freed some since the request failed.
const MIN_RETRY_MEMORY: usize = 1 << 20;

/// Returns whether a request that failed may succeed after the pool has returned the memory that it retains.
fn is_worth_a_retry(heap: &Heap, layout: Layout) -> bool {
    layout.size() / MAX_RETRY_RATIO <= heap.held_bytes().max(MIN_RETRY_MEMORY)
}

impl<A: Allocator> SharedPool<A> {
    /// Allocates a block that the bin of the calling thread does not have. `wanted` are the contents that the caller
    /// prefers. Also returns the contents that the block is known to have.
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_slow(
        &self,
        layout: Layout,
        wanted: Contents,
    ) -> Result<(NonNull<u8>, Contents), AllocError> {
        if let Some(block) = self.slotless_bin(layout).and_then(Bin::pop) {
            return Ok((block, Contents::Uninit));
        }
        let result = self.allocate_once(layout, wanted);
        if result.is_ok() || !self.existing_heap().is_some_and(|heap| is_worth_a_retry(heap, layout)) {
            return result;
        }
        // Retained memory may be what is missing; or memory that another thread was exchanging with the parent meanwhile.
        self.collect();
        self.allocate_once(layout, wanted)
    }

    fn allocate_once(&self, layout: Layout, wanted: Contents) -> Result<(NonNull<u8>, Contents), AllocError> {
        let placement = Placement::of(layout);
        if placement == Placement::Empty {
            return Ok((dangling(layout).cast(), Contents::Zeroed));
        }
        let heap = self.heap()?;
        match placement {
            Placement::Empty => Err(AllocError),
            Placement::Class(class) => self.allocate_class(&heap, class).map(|block| (block, Contents::Uninit)),
            Placement::Run(count) => {
                self.sweep_own_cache(&heap, clock::now());
                let range = heap.allocate_run(count, layout.align())?;
                Ok((range.chunk.slice_start(range.first), range.contents))
            }
            Placement::Large => {
                let now = clock::now();
                self.sweep_own_cache(&heap, now);
                heap.maybe_reclaim_at(now);
                heap.large.allocate(heap.parent, layout, wanted)
            }
        }
    }

    fn allocate_class(&self, heap: &HeapRef<'_, A>, class: usize) -> Result<NonNull<u8>, AllocError> {
        let Some(cache) = self.own_or_new_cache(heap) else { return heap.allocate_block(class) };
        // A thread that has just got its index continues with the cache of the last thread that had it, which may
        // contain a block.
        if let Some(block) = cache.bin(class).pop() {
            return Ok(block);
        }
        heap.refill(cache, class).ok_or(AllocError)
    }

    /// Frees a block for which the bin of the calling thread has no room.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::deallocate`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn deallocate_slow(&self, block: NonNull<u8>, layout: Layout) {
        if self.slotless_bin(layout).is_some_and(|bin| bin.push(block)) {
            return;
        }
        let placement = Placement::of(layout);
        if placement == Placement::Empty {
            return;
        }
        if self.is_checked() {
            self.check(block, Some(layout));
        }
        let Some(heap) = self.existing_heap() else { return };
        let heap = self.heap_ref(heap);
        match placement {
            Placement::Empty => {}
            Placement::Class(class) => {
                // SAFETY: by `# Safety` of this fn it is a block of the class of its layout.
                let push = |cache| unsafe { heap.push(cache, class, block) };
                if self.own_or_new_cache(&heap).is_some_and(push) {
                    return;
                }
                // SAFETY: as above.
                if !unsafe { heap.free_block(class, block) } {
                    abort(Misuse::Twice, block.as_ptr(), Some(layout));
                }
            }
            Placement::Run(count) => {
                // SAFETY: by `# Safety` of this fn it is a run of so many slices, which lie in a chunk.
                let BlockSlice { chunk, slice, .. } = unsafe { BlockSlice::of(block.addr().get()) };
                heap.free_run(chunk, slice, count);
            }
            Placement::Large => {
                // SAFETY: by `# Safety` of this fn it is a large block.
                unsafe { heap.large.deallocate(heap.parent, block, Some(layout)) };
                heap.maybe_reclaim();
            }
        }
    }

    /// Grows or shrinks a run where it is, or a large block, which the parent may move. Returns `None` if the block has
    /// to be replaced by another one, and then it is unchanged.
    ///
    /// # Safety
    ///
    /// 1. `block` is in use, and `old` fits it.
    /// 2. The align of `new` is that of `old`.
    /// 3. The block does not [stay](Placement::stays) as it is.
    pub(super) unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<Resized> {
        let heap = self.heap_ref(self.existing_heap()?);
        match (Placement::of(old), Placement::of(new)) {
            (Placement::Run(before), Placement::Run(after)) => {
                // SAFETY: by (1) it is a run, which lies in a chunk.
                let BlockSlice { chunk, slice, .. } = unsafe { BlockSlice::of(block.addr().get()) };
                if after < before {
                    heap.truncate_run(chunk, slice, before, after);
                    return Some(Resized { block, zero_from: None });
                }
                let contents = heap.chunks.extend_run(chunk, slice, before, after - before)?;
                Some(Resized { block, zero_from: (contents == Contents::Zeroed).then_some(before * SLICE) })
            }
            (Placement::Large, Placement::Large) if old.size() > new.size() => {
                // SAFETY: (1) by (1) it is a large block. (2) By (2); the new size is less.
                let block = unsafe { heap.large.shrink(heap.parent, block, new) }.ok()?;
                Some(Resized { block, zero_from: None })
            }
            (Placement::Large, Placement::Large) => {
                heap.maybe_reclaim();
                // SAFETY: (1) by (1) it is a large block. (2) By (2); the new size is not less.
                unsafe { heap.large.grow(heap.parent, block, old, new) }.ok()
            }
            _ => None,
        }
    }

    /// Grows a block that the bins do not serve. If `added` says so, the bytes from `old.size()` on are zeroed.
    ///
    /// # Safety
    ///
    /// Those of [`Allocator::grow`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn grow_slow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        added: Contents,
    ) -> Result<NonNull<u8>, AllocError> {
        let block = provenance::restore_unless_empty(block, old);
        if self.is_checked() && old.size() != 0 {
            self.check(block, Some(old));
        }
        let zeroed = added == Contents::Zeroed;
        if old.align() == new.align() && Placement::of(old).stays(Placement::of(new)) {
            if zeroed {
                // SAFETY: a block of that class, or of so many slices, has `new.size()` bytes.
                unsafe { zero_rest(NonNull::slice_from_raw_parts(block, new.size()), old.size()) };
            }
            return Ok(block);
        }
        let in_place = || {
            if old.align() != new.align() {
                return None;
            }
            // SAFETY: (1) by `# Safety` of this fn. (2) and (3) were tested above.
            let Resized { block: grown, zero_from } = unsafe { self.resize(block, old, new) }?;
            if zeroed {
                let end = zero_from.map_or(new.size(), |from| from.clamp(old.size(), new.size()));
                // SAFETY: the block has `new.size()` bytes.
                unsafe { zero_rest(NonNull::slice_from_raw_parts(grown, end), old.size()) };
            }
            Some(grown)
        };
        if let Some(grown) = in_place() {
            return Ok(grown);
        }
        let moved = match added.allocate(self, new) {
            Ok(moved) => moved.cast(),
            // The failed request has returned retained memory, so that there may be room now.
            Err(error) if self.existing_heap().is_some_and(|heap| is_worth_a_retry(heap, new)) => {
                return in_place().ok_or(error);
            }
            Err(error) => return Err(error),
        };
        // SAFETY: both blocks have at least `old.size()` bytes, and are disjoint, since both are in use.
        unsafe { block.copy_to_nonoverlapping(moved, old.size()) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}
