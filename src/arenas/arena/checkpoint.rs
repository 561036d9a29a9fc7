use super::Arena;
use super::state::Mark;
use crate::api::Allocator;

/// A moment in the life of an [`Arena`] that it can be rewound to. Created by [`Arena::checkpoint`].
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, arenas::Checkpoint};
///
/// let arena = Arena::new();
/// let empty: Checkpoint = arena.checkpoint();
/// arena.alloc(1_u64);
/// // SAFETY: the checkpoint is this arena's, the number is not used again, and no scope is running.
/// unsafe { arena.rewind(empty) };
/// assert_eq!(arena.allocated_bytes(), 0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Checkpoint(Mark);

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Marks the present moment in the life of the arena, for [`rewind`](Self::rewind).
    ///
    /// Where lifetimes nest, use [`scope`](Self::scope), which is safe.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let checkpoint = arena.checkpoint();
    /// arena.alloc_str("an attempt");
    /// // SAFETY: the checkpoint is this arena's, the string is not used again, and no scope is running.
    /// unsafe { arena.rewind(checkpoint) };
    /// assert_eq!(arena.allocated_bytes(), 0);
    /// ```
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.state.mark())
    }

    /// Goes back to `checkpoint`: frees all blocks allocated since. Chunks taken since are kept for later blocks.
    ///
    /// One exception: if a scope was running at the checkpoint and has ended since, blocks that this arena has allocated in the
    /// scope's chunk after that stay until a reset.
    ///
    /// # Safety
    ///
    /// 1. `checkpoint` was created by this arena, which has since been neither reset nor rewound to an earlier checkpoint.
    /// 2. No block that was allocated, grown or shrunk since is used again, not even to free it.
    /// 3. No scope of this arena that began after the checkpoint is running. Its blocks were allocated since.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let kept = arena.alloc(1);
    /// let checkpoint = arena.checkpoint();
    /// arena.alloc_str("an attempt");
    /// // SAFETY: the checkpoint is this arena's, no block allocated since is used again, and no scope is running.
    /// unsafe { arena.rewind(checkpoint) };
    /// assert_eq!((*kept, arena.allocated_bytes()), (1, 8));
    /// ```
    pub unsafe fn rewind(&self, checkpoint: Checkpoint) {
        // SAFETY: by (1) to (3) of this fn.
        unsafe { self.state.rewind(checkpoint.0) };
    }
}
