//! Look-ups of frozen lists.

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{LinkedList, linked_list};

impl<T, A: Allocator> Frozen<LinkedList<T, A>> {
    /// The number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, LinkedList};
    ///
    /// let numbers = Frozen::new(LinkedList::from([1, 2, 3]));
    /// assert!(numbers.len() == 3 && !numbers.is_empty());
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no elements.
    ///
    /// # Examples
    ///
    /// See [`len`](Self::len).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, LinkedList};
    ///
    /// assert_eq!(Frozen::new(LinkedList::from([1, 2, 3])).front(), Some(&1));
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
    /// use janus_alloc::collections::{Frozen, LinkedList};
    ///
    /// assert_eq!(Frozen::new(LinkedList::from([1, 2, 3])).back(), Some(&3));
    /// ```
    #[inline]
    pub fn back(&self) -> Option<&T> {
        self.0.back()
    }

    /// The elements, in their order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, LinkedList};
    ///
    /// assert!(Frozen::new(LinkedList::from([1, 2, 3])).iter().eq(&[1, 2, 3]));
    /// ```
    #[inline]
    pub fn iter(&self) -> linked_list::Iter<'_, T> {
        self.0.iter()
    }

    /// Whether there is an element equal to `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, LinkedList};
    ///
    /// assert!(Frozen::new(LinkedList::from([1, 2, 3])).contains(&2));
    /// ```
    #[inline]
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        self.0.contains(value)
    }
}
