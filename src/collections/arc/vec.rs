//! Slices from vectors and iterators.

use core::mem::ManuallyDrop;
use core::ptr::{self, NonNull};

use super::{Arc, Counts, Strong};
use crate::api::{AllocError, Allocator, Layout};
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
        let length = vector.len();
        Self::try_from_vec(vector).unwrap_or_else(|_| fail::<Counts>(Layout::array::<T>(length).ok()))
    }
}

impl<T, A: Allocator> Arc<[T], A> {
    /// The twin of `From<Vec<T, A>>` that returns an error.
    ///
    /// # Errors
    ///
    /// The allocator has no memory. The vector is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Arc, Vec};
    ///
    /// let primes = Arc::try_from_vec(Vec::from([2, 3, 5]))?;
    /// assert_eq!(*primes, [2, 3, 5]);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_from_vec(vector: Vec<T, A>) -> Result<Self, AllocError> {
        let mut vector = ManuallyDrop::new(vector);
        let capacity = vector.capacity();
        let values = NonNull::from(vector.as_mut_slice());
        // SAFETY: the values are those of the vector, which drops them only if they are not moved.
        let moved = unsafe { Strong::<[T], &A, Counts>::moved_from(values, vector.allocator()) };
        match moved.map(Strong::into_parts) {
            Ok((moved, _)) => {
                // SAFETY: the vector is not used again, so the allocator is moved out once.
                let allocator = unsafe { ptr::read(vector.allocator()) };
                // SAFETY: a new block of that allocator, and its one strong reference.
                let slice = Self(unsafe { Strong::from_parts(moved, allocator) });
                let allocator = Arc::allocator(&slice);
                // SAFETY: the parts of the vector, without its values; the block is now freed.
                drop(unsafe { Vec::<T, &A>::from_raw_parts_in(values.cast().as_ptr(), 0, capacity, allocator) });
                Ok(slice)
            }
            Err(error) => {
                drop(ManuallyDrop::into_inner(vector));
                Err(error)
            }
        }
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
