//! Boxed slices and vectors.

use core::slice;

use super::Box;
use super::slice::array_of;
use crate::api::Allocator;
use crate::collections::Vec;
use crate::collections::vec::IntoIter;

impl<T, A: Allocator> Box<[T], A> {
    /// A vector of the values, in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut primes = Box::slice(Box::new_in([2, 3, 5], System)).into_vec();
    /// primes.push(7);
    /// assert_eq!(*primes, [2, 3, 5, 7]);
    /// ```
    #[inline]
    pub fn into_vec(self) -> Vec<T, A> {
        let length = self.len();
        let (values, allocator) = Self::into_raw_with_allocator(self);
        // SAFETY: all values are initialised, and their block has the layout of so many, or there is none for no size.
        unsafe { Vec::from_raw_parts_in(values.cast(), length, length, allocator) }
    }
}

impl<T, A: Allocator> From<Box<[T], A>> for Vec<T, A> {
    #[inline]
    fn from(slice: Box<[T], A>) -> Self {
        slice.into_vec()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for Box<[T], A> {
    /// [`Vec::into_boxed_slice`].
    #[inline]
    #[track_caller]
    fn from(vector: Vec<T, A>) -> Self {
        vector.into_boxed_slice()
    }
}

impl<T, A: Allocator, const N: usize> TryFrom<Vec<T, A>> for Box<[T; N], A> {
    type Error = Vec<T, A>;

    /// An array, if the vector is as long.
    ///
    /// # Errors
    ///
    /// The vector has another length; it is the error.
    #[inline]
    fn try_from(vector: Vec<T, A>) -> Result<Self, Self::Error> {
        if vector.len() != N {
            return Err(vector);
        }
        // SAFETY: it has so many values.
        Ok(unsafe { array_of(Box::from(vector)) })
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for Box<[T], A> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut vector = Vec::new_in(A::default());
        vector.extend(values);
        Self::from(vector)
    }
}

impl<T, A: Allocator> IntoIterator for Box<[T], A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        self.into_vec().into_iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a Box<[T], A> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a mut Box<[T], A> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::IterMut<'a, T> {
        self.iter_mut()
    }
}
