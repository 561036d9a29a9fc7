//! A place for a value that threads pass on. `tests/models` has another one, which loom tracks.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

/// A place that has a value or none. Its users know which.
#[derive(Debug)]
pub(crate) struct ValueCell<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> ValueCell<T> {
    /// Creates a place without a value.
    pub(crate) fn vacant() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// Puts a value into the place.
    ///
    /// # Safety
    ///
    /// The place has no value, and no other thread uses it meanwhile.
    pub(crate) unsafe fn put(&self, value: T) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.0.get().write(MaybeUninit::new(value)) };
    }

    /// Takes the value out of the place.
    ///
    /// # Safety
    ///
    /// The place has a value, and no other thread uses it meanwhile.
    pub(crate) unsafe fn take(&self) -> T {
        // SAFETY: by `# Safety` of this fn the place may be read, and is not read again before the next value.
        let value = unsafe { self.0.get().read() };
        // SAFETY: by `# Safety` of this fn there is a value.
        unsafe { value.assume_init() }
    }
}
