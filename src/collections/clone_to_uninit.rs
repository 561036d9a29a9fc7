//! Clones of values that are known by reference only, and may be unsized.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// Types that can be cloned into uninitialised memory: each `T: Clone`, `[T]` where `T: Clone`, `str`, `CStr`, and with
/// the feature `std` also `OsStr` and `Path`.
///
/// (The trait of the same name in std is not stable.)
///
/// # Safety
///
/// If [`clone_to_uninit`](Self::clone_to_uninit) returns, `place` holds a valid `Self` with the metadata of `self`.
pub unsafe trait CloneToUninit {
    /// Writes a clone to `place`. If it panics, `place` holds nothing that needs to be dropped.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes of the size of `self`, aligned for `self`, and does not overlap memory that `self`
    /// reaches.
    unsafe fn clone_to_uninit(&self, place: NonNull<u8>);
}

// SAFETY: `write` initialises the whole value.
unsafe impl<T: Clone> CloneToUninit for T {
    #[inline]
    unsafe fn clone_to_uninit(&self, place: NonNull<u8>) {
        // SAFETY: `place` is valid for writes and aligned, by `# Safety` of this fn.
        unsafe { place.cast::<T>().write(self.clone()) };
    }
}

// SAFETY: the loop initialises every element, or panics.
unsafe impl<T: Clone> CloneToUninit for [T] {
    #[inline]
    unsafe fn clone_to_uninit(&self, place: NonNull<u8>) {
        // SAFETY: `MaybeUninit<T>` has the layout of `T`, and by `# Safety` of this fn the memory is writable and
        // nothing else uses it.
        let place = unsafe { NonNull::slice_from_raw_parts(place.cast::<MaybeUninit<T>>(), self.len()).as_mut() };
        let mut initialised = InitialisedPrefix::new(place);
        for value in self {
            // SAFETY: the slice has as many places as there are values.
            unsafe { initialised.push_unchecked(value.clone()) };
        }
        core::mem::forget(initialised);
    }
}

/// The initialised elements at the start of a slice that is being filled. They are dropped on a panic.
///
/// # Invariants
///
/// 1. The first `count` elements of `place` are initialised, and only this value drops them. `count` is at most the
///    length.
pub(super) struct InitialisedPrefix<'a, T> {
    place: &'a mut [MaybeUninit<T>],
    count: usize,
}

impl<'a, T> InitialisedPrefix<'a, T> {
    #[inline]
    pub(super) fn new(place: &'a mut [MaybeUninit<T>]) -> Self {
        Self { place, count: 0 }
    }

    /// Writes the next element.
    ///
    /// # Safety
    ///
    /// Fewer elements have been pushed than the slice has places.
    #[inline]
    pub(super) unsafe fn push_unchecked(&mut self, value: T) {
        // SAFETY: by `# Safety` of this fn, `count` is less than the length.
        unsafe { self.place.get_unchecked_mut(self.count) }.write(value);
        self.count += 1;
    }
}

impl<T> Drop for InitialisedPrefix<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let initialised: *mut [MaybeUninit<T>] = &raw mut self.place[..self.count];
        // SAFETY: by invariant 1, and they are not used again.
        unsafe { (initialised as *mut [T]).drop_in_place() };
    }
}

/// Implements [`CloneToUninit`] for types that are sequences of bytes, which a copy clones.
macro_rules! copied {
    ($($(#[$attribute:meta])* $type:ty,)*) => {$(
        $(#[$attribute])*
        // SAFETY: the type is a sequence of bytes without other state, and all of them are copied.
        unsafe impl CloneToUninit for $type {
            #[inline]
            unsafe fn clone_to_uninit(&self, place: NonNull<u8>) {
                // SAFETY: `place` is valid for writes and does not overlap `self`, by `# Safety` of this fn.
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
