//! The traits by which the measurements use all arenas: [`BumpArena`] for one thread, [`SharedArena`] for many.
//!
//! bumpalo, bump-scope and multitude implement [`Allocator`] themselves, as that of allocator-api2 0.2. blink-alloc implements that of 0.4,
//! and `janus_alloc::generations::From04` adapts it, which compiles to nothing.

mod blink_alloc;
mod bump_scope;
mod bumpalo;
mod janus;
mod locked;
mod multitude;
mod shared;

use janus_alloc::api::{Allocator, Layout, handle_alloc_error};

pub use bump_scope::BumpScope;
pub use locked::Locked;
pub use shared::SharedArena;

/// A bump allocator for one thread.
pub trait BumpArena: Sized {
    /// The allocator of a collection in the arena.
    type Handle<'a>: Allocator + Copy
    where
        Self: 'a;

    /// Returns an arena with no memory, or with the least it can have.
    fn new() -> Self;

    /// Returns an arena whose first chunk has room for `bytes`. If no chunk can be so large, the arena keeps as much memory in smaller ones.
    fn with_capacity(bytes: usize) -> Self;

    /// Returns the arena as an allocator.
    fn handle(&self) -> Self::Handle<'_>;

    /// Places a value that needs no drop by the arena's own method, not by [`Allocator`].
    #[expect(clippy::mut_from_ref, reason = "each call returns a new value")]
    fn place<T: Copy>(&self, value: T) -> &mut T;

    /// Frees all blocks, and keeps memory for the next ones.
    fn reset(&mut self);
}

/// Places a value by `allocator`, for arenas without a method of their own.
#[inline]
#[expect(clippy::mut_from_ref, reason = "each call returns a new value")]
fn place_in<T: Copy, A>(allocator: &A, value: T) -> &mut T
where
    for<'a> &'a A: Allocator,
{
    let layout = Layout::new::<T>();
    let Ok(block) = (&allocator).allocate(layout) else { handle_alloc_error(layout) };
    let block = block.cast();
    // SAFETY: the block is fresh and has the layout of `T`.
    unsafe { block.write(value) };
    // SAFETY: the value was just written, and no one else has the block, which lives as long as the arena is borrowed.
    unsafe { &mut *block.as_ptr() }
}
