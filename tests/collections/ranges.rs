//! Ranges whose bounds panic or change.

use std::cell::Cell;
use std::ops::{Bound, RangeBounds};

use crate::elements::maybe_panic;

/// A range whose bounds may panic.
pub(crate) struct PanickingRange(pub(crate) usize, pub(crate) usize);

impl RangeBounds<usize> for PanickingRange {
    fn start_bound(&self) -> Bound<&usize> {
        maybe_panic();
        Bound::Included(&self.0)
    }

    fn end_bound(&self) -> Bound<&usize> {
        maybe_panic();
        Bound::Excluded(&self.1)
    }
}

/// A range that is empty at the first call of `end_bound`, and ends at `later_end` from the second on.
pub(crate) struct ChangingRange {
    /// The number of calls of `start_bound`.
    pub(crate) start_calls: Cell<u32>,
    /// The number of calls of `end_bound`.
    pub(crate) end_calls: Cell<u32>,
    later_end: usize,
}

impl ChangingRange {
    pub(crate) fn new(later_end: usize) -> Self {
        Self { start_calls: Cell::new(0), end_calls: Cell::new(0), later_end }
    }
}

impl RangeBounds<usize> for &ChangingRange {
    fn start_bound(&self) -> Bound<&usize> {
        self.start_calls.set(self.start_calls.get() + 1);
        Bound::Unbounded
    }

    fn end_bound(&self) -> Bound<&usize> {
        let earlier_calls = self.end_calls.replace(self.end_calls.get() + 1);
        if earlier_calls == 0 { Bound::Excluded(&0) } else { Bound::Excluded(&self.later_end) }
    }
}
