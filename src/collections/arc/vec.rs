//! Slices from vectors and iterators.

use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::{Arc, Counts, Strong};
use crate::api::{Allocator, Layout};
use crate::collections::Vec;
use crate::collections::counted::fail;

impl<T, A: Allocator> From<Vec<T, A>> for Arc<[T], A> {
    /// Moves the values into a block with counts, and frees the one of the vector.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Arc, Vec}};
    ///
    /// let mut primes = Vec::new_in(System);
    /// primes.extend([2, 3, 5]);
    /// let primes: Arc<[i32], _> = primes.into();
    /// assert_eq!(*primes, [2, 3, 5]);
    /// ```
    #[inline]
    fn from(vector: Vec<T, A>) -> Self {
        let mut vector = ManuallyDrop::new(vector);
        let capacity = vector.capacity();
        let values = NonNull::from(vector.as_mut_slice());
        // SAFETY: the vector is not used again, so the allocator is moved out once.
        let allocator = unsafe { ptr::read(vector.allocator()) };
        // SAFETY: the values are those of the vector, which drops none of them.
        let moved = unsafe { Strong::moved_from(values, allocator) };
        let slice = Self(moved.unwrap_or_else(|_| fail::<Counts>(Layout::array::<T>(values.len()).ok())));
        // SAFETY: the parts of the vector, without its values; the block is now freed.
        drop(unsafe { Vec::<T, &A>::from_raw_parts_in(values.cast().as_ptr(), 0, capacity, Arc::allocator(&slice)) });
        slice
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for Arc<[T], A> {
    /// Collects into a vector, from which the values are moved: how many there are is known at the end only.
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut vector = Vec::new_in(A::default());
        vector.extend(values);
        Self::from(vector)
    }
}
