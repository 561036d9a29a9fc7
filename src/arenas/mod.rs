//! Arenas, or bump allocators: hand out memory from the bottom to the top, and free everything at once.
//!
//! | you have | take |
//! | --- | --- |
//! | many values that end together, in one thread | [`Arena`] |

#[cfg(feature = "alloc")]
mod arena;
mod bump;
#[cfg(feature = "alloc")]
mod chunks;
mod cursor;
mod fixed_arena;
#[cfg(target_has_atomic = "ptr")]
mod static_arena;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
mod sync_arena;

#[cfg(feature = "alloc")]
pub use arena::{Arena, Checkpoint, Scope};
pub use fixed_arena::FixedArena;
#[cfg(target_has_atomic = "ptr")]
pub use static_arena::StaticArena;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
pub use sync_arena::SyncArena;
