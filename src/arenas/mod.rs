//! Arenas, or bump allocators: they allocate by moving a position up through their memory, and free everything at once.
//!
//! | arena | threads | memory from | collections take | as the default | reset |
//! | --- | --- | --- | --- | --- | --- |
//! | [`Arena`] | one | a parent, in chunks that double | `&arena`, or the arena | no | `&mut self` |
//! | [`SyncArena`] | several | a parent, in chunks that double | `&arena`, or the arena | `AsGlobal<SyncArena>` | by value |
//! | [`TaskArena`] | several, seldom at once | a parent, in chunks that double | `&arena`, or the arena | `AsGlobal<TaskArena<System>>` | `&mut self` |
//! | [`FixedArena`] | one | a buffer | `&arena`, or the arena | no | `&mut self` |
//! | [`StaticArena`] | several | itself, in a static | `&HEAP` | `AsGlobal<&StaticArena<N>>` | `&mut self`, so not in a static |
//!
//! An [`ArenaPool`] keeps arenas between requests.
//!
//! The README of the repository has a table of which allocator to take when. The chapter `docs/03-arenas.md` shows the chunks of
//! arenas in pictures, and common mistakes.
//!
//! A reset of [`Arena`] keeps one chunk, all chunks, none, or chunks up to a number of bytes; that of [`SyncArena`] and
//! [`TaskArena`] keeps at most one.
//!
//! [`Arena`] alone has scopes, `alloc`, and the other methods that place values. To have them over another arena, make that its
//! parent: an `Arena<&SyncArena>` for each thread, an `Arena<&FixedArena>`, an `Arena<&StaticArena<N>>`.
//!
//! ```
//! use core::mem::MaybeUninit;
//! use janus_alloc::collections::Vec;
//! use janus_alloc::{Arena, FixedArena, StaticArena, SyncArena};
//!
//! // In one thread: values, collections, and a scope for scratch.
//! let arena = Arena::new();
//! let mut words = Vec::new_in(&arena);
//! words.extend(["two", "faces"].map(|word| &*arena.alloc_str(word)));
//! let length = arena.scope(|scope| scope.alloc_fmt(format_args!("{words:?}")).len());
//! assert_eq!(length, r#"["two", "faces"]"#.len());
//!
//! // In several threads.
//! let shared = SyncArena::new();
//! std::thread::scope(|threads| {
//!     threads.spawn(|| Vec::new_in(&shared).push(1));
//!     threads.spawn(|| Vec::new_in(&shared).push(2));
//! });
//!
//! // On the stack.
//! let mut bytes = [MaybeUninit::uninit(); 100];
//! let fixed = FixedArena::new(&mut bytes);
//! let mut numbers = Vec::with_capacity_in(100, &fixed);
//! numbers.extend(0..100_u8);
//! assert!(numbers.try_reserve(1).is_err());
//!
//! // In a static.
//! static HEAP: StaticArena<1024> = StaticArena::new();
//! Vec::new_in(&HEAP).push(3);
//! ```

#[cfg(feature = "alloc")]
mod arena;
pub(crate) mod bump;
mod cursor;
mod fixed;
#[cfg(feature = "alloc")]
mod growth;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod pool;
#[cfg(all(any(feature = "alloc", os_memory), target_has_atomic = "ptr"))]
#[cfg_attr(not(feature = "alloc"), expect(dead_code, reason = "a `TaskArena` uses more of it"))]
mod shared_chunks;
#[cfg(all(any(feature = "alloc", os_memory), target_has_atomic = "ptr"))]
#[cfg_attr(not(feature = "alloc"), expect(dead_code, reason = "a `TaskArena` uses more of it"))]
mod shared_supply;
#[cfg(target_has_atomic = "ptr")]
mod r#static;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
mod sync;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
mod task;

#[cfg(feature = "alloc")]
pub use arena::{Arena, Checkpoint, Scope};
pub use fixed::FixedArena;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use pool::{ArenaGuard, ArenaPool, OwnedArenaGuard, PooledArena};
#[cfg(target_has_atomic = "ptr")]
pub use r#static::StaticArena;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub use sync::SyncArena;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
pub use task::TaskArena;
