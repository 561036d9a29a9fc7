use super::Arena;
use super::state::Point;
use crate::api::Allocator;

/// A point in the life of an [`Arena`], to go back to: made by [`Arena::checkpoint`].
#[derive(Clone, Copy, Debug)]
pub struct Checkpoint(Point);

impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Marks this point in the life of the arena.
    ///
    /// For lifetimes that nest there is [`scope`](Self::scope), which is safe.
    ///
    /// # Examples
    ///
    /// As for [`rewind`](Self::rewind).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.state.point())
    }

    /// Goes back to `checkpoint`: frees what was allocated since. Chunks taken since are kept for what comes next.
    ///
    /// If a scope was running at the checkpoint and has ended since, what the arena has allocated in the scope's chunk after that
    /// stays until a reset.
    ///
    /// # Safety
    ///
    /// 1. `checkpoint` was made by this arena, and the arena has neither been reset since nor gone back to an earlier checkpoint.
    /// 2. No block that was allocated, grown or shrunk since is used again, not even to free it.
    /// 3. No scope of this arena that began after the checkpoint is running: what it has was allocated since.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// let kept = arena.alloc(1);
    /// let checkpoint = arena.checkpoint();
    /// arena.alloc_str("an attempt");
    /// // SAFETY: the checkpoint is this arena's, what was allocated since is not used again, and no scope is running.
    /// unsafe { arena.rewind(checkpoint) };
    /// assert_eq!((*kept, arena.allocated_bytes()), (1, 8));
    /// ```
    pub unsafe fn rewind(&self, checkpoint: Checkpoint) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.state.rewind(checkpoint.0) };
    }
}
