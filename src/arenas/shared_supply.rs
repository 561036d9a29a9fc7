//! The chunks of an arena that threads share, with the parent that they come from.

use core::mem;
use core::ptr::{self, NonNull};

use super::shared_chunks::{self, OversizeChunks, RawChunk, SharedChunk, SharedChunks};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};
use crate::sync::{AtomicPtr, AtomicUsize};

/// The chunks of a [`SyncArena`](super::SyncArena) or [`TaskArena`](super::TaskArena).
///
/// # Invariants
///
/// 1. All chunks came from `parent`.
/// 2. They stay until a [restart](Self::restart) or the drop, for which the arena is not borrowed; or, an oversize chunk, until the owner
///    of its block frees, grows or shrinks the block.
#[derive(Debug)]
pub(super) struct SharedSupply<A: Allocator> {
    pub(super) chunks: SharedChunks,
    pub(super) parent: A,
}

impl<A: Allocator> SharedSupply<A> {
    pub(super) const fn new(parent: A) -> Self {
        Self { chunks: Self::no_chunks(), parent }
    }

    const fn no_chunks() -> SharedChunks {
        let oversize = OversizeChunks { newest: AtomicPtr::new(ptr::null_mut()), visitors: AtomicUsize::new(0) };
        SharedChunks { newest: AtomicPtr::new(ptr::null_mut()), oversize }
    }

    /// Cuts a block from the newest chunk, or from a new one. Also returns what is known about its contents.
    ///
    /// `chunk_size` returns the size of the chunk after the given one, for a block that needs a chunk of the given size; or `None` if that
    /// block gets a chunk of its own.
    ///
    /// No thread waits for another: of two that allocate a chunk at the same time, the later one returns it to the parent.
    pub(super) fn allocate(
        &self,
        layout: Layout,
        contents: Contents,
        chunk_size: impl Fn(Option<SharedChunk<'_>>, usize) -> Option<usize>,
    ) -> Result<(NonNull<u8>, Contents), AllocError> {
        let size = SharedChunks::size_for(layout).ok_or(AllocError)?;
        loop {
            let newest = self.chunks.newest();
            if let Some(block) = newest.and_then(|chunk| chunk.cut(layout)) {
                return Ok((block, Contents::Uninit));
            }
            let Some(next) = chunk_size(newest, size) else {
                let raw = self.allocate_chunk(size, contents)?;
                return Ok((self.chunks.oversize.add(&raw, layout), contents));
            };
            // A parent that is close to its limit may still have enough for this block. Or another thread has the memory, and has added
            // it by now.
            let raw =
                self.allocate_chunk(next, Contents::Uninit).or_else(|_| self.allocate_chunk(size, Contents::Uninit));
            let raw = match raw {
                Ok(raw) => raw,
                Err(_) if !self.chunks.is_newest(newest) => continue,
                Err(error) => return Err(error),
            };
            if !self.chunks.add(newest, &raw) {
                // SAFETY: it came from the parent. It was not added, so nothing else uses it.
                unsafe { self.release_chunk(&raw) };
            }
        }
    }

    /// Returns the chunk of an oversize block to the parent, if it is the newest one.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the arena with bytes, and is not used again.
    #[cold]
    pub(super) unsafe fn free_oversize(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        if let Some(raw) = unsafe { self.chunks.oversize.try_take(block) } {
            // SAFETY: by invariant 1 it came from the parent. It is in no list any more, and its block is not used.
            unsafe { self.release_chunk(&raw) };
        }
    }

    /// Lets the parent resize the chunk of an oversize block, if it is the newest one. Returns the block, which may have moved. On `None`
    /// nothing has changed.
    ///
    /// # Safety
    ///
    /// `block` is a live block of the arena that `old` fits, with bytes. If this returns `Some`, it is used with the layout `new` from
    /// now on.
    #[cold]
    pub(super) unsafe fn resize_oversize(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Option<NonNull<u8>> {
        // A larger align would let the block start elsewhere in a chunk that moves.
        if old.align() != new.align() || old.align() > shared_chunks::ALIGN {
            return None;
        }
        let new_chunk = Layout::from_size_align(SharedChunks::size_for(new)?, shared_chunks::ALIGN).ok()?;
        // SAFETY: by `# Safety` of this fn.
        let raw = unsafe { self.chunks.oversize.try_take(block) }?;
        // The size is the one that the parent returned.
        let resized =
            Layout::from_size_align(raw.size, shared_chunks::ALIGN).map_err(|_| AllocError).and_then(|chunk| {
                if new_chunk.size() >= chunk.size() {
                    // SAFETY: by invariant 1 the chunk is a live block of the parent. It is in no list, and the block in it is the caller's.
                    unsafe { self.parent.grow(raw.start, chunk, new_chunk) }
                } else {
                    // SAFETY: as above. `new_chunk` includes the header and all bytes of the block that are still used.
                    unsafe { self.parent.shrink(raw.start, chunk, new_chunk) }
                }
            });
        match resized {
            Ok(chunk) => {
                let raw = RawChunk { start: chunk.cast(), size: chunk.len() };
                Some(self.chunks.oversize.add(&raw, new))
            }
            Err(AllocError) => {
                self.chunks.oversize.add(&raw, old);
                None
            }
        }
    }

    fn allocate_chunk(&self, size: usize, contents: Contents) -> Result<RawChunk, AllocError> {
        let layout = Layout::from_size_align(size, shared_chunks::ALIGN).map_err(|_| AllocError)?;
        let block = contents.allocate(&self.parent, layout)?;
        Ok(RawChunk { start: block.cast(), size: block.len() })
    }

    /// Returns a chunk to the parent.
    ///
    /// # Safety
    ///
    /// `raw` came from the parent, and is not used again.
    unsafe fn release_chunk(&self, raw: &RawChunk) {
        if let Ok(layout) = Layout::from_size_align(raw.size, shared_chunks::ALIGN) {
            // SAFETY: by `# Safety` of this fn. The size is the one that the parent returned.
            unsafe { self.parent.deallocate(raw.start, layout) };
        }
    }

    /// Frees every block, keeps the largest chunk of at most `max` bytes, header included, and returns the others to the parent.
    #[inline]
    pub(super) fn restart(&mut self, max: usize) {
        // A shorter path for the common case.
        if !self.chunks.restart_only(max) {
            self.restart_slow(max);
        }
    }

    #[cold]
    #[inline(never)]
    fn restart_slow(&mut self, max: usize) {
        // If a parent unwinds, against the rules, the rest of the chunks is lost, and none is released twice.
        let old = mem::replace(&mut self.chunks, Self::no_chunks());
        let chunks = || old.iter().map(SharedChunk::raw);
        let largest = chunks().filter(|raw| raw.size <= max).max_by_key(|raw| raw.size);
        let others = chunks().filter(|raw| largest.as_ref().is_none_or(|largest| largest.start != raw.start));
        // SAFETY: by invariant 1 the chunk came from the parent. The arena is borrowed mutably, so no block is in use. The iterator does
        // not read a chunk after it has yielded it.
        others.for_each(|raw| unsafe { self.release_chunk(&raw) });
        if let Some(largest) = largest {
            self.chunks.add(None, &largest);
        }
    }

    /// Returns the number of bytes of all chunks, headers included.
    #[cfg(os_memory)]
    pub(super) fn size(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.raw().size).sum()
    }

    /// Returns whether `block` lies in one of the chunks.
    pub(super) fn contains(&self, block: NonNull<u8>) -> bool {
        let is_in = |raw: RawChunk| block.addr().get().wrapping_sub(raw.start.addr().get()) < raw.size;
        self.chunks.iter().any(|chunk| is_in(chunk.raw()))
    }
}

impl<A: Allocator> Drop for SharedSupply<A> {
    fn drop(&mut self) {
        self.restart(0);
    }
}
