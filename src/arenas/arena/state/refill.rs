//! Allocation beyond the cursor's region: from spare chunks, then from the parent.

use core::ptr::NonNull;

use super::State;
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::{AllocError, Allocator, Layout};
use crate::arenas::arena::chunk::ArenaChunk;
use crate::arenas::growth::{self, MAX_CAPACITY};

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// Allocates a first chunk, with room for the bytes of `capacity` in any number of blocks.
    pub(in crate::arenas::arena) fn reserve_first_chunk(
        &self,
        parent: &impl Allocator,
        capacity: Layout,
    ) -> Result<(), AllocError> {
        if capacity.size() == 0 {
            return Ok(());
        }
        let size = ArenaChunk::<MIN_ALIGN>::size_for(capacity.pad_to_align()).ok_or(AllocError)?;
        self.enter(ArenaChunk::new(parent, size, Contents::Uninit)?);
        self.supply().raise_next_capacity(capacity.size().saturating_mul(2).min(MAX_CAPACITY));
        Ok(())
    }

    /// Allocates a block of `layout` that does not fit in the cursor's region. Also returns what is known about its contents.
    #[cold]
    #[inline(never)]
    pub(in crate::arenas::arena) fn allocate_slow(
        &self,
        parent: &impl Allocator,
        layout: Layout,
        contents: Contents,
    ) -> Result<(NonNull<u8>, Contents), AllocError> {
        if layout.size() == 0 {
            return Ok((dangling(layout).cast(), Contents::Zeroed));
        }
        let size = ArenaChunk::<MIN_ALIGN>::size_for(layout).ok_or(AllocError)?;
        let supply = self.supply();
        let capacity = supply.next_capacity.get();
        let needs_own_chunk = growth::needs_own_chunk(size - ArenaChunk::<MIN_ALIGN>::OVERHEAD, capacity);
        let spare = supply.spare.take_best_fit(size);
        if needs_own_chunk && spare.is_none_or(|spare| spare.size() / 2 <= size) {
            let (chunk, contents) = match spare {
                // A spare chunk may be dirty.
                Some(spare) => (spare, Contents::Uninit),
                None => (ArenaChunk::new(parent, size, contents)?, contents),
            };
            self.add_oversize(chunk, layout.size());
            return Ok((chunk.start_for(layout), contents));
        }
        let chunk = match spare {
            Some(spare) => spare,
            None => self.new_chunk(parent, size, capacity)?,
        };
        self.enter(chunk);
        let block = self.cursor.allocate(layout);
        debug_assert!(block.is_some(), "the chunk has room for the block");
        block.map(|block| (block, Contents::Uninit)).ok_or(AllocError)
    }

    /// Allocates a chunk of at least this capacity for a block that needs a chunk of `size` bytes but none of its own, and sets the
    /// capacity of the chunk after it.
    fn new_chunk(
        &self,
        parent: &impl Allocator,
        size: usize,
        capacity: usize,
    ) -> Result<ArenaChunk<MIN_ALIGN>, AllocError> {
        let capacity = growth::capacity_for(size - ArenaChunk::<MIN_ALIGN>::OVERHEAD, capacity);
        // A parent that is close to its limit may still have enough for this block.
        let chunk = ArenaChunk::new(parent, ArenaChunk::<MIN_ALIGN>::size_with(capacity), Contents::Uninit)
            .or_else(|_| ArenaChunk::new(parent, size, Contents::Uninit))?;
        self.supply().next_capacity.set(growth::capacity_after(capacity, self.is_half_used()));
        Ok(chunk)
    }

    /// Returns whether at least half of the cursor's region is in use. Without a region, returns whether there has been none.
    fn is_half_used(&self) -> bool {
        if !self.has_region() {
            return self.chunks.first().is_none() && self.base == Self::NO_REGION;
        }
        let free = self.cursor.end().addr().get() - self.cursor.position().addr().get();
        self.used_in_region() >= free
    }
}
