//! Ranges that a caller passes.

use core::ops::{Bound, Range, RangeBounds};

/// The indexes that `range` stands for in a sequence of `length` elements.
///
/// Asks for each bound once: safe code may answer differently each time, so what has been checked must be what is used.
///
/// # Panics
///
/// If the range ends before it starts, or after `length`.
#[inline]
#[track_caller]
pub(crate) fn indexes(range: impl RangeBounds<usize>, length: usize) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => match before.checked_add(1) {
            Some(start) => start,
            None => beyond_all(),
        },
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => match last.checked_add(1) {
            Some(end) => end,
            None => beyond_all(),
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
fn beyond_all() -> ! {
    panic!("a range with a bound beyond `usize::MAX`");
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_bounds(start: usize, end: usize, length: usize) -> ! {
    if start > end {
        panic!("a range that starts at {start} but ends at {end}");
    }
    panic!("a range that ends at {end}, out of range for length {length}");
}
