//! Chunks come from the parent and are returned to it, while no lock is held.

use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::chunk::{self, Advised, Chunk, Header, SliceRange};
use super::request::SliceRequest;
use super::{Change, Chunks};
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator};
use crate::os::advice;
use crate::pools::shared::geometry::{CHUNK, SLICE};
use crate::pools::shared::parent::Parent;

/// The bytes of chunks from which on new chunks are put on huge pages, if the others are half full. A smaller process
/// would occupy 2 MiB where it uses little.
const MIN_HELD_FOR_HUGE_PAGES: usize = 4 << 20;

impl Chunks {
    /// Takes slices of an additional chunk: a departing one, or a new one. If several threads come here at once, each
    /// gets a chunk, and all of them can use what is left of these.
    ///
    /// `chunks_half_full` returns whether that many bytes of chunks are half full. The caller holds no lock, because the
    /// parent may use this pool.
    pub(crate) fn take_additional<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        request: SliceRequest,
        chunks_half_full: impl FnOnce(usize) -> bool,
    ) -> Result<SliceRange, AllocError> {
        let chunk = self.take_departing().map_or_else(|| self.allocate_chunk(parent, chunks_half_full), Ok)?;
        let _held = self.lock();
        self.addresses.insert(chunk);
        self.dirty.set(self.dirty.get() + chunk.dirty_count());
        self.refile(chunk, Change::Fewer);
        self.take_from(chunk, request).ok_or(AllocError)
    }

    /// Allocates a chunk, and reserves a place for it in the set of addresses.
    fn allocate_chunk<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        chunks_half_full: impl FnOnce(usize) -> bool,
    ) -> Result<Chunk, AllocError> {
        let (start, contents) = if parent.options.whole_pages {
            (parent.allocator.allocate_zeroed(chunk::LAYOUT)?.cast(), Contents::Zeroed)
        } else {
            let start = parent.allocator.allocate(chunk::LAYOUT)?.cast::<u8>();
            // SAFETY: the block is longer than a header, and has no other use yet.
            unsafe { start.write_bytes(0, size_of::<Header>()) };
            (start, Contents::Uninit)
        };
        let is_huge = parent.options.advises_huge_pages()
            && self.held_bytes() >= MIN_HELD_FOR_HUGE_PAGES
            && chunks_half_full(self.held_bytes().wrapping_sub(self.run_slices() * SLICE));
        if is_huge {
            // SAFETY: the block consists of whole pages, as `advises_huge_pages` says.
            unsafe { advice::huge_pages(start, CHUNK) };
        }
        // SAFETY: (1) the block was just allocated with that layout. (2) It, or its header, was zeroed above.
        let chunk = unsafe { Chunk::init(start, contents) };
        chunk.set_advised(if is_huge { Advised::Huge } else { Advised::Nothing });
        if let Err(error) = self.addresses.reserve(chunk, parent.allocator) {
            // SAFETY: the block was allocated above, with that layout, and no other thread knows it.
            unsafe { parent.allocator.deallocate(start, chunk::LAYOUT) };
            return Err(error);
        }
        self.held.fetch_add(CHUNK, Relaxed);
        Ok(chunk)
    }

    /// Makes an empty chunk depart. Under the lock.
    pub(super) fn depart(&self, chunk: Chunk) {
        self.dirty.set(self.dirty.get() - chunk.dirty_count());
        self.addresses.remove(chunk);
        // SAFETY: an empty chunk has free slices, so by invariant 1 of `Chunks` it is in the list of its level.
        unsafe { self.with_free[chunk.list_level() - 1].remove(chunk.header_ptr()) };
        chunk.set_list_level(0);
        // SAFETY: the chunk is in no list now, and is not returned before it is removed from this one.
        unsafe { self.departing.push_front(chunk.header_ptr()) };
        self.departing_count.fetch_add(1, SeqCst);
    }

    fn take_departing(&self) -> Option<Chunk> {
        let _held = self.lock();
        let first = self.departing.first()?;
        // SAFETY: it is the first of the list.
        unsafe { self.departing.remove(first) };
        self.departing_count.fetch_sub(1, SeqCst);
        Some(Chunk::from_header(first))
    }

    /// Returns the departing chunks to the parent. The caller holds no lock.
    #[inline]
    pub(crate) fn return_departing<A: Allocator>(&self, parent: Parent<'_, A>) {
        if self.departing_count.load(SeqCst) > 0 {
            self.return_departing_slow(parent);
        }
    }

    #[cold]
    fn return_departing_slow<A: Allocator>(&self, parent: Parent<'_, A>) {
        // Each call of the parent may make further chunks depart. The bound ends that.
        let mut left = self.held_bytes() / CHUNK;
        // Look again after the last chunk: other threads may have left theirs to this one just then.
        while left > 0 && self.departing_count.load(SeqCst) > 0 {
            let next = || {
                left = left.checked_sub(1)?;
                Some((self.take_departing()?.start(), chunk::LAYOUT))
            };
            if !parent.return_blocks((&self.returning, &self.held), next) {
                return;
            }
        }
    }
}
