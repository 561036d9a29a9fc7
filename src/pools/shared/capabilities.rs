//! The capabilities of a pool.

use core::ptr::NonNull;

use super::SharedPool;
use super::allocator::whole;
use super::chunks::Use;
use super::geometry::SLICE;
use super::misuse::{Misuse, abort};
use crate::api::{Allocator, CallsMalloc, GlobalAllocator, Layout, Owns, UsableSize};
use crate::pools::size_class::size_of_class;

// SAFETY: everything comes from the parent, which never reaches the default; the rest are system calls and thread-locals, as
// `threads` has them; and a function that chooses the options, which by `# Safety` of `with_options_from` does not allocate from
// it.
unsafe impl<A: GlobalAllocator> GlobalAllocator for SharedPool<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for SharedPool<A> {}

// SAFETY: chunks and large blocks are the pool's alone.
unsafe impl<A: Allocator> Owns for SharedPool<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        SharedPool::owns(self, block)
    }
}

// SAFETY: the layout has the block's class, or its slices, or is that of a large block.
unsafe impl<A: Allocator> UsableSize for SharedPool<A> {
    #[inline]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        let heap = self.made();
        if self.options_of(heap).checked {
            self.check(block, None);
        }
        let address = block.addr().get();
        let in_chunk = heap.is_some_and(|heap| heap.chunks.has(address));
        let size = match in_chunk.then(|| Self::part_at(address)) {
            Some((_, _, Use::Span(class))) => size_of_class(class),
            Some((chunk, slice, _)) => chunk.part(slice).1 * SLICE,
            None => {
                return heap
                    .map_or_else(|| abort(Misuse::Foreign, block.as_ptr(), None), |heap| heap.large.layout(block));
            }
        };
        let align = if size % 16 == 0 { 16 } else { 8 };
        // SAFETY: a power of two, and no block of a chunk is that long.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }

    #[inline]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        let address = block.addr().get();
        let class = match self.made().filter(|heap| !heap.options.checked && heap.chunks.has(address)) {
            Some(_) => Self::part_at(address).2,
            None => Use::Nothing,
        };
        // The rest is for who knows the layout.
        if !matches!(class, Use::Span(class) if self.bin(class).put(whole(block))) {
            // SAFETY: by `# Safety` of this fn.
            let layout = unsafe { self.layout_of(block) };
            // SAFETY: the block is live, and the layout of `layout_of` fits it.
            unsafe { self.deallocate(block, layout) };
        }
    }
}
