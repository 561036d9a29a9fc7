//! Insertion and removal.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use super::super::map::Extraction;
use super::{BTreeSet, ExtractIf};
use crate::api::{Allocator, AllocatorClone};
use crate::collections::error::TryReserveError;

impl<T, A: Allocator> BTreeSet<T, A> {
    /// Inserts an element, and returns whether the set did not have it before.
    ///
    /// An equal element in the set stays there, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::new();
    /// assert!(set.insert(2));
    /// assert!(!set.insert(2));
    /// ```
    #[inline]
    pub fn insert(&mut self, value: T) -> bool
    where
        T: Ord,
    {
        self.map.insert(value, ()).is_none()
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The set is then unchanged, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeSet};
    ///
    /// let mut set = BTreeSet::new_in(Null); // an allocator that always fails
    /// assert!(set.try_insert(1).is_err());
    /// ```
    #[inline]
    pub fn try_insert(&mut self, value: T) -> Result<bool, TryReserveError>
    where
        T: Ord,
    {
        Ok(self.map.try_insert(value, ())?.is_none())
    }

    /// Inserts an element. If the set had an equal one, replaces it, and returns the old one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([Vec::<u8>::new()]);
    /// set.replace(Vec::with_capacity(10));
    /// assert!(set.get(&[][..]).unwrap().capacity() >= 10);
    /// ```
    pub fn replace(&mut self, value: T) -> Option<T>
    where
        T: Ord,
    {
        self.try_replace(value).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`replace`](Self::replace) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The set is then unchanged, and `value` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([Vec::<u8>::new()]);
    /// set.try_replace(Vec::with_capacity(10))?;
    /// assert!(set.get(&[][..]).unwrap().capacity() >= 10);
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    pub fn try_replace(&mut self, value: T) -> Result<Option<T>, TryReserveError>
    where
        T: Ord,
    {
        Ok(self.map.try_replace((value, ()))?.map(|(value, ())| value))
    }

    /// Removes an element, and returns whether the set had it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([2]);
    /// assert!(set.remove(&2));
    /// assert!(!set.remove(&2));
    /// ```
    #[inline]
    pub fn remove<Q: Ord + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
    {
        self.map.remove(value).is_some()
    }

    /// Removes and returns an element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([2]);
    /// assert_eq!(set.take(&2), Some(2));
    /// assert_eq!(set.take(&2), None);
    /// ```
    pub fn take<Q: Ord + ?Sized>(&mut self, value: &Q) -> Option<T>
    where
        T: Borrow<Q> + Ord,
    {
        self.map.remove_entry(value).map(|(value, ())| value)
    }

    /// Removes and returns the least element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([2, 1]);
    /// assert_eq!(set.pop_first(), Some(1));
    /// ```
    pub fn pop_first(&mut self) -> Option<T> {
        self.map.pop_first().map(|(value, ())| value)
    }

    /// Removes and returns the greatest element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([2, 1]);
    /// assert_eq!(set.pop_last(), Some(2));
    /// ```
    pub fn pop_last(&mut self) -> Option<T> {
        self.map.pop_last().map(|(value, ())| value)
    }

    /// Keeps the elements for which `keep` returns `true`, and drops the others, in ascending order.
    ///
    /// If `keep` panics, the current element and all later ones are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1, 2, 3, 4]);
    /// set.retain(|value| value % 2 == 0);
    /// assert!(set.iter().eq(&[2, 4]));
    /// ```
    pub fn retain<F: FnMut(&T) -> bool>(&mut self, mut keep: F)
    where
        T: Ord,
    {
        self.extract_if(.., |value| !keep(value)).for_each(drop);
    }

    /// Moves all elements of `other` into this set, and leaves `other` empty. Of two equal elements, the one in this
    /// set stays.
    ///
    /// If a comparison or the drop of an element panics, the elements not moved yet stay in `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1, 2]);
    /// let mut other = BTreeSet::from([2, 3]);
    /// set.append(&mut other);
    /// assert!(set.into_iter().eq([1, 2, 3]));
    /// assert!(other.is_empty());
    /// ```
    pub fn append(&mut self, other: &mut Self)
    where
        T: Ord,
    {
        self.map.append(&mut other.map);
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator of this set refuses a node. The elements not moved yet stay in `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let (mut set, mut other) = (BTreeSet::from([1]), BTreeSet::from([2]));
    /// set.try_append(&mut other)?;
    /// assert_eq!((set.len(), other.len()), (2, 0));
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    pub fn try_append(&mut self, other: &mut Self) -> Result<(), TryReserveError>
    where
        T: Ord,
    {
        self.map.try_append(&mut other.map)
    }

    /// Splits the set in two at `value`. Returns the elements from `value` on, in a set with a clone of the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1, 2, 3]);
    /// let from_two = set.split_off(&2);
    /// assert!(set.iter().eq(&[1]));
    /// assert!(from_two.iter().eq(&[2, 3]));
    /// ```
    pub fn split_off<Q: Ord + ?Sized>(&mut self, value: &Q) -> Self
    where
        T: Borrow<Q> + Ord,
        A: AllocatorClone,
    {
        Self { map: self.map.split_off(value) }
    }

    /// The twin of [`split_off`](Self::split_off) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The set is then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1, 2, 3]);
    /// let from_two = set.try_split_off(&2)?;
    /// assert!(from_two.iter().eq(&[2, 3]));
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    pub fn try_split_off<Q: Ord + ?Sized>(&mut self, value: &Q) -> Result<Self, TryReserveError>
    where
        T: Borrow<Q> + Ord,
        A: AllocatorClone,
    {
        Ok(Self { map: self.map.try_split_off(value)? })
    }

    /// Returns an iterator that removes the elements in `range` for which `remove` returns `true`.
    ///
    /// Each call of `next` removes and returns one element. Elements not visited before the iterator is dropped stay in
    /// the set, and so does an element for which `remove` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set: BTreeSet<i32> = (0..8).collect();
    /// assert!(set.extract_if(2.., |value| value % 2 == 0).eq([2, 4, 6]));
    /// assert!(set.iter().eq(&[0, 1, 3, 5, 7]));
    /// ```
    pub fn extract_if<F, R>(&mut self, range: R, remove: F) -> ExtractIf<'_, T, R, F, A>
    where
        T: Ord,
        R: RangeBounds<T>,
        F: FnMut(&T) -> bool,
    {
        ExtractIf { extraction: Extraction::new(&mut self.map, range), remove }
    }

    /// Inserts all elements of an iterator, each as [`insert`](Self::insert) does.
    ///
    /// As long as each element is greater than all in the set, this takes constant time per element, and fills the
    /// nodes.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The earlier elements are then in the set. The element that did
    /// not fit and the rest of the iterator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeSet};
    ///
    /// assert!(BTreeSet::new_in(Null).try_extend(0..4).is_err());
    /// ```
    pub fn try_extend(&mut self, elements: impl IntoIterator<Item = T>) -> Result<(), TryReserveError>
    where
        T: Ord,
    {
        self.map.try_extend(elements.into_iter().map(|value| (value, ())))
    }
}
