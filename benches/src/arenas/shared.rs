//! Arenas that threads share.

use blink_alloc::SyncBlinkAlloc;
use janus_alloc::System;
use janus_alloc::api::Allocator;
use janus_alloc::generations::From04;

/// An arena that threads share, or another allocator in its place.
pub trait SharedArena: Sized + Sync {
    /// The allocator of a collection in the arena.
    type Handle<'a>: Allocator + Copy
    where
        Self: 'a;

    /// Whether [`SharedArena::reset`] frees all blocks. If not, each must be freed.
    const RESETS: bool = true;

    /// Returns an arena with no memory, or with the least it can have.
    fn new() -> Self;

    /// Returns the arena as an allocator.
    fn handle(&self) -> Self::Handle<'_>;

    /// Frees all blocks, and keeps memory for the next ones.
    fn reset(self) -> Self;
}

impl SharedArena for SyncBlinkAlloc {
    type Handle<'a> = From04<&'a Self>;

    fn new() -> Self {
        Self::new()
    }

    #[inline]
    fn handle(&self) -> From04<&Self> {
        From04(self)
    }

    fn reset(mut self) -> Self {
        Self::reset(&mut self);
        self
    }
}

/// The system allocator, which is no arena, but one that threads share.
impl SharedArena for System {
    type Handle<'a> = Self;

    const RESETS: bool = false;

    fn new() -> Self {
        Self
    }

    #[inline]
    fn handle(&self) -> Self {
        *self
    }

    fn reset(self) -> Self {
        self
    }
}
