//! Where a free list is empty, and for blocks that have none.

use core::ptr::NonNull;

use super::chunk::{Chunk, of_its_chunk};
use super::region::{Region, Run};
use super::{LARGEST, LARGEST_CHUNK, Pool, class_of};
use crate::api::global_calls::dangling;
use crate::api::move_block::replace;
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::size_class::{align_of_class, size_of_class};

/// A list gets this part of the next chunk at a time, so that a small pool stays small,
const RUN_PART: usize = 32;
/// and no more than this: it is written to, and should still be in the cache when it is used.
const LARGEST_RUN: usize = 4 << 10;

// The parent may call the pool meanwhile, through hooks of its own. So all is in order when it is called, and looked at anew
// when it returns.
impl<A: Allocator> Pool<A> {
    /// A block of a class that has no free one.
    #[cold]
    #[inline(never)]
    pub(super) fn refill(&self, class: usize) -> Result<NonNull<u8>, AllocError> {
        if !self.carve(&self.region, class) {
            let chunk = self.new_chunk(class)?;
            self.chunks.push(chunk);
            let region = Region::of(chunk);
            let carved = self.carve(&region, class);
            debug_assert!(carved, "the chunk was made for it");
            // The one with more left is kept.
            if region.left() > self.region.left() {
                region.swap(&self.region);
            }
            // SAFETY: nobody else has those bytes, and the region is gone.
            unsafe { self.use_up(region.position(), region.left()) };
        }
        self.bins[class].pop().ok_or(AllocError)
    }

    /// A chunk in which a block of `class` fits.
    fn new_chunk(&self, class: usize) -> Result<Chunk, AllocError> {
        let (size, align) = (size_of_class(class), align_of_class(class));
        let usual = self.next_chunk.get();
        let room = usual - Chunk::OVERHEAD;
        let layout = |size, align| Layout::from_size_align(size, align).map_err(|_| AllocError);
        let needed = layout(size, align)?;
        // Where a block fits behind what aligns it, the parent is not asked for more than it aligns anyway.
        let asked = if room >= size + align { layout(room, Chunk::ALIGN)? } else { layout(room.max(size), align)? };
        // A parent that is close to a limit may still have what is needed now.
        let chunk = Chunk::new(&self.parent, asked).or_else(|_| Chunk::new(&self.parent, needed))?;
        if chunk.size() >= usual {
            self.next_chunk.set((2 * usual).min(LARGEST_CHUNK));
        }
        Ok(chunk)
    }

    /// Takes free blocks of `class` out of `region`, if one fits.
    fn carve(&self, region: &Region, class: usize) -> bool {
        let size = size_of_class(class);
        let most = ((self.next_chunk.get() / RUN_PART).min(LARGEST_RUN) / size).max(1);
        let before = region.position();
        let Some(Run { start, count, skipped }) = region.take_run(size, align_of_class(class), most) else {
            return false;
        };
        // SAFETY: the run was nobody's, and is aligned as the class is, no less than to 8.
        unsafe { self.bins[class].push_run(start, size, count) };
        // SAFETY: as above.
        unsafe { self.use_up(before, skipped) };
        true
    }

    /// Makes free blocks of what is left over, with powers of two for sizes: these are asked for most where collections double.
    ///
    /// # Safety
    ///
    /// The `length` bytes from `start` on lie in a chunk whose pointer that is, both are multiples of 8, and nobody uses them.
    unsafe fn use_up(&self, start: NonNull<u8>, length: usize) {
        let mut left = length;
        while left > 0 {
            // From the end, which is mostly aligned to more than the start: the largest that may end there.
            let aligned = 1 << (start.addr().get() + left).trailing_zeros();
            let size = aligned.min(1 << left.ilog2()).min(LARGEST);
            let Some(class) = Layout::from_size_align(size, size).ok().and_then(class_of) else { return };
            left -= size;
            // SAFETY: no more than the length.
            let block = unsafe { start.add(left) };
            // SAFETY: by `# Safety` of this fn; the end is a multiple of the size, and so is the start.
            unsafe { self.bins[class].push_run(block, size, 1) };
        }
    }

    /// A block without a class: a large one, or one of size 0.
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_large(&self, layout: Layout, zeroed: bool) -> Result<NonNull<u8>, AllocError> {
        if layout.size() == 0 {
            return Ok(dangling(layout).cast());
        }
        let chunk = Chunk::for_block(&self.parent, layout, zeroed)?;
        self.large.push(chunk);
        Ok(chunk.start())
    }

    /// # Safety
    ///
    /// As for [`Allocator::deallocate`]; `layout` has no class.
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn deallocate_large(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 {
            return;
        }
        // SAFETY: by `# Safety` of this fn.
        let chunk = unsafe { Chunk::of_block(block, layout.size()) };
        self.large.remove(chunk);
        // SAFETY: it came from the parent, and is in no list now.
        unsafe { chunk.free(&self.parent) };
    }

    /// Makes a block longer that cannot stay where it is, or that only the parent can leave there.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::grow`], or where `zeroed`, [`Allocator::grow_zeroed`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn grow_elsewhere(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        zeroed: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if is_large(old) && old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.resize_large(block, old, new, zeroed) };
        }
        let moved = if zeroed { self.allocate_zeroed(new) } else { self.allocate(new) }?;
        // SAFETY: both blocks have so many bytes, and are disjoint, being live at once.
        unsafe { of_its_chunk(block).copy_to_nonoverlapping(moved.cast(), old.size()) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }

    /// Makes a block shorter that cannot stay where it is.
    ///
    /// # Safety
    ///
    /// As for [`Allocator::shrink`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn shrink_elsewhere(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if is_large(new) && old.align() == new.align() {
            // SAFETY: by `# Safety` of this fn; a block is no smaller than what it shrinks to.
            return unsafe { self.resize_large(block, old, new, false) };
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { replace(self, of_its_chunk(block), old, new, new.size()) }
    }

    /// # Safety
    ///
    /// `block` is a live large block of layout `old`, and not used again under that if this is an `Ok`; `new` is large, and of
    /// the same align.
    unsafe fn resize_large(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        zeroed: bool,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let chunk = unsafe { Chunk::of_block(block, old.size()) };
        self.large.remove(chunk);
        // SAFETY: it came from the parent, and is in no list now; the rest by `# Safety` of this fn.
        let resized = unsafe { chunk.resize(&self.parent, old, new, zeroed) };
        let chunk = resized.unwrap_or(chunk);
        self.large.push(chunk);
        resized.map(|chunk| NonNull::slice_from_raw_parts(chunk.start(), new.size()))
    }
}

/// Whether a block of `layout` has a chunk of its own.
fn is_large(layout: Layout) -> bool {
    layout.size() > 0 && class_of(layout).is_none()
}
