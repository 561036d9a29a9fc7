//! Arenas, or bump allocators: hand out memory from the bottom to the top, and free everything at once.
//!
//! | you have | take | memory from |
//! | --- | --- | --- |
//! | many values that end together, in one thread | [`Arena`] | a parent, in chunks that double |
//! | the same, from several threads; or a program that ends before it would have to free | [`SyncArena`] | a parent, in chunks that double |
//! | a buffer of your own, on the stack or anywhere | [`FixedArena`] | the buffer |
//! | no heap | [`StaticArena`] | itself, in a static |
//!
//! | | collections take | `#[global_allocator]` | values by `alloc` and its kin, scopes | reset |
//! | --- | --- | --- | --- | --- |
//! | [`Arena`] | `&arena`, or the arena | no | yes | `&mut self`, keeping one chunk, all, none, or up to a number of bytes |
//! | [`SyncArena`] | `&arena`, or the arena | `AsGlobal<SyncArena>` | no: an `Arena<&SyncArena>` for each thread has them | by value, keeping one chunk |
//! | [`FixedArena`] | `&arena`, or the arena | no | no: an `Arena<&FixedArena>` has them | `&mut self` |
//! | [`StaticArena`] | `&HEAP` | `AsGlobal<&StaticArena<N>>` | no: an `Arena<&StaticArena<N>>` has them | `&mut self`, so not in a static |
//!
//! ```
//! use core::mem::MaybeUninit;
//! use janus_alloc::collections::Vec;
//! use janus_alloc::{Arena, FixedArena, StaticArena, SyncArena};
//!
//! // In one thread: values and collections, and scratch in a scope.
//! let arena = Arena::new();
//! let mut words = Vec::new_in(&arena);
//! words.extend(["two", "faces"].map(|word| &*arena.alloc_str(word)));
//! let length = arena.scope(|scope| scope.alloc_fmt(format_args!("{words:?}")).len());
//! assert_eq!(length, r#"["two", "faces"]"#.len());
//!
//! // From several threads.
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
//!
//! The chapter `docs/03-arenas.md` of the repository has pictures of their chunks, and the usual mistakes.

#[cfg(feature = "alloc")]
mod arena;
mod bump;
#[cfg(feature = "alloc")]
mod chunks;
mod cursor;
mod fixed_arena;
#[cfg(feature = "alloc")]
mod spare;
#[cfg(target_has_atomic = "ptr")]
mod static_arena;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
mod sync_arena;
#[cfg(all(test, feature = "std"))]
mod visits;

#[cfg(feature = "alloc")]
pub use arena::{Arena, Checkpoint, Scope};
pub use fixed_arena::FixedArena;
#[cfg(target_has_atomic = "ptr")]
pub use static_arena::StaticArena;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub use sync_arena::SyncArena;
