//! The calling thread's slot where the thread pointer does not help to find it.

use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

use super::local;

/// Reads the slot of the calling thread for an instance, once that is [ready](Self::prepare).
#[derive(Debug)]
pub(crate) struct SlotReader {
    is_ready: AtomicBool,
}

impl SlotReader {
    pub(crate) const fn new() -> Self {
        Self { is_ready: AtomicBool::new(false) }
    }

    /// From now on the slot can be read.
    pub(crate) fn prepare(&self) {
        self.is_ready.store(true, Relaxed);
    }

    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.is_ready.load(Relaxed)
    }

    /// As [`local::slot`]; `None` if it is not ready.
    #[inline(always)]
    pub(crate) fn slot(&self) -> Option<usize> {
        self.is_ready().then(local::slot)
    }
}

pub(crate) fn find_out() {}
