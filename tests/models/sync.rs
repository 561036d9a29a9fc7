//! Loom's atomics, where the crate has core's.

#[path = "../../src/sync/lock.rs"]
pub(crate) mod lock;
#[path = "../../src/sync/published.rs"]
pub(crate) mod published;
pub(crate) mod wait;

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};
