//! Look-ups in frozen B-trees.

use core::borrow::Borrow;
use core::ops::{Index, RangeBounds};

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{BTreeMap, BTreeSet, btree_map, btree_set};

impl<K, V, A: Allocator> Frozen<BTreeMap<K, V, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Ann", 7), ("Bob", 9)]));
    /// assert!(ages.len() == 2 && !ages.is_empty());
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the map is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// assert!(Frozen::new(BTreeMap::<u8, u8>::new()).is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a reference to the value of `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!((ages.get("Bob"), ages.get("Cyd")), (Some(&9), None));
    /// ```
    #[inline]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q> + Ord,
    {
        self.0.get(key)
    }

    /// Returns references to the key that equals `key`, and to its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Ann", 7)]));
    /// assert_eq!(ages.get_key_value("Ann"), Some((&"Ann", &7)));
    /// ```
    #[inline]
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q> + Ord,
    {
        self.0.get_key_value(key)
    }

    /// Returns whether the map has a key that equals `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Ann", 7)]));
    /// assert!(ages.contains_key("Ann") && !ages.contains_key("Bob"));
    /// ```
    #[inline]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q> + Ord,
    {
        self.0.contains_key(key)
    }

    /// Returns references to the least key and its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!(ages.first_key_value(), Some((&"Ann", &7)));
    /// ```
    #[inline]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.0.first_key_value()
    }

    /// Returns references to the greatest key and its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!(ages.last_key_value(), Some((&"Bob", &9)));
    /// ```
    #[inline]
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.0.last_key_value()
    }

    /// Returns an iterator over the elements with keys in `range`, in ascending order of the keys. It is double-ended.
    ///
    /// # Panics
    ///
    /// Panics if the range starts behind its end, or if both bounds are equal and excluded. If the map is empty, it may
    /// not check this.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let squares = Frozen::new((0..10).map(|n| (n, n * n)).collect::<BTreeMap<_, _>>());
    /// assert!(squares.range(3..5).eq([(&3, &9), (&4, &16)]));
    /// ```
    #[inline]
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> btree_map::Range<'_, K, V>
    where
        K: Borrow<Q> + Ord,
    {
        self.0.range(range)
    }

    /// Returns an iterator over all elements, in ascending order of the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// let ages = Frozen::new(BTreeMap::from([("Bob", 9), ("Ann", 7)]));
    /// assert!(ages.iter().eq([(&"Ann", &7), (&"Bob", &9)]));
    /// ```
    #[inline]
    pub fn iter(&self) -> btree_map::Iter<'_, K, V> {
        self.0.iter()
    }

    /// Returns an iterator over all keys, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// assert!(Frozen::new(BTreeMap::from([("Bob", 9), ("Ann", 7)])).keys().eq(&["Ann", "Bob"]));
    /// ```
    #[inline]
    pub fn keys(&self) -> btree_map::Keys<'_, K, V> {
        self.0.keys()
    }

    /// Returns an iterator over all values, in ascending order of the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, Frozen};
    ///
    /// assert!(Frozen::new(BTreeMap::from([("Bob", 9), ("Ann", 7)])).values().eq(&[7, 9]));
    /// ```
    #[inline]
    pub fn values(&self) -> btree_map::Values<'_, K, V> {
        self.0.values()
    }
}

impl<K: Borrow<Q> + Ord, Q: Ord + ?Sized, V, A: Allocator> Index<&Q> for Frozen<BTreeMap<K, V, A>> {
    type Output = V;

    /// Returns a reference to the value of `key`.
    ///
    /// # Panics
    ///
    /// Panics if the map has no such key.
    #[inline]
    fn index(&self, key: &Q) -> &V {
        &self.0[key]
    }
}

impl<T, A: Allocator> Frozen<BTreeSet<T, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// let names = Frozen::new(BTreeSet::from(["Ann", "Bob"]));
    /// assert!(names.len() == 2 && !names.is_empty());
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the set is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// assert!(Frozen::new(BTreeSet::<u8>::new()).is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a reference to the element that equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// let names = Frozen::new(BTreeSet::from(["Ann", "Bob"]));
    /// assert_eq!((names.get("Bob"), names.get("Cyd")), (Some(&"Bob"), None));
    /// ```
    #[inline]
    pub fn get<Q: Ord + ?Sized>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q> + Ord,
    {
        self.0.get(value)
    }

    /// Returns whether the set has an element that equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// let names = Frozen::new(BTreeSet::from(["Ann"]));
    /// assert!(names.contains("Ann") && !names.contains("Bob"));
    /// ```
    #[inline]
    pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q> + Ord,
    {
        self.0.contains(value)
    }

    /// Returns a reference to the least element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// assert_eq!(Frozen::new(BTreeSet::from([3, 1, 2])).first(), Some(&1));
    /// ```
    #[inline]
    pub fn first(&self) -> Option<&T> {
        self.0.first()
    }

    /// Returns a reference to the greatest element.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// assert_eq!(Frozen::new(BTreeSet::from([3, 1, 2])).last(), Some(&3));
    /// ```
    #[inline]
    pub fn last(&self) -> Option<&T> {
        self.0.last()
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
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// let digits = Frozen::new((0..10).collect::<BTreeSet<_>>());
    /// assert!(digits.range(3..5).eq(&[3, 4]));
    /// ```
    #[inline]
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> btree_set::Range<'_, T>
    where
        T: Borrow<Q> + Ord,
    {
        self.0.range(range)
    }

    /// Returns an iterator over all elements, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeSet, Frozen};
    ///
    /// assert!(Frozen::new(BTreeSet::from([3, 1, 2])).iter().eq(&[1, 2, 3]));
    /// ```
    #[inline]
    pub fn iter(&self) -> btree_set::Iter<'_, T> {
        self.0.iter()
    }
}
