//! The numbers of a [`Limit`](super::Limit). Modelled in `tests/models/quotas.rs`.

use crate::api::AllocError;
use crate::sync::{AtomicUsize, Ordering};

/// A number of bytes in use, with a limit.
///
/// # Invariants
///
/// 1. `used` is the sum of the sizes of all live blocks, plus those of requests in progress: a block is charged before the parent is
///    asked for it, and released after the parent has it back.
/// 2. A charge never raises `used` above `limit`.
#[derive(Debug)]
pub(super) struct Quota {
    pub(super) used: AtomicUsize,
    pub(super) peak: AtomicUsize,
    pub(super) limit: AtomicUsize,
}

/// Bytes that are charged for a request in progress. They are released when this is dropped, unless they are
/// [kept](Self::keep).
#[derive(Debug)]
#[must_use]
pub(super) struct Charge<'a> {
    quota: &'a Quota,
    bytes: usize,
    /// The bytes in use, these included.
    used: usize,
}

impl Quota {
    /// Charges `bytes` for a request. No limit refuses 0 bytes.
    #[inline]
    pub(super) fn charge(&self, bytes: usize) -> Result<Charge<'_>, AllocError> {
        let mut used = self.used.load(Ordering::Relaxed);
        if bytes == 0 {
            return Ok(Charge { quota: self, bytes, used });
        }
        loop {
            let limit = self.limit.load(Ordering::Relaxed);
            let wanted = used.checked_add(bytes).filter(|&wanted| wanted <= limit).ok_or(AllocError)?;
            // Acquire, with the release of freed bytes: the parent has what was freed.
            match self.used.compare_exchange_weak(used, wanted, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Ok(Charge { quota: self, bytes, used: wanted }),
                Err(now) => used = now,
            }
        }
    }

    /// Releases `bytes` that were charged, after the parent has them back.
    #[inline]
    pub(super) fn release(&self, bytes: usize) {
        if bytes != 0 {
            let before = self.used.fetch_sub(bytes, Ordering::Release);
            debug_assert!(before >= bytes, "more is freed than was charged");
        }
    }

    /// Forgets all charges: there are no blocks any more.
    pub(super) fn clear(&mut self) {
        // Not through `get_mut`, which the atomics of a model lack.
        self.used.store(0, Ordering::Relaxed);
    }
}

impl Charge<'_> {
    /// Ends a request that was served: the bytes stay charged until they are [released](Quota::release).
    #[inline]
    pub(super) fn keep(self) {
        // A read first: the peak seldom changes, and a write would contend.
        if self.used > self.quota.peak.load(Ordering::Relaxed) {
            self.quota.peak.fetch_max(self.used, Ordering::Relaxed);
        }
        core::mem::forget(self);
    }
}

impl Drop for Charge<'_> {
    #[inline]
    fn drop(&mut self) {
        self.quota.release(self.bytes);
    }
}
