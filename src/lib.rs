#![doc = include_str!("../docs/tour.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(all(feature = "std", feature = "profile")),
    allow(rustdoc::broken_intra_doc_links, reason = "the docs describe all features")
)]
#![cfg_attr(std_allocator_gated, feature(allocator_api))]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod adapters;
pub mod api;
pub mod arenas;
#[cfg(target_has_atomic = "ptr")]
pub mod blocks;
#[cfg(feature = "alloc")]
pub mod collections;
#[cfg(doctest)]
mod guide;
#[cfg(os_memory)]
mod os;
pub mod pools;
pub mod sources;
#[cfg(target_has_atomic = "ptr")]
mod sync;
#[cfg(feature = "std")]
pub mod testing;
#[cfg(target_has_atomic = "ptr")]
mod threads;

#[doc(inline)]
pub use adapters::{AsAllocator, AsAllocatorRef, AsGlobal, generations};
#[cfg(feature = "alloc")]
#[doc(inline)]
pub use arenas::Arena;
#[doc(inline)]
pub use arenas::FixedArena;
#[cfg(target_has_atomic = "ptr")]
#[doc(inline)]
pub use arenas::StaticArena;
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
#[doc(inline)]
pub use arenas::SyncArena;
#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
#[doc(inline)]
pub use arenas::{ArenaPool, TaskArena};
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
#[doc(inline)]
pub use blocks::Guard;
#[cfg(all(feature = "profile", os_memory, target_has_atomic = "ptr"))]
#[doc(inline)]
pub use blocks::Profile;
#[cfg(target_has_atomic = "ptr")]
#[doc(inline)]
pub use blocks::stats;
#[cfg(target_has_atomic = "ptr")]
#[doc(inline)]
pub use blocks::{Aligned, Failing, Fallback, Limit, Locked, Segregate, StackFirst, Stats, Zeroizing};
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
#[doc(inline)]
pub use blocks::{ByTag, Trace, by_tag, tag, trace};
#[cfg(all(os_memory, target_has_atomic = "ptr"))]
#[doc(inline)]
pub use pools::SharedPool;
#[cfg(feature = "alloc")]
#[doc(inline)]
pub use pools::{BlockPool, Pool};
#[cfg(all(os_memory, feature = "std"))]
#[doc(inline)]
pub use sources::FilePages;
#[cfg(feature = "alloc")]
pub use sources::Global;
#[doc(inline)]
pub use sources::Null;
#[cfg(feature = "std")]
pub use sources::System;
#[cfg(os_memory)]
#[doc(inline)]
pub use sources::{HugeTlbPages, Malloc, NumaPages, Pages, SecretPages};
