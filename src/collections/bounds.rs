//! Checks of the ranges that callers pass.

use core::ops::{Bound, Range, RangeBounds};

/// Returns the indexes that `range` denotes in a sequence of `length` elements.
///
/// Reads each bound once. A `RangeBounds` implemented in safe code may answer differently each time, so callers must
/// use the values that have been checked here.
///
/// # Panics
///
/// Panics if the start of the range exceeds its end, or its end exceeds `length`.
#[inline]
#[track_caller]
pub(crate) fn indexes(range: impl RangeBounds<usize>, length: usize) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => match before.checked_add(1) {
            Some(start) => start,
            None => bound_overflow(),
        },
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => match last.checked_add(1) {
            Some(end) => end,
            None => bound_overflow(),
        },
        Bound::Excluded(&end) => end,
        Bound::Unbounded => length,
    };
    if start > end || end > length {
        out_of_bounds(start, end, length);
    }
    start..end
}

#[cold]
#[inline(never)]
#[track_caller]
fn bound_overflow() -> ! {
    panic!("range bound exceeds `usize::MAX`");
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_bounds(start: usize, end: usize, length: usize) -> ! {
    if start > end {
        panic!("range starts at {start} but ends at {end}");
    }
    panic!("range end {end} is out of range for length {length}");
}
