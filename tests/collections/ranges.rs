//! Ranges of a caller who means no good.

use std::cell::Cell;
use std::ops::{Bound, RangeBounds};

use crate::elements::tick;

/// A range whose bounds may panic.
pub(crate) struct Ticking(pub(crate) usize, pub(crate) usize);

impl RangeBounds<usize> for Ticking {
    fn start_bound(&self) -> Bound<&usize> {
        tick();
        Bound::Included(&self.0)
    }

    fn end_bound(&self) -> Bound<&usize> {
        tick();
        Bound::Excluded(&self.1)
    }
}

/// A range that is empty when it is asked first, and ends at `later` from then on.
pub(crate) struct Changing {
    pub(crate) starts: Cell<u32>,
    pub(crate) ends: Cell<u32>,
    later: usize,
}

impl Changing {
    pub(crate) fn new(later: usize) -> Self {
        Self { starts: Cell::new(0), ends: Cell::new(0), later }
    }
}

impl RangeBounds<usize> for &Changing {
    fn start_bound(&self) -> Bound<&usize> {
        self.starts.set(self.starts.get() + 1);
        Bound::Unbounded
    }

    fn end_bound(&self) -> Bound<&usize> {
        let asked = self.ends.replace(self.ends.get() + 1);
        if asked == 0 { Bound::Excluded(&0) } else { Bound::Excluded(&self.later) }
    }
}
