//! The bins of threads that have no cache. They refuse every request, so the hot path needs no test whether a thread
//! has a cache.

use core::ptr;

use super::Cache;
use super::bin::{Bin, Bins};
use crate::pools::shared::chunks::SliceUse;

/// Bins that are closed.
pub(crate) static VACANT_BINS: VacantBins = VacantBins([const { Bin::closed() }; SliceUse::CODES]);

#[derive(Debug)]
#[expect(dead_code, reason = "used by its address")]
pub(crate) struct VacantBins(Bins);

// SAFETY: nothing is ever stored to these bins, by invariant 3 of `Cache`.
unsafe impl Sync for VacantBins {}

/// Returns the cache that has these bins, unless they are the vacant ones.
///
/// `bins` is a slot of a pool, and the cache lives as long as the pool.
pub(crate) fn cache_of<'a>(bins: *mut Bins) -> Option<&'a Cache> {
    // SAFETY: bins that are not vacant are the first field of a cache, which stays until the heap is freed, by
    // invariant 4 of `Cache`.
    (!ptr::eq(bins, (&raw const VACANT_BINS).cast())).then(|| unsafe { &*bins.cast() })
}
