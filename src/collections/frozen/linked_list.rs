//! Look-ups in frozen lists.

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{LinkedList, linked_list};

impl<T, A: Allocator> Frozen<LinkedList<T, A>> {
    /// Returns the number of elements.
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

    /// Returns whether the list is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, LinkedList};
    ///
    /// assert!(Frozen::new(LinkedList::<u8>::new()).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a reference to the first element.
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

    /// Returns a reference to the last element.
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

    /// Returns an iterator over the elements, in order.
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

    /// Returns whether an element equals `value`, in linear time.
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
