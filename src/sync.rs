//! The atomics of what threads share. `tests/models` compiles the same files with loom's in their place.

#[cfg(os_memory)]
pub(crate) mod clock;
#[cfg(os_memory)]
pub(crate) mod fatal;
#[cfg(os_memory)]
pub(crate) mod list;
#[cfg(os_memory)]
pub(crate) mod patience;
#[cfg(os_memory)]
pub(crate) mod published;
#[cfg(os_memory)]
#[cfg_attr(target_vendor = "apple", path = "sync/raw_lock_apple.rs")]
pub(crate) mod raw_lock;
#[cfg(all(os_memory, not(target_vendor = "apple")))]
mod wait;

#[cfg(feature = "alloc")]
pub(crate) use core::hint::spin_loop;
#[cfg(os_memory)]
pub(crate) use core::sync::atomic::AtomicPtr;
#[cfg(target_vendor = "apple")]
pub(crate) use core::sync::atomic::AtomicU32;
pub(crate) use core::sync::atomic::{AtomicUsize, Ordering};
