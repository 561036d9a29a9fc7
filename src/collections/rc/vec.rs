//! Slices from vectors and iterators.

use super::{Counts, Rc, Strong};
use crate::api::{AllocError, Allocator, Layout};
use crate::collections::Vec;
use crate::collections::counted::fail;

impl<T, A: Allocator> From<Vec<T, A>> for Rc<[T], A> {
    /// Moves the values into a new block with counts, and frees the block of the vector.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Rc, Vec}};
    ///
    /// let mut primes = Vec::new_in(System);
    /// primes.extend([2, 3, 5]);
    /// let primes: Rc<[i32], _> = primes.into();
    /// assert_eq!(*primes, [2, 3, 5]);
    /// ```
    #[inline]
    fn from(vector: Vec<T, A>) -> Self {
        let length = vector.len();
        Self::try_from_vec(vector).unwrap_or_else(|_| fail::<Counts>(Layout::array::<T>(length).ok()))
    }
}

impl<T, A: Allocator> Rc<[T], A> {
    /// The twin of `From<Vec<T, A>>` that returns an error.
    ///
    /// # Errors
    ///
    /// Returns [`AllocError`] if allocation fails. The vector is then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Rc, Vec};
    ///
    /// let primes = Rc::try_from_vec(Vec::from([2, 3, 5]))?;
    /// assert_eq!(*primes, [2, 3, 5]);
    /// # Ok::<(), janus_alloc::api::AllocError>(())
    /// ```
    #[inline]
    pub fn try_from_vec(vector: Vec<T, A>) -> Result<Self, AllocError> {
        Strong::from_vec(vector).map(Self)
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for Rc<[T], A> {
    /// Collects the values into a vector, then moves them into a block of the right size, which is not known before the end.
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut vector = Vec::new_in(A::default());
        vector.extend(values);
        Self::from(vector)
    }
}
