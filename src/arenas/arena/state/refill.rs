//! Allocation beyond the cursor's region: from spare chunks, then from the parent.

use core::ptr::NonNull;

use super::State;
use super::supply::{MAX_CAPACITY, MIN_CAPACITY};
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::{AllocError, Allocator, Layout};
use crate::arenas::arena::chunk::ArenaChunk;

/// The size up to which a block never gets a chunk of its own, in bytes.
const MAX_REGULAR_BLOCK: usize = 16 << 10;

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
        let needs_own_chunk = size > ArenaChunk::<MIN_ALIGN>::size_with(capacity.max(MAX_REGULAR_BLOCK));
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

    /// Allocates a chunk for a block that needs `size` bytes in it, which are not more than a chunk of `capacity` or
    /// `MAX_REGULAR_BLOCK` has; and sets the capacity of the chunk after it.
    fn new_chunk(
        &self,
        parent: &impl Allocator,
        size: usize,
        capacity: usize,
    ) -> Result<ArenaChunk<MIN_ALIGN>, AllocError> {
        // With room for two such blocks, a collection that doubles can do so once more in place. With less, each of its sizes would
        // need the next chunk.
        let twice = (2 * (size - ArenaChunk::<MIN_ALIGN>::OVERHEAD)).next_power_of_two();
        let capacity = capacity.max(twice.min(MAX_CAPACITY));
        // A parent that is close to its limit may still have enough for this block.
        let chunk = ArenaChunk::new(parent, ArenaChunk::<MIN_ALIGN>::size_with(capacity), Contents::Uninit)
            .or_else(|_| ArenaChunk::new(parent, size, Contents::Uninit))?;
        // The capacity stays if the cursor leaves a chunk early, for a large block or because a scope uses the chunk.
        let next = if self.is_half_used() { capacity.saturating_mul(2) } else { capacity };
        self.supply().next_capacity.set(next.clamp(MIN_CAPACITY, MAX_CAPACITY));
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
