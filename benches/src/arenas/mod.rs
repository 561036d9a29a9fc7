//! Arenas as the measurements see them: [`BumpArena`] over those for one thread, [`SharedArena`] over those for many.
//!
//! Each is reached through the trait it speaks itself where that is [`Allocator`]: bumpalo, bump-scope and multitude
//! implement allocator-api2 0.2. blink-alloc speaks 0.4 and is bridged by `janus_alloc::generations::From04`, which
//! compiles to nothing.

mod blink_alloc;
mod bump_scope;
mod bumpalo;
mod janus;
mod locked;
mod multitude;
mod shared;

use janus_alloc::api::Allocator;

pub use bump_scope::BumpScope;
pub use locked::Locked;
pub use shared::SharedArena;

/// A bump allocator for one thread.
pub trait BumpArena: Sized {
    /// What a collection is given.
    type Handle<'a>: Allocator + Copy
    where
        Self: 'a;

    /// One without memory, or with as little as it can be made with.
    fn new() -> Self;

    /// One whose first chunk has room for `bytes`; or, where no chunk can be so large, with so much memory in stock.
    fn with_capacity(bytes: usize) -> Self;

    /// The arena as an allocator.
    fn handle(&self) -> Self::Handle<'_>;

    /// Places a value that needs no drop by the arena's own method, not by [`Allocator`].
    #[expect(clippy::mut_from_ref, reason = "a new value with each call, as in every arena")]
    fn place<T: Copy>(&self, value: T) -> &mut T;

    /// Frees all blocks and keeps memory for the next.
    fn reset(&mut self);
}
