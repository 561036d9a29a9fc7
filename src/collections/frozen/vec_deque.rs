//! Look-ups in frozen ring buffers.

use core::ops::Index;

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{VecDeque, vec_deque};

impl<T, A: Allocator> Frozen<VecDeque<T, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// let numbers = Frozen::new(VecDeque::from([1, 2, 3]));
    /// assert!(numbers.len() == 3 && !numbers.is_empty());
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the deque is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// assert!(Frozen::new(VecDeque::<u8>::new()).is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a reference to the element at `index`, counted from the front.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// let numbers = Frozen::new(VecDeque::from([1, 2, 3]));
    /// assert_eq!((numbers.get(1), numbers.get(3)), (Some(&2), None));
    /// ```
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index)
    }

    /// Returns a reference to the first element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// assert_eq!(Frozen::new(VecDeque::from([1, 2, 3])).front(), Some(&1));
    /// ```
    #[inline]
    pub fn front(&self) -> Option<&T> {
        self.0.front()
    }

    /// Returns a reference to the last element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// assert_eq!(Frozen::new(VecDeque::from([1, 2, 3])).back(), Some(&3));
    /// ```
    #[inline]
    pub fn back(&self) -> Option<&T> {
        self.0.back()
    }

    /// Returns an iterator over the elements, from front to back.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// assert!(Frozen::new(VecDeque::from([1, 2, 3])).iter().eq(&[1, 2, 3]));
    /// ```
    #[inline]
    pub fn iter(&self) -> vec_deque::Iter<'_, T> {
        self.0.iter()
    }

    /// Returns the elements as two slices. Those of the first slice come before those of the second.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, VecDeque};
    ///
    /// let numbers = Frozen::new(VecDeque::from([1, 2, 3]));
    /// let (first, second) = numbers.as_slices();
    /// assert_eq!([first, second].concat(), [1, 2, 3]);
    /// ```
    #[inline]
    pub fn as_slices(&self) -> (&[T], &[T]) {
        self.0.as_slices()
    }
}

impl<T, A: Allocator> Index<usize> for Frozen<VecDeque<T, A>> {
    type Output = T;

    /// Returns a reference to the element at `index`, counted from the front.
    ///
    /// # Panics
    ///
    /// Panics if `index` is not less than the length.
    #[inline]
    fn index(&self, index: usize) -> &T {
        &self.0[index]
    }
}
