//! The part of a pool that takes arenas back.

use super::PooledArena;
use super::idle::IdleArenas;

/// The idle arenas of a pool, and the bytes that each may keep.
pub(super) struct Returns<T> {
    pub(super) idle: IdleArenas<T>,
    pub(super) max_bytes: usize,
}

impl<T: PooledArena> Returns<T> {
    /// Resets an arena and keeps it. If it has no memory left, or there is no place for it, drops it instead.
    pub(super) fn put(&self, mut arena: T) {
        arena.reset_keep_at_most(self.max_bytes);
        if arena.has_memory() {
            // On an error the arena is dropped here, which returns its memory to the parent.
            let _kept = self.idle.put(arena);
        }
    }
}
