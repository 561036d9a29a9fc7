//! Atomics, locks, lists and the clock. `tests/models` compiles some of these files with loom's atomics in place of
//! core's.

pub(crate) mod claim;
#[cfg(os_memory)]
pub(crate) mod clock;
#[cfg(os_memory)]
pub(crate) mod fatal;
#[cfg(os_memory)]
pub(crate) mod list;
pub(crate) mod once_ptr;
#[cfg(os_memory)]
#[cfg_attr(target_vendor = "apple", path = "sync/raw_lock_apple.rs")]
pub(crate) mod raw_lock;
#[cfg(feature = "alloc")]
pub(crate) mod value_cell;
#[cfg(all(os_memory, not(target_vendor = "apple")))]
mod wait;
#[cfg(os_memory)]
pub(crate) mod wait_action;

pub(crate) use core::hint::spin_loop;
#[cfg(target_vendor = "apple")]
pub(crate) use core::sync::atomic::AtomicU32;
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};

// Here, and not with its type, since the models compile that file and loom's atomics have no `const` constructor.
#[cfg(os_memory)]
impl raw_lock::RawLock {
    pub(crate) const fn new() -> Self {
        #[cfg(not(target_vendor = "apple"))]
        return Self { state: AtomicUsize::new(0) };
        #[cfg(target_vendor = "apple")]
        return Self { lock: AtomicU32::new(0), holder: AtomicUsize::new(0) };
    }
}
