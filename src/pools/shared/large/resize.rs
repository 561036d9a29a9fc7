//! Large blocks grow and shrink.

use core::ptr::NonNull;
use core::sync::atomic::Ordering::Relaxed;

use super::allocate::Purpose;
use super::{Block, Large, MIN_ALIGN, whole_layout};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};
use crate::os::advice;
use crate::pools::shared::parent::Parent;
use crate::pools::shared::resized::Resized;

/// The longest block that is copied into a kept one to grow. A longer one is grown by the parent.
const MAX_COPIED: usize = 4 << 20;

impl Large {
    /// Takes a kept block that is somewhat shorter than `whole`, and has the parent grow it. That moves pages, and
    /// needs fresh ones only for the difference. Returns its start, with the contents `wanted`.
    pub(super) fn grow_kept<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        requested: Layout,
        whole: Layout,
        wanted: Contents,
    ) -> Option<NonNull<u8>> {
        if !parent.options.whole_pages || !advice::CAN_MOVE {
            return None;
        }
        let block = {
            let _held = self.lock.lock();
            let block = self.kept.take_longest(whole.size() / 2..=whole.size(), whole.align())?;
            self.reuse(block, requested, block.size());
            block
        };
        let before = block.size();
        // SAFETY: (1) the block was just put into use, by this thread. (2) It is no longer than `whole`.
        let Ok(added) = (unsafe { self.grow_by_parent(parent, block, requested, whole) }) else {
            // SAFETY: the block is unchanged, and no other thread has it.
            unsafe { self.deallocate(parent, block.start.get(), None) };
            return None;
        };
        let start = block.start.get();
        if wanted == Contents::Zeroed {
            let nonzero = if added == Contents::Zeroed { before } else { whole.size() };
            // SAFETY: the block has at least that many bytes, and no other thread has it yet.
            unsafe { start.write_bytes(0, nonzero) };
        }
        Some(start)
    }

    /// Grows a block where it is, or by the parent, or by copying it into a kept one. If none of these is possible, the
    /// block is unchanged.
    ///
    /// # Safety
    ///
    /// 1. `start` is a large block of this pool in use, and `old` fits it.
    /// 2. The align of `new` is that of `old`, and its size is not less.
    pub(crate) unsafe fn grow<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        start: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<Resized, AllocError> {
        let block = self.live_block(start, Some(old));
        let (before, whole) = (block.size(), whole_layout(new)?);
        if whole.size() <= before {
            self.set_requested(block, new, whole.size());
            return Ok(Resized { block: start, zero_from: None });
        }
        if old.size() <= MAX_COPIED {
            if let Some(kept) = self.take_kept(new, whole, Purpose::Growth) {
                let moved = kept.start.get();
                // SAFETY: both blocks have at least `old.size()` bytes, and are disjoint, since both are in use.
                unsafe { start.copy_to_nonoverlapping(moved, old.size()) };
                // SAFETY: by (1) it is in use; the caller uses the other one from now on.
                unsafe { self.deallocate(parent, start, Some(old)) };
                return Ok(Resized { block: moved, zero_from: None });
            }
        }
        // SAFETY: (1) by (1). (2) Tested above.
        let added = unsafe { self.grow_by_parent(parent, block, new, whole) }?;
        Ok(Resized { block: block.start.get(), zero_from: (added == Contents::Zeroed).then_some(before) })
    }

    /// Has the parent grow a block to the size of `whole`. If it cannot, the block is unchanged. Returns the contents of
    /// the added bytes.
    ///
    /// # Safety
    ///
    /// 1. The block is live, and belongs to the calling thread.
    /// 2. It is no longer than `whole`.
    unsafe fn grow_by_parent<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        block: &Block,
        requested: Layout,
        whole: Layout,
    ) -> Result<Contents, AllocError> {
        let (start, needed) = (block.start.get(), block.needed.get());
        // SAFETY: (1) `needed` is a multiple of `MIN_ALIGN`; or, from `grow_kept`, at least half of `whole`, which is no
        // shorter than a huge page where this is called. (2) The block belongs to this thread.
        let is_dense = || unsafe { self.grows_densely(start, needed) };
        // The parent allocated the block with this align.
        let whole = Layout::from_size_align(whole.size(), block.align()).map_err(|_| AllocError)?;
        // Fresh pages are zero already, so that costs no more.
        let added = if parent.options.whole_pages { Contents::Zeroed } else { Contents::Uninit };
        let grow = |start, before| {
            // SAFETY: `resize` passes the live block and its layout. The new layout has the same align and is no
            // smaller, by (2); `obtain` only makes it larger.
            self.obtain(parent, whole, is_dense, |whole| unsafe { added.grow(parent.allocator, start, before, whole) })
        };
        // SAFETY: (1) by (1). (2) The parent grows it.
        unsafe { self.resize(block, requested, whole.size(), grow) }?;
        Ok(added)
    }

    /// Shrinks a block, if it has many more bytes than it needs then.
    ///
    /// # Safety
    ///
    /// 1. `start` is a large block of this pool in use.
    /// 2. `new` is a layout of a large block too, with the same align, and is no larger.
    pub(crate) unsafe fn shrink<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        start: NonNull<u8>,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        let block = self.live_block(start, None);
        let whole = whole_layout(new)?;
        let (before, align) = (block.size(), block.align());
        // `whole` may be longer than the block: the size of that is no multiple of `MIN_ALIGN` if the parent gave more
        // than was requested.
        if before.saturating_sub(whole.size()) < before / 4 {
            self.set_requested(block, new, whole.size().min(before / MIN_ALIGN * MIN_ALIGN));
            return Ok(start);
        }
        let whole = Layout::from_size_align(whole.size(), align).map_err(|_| AllocError)?;
        // SAFETY: `resize` passes the live block and its layout. The new layout has the same align and is smaller.
        let shrink = |start, before| unsafe { parent.allocator.shrink(start, before, whole) };
        // SAFETY: (1) by (1). (2) The parent shrinks it.
        if unsafe { self.resize(block, new, whole.size(), shrink) }.is_err() {
            // The parent cannot shrink the block, which is unchanged and large enough.
            self.set_requested(block, new, whole.size());
        }
        Ok(block.start.get())
    }

    /// Notes a new request for a live block, which needs `needed` bytes of it.
    fn set_requested(&self, block: &Block, requested: Layout, needed: usize) {
        let _held = self.lock.lock();
        self.budget.remove_needed(block.needed.get());
        block.requested.set(requested);
        block.needed.set(needed);
        self.budget.add_needed(needed);
    }

    /// Resizes a block by `resize`, for a request that needs `needed` bytes of it.
    ///
    /// # Safety
    ///
    /// 1. The block is live, and belongs to the calling thread.
    /// 2. `resize` has the parent grow or shrink the block that it is passed, with its layout, at the same align.
    unsafe fn resize(
        &self,
        block: &Block,
        requested: Layout,
        needed: usize,
        resize: impl FnOnce(NonNull<u8>, Layout) -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<(), AllocError> {
        let before = block.whole.get();
        {
            // The parent may move the block, and give its old address to another block, before it returns.
            let _held = self.lock.lock();
            self.remove_live(block);
            self.map.remove(block);
        }
        let (result, requested, needed) = match resize(block.start.get(), before) {
            Ok(resized) => {
                block.set_block(resized, before.align());
                self.held.fetch_add(resized.len().wrapping_sub(before.size()), Relaxed);
                (Ok(()), requested, needed)
            }
            Err(error) => (Err(error), block.requested.get(), block.needed.get()),
        };
        let _held = self.lock.lock();
        // SAFETY: (1) the record was removed above, and stays by invariant 1 of `Large`. (2) By invariants 2 and 3 no
        // other block of the map is there. (3) Only this fn changes the address, and removes the record before.
        unsafe { self.map.insert(block) };
        self.add_live(block, requested, needed);
        result
    }
}
