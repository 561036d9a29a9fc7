//! The bins of a thread that has none.

use core::ptr;

use super::Cache;
use super::bin::{Bin, Bins};
use crate::pools::shared::chunks::Use;

/// The bins of a thread that has none: of capacity 0, so nothing is ever stored to them.
pub(crate) static VACANT: Vacant = Vacant([const { Bin::vacant() }; Use::CODES]);

#[derive(Debug)]
#[expect(dead_code, reason = "used by its address")]
pub(crate) struct Vacant(Bins);

// SAFETY: nobody writes to it.
unsafe impl Sync for Vacant {}

/// The cache that bins are those of.
pub(crate) fn bound<'a>(bins: *mut Bins) -> Option<&'a Cache> {
    // SAFETY: bins are the first field of a cache, which lives as long as its pool, or the vacant ones.
    (!ptr::eq(bins, (&raw const VACANT).cast())).then(|| unsafe { &*bins.cast() })
}
