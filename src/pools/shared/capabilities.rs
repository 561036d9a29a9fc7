//! The promises and capabilities of a pool, beside `Allocator`.

use core::ptr::NonNull;

use super::SharedPool;
use super::chunks::SliceUse;
use super::geometry::SLICE;
use super::heap::Heap;
use super::misuse::{Misuse, abort};
use super::placement::BlockSlice;
use super::provenance;
use crate::api::{Allocator, CallsMalloc, GlobalAllocator, IndependentAllocator, Layout, Owns, UsableSize};
use crate::pools::size_class::size_of_class;

// SAFETY: all memory comes from the parent, which never reaches the default, or from the system. Beside system calls
// and thread-locals, which `threads` uses so that they do not allocate, the pool calls a function that chooses the
// options, and that does not allocate from the default by `# Safety` of `with_options_from`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for SharedPool<A> {}
// SAFETY: as above, for a parent that is an `IndependentAllocator`.
unsafe impl<A: IndependentAllocator> IndependentAllocator for SharedPool<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for SharedPool<A> {}

// SAFETY: chunks and large blocks belong to this pool alone.
unsafe impl<A: Allocator> Owns for SharedPool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        SharedPool::owns(self, block)
    }
}

// SAFETY: `layout_of` returns a layout of the class of the block, or of its number of slices, or the whole layout of a
// large block.
unsafe impl<A: Allocator> UsableSize for SharedPool<A> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        let heap = self.existing_heap();
        if self.options_with(heap).checked {
            self.check(block, None);
        }
        let Some(heap) = heap else { abort(Misuse::Foreign, block.as_ptr(), None) };
        let address = block.addr().get();
        if !heap.chunks.contains(address) {
            return heap.large.layout(block);
        }
        // SAFETY: the address lies in a chunk.
        let at = unsafe { BlockSlice::of(address) };
        let size = match at.slice_use {
            SliceUse::Span(class) => size_of_class(class),
            SliceUse::Run | SliceUse::Unused => at.chunk.part_at(at.slice).1 * SLICE,
        };
        let align = if size % 16 == 0 { 16 } else { 8 };
        // SAFETY: the align is a power of two, and a block of a chunk is far shorter than `isize::MAX`.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        let address = block.addr().get();
        let is_trusted = |heap: &&Heap| !heap.options.checked && heap.chunks.contains(address);
        let slice_use = match self.existing_heap().filter(is_trusted) {
            // SAFETY: the address lies in a chunk.
            Some(_) => unsafe { BlockSlice::of(address) }.slice_use,
            None => SliceUse::Unused,
        };
        if !matches!(slice_use, SliceUse::Span(class) if self.bin(class).push(provenance::restore(block))) {
            // SAFETY: by `# Safety` of this fn.
            let layout = unsafe { self.layout_of(block) };
            // SAFETY: by `# Safety` of this fn the block is in use, and `layout_of` returns a layout that fits it.
            unsafe { self.deallocate(block, layout) };
        }
    }
}
