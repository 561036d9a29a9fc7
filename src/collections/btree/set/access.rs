//! Look-ups, iteration and set operations.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use super::operations::{Difference, Intersection, SymmetricDifference, Union};
use super::{BTreeSet, Iter, Range};
use crate::api::Allocator;

impl<T, A: Allocator> BTreeSet<T, A> {
    /// Returns whether the set has an element that equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([1, 2, 3]);
    /// assert!(set.contains(&1));
    /// assert!(!set.contains(&4));
    /// ```
    #[inline]
    pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
    {
        self.map.contains_key(value)
    }

    /// Returns a reference to the element that equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from(["a".to_string()]);
    /// assert_eq!(set.get("a").map(String::as_str), Some("a"));
    /// assert_eq!(set.get("b"), None);
    /// ```
    pub fn get<Q: Ord + ?Sized>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q> + Ord,
    {
        self.map.get_key_value(value).map(|(value, ())| value)
    }

    /// Returns a reference to the least element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::new();
    /// assert_eq!(set.first(), None);
    /// set.extend([2, 1]);
    /// assert_eq!(set.first(), Some(&1));
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.map.first_key_value().map(|(value, ())| value)
    }

    /// Returns a reference to the greatest element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// assert_eq!(BTreeSet::from([1, 2]).last(), Some(&2));
    /// ```
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.map.last_key_value().map(|(value, ())| value)
    }

    /// Returns an iterator over all elements, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([3, 1, 2]);
    /// assert!(set.iter().eq(&[1, 2, 3]));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { inner: self.map.keys() }
    }

    /// Returns an iterator over the elements in `range`, in ascending order. It is double-ended.
    ///
    /// # Panics
    ///
    /// Panics if the range starts behind its end, or if both bounds are equal and excluded. If the set is empty, it may
    /// not check this.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([3, 5, 8]);
    /// assert!(set.range(4..).eq(&[5, 8]));
    /// assert_eq!(set.range(..8).next_back(), Some(&5));
    /// ```
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> Range<'_, T>
    where
        T: Borrow<Q> + Ord,
    {
        Range { inner: self.map.range_named(range, "BTreeSet") }
    }

    /// Returns an iterator over the elements of this set that are not in `other`, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    /// assert!(one.difference(&other).eq(&[1]));
    /// ```
    pub fn difference<'a, B: Allocator>(&'a self, other: &'a BTreeSet<T, B>) -> Difference<'a, T>
    where
        T: Ord,
    {
        Difference::new(self, other)
    }

    /// Returns an iterator over the elements that are in only one of the two sets, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    /// assert!(one.symmetric_difference(&other).eq(&[1, 3]));
    /// ```
    pub fn symmetric_difference<'a, B: Allocator>(&'a self, other: &'a BTreeSet<T, B>) -> SymmetricDifference<'a, T>
    where
        T: Ord,
    {
        SymmetricDifference::new(self, other)
    }

    /// Returns an iterator over the elements of this set that are also in `other`, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    /// assert!(one.intersection(&other).eq(&[2]));
    /// ```
    pub fn intersection<'a, B: Allocator>(&'a self, other: &'a BTreeSet<T, B>) -> Intersection<'a, T>
    where
        T: Ord,
    {
        Intersection::new(self, other)
    }

    /// Returns an iterator over the elements that are in at least one of the two sets, in ascending order. Of two equal
    /// elements it returns the one of this set.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
    /// assert!(one.union(&other).eq(&[1, 2, 3]));
    /// ```
    pub fn union<'a, B: Allocator>(&'a self, other: &'a BTreeSet<T, B>) -> Union<'a, T>
    where
        T: Ord,
    {
        Union::new(self, other)
    }

    /// Returns whether the two sets have no element in common.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([1, 2]);
    /// assert!(set.is_disjoint(&BTreeSet::from([3])));
    /// assert!(!set.is_disjoint(&BTreeSet::from([2, 3])));
    /// ```
    #[must_use]
    pub fn is_disjoint<B: Allocator>(&self, other: &BTreeSet<T, B>) -> bool
    where
        T: Ord,
    {
        self.intersection(other).next().is_none()
    }

    /// Returns whether all elements of this set are in `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([1, 2]);
    /// assert!(set.is_subset(&BTreeSet::from([1, 2, 3])));
    /// assert!(!set.is_subset(&BTreeSet::from([2, 3])));
    /// ```
    #[must_use]
    pub fn is_subset<B: Allocator>(&self, other: &BTreeSet<T, B>) -> bool
    where
        T: Ord,
    {
        self.len() <= other.len() && self.difference(other).next().is_none()
    }

    /// Returns whether all elements of `other` are in this set.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([1, 2]);
    /// assert!(set.is_superset(&BTreeSet::from([1])));
    /// assert!(!set.is_superset(&BTreeSet::from([3])));
    /// ```
    #[must_use]
    pub fn is_superset<B: Allocator>(&self, other: &BTreeSet<T, B>) -> bool
    where
        T: Ord,
    {
        other.is_subset(self)
    }
}
