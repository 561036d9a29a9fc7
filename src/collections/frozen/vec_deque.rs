//! Look-ups of frozen ring buffers.

use core::ops::Index;

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{VecDeque, vec_deque};

impl<T, A: Allocator> Frozen<VecDeque<T, A>> {
    /// The number of elements.
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

    /// Whether there are no elements.
    ///
    /// # Examples
    ///
    /// See [`len`](Self::len).
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The element at an index, counted from the front.
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

    /// The first element.
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

    /// The last element.
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

    /// The elements, from the front to the back.
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

    /// The elements as two slices: those of the first come before those of the second.
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

    /// The element at an index, counted from the front.
    ///
    /// # Panics
    ///
    /// If there are not so many elements.
    #[inline]
    fn index(&self, index: usize) -> &T {
        &self.0[index]
    }
}
