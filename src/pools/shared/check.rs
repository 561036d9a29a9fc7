//! Checks whether an address is that of a block in use.

use core::ptr::NonNull;

use super::SharedPool;
use super::chunks::SliceUse;
use super::geometry::SLICE;
use super::misuse::{Misuse, abort};
use super::placement::{BlockSlice, Placement};
use super::spans::ClassInfo;
use crate::api::{Allocator, Layout};
use crate::pools::size_class::size_of_class;

impl<A: Allocator> SharedPool<A> {
    /// Ends the process with a message unless `block` is in use, and `layout`, if it is known, is its layout.
    pub(super) fn check(&self, block: NonNull<u8>, layout: Option<Layout>) {
        let address = block.addr().get();
        let end = |misuse| abort(misuse, block.as_ptr(), layout);
        let Some(heap) = self.existing_heap() else { end(Misuse::Foreign) };
        let is_not = |placement| layout.is_some_and(|layout| Placement::of(layout) != placement);
        if !heap.chunks.contains(address) {
            let found = heap.large.find(address).unwrap_or_else(|misuse| end(misuse));
            if layout.is_some_and(|layout| layout != found.requested && layout != found.whole) {
                end(Misuse::WrongLayout(found.requested));
            }
            return;
        }
        // SAFETY: the address lies in a chunk.
        let at = unsafe { BlockSlice::of(address) };
        let (_, slices, offset) = at.part(address);
        match at.slice_use {
            SliceUse::Unused => end(Misuse::Twice),
            SliceUse::Span(class) if is_not(Placement::Class(class)) => {
                end(Misuse::WrongSize { size: size_of_class(class) })
            }
            SliceUse::Span(class) if !ClassInfo::of(class).is_block(offset) => end(Misuse::InsideBlock),
            // SAFETY: a block of that class starts there.
            SliceUse::Span(class) if unsafe { self.heap_ref(heap).is_free(class, block) } => end(Misuse::Twice),
            SliceUse::Run if offset != 0 => end(Misuse::InsideBlock),
            SliceUse::Run if is_not(Placement::Run(slices)) => end(Misuse::WrongSize { size: slices * SLICE }),
            SliceUse::Span(_) | SliceUse::Run => {}
        }
    }

    /// Returns whether a block starts at `block`: any in a chunk, in use or free, or a large one in use. `block` may be
    /// any pointer.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_block(&self, block: NonNull<u8>) -> bool {
        let address = block.addr().get();
        let Some(heap) = self.existing_heap() else { return false };
        if !heap.chunks.contains(address) {
            return heap.large.find(address).is_ok();
        }
        // SAFETY: the address lies in a chunk.
        let at = unsafe { BlockSlice::of(address) };
        let (.., offset) = at.part(address);
        match at.slice_use {
            SliceUse::Unused => false,
            SliceUse::Span(class) => ClassInfo::of(class).is_block(offset),
            SliceUse::Run => offset == 0,
        }
    }
}
