//! The atomics of what threads share. `tests/models` compiles the same files with loom's in their place.

#[cfg(os_memory)]
pub(crate) mod lock;
#[cfg(os_memory)]
mod wait;

#[cfg(os_memory)]
pub(crate) use core::sync::atomic::AtomicU32;
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
