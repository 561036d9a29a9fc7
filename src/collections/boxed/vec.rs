//! Boxed slices and vectors.

use core::mem::ManuallyDrop;
use core::{ptr, slice};

use allocator_api2::vec::IntoIter;

use super::Box;
use super::slice::array_of;
use crate::api::Allocator;
use crate::collections::Vec;

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
    /// The values, in the same block, shrunk if it is too long.
    #[inline]
    fn from(mut vector: Vec<T, A>) -> Self {
        if !vector.is_empty() && vector.len() < vector.capacity() {
            vector.shrink_to_fit();
        }
        let mut vector = ManuallyDrop::new(vector);
        let (start, length, capacity) = (vector.as_mut_ptr(), vector.len(), vector.capacity());
        // SAFETY: the vector is not used again, so the allocator is moved out once.
        let allocator = unsafe { ptr::read(vector.allocator()) };
        if length == 0 {
            // SAFETY: the parts of the vector, whose block is now freed.
            drop(unsafe { Vec::from_raw_parts_in(start, 0, capacity, &allocator) });
            return Box::slice(Box::new_in([], allocator));
        }
        // SAFETY: all values are initialised, and their block has the layout of so many, or there is none for no size.
        unsafe { Self::from_raw_in(ptr::slice_from_raw_parts_mut(start, length), allocator) }
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
