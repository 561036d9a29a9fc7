//! Arenas that threads share.

use blink_alloc::SyncBlinkAlloc;
use janus_alloc::System;
use janus_alloc::api::Allocator;
use janus_alloc::generations::From04;

/// An arena that threads share, or what could stand in its place.
pub trait SharedArena: Sized + Sync {
    /// What a collection is given.
    type Handle<'a>: Allocator + Copy
    where
        Self: 'a;

    /// Whether [`SharedArena::reset`] frees all blocks. If not, each has to be freed.
    const RESETS: bool = true;

    /// One without memory, or with as little as it can be made with.
    fn new() -> Self;

    /// The arena as an allocator.
    fn handle(&self) -> Self::Handle<'_>;

    /// Frees all blocks and keeps memory for the next.
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

/// The system allocator: no arena, but shared by all threads anyway.
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
