//! The crate's `sync`, with loom's atomics in place of core's.

#[path = "../../src/sync/claim.rs"]
pub(crate) mod claim;
pub(crate) mod fatal;
#[path = "../../src/sync/once_ptr.rs"]
pub(crate) mod once_ptr;
#[path = "../../src/sync/raw_lock.rs"]
#[allow(dead_code, reason = "the models use a part of the file")]
pub(crate) mod raw_lock;
pub(crate) mod value_cell;
pub(crate) mod wait;
#[path = "../../src/sync/wait_action.rs"]
pub(crate) mod wait_action;

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};

/// A clock that stands still.
pub(crate) mod clock {
    pub(crate) fn milliseconds() -> u64 {
        0
    }
}
