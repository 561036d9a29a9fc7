//! Clones of values in new boxes, and clones of boxes. The clone of a box has a clone of its allocator.

use core::ffi::CStr;

use super::Box;
use crate::api::contents::Contents;
use crate::api::{AllocError, Allocator, Layout};
use crate::collections::block::{OwnedBlock, allocate, fail, with_metadata_of};
use crate::collections::clone_to_uninit::CloneToUninit;

impl<T: ?Sized + CloneToUninit, A: Allocator> Box<T, A> {
    /// Clones `value`, which may be a slice or a string, into a new block of `allocator`.
    ///
    /// `T` is a type that implements [`Clone`], a slice of such a type, `str`, [`CStr`], or, with the feature `std`,
    /// `OsStr` or `Path`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::Box};
    ///
    /// let arena = Arena::new();
    /// let name: Box<str, _> = Box::clone_from_ref_in("Janus", &arena);
    /// let primes: Box<[i32], _> = Box::clone_from_ref_in(&[2, 3, 5][..], &arena);
    /// assert_eq!((name.len(), primes.len()), (5, 3));
    /// ```
    #[inline]
    pub fn clone_from_ref_in(value: &T, allocator: A) -> Self {
        Self::try_clone_from_ref_in(value, allocator).unwrap_or_else(|_| fail(Some(Layout::for_value(value))))
    }

    /// The twin of [`clone_from_ref_in`](Self::clone_from_ref_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The allocator is then dropped, and nothing is cloned.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::Box};
    ///
    /// assert!(Box::try_clone_from_ref_in("Janus", Null).is_err());
    /// ```
    #[inline]
    pub fn try_clone_from_ref_in(value: &T, allocator: A) -> Result<Self, AllocError> {
        let layout = Layout::for_value(value);
        let block = allocate(&allocator, layout, Contents::Uninit)?;
        // SAFETY: a new block of `allocator` that the layout fits, which only this function frees, or a dangling
        // pointer for size 0.
        let block = unsafe { OwnedBlock::new(block, layout, &allocator) };
        // SAFETY: the block is new, so it overlaps nothing, and has the size and alignment of `value`.
        unsafe { value.clone_to_uninit(block.start()) };
        let clone = with_metadata_of(block.release(), value);
        // SAFETY: the clone is initialised by the contract of `CloneToUninit`, and is in a new block of its layout.
        Ok(unsafe { Self::from_non_null_in(clone, allocator) })
    }

    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. Nothing is then cloned.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{FixedArena, collections::Box};
    ///
    /// let mut bytes = [std::mem::MaybeUninit::uninit(); 150];
    /// let arena = FixedArena::new(&mut bytes);
    /// let zeroes = Box::new_in([0_u8; 100], &arena);
    /// assert!(Box::try_clone(&Box::new(5)).is_ok());
    /// assert!(Box::try_clone(&zeroes).is_err());
    /// ```
    #[inline]
    pub fn try_clone(boxed: &Self) -> Result<Self, AllocError>
    where
        A: Clone,
    {
        Self::try_clone_from_ref_in(boxed, Self::allocator(boxed).clone())
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for Box<T, A> {
    #[inline]
    fn clone(&self) -> Self {
        // The block comes first, so that the clone can be constructed in place.
        let block = Self::new_uninit_in(self.allocator.clone());
        Box::write(block, T::clone(self))
    }

    /// Clones the value of `source` into the block of this box.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut boxed = Box::new_in(1, System);
    /// let before = Box::as_ptr(&boxed);
    /// boxed.clone_from(&Box::new_in(2, System));
    /// assert_eq!((*boxed, Box::as_ptr(&boxed)), (2, before));
    /// ```
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        T::clone_from(self, source);
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for Box<[T], A> {
    #[inline]
    fn clone(&self) -> Self {
        Self::clone_from_ref_in(self, self.allocator.clone())
    }

    /// Clones the values of `source` into the block of this box, if the slices have the same length.
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        if self.len() == source.len() {
            self.clone_from_slice(source);
        } else {
            *self = source.clone();
        }
    }
}

/// Implements `Clone` for boxes of unsized types other than slices.
macro_rules! clone_unsized {
    ($($(#[$attribute:meta])* $type:ty,)*) => {$(
        $(#[$attribute])*
        impl<A: Allocator + Clone> Clone for Box<$type, A> {
            #[inline]
            fn clone(&self) -> Self {
                Self::clone_from_ref_in(self, self.allocator.clone())
            }
        }
    )*};
}

clone_unsized! {
    str,
    CStr,
    #[cfg(feature = "std")]
    std::ffi::OsStr,
    #[cfg(feature = "std")]
    std::path::Path,
}
