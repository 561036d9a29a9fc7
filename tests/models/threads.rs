#[path = "../../src/threads/index_set.rs"]
pub(crate) mod index_set;
pub(crate) mod local;
#[path = "../../src/threads/lock.rs"]
#[allow(dead_code, reason = "not all of it is modelled")]
pub(crate) mod lock;
#[path = "../../src/threads/reentry_gate.rs"]
#[allow(dead_code, reason = "not all of it is modelled")]
pub(crate) mod reentry_gate;
#[path = "../../src/threads/slots.rs"]
pub(crate) mod slots;
pub(crate) mod thread_index;

use std::sync::atomic::{AtomicUsize, Ordering};

impl lock::Lock {
    pub(crate) fn new() -> Self {
        Self { raw: crate::sync::raw_lock::RawLock { state: crate::sync::AtomicUsize::new(0) } }
    }
}

/// No thread forks in a model, but for the lock's own tests.
pub(crate) fn is_forking() -> bool {
    false
}

/// As the crate's: a multiple of 4, not 0.
pub(crate) fn id() -> usize {
    // Which one a thread has makes no difference to what it does.
    static NEXT: AtomicUsize = AtomicUsize::new(1);

    loom::thread_local! {
        static ID: usize = NEXT.fetch_add(1, Ordering::Relaxed) * 4;
    }
    ID.with(|id| *id)
}
