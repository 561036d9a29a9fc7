//! The traits that make a vector usable as a slice, and `Clone` and `Default`.

use core::borrow::{Borrow, BorrowMut};
use core::ops::{Deref, DerefMut, Index, IndexMut};
use core::slice::SliceIndex;

use super::{Vec, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

impl<T, A: Allocator> Deref for Vec<T, A> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T, A: Allocator> DerefMut for Vec<T, A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T, I: SliceIndex<[T]>, A: Allocator> Index<I> for Vec<T, A> {
    type Output = I::Output;

    #[inline]
    fn index(&self, index: I) -> &I::Output {
        &self.as_slice()[index]
    }
}

impl<T, I: SliceIndex<[T]>, A: Allocator> IndexMut<I> for Vec<T, A> {
    #[inline]
    fn index_mut(&mut self, index: I) -> &mut I::Output {
        &mut self.as_mut_slice()[index]
    }
}

impl<T, A: Allocator> AsRef<[T]> for Vec<T, A> {
    #[inline]
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T, A: Allocator> AsMut<[T]> for Vec<T, A> {
    #[inline]
    fn as_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T, A: Allocator> AsRef<Self> for Vec<T, A> {
    #[inline]
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<T, A: Allocator> AsMut<Self> for Vec<T, A> {
    #[inline]
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

impl<T, A: Allocator> Borrow<[T]> for Vec<T, A> {
    #[inline]
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T, A: Allocator> BorrowMut<[T]> for Vec<T, A> {
    #[inline]
    fn borrow_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T, A: Allocator + Default> Default for Vec<T, A> {
    /// Creates an empty vector, without allocating.
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for Vec<T, A> {
    /// Clones the elements into a new vector, in a clone of the allocator.
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        Self::from_slice_in(self, self.allocator().clone())
    }

    /// Clones the elements of `source` into this vector, and reuses its block and elements where possible.
    #[inline]
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        into_ok(self.clone_elements::<Panic>(source));
    }
}

impl<T: Clone, A: Allocator> Vec<T, A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::Vec::from([1, 2]);
    /// assert_eq!(numbers.try_clone().unwrap(), [1, 2]);
    /// ```
    #[inline]
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        A: Clone,
    {
        Self::clone_slice::<Return>(self, self.allocator().clone())
    }

    /// The twin of [`clone_from`](Clone::clone_from) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). The vector then holds clones of the first elements of `source`, as
    /// many as it had elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::Vec;
    ///
    /// let mut numbers = Vec::from([1, 2]);
    /// assert!(numbers.try_clone_from(&[3, 4, 5]).is_ok());
    /// assert_eq!(numbers, [3, 4, 5]);
    /// ```
    #[inline]
    pub fn try_clone_from(&mut self, source: &[T]) -> Result<(), TryReserveError> {
        self.clone_elements::<Return>(source)
    }

    #[inline]
    #[track_caller]
    fn clone_elements<F: OnFailure>(&mut self, source: &[T]) -> Result<(), F::Error> {
        self.truncate(source.len());
        let (there, more) = source.split_at(self.len());
        self.clone_from_slice(there);
        self.clone_all::<F>(more)
    }

    #[inline]
    #[track_caller]
    pub(super) fn from_slice_in(elements: &[T], allocator: A) -> Self {
        into_ok(Self::clone_slice::<Panic>(elements, allocator))
    }

    /// Clones `elements` into a new vector.
    #[inline]
    #[track_caller]
    pub(in crate::collections) fn clone_slice<F: OnFailure>(elements: &[T], allocator: A) -> Result<Self, F::Error> {
        let mut vec = Self::with_room::<F>(elements.len(), allocator)?;
        vec.clone_all::<F>(elements)?;
        Ok(vec)
    }
}
