#[path = "../../src/threads/index_set.rs"]
pub(crate) mod index_set;
pub(crate) mod local;
#[path = "../../src/threads/lock.rs"]
#[allow(dead_code, reason = "the models use a part of the file")]
pub(crate) mod lock;
#[path = "../../src/threads/reentry_gate.rs"]
#[allow(dead_code, reason = "the models use a part of the file")]
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

/// Returns false: no thread forks in a model. The tests of the lock call its functions for forks themselves.
pub(crate) fn is_forking() -> bool {
    false
}

/// Returns an id of the calling thread: a multiple of 4 other than 0, as the crate's.
pub(crate) fn id() -> usize {
    // The order of the ids makes no difference to the threads, so loom need not see this atomic.
    static NEXT: AtomicUsize = AtomicUsize::new(1);

    loom::thread_local! {
        static ID: usize = NEXT.fetch_add(1, Ordering::Relaxed) * 4;
    }
    ID.with(|id| *id)
}

/// In a process that was forked, once or not at all, as the model says.
pub(crate) mod fork {
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub(crate) static COUNT: AtomicUsize = AtomicUsize::new(0);

    pub(crate) fn count() -> usize {
        COUNT.load(Ordering::Relaxed)
    }

    /// The thread that runs the model, whose locks it abandons: no thread has that id.
    pub(crate) fn survivor() -> usize {
        super::SURVIVOR
    }

    pub(crate) struct BlockedSignals;

    impl BlockedSignals {
        pub(crate) fn new() -> Self {
            Self
        }
    }
}

pub(crate) const SURVIVOR: usize = 1 << 40;
