//! The bytes allocated, and the most there have been.

use super::State;

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// Returns the bytes allocated in the cursor's region.
    pub(super) fn used_in_region(&self) -> usize {
        self.cursor.position().addr().get() - self.region_start.get().addr().get()
    }

    pub(in crate::arenas::arena) fn allocated(&self) -> usize {
        self.allocated_outside.get() + self.used_in_region()
    }

    /// Records the peak so far. Called before `allocated_outside` changes, because the cursor knows the peak of its region only.
    #[inline]
    pub(super) fn record_peak(&self) {
        self.recorded_peak.set(self.high_water_since_reset());
        self.cursor.reset_peak();
    }

    /// Starts a new peak, after all blocks have been freed.
    pub(super) fn start_new_peak(&self) {
        self.peak_before_reset.set(self.high_water());
        self.recorded_peak.set(0);
    }

    pub(in crate::arenas::arena) fn high_water(&self) -> usize {
        self.high_water_since_reset().max(self.peak_before_reset.get())
    }

    fn high_water_since_reset(&self) -> usize {
        let in_region = self.cursor.peak().addr().get() - self.region_start.get().addr().get();
        self.recorded_peak.get().max(self.allocated_outside.get() + in_region)
    }
}
