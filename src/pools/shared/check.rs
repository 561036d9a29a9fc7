//! Blocks by their address: which ones are in use, and what they are.

use core::ptr::NonNull;

use super::SharedPool;
use super::chunks::{Chunk, Use};
use super::geometry::{SLICE, slice_at};
use super::misuse::{Misuse, abort};
use super::placement::Kind;
use super::spans::Class;
use crate::api::{Allocator, Layout};
use crate::pools::size_class::size_of_class;

impl<A: Allocator> SharedPool<A> {
    /// What the pool knows of the block at an address that lies in one of its chunks.
    pub(super) fn part_at(address: usize) -> (Chunk, usize, Use) {
        // SAFETY: the caller says that it lies in a chunk.
        let chunk = unsafe { Chunk::of(address) };
        let slice = slice_at(address);
        (chunk, slice, chunk.used_as(slice))
    }

    /// Aborts with a message if `block` is no block in use, or not of `layout`.
    pub(super) fn check(&self, block: NonNull<u8>, layout: Option<Layout>) {
        let address = block.addr().get();
        let end = |misuse| abort(misuse, block.as_ptr(), layout);
        let foreign = || end(Misuse::Foreign);
        let wrong = |size| end(Misuse::Layout { size });
        let Some(heap) = self.made() else { foreign() };
        let is_other = |kind| layout.is_some_and(|layout| Kind::of(layout) != kind);
        if heap.chunks.has(address) {
            let (chunk, slice, used_as) = Self::part_at(address);
            let (first, slices) = chunk.part(slice);
            let offset = address - chunk.slice_start(first).addr().get();
            match used_as {
                Use::Nothing => end(Misuse::Twice),
                Use::Span(class) if is_other(Kind::Class(class)) => wrong(size_of_class(class)),
                Use::Span(class) if !Class::of(class).is_block(offset) => end(Misuse::Inside),
                // SAFETY: it is a block of that class.
                Use::Span(class) if unsafe { heap.is_free(class, block) } => end(Misuse::Twice),
                Use::Run if offset != 0 => end(Misuse::Inside),
                Use::Run if is_other(Kind::Run(slices)) => wrong(slices * SLICE),
                Use::Span(_) | Use::Run => {}
            }
        } else {
            let found = heap.large.find(address).unwrap_or_else(|misuse| end(misuse));
            if layout.is_some_and(|layout| layout != found.asked && layout != found.whole) {
                end(Misuse::Asked(found.asked));
            }
        }
    }
}

#[cfg(target_os = "linux")]
impl<A: Allocator> SharedPool<A> {
    /// Whether a block starts at `block`, in use or, in a chunk, free: for pointers of any origin.
    pub(crate) fn is_block(&self, block: NonNull<u8>) -> bool {
        let address = block.addr().get();
        let Some(heap) = self.made() else { return false };
        if !heap.chunks.has(address) {
            return heap.large.find(address).is_ok();
        }
        let (chunk, slice, used_as) = Self::part_at(address);
        let offset = address - chunk.slice_start(chunk.part(slice).0).addr().get();
        match used_as {
            Use::Nothing => false,
            Use::Span(class) => Class::of(class).is_block(offset),
            Use::Run => offset == 0,
        }
    }
}
