//! The atomics of what threads share. `tests/models` compiles the same files with loom's in their place.

#[cfg(os_memory)]
pub(crate) mod clock;
#[cfg(os_memory)]
pub(crate) mod lock;
#[cfg(os_memory)]
pub(crate) mod published;
#[cfg(os_memory)]
pub(crate) mod turn;
#[cfg(os_memory)]
mod wait;

#[cfg(feature = "alloc")]
pub(crate) use core::hint::spin_loop;
#[cfg(os_memory)]
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicU32};
pub(crate) use core::sync::atomic::{AtomicUsize, Ordering};

// Here, and not beside the rest, because the atomics of a model cannot be made in a `const`.
#[cfg(os_memory)]
impl lock::Lock {
    pub(crate) const fn new() -> Self {
        Self { state: AtomicU32::new(lock::FREE) }
    }
}
