//! Requests that the bins of the calling thread do not serve.

use core::ptr::NonNull;

use super::SharedPool;
use super::allocator::whole_or_empty;
use super::cache::Bin;
use super::geometry::SLICE;
use super::heap::Heap;
use super::misuse::{Misuse, abort};
use super::placement::Kind;
use crate::api::global_calls::dangling;
use crate::api::move_block::zero_rest;
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::size_class::last_byte;
use crate::sync::clock;

/// How many times as much as the pool has may be asked for, for that to be of use.
const MORE: usize = 16;
/// So much the pool may have had when the request failed, and another thread have given back since.
const LEAST: usize = 1 << 20;

/// Whether a request that failed may be met once the pool gives back what it keeps.
fn may_help(heap: &Heap, layout: Layout) -> bool {
    layout.size() / MORE <= heap.held().max(LEAST)
}

impl<A: Allocator> SharedPool<A> {
    /// A block that the calling thread's bin does not have, and whether it is known to be zero.
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_elsewhere(&self, layout: Layout, zeroed: bool) -> Result<(NonNull<u8>, bool), AllocError> {
        if let Some(block) = self.bin_without_slot(layout).and_then(Bin::take) {
            return Ok((block, false));
        }
        let done = self.allocate_once(layout, zeroed);
        if done.is_ok() || !self.made().is_some_and(|heap| may_help(heap, layout)) {
            return done;
        }
        // What is kept for later may be what is missing, or what another thread was given or gave back meanwhile.
        self.collect();
        self.allocate_once(layout, zeroed)
    }

    fn allocate_once(&self, layout: Layout, zeroed: bool) -> Result<(NonNull<u8>, bool), AllocError> {
        let kind = Kind::of(layout);
        if kind == Kind::Nothing {
            return Ok((dangling(layout).cast(), true));
        }
        let heap = self.heap()?;
        let parent = self.parent_of(heap);
        match kind {
            Kind::Nothing => Err(AllocError),
            Kind::Class(class) => self.allocate_small(heap, class).map(|block| (block, false)),
            Kind::Run(_) => {
                self.sweep_own(heap, clock::tick());
                let taken = heap.take_run(parent, last_byte(layout), layout.align())?;
                Ok((taken.chunk.slice_start(taken.slice), taken.zero))
            }
            Kind::Large => {
                let now = clock::tick();
                self.sweep_own(heap, now);
                heap.tick_at(parent, now);
                let (block, zero_from) = heap.large.allocate(parent, layout, zeroed)?;
                Ok((block, zero_from == 0))
            }
        }
    }

    fn allocate_small(&self, heap: &Heap, class: usize) -> Result<NonNull<u8>, AllocError> {
        let parent = self.parent_of(heap);
        let Some(cache) = self.cache(heap) else { return heap.take_one(parent, class) };
        // If the thread has only just got its number, there may be a block of the last thread that had it.
        if let Some(block) = cache.bin(class).take() {
            return Ok(block);
        }
        heap.fill(parent, cache, class).ok_or(AllocError)
    }

    /// Takes back a block that has no room in the calling thread's bin.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::deallocate`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn deallocate_elsewhere(&self, block: NonNull<u8>, layout: Layout) {
        if self.bin_without_slot(layout).is_some_and(|bin| bin.put(block)) {
            return;
        }
        let kind = Kind::of(layout);
        if kind == Kind::Nothing {
            return;
        }
        if self.options().checked {
            self.check(block, Some(layout));
        }
        let Some(heap) = self.made() else { return };
        let parent = self.parent_of(heap);
        match kind {
            Kind::Nothing => {}
            Kind::Class(class) => {
                // SAFETY: by `# Safety` of this fn.
                let put_in_bin = |cache| unsafe { heap.put_in_bin(parent, cache, class, block) };
                if self.cache(heap).is_some_and(put_in_bin) {
                    return;
                }
                // SAFETY: by `# Safety` of this fn.
                if !unsafe { heap.put_one(parent, class, block) } {
                    abort(Misuse::Twice, block.as_ptr(), Some(layout));
                }
            }
            Kind::Run(count) => {
                let (chunk, slice, _) = Self::part_at(block.addr().get());
                heap.give_run_back(parent, chunk, slice, 0, count);
            }
            Kind::Large => {
                // SAFETY: by `# Safety` of this fn.
                unsafe { heap.large.deallocate(parent, block, Some(layout)) };
                heap.tick(parent);
            }
        }
    }

    /// Grows or shrinks a block that is no block of a class before or after, where it is, or by the parent. Returns it, and from
    /// which byte on it is known to be zero; `None` if it must be replaced.
    ///
    /// # Safety
    ///
    /// `block` is a live block that `old` fits. The align of `new` is the same, and it is not of the same kind.
    pub(super) unsafe fn resize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<(NonNull<u8>, usize)> {
        let heap = self.made()?;
        let parent = self.parent_of(heap);
        match (Kind::of(old), Kind::of(new)) {
            (Kind::Run(before), Kind::Run(after)) => {
                let (chunk, slice, _) = Self::part_at(block.addr().get());
                if after < before {
                    heap.give_run_back(parent, chunk, slice, after, before);
                    return Some((block, usize::MAX));
                }
                let zero = heap.chunks.extend(heap.options, chunk, slice, before, after - before)?;
                Some((block, if zero { before * SLICE } else { usize::MAX }))
            }
            (Kind::Large, Kind::Large) => {
                if old.size() > new.size() {
                    // SAFETY: by `# Safety` of this fn.
                    return Some((unsafe { heap.large.shrink(parent, block, new) }.ok()?, usize::MAX));
                }
                heap.tick(parent);
                // SAFETY: by `# Safety` of this fn.
                unsafe { heap.large.grow(parent, block, old, new) }.ok()
            }
            _ => None,
        }
    }

    /// # Safety
    ///
    /// As for [`Allocator::grow`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn grow_elsewhere(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        zeroed: bool,
    ) -> Result<NonNull<u8>, AllocError> {
        let block = whole_or_empty(block, old);
        if self.options().checked && old.size() != 0 {
            self.check(block, Some(old));
        }
        if old.align() == new.align() && Kind::of(old) == Kind::of(new) && Kind::of(old) != Kind::Large {
            if zeroed {
                // SAFETY: a block of that kind has room for it.
                unsafe { zero_rest(NonNull::slice_from_raw_parts(block, new.size()), old.size()) };
            }
            return Ok(block);
        }
        let in_place = || {
            if old.align() != new.align() {
                return None;
            }
            // SAFETY: by `# Safety` of this fn.
            let (grown, zero_from) = unsafe { self.resize(block, old, new) }?;
            if zeroed {
                let until = zero_from.clamp(old.size(), new.size());
                // SAFETY: the block has so many bytes.
                unsafe { zero_rest(NonNull::slice_from_raw_parts(grown, until), old.size()) };
            }
            Some(grown)
        };
        if let Some(grown) = in_place() {
            return Ok(grown);
        }
        let moved = match if zeroed { self.allocate_zeroed(new) } else { self.allocate(new) } {
            Ok(moved) => moved,
            // What was kept for later is given back now, which may be enough for this.
            Err(error) if self.made().is_some_and(|heap| may_help(heap, new)) => return in_place().ok_or(error),
            Err(error) => return Err(error),
        };
        // SAFETY: both blocks have so many bytes, and are disjoint, being live at once.
        unsafe { block.copy_to_nonoverlapping(moved.cast(), old.size()) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate(block, old) };
        Ok(moved.cast())
    }
}
