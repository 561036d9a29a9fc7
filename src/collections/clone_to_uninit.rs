//! Clones of values of which only a reference is known, and perhaps no size.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// Types that can be cloned into memory which is not initialised: each `T: Clone`, `[T]` of such, `str`, `CStr`, and with std
/// `OsStr` and `Path`.
///
/// (std's trait of this name is not stable.)
///
/// # Safety
///
/// If [`clone_to_uninit`](Self::clone_to_uninit) returns, `place` holds a `Self` with the metadata of `self`.
pub unsafe trait CloneToUninit {
    /// Writes a clone to `place`. If it panics, there is nothing to be dropped at `place`.
    ///
    /// # Safety
    ///
    /// `place` may be written to for the size of `self`, is aligned for it, and overlaps nothing that `self` reaches.
    unsafe fn clone_to_uninit(&self, place: NonNull<u8>);
}

// SAFETY: the clone is written as a whole.
unsafe impl<T: Clone> CloneToUninit for T {
    #[inline]
    unsafe fn clone_to_uninit(&self, place: NonNull<u8>) {
        // SAFETY: by `# Safety` of the trait's fn.
        unsafe { place.cast::<T>().write(self.clone()) };
    }
}

// SAFETY: each element is written, or the function panics.
unsafe impl<T: Clone> CloneToUninit for [T] {
    #[inline]
    unsafe fn clone_to_uninit(&self, place: NonNull<u8>) {
        // SAFETY: `MaybeUninit` has the layout of what it wraps, and by `# Safety` of the trait's fn nobody else has the memory.
        let place = unsafe { NonNull::slice_from_raw_parts(place.cast::<MaybeUninit<T>>(), self.len()).as_mut() };
        let mut initialised = Initialised::new(place);
        for value in self {
            // SAFETY: there are as many places as values.
            unsafe { initialised.push_unchecked(value.clone()) };
        }
        core::mem::forget(initialised);
    }
}

/// The first elements of a slice that is being filled; they are dropped by a panic.
pub(super) struct Initialised<'a, T> {
    place: &'a mut [MaybeUninit<T>],
    /// So many are initialised.
    count: usize,
}

impl<'a, T> Initialised<'a, T> {
    #[inline]
    pub(super) fn new(place: &'a mut [MaybeUninit<T>]) -> Self {
        Self { place, count: 0 }
    }

    /// Writes one element more.
    ///
    /// # Safety
    ///
    /// There is a place for it.
    #[inline]
    pub(super) unsafe fn push_unchecked(&mut self, value: T) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.place.get_unchecked_mut(self.count) }.write(value);
        self.count += 1;
    }
}

impl<T> Drop for Initialised<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let initialised: *mut [MaybeUninit<T>] = &raw mut self.place[..self.count];
        // SAFETY: so many are initialised, and not used again.
        unsafe { (initialised as *mut [T]).drop_in_place() };
    }
}

/// Types that are cloned by copying all their bytes, which is safe because each is a sequence of bytes.
macro_rules! copied {
    ($($(#[$attribute:meta])* $type:ty,)*) => {$(
        $(#[$attribute])*
        // SAFETY: the type is a sequence of bytes, all of which are copied, and has no other state.
        unsafe impl CloneToUninit for $type {
            #[inline]
            unsafe fn clone_to_uninit(&self, place: NonNull<u8>) {
                // SAFETY: by `# Safety` of the trait's fn.
                unsafe { place.copy_from_nonoverlapping(NonNull::from(self).cast(), size_of_val(self)) };
            }
        }
    )*};
}

copied! {
    str,
    CStr,
    #[cfg(feature = "std")]
    std::ffi::OsStr,
    #[cfg(feature = "std")]
    std::path::Path,
}
