//! The slot of the calling thread, on systems where its distance from the thread pointer is not used.

use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;

use super::local;

/// Reads the slot of the calling thread for an instance, once it is [ready](Self::prepare).
#[derive(Debug)]
pub(crate) struct SlotReader {
    is_ready: AtomicBool,
}

impl SlotReader {
    pub(crate) const fn new() -> Self {
        Self { is_ready: AtomicBool::new(false) }
    }

    /// Makes the reader ready.
    pub(crate) fn prepare(&self) {
        self.is_ready.store(true, Relaxed);
    }

    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.is_ready.load(Relaxed)
    }

    /// Returns [`local::slot`], or `None` if the reader is not ready.
    #[inline(always)]
    pub(crate) fn slot(&self) -> Option<usize> {
        self.is_ready().then(local::slot)
    }
}

/// Does nothing: there is no offset to find.
pub(crate) fn find_offset() {}
