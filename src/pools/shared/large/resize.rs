//! Growth and shrinking of large blocks.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use super::{Block, Fit, Found, Large, whole};
use crate::api::{AllocError, Allocator, Layout};
use crate::os::advice;
use crate::pools::shared::parent::Parent;

/// A block is copied to a kept one rather than grown by the parent if it is no larger than this.
const COPIED: usize = 4 << 20;

impl Large {
    /// A kept block that is somewhat shorter than `whole`, grown to it: that moves pages, and only what it is longer needs fresh
    /// ones.
    pub(super) fn take_shorter<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        asked: Layout,
        whole: Layout,
    ) -> Option<(&Block, usize)> {
        if !parent.options.whole_pages || !advice::CAN_MOVE {
            return None;
        }
        let block = {
            let _held = self.lock.lock();
            let block = self.kept.longest(whole.size() / 2..=whole.size(), whole.align())?;
            self.use_kept(block, asked, block.size());
            block
        };
        // SAFETY: it is this thread's, and is no longer.
        match unsafe { self.grow_by_parent(parent, block, asked, whole) } {
            Ok(zero_from) => Some((block, zero_from)),
            Err(AllocError) => {
                // SAFETY: it is a live block as before, and nobody has it.
                unsafe { self.deallocate(parent, block.start.get(), None) };
                None
            }
        }
    }

    /// Grows a block where it is, by the parent, or by copying it to a kept one; `Err` if none of these can be done, and then
    /// it is as it was.
    ///
    /// # Safety
    ///
    /// `start` is a large block of this pool of layout `old`; the align stays.
    pub(in super::super) unsafe fn grow<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        start: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<Found, AllocError> {
        let block = self.live_block(start, Some(old));
        let whole = whole(new)?;
        if whole.size() <= block.size() {
            self.set_asked(block, new, whole.size());
            return Ok((start, usize::MAX));
        }
        if old.size() <= COPIED {
            if let Some(kept) = self.take_kept(new, whole, Fit::Growth) {
                let moved = kept.start.get();
                // SAFETY: both have so many bytes, and are disjoint.
                unsafe { start.copy_to_nonoverlapping(moved, old.size()) };
                // SAFETY: by `# Safety` of this fn; not used again.
                unsafe { self.deallocate(parent, start, Some(old)) };
                return Ok((moved, usize::MAX));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        let zero_from = unsafe { self.grow_by_parent(parent, block, new, whole) }?;
        Ok((block.start.get(), zero_from))
    }

    /// Has the parent grow a block to `whole`; `Err` if it cannot, and then it is as it was. Returns from which byte on it is known to be
    /// zero.
    ///
    /// # Safety
    ///
    /// The block is live, and the calling thread's; it is no longer than `whole`.
    unsafe fn grow_by_parent<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        block: &Block,
        asked: Layout,
        whole: Layout,
    ) -> Result<usize, AllocError> {
        let (start, before, whole_pages) = (block.start.get(), block.size(), parent.options.whole_pages);
        let needed = block.needed.get();
        // SAFETY: it has so many bytes, and is this thread's.
        let is_used = || unsafe { self.is_growth_used(start, needed) };
        // As the parent knows it.
        let whole = Layout::from_size_align(whole.size(), block.align()).map_err(|_| AllocError)?;
        let grow = |start, before| {
            // From where the block ended before it is zero then. Fresh pages are that anyway; but the parent may have others.
            let grow = if whole_pages { A::grow_zeroed } else { A::grow };
            // SAFETY: the block lives, with that layout, and no size here is less.
            self.get(parent, whole, is_used, |whole| unsafe { grow(parent.allocator, start, before, whole) })
        };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.resize(block, asked, whole.size(), grow) }?;
        Ok(if whole_pages { before } else { usize::MAX })
    }

    /// Shrinks a block that has much more than it needs.
    ///
    /// # Safety
    ///
    /// `start` is a large block of this pool; `new` is one for a large block too, of the same align, and no larger.
    pub(in super::super) unsafe fn shrink<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        start: NonNull<u8>,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        let block = self.live_block(start, None);
        let whole = whole(new)?;
        let (before, align) = (block.size(), block.align());
        // Where the parent gave more than it was asked for, the block may have had no room for a whole page at its end.
        if before.saturating_sub(whole.size()) < before / 4 {
            self.set_asked(block, new, whole.size().min(before));
            return Ok(start);
        }
        let whole = Layout::from_size_align(whole.size(), align).map_err(|_| AllocError)?;
        // SAFETY: the block lives, with that layout, and is larger.
        let shrink = |start, before| unsafe { parent.allocator.shrink(start, before, whole) };
        // SAFETY: by `# Safety` of this fn.
        if unsafe { self.resize(block, new, whole.size(), shrink) }.is_err() {
            // A parent that cannot leaves it as it was, and that is large enough.
            self.set_asked(block, new, whole.size());
        }
        Ok(block.start.get())
    }

    /// Notes what a live block is used for now.
    fn set_asked(&self, block: &Block, asked: Layout, needed: usize) {
        let _held = self.lock.lock();
        self.budget.remove(block.needed.get());
        block.asked.set(asked);
        block.needed.set(needed);
        self.budget.add(needed);
    }

    /// # Safety
    ///
    /// The block is live, and the calling thread's; `resize` grows or shrinks what it is told lives with a layout, by the parent.
    unsafe fn resize(
        &self,
        block: &Block,
        asked: Layout,
        needed: usize,
        resize: impl FnOnce(NonNull<u8>, Layout) -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<(), AllocError> {
        let before = block.whole.get();
        {
            // It may move, and another block come where it was: so it must not be in the map meanwhile.
            let _held = self.lock.lock();
            self.remove_live(block);
            self.map.remove(block);
        }
        let (result, asked, needed) = match resize(block.start.get(), before) {
            Ok(given) => {
                block.set_given(given, before.align());
                self.held.fetch_add(given.len().wrapping_sub(before.size()), Relaxed);
                (Ok(()), asked, needed)
            }
            Err(error) => (Err(error), block.asked.get(), block.needed.get()),
        };
        let _held = self.lock.lock();
        // SAFETY: the block is at its address alone, until it is freed, and its record lives as long as this.
        unsafe { self.map.insert(block) };
        self.add_live(block, asked, needed);
        result
    }
}
