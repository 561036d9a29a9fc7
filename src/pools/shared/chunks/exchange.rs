//! Chunks that come from the parent, and go back to it.

use core::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::chunk::{self, Advised, Chunk, Header};
use super::request::Wanted;
use super::{Chunks, Taken};
use crate::api::{AllocError, Allocator};
use crate::os::advice;
use crate::pools::shared::geometry::{CHUNK, SLICE};
use crate::pools::shared::parent::Parent;

/// From so many bytes of chunks on, new ones are advised to be huge pages, if the others are filled as densely as
/// the heap says: or a process would hold 2 MiB where it uses little.
const HUGE_FROM: usize = 4 << 20;

impl Chunks {
    /// As [`take`](Self::take), from another chunk: one that is leaving, or a new one. Threads that come here at a time each get one, of
    /// which all have the rest. The caller holds no lock, as the parent may use this pool.
    pub(crate) fn take_new<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        wanted: Wanted,
        is_dense: impl FnOnce(usize) -> bool,
    ) -> Result<Taken, AllocError> {
        let chunk = self.take_leaving().map_or_else(|| self.get(parent, is_dense), Ok)?;
        let _held = self.lock();
        self.set.set(chunk, true);
        self.dirty.set(self.dirty.get() + chunk.dirty());
        self.sort(chunk, false);
        self.take_in(parent.options, chunk, wanted).ok_or(AllocError)
    }

    /// A new chunk, which there is room for in the set.
    fn get<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        is_dense: impl FnOnce(usize) -> bool,
    ) -> Result<Chunk, AllocError> {
        let start = if parent.options.whole_pages {
            parent.allocator.allocate_zeroed(chunk::LAYOUT)?.cast()
        } else {
            let start = parent.allocator.allocate(chunk::LAYOUT)?.cast::<u8>();
            // SAFETY: a chunk is longer than its header.
            unsafe { start.write_bytes(0, size_of::<Header>()) };
            start
        };
        let is_huge = parent.options.advises_huge_pages()
            && self.held() >= HUGE_FROM
            && is_dense(self.held().wrapping_sub(self.runs() * SLICE));
        if is_huge {
            // SAFETY: the pages of a fresh chunk.
            unsafe { advice::huge_pages(start, CHUNK) };
        }
        // SAFETY: of that layout, fresh, and its header is zero.
        let chunk = unsafe { Chunk::init(start) };
        chunk.set_advised(if is_huge { Advised::Huge } else { Advised::Nothing });
        if let Err(error) = self.set.make_room(chunk, parent.allocator) {
            // SAFETY: it came from the parent a moment ago.
            unsafe { parent.allocator.deallocate(start, chunk::LAYOUT) };
            return Err(error);
        }
        self.held.fetch_add(CHUNK, Relaxed);
        Ok(chunk)
    }

    /// Gives chunks to the parent that were found empty, with no lock held.
    #[inline]
    pub(crate) fn give_chunks_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        if self.leave.load(SeqCst) > 0 {
            self.give_leaving_back(parent);
        }
    }

    #[cold]
    fn give_leaving_back<A: Allocator>(&self, parent: Parent<'_, A>) {
        // The parent may have others leave, for each: but no more than there are.
        let mut left = self.held() / CHUNK;
        // Once more after the last, for what was left to this thread just then.
        while left > 0 && self.leave.load(SeqCst) > 0 {
            let next = || {
                left = left.checked_sub(1)?;
                Some((self.take_leaving()?.start(), chunk::LAYOUT))
            };
            if !parent.give_back((&self.giving, &self.held), next) {
                return;
            }
        }
    }

    fn take_leaving(&self) -> Option<Chunk> {
        let _held = self.lock();
        let first = self.leaving.first()?;
        // SAFETY: in that list.
        unsafe { self.leaving.remove(first) };
        self.leave.fetch_sub(1, SeqCst);
        Some(Chunk::from_header(first))
    }
}
