//! Oversize chunks: chunks that hold one block each.

use core::ptr::NonNull;

use super::State;
use crate::api::{AllocError, Allocator, Layout};
use crate::arenas::arena::chunk::ArenaChunk;
use crate::arenas::growth::MIN_CAPACITY;

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// Adds a chunk that is in no list, with a block of `used` bytes.
    pub(super) fn add_oversize(&self, chunk: ArenaChunk<MIN_ALIGN>, used: usize) {
        chunk.set_serial(self.next_serial());
        self.push_oversize(chunk, used);
    }

    fn push_oversize(&self, chunk: ArenaChunk<MIN_ALIGN>, used: usize) {
        chunk.set_used(used);
        self.oversize.push(chunk);
        self.record_peak();
        self.allocated_outside.set(self.allocated_outside.get() + used);
    }

    fn pop_oversize(&self) -> Option<ArenaChunk<MIN_ALIGN>> {
        let chunk = self.oversize.pop()?;
        self.record_peak();
        self.allocated_outside.set(self.allocated_outside.get() - chunk.used());
        Some(chunk)
    }

    /// Returns whether `block` is in the newest oversize chunk.
    #[inline]
    pub(in crate::arenas::arena) fn is_last_oversize(&self, block: NonNull<u8>, layout: Layout) -> bool {
        // Few oversize blocks are smaller: those that have shrunk. Most calls end here, and many are decided at compile time.
        layout.size() > MIN_CAPACITY / 2
            && self.oversize.first().is_some_and(|chunk| chunk.range().contains(&block.as_ptr().cast_const()))
    }

    /// Returns the newest oversize chunk to the parent.
    ///
    /// # Safety
    ///
    /// `parent` is the parent of the arena. The block in the chunk is not used again.
    #[cold]
    pub(in crate::arenas::arena) unsafe fn release_last_oversize(&self, parent: &impl Allocator) {
        if let Some(chunk) = self.pop_oversize() {
            // SAFETY: by `# Safety` of this fn and invariant 1; the chunk is in no list any more.
            unsafe { chunk.release(parent) };
        }
    }

    /// Lets the parent resize the newest oversize chunk, so that its block gets the layout `new`. Returns the block, which may have
    /// moved.
    ///
    /// # Safety
    ///
    /// 1. `parent` is the parent of the arena. The block in the chunk is used with the layout `new` from now on, if this returns `Ok`.
    /// 2. The old and the new layout of the block have the same align, at most [`ArenaChunk::ALIGN`], so that the block stays at the
    ///    start of the chunk.
    #[cold]
    pub(in crate::arenas::arena) unsafe fn resize_last_oversize(
        &self,
        parent: &impl Allocator,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        let size = ArenaChunk::<MIN_ALIGN>::size_for(new).ok_or(AllocError)?;
        let mut chunk = self.pop_oversize().ok_or(AllocError)?;
        let old_used = chunk.used();
        // SAFETY: by (1) and invariant 1 the chunk came from `parent`, and it is in no list now. `size` includes the overhead and, by (2),
        // all bytes of the block that are still used.
        let resized = unsafe { chunk.resize(parent, size) };
        self.push_oversize(chunk, if resized.is_ok() { new.size() } else { old_used });
        resized.map(|()| chunk.start_for(new))
    }
}
