//! Look-ups and iteration.

use core::borrow::Borrow;
use core::ops::RangeBounds;

use super::super::edge_range::{CountedRange, EdgeRange};
use super::super::position::Slot;
use super::super::search::SearchResult;
use super::{BTreeMap, IntoKeys, IntoValues, Iter, IterMut, Keys, Range, RangeMut, Values, ValuesMut};
use crate::api::Allocator;

impl<K, V, A: Allocator> BTreeMap<K, V, A> {
    /// Returns the slot of the key that equals `key`.
    #[inline]
    pub(in super::super) fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Option<Slot<K, V>>
    where
        K: Borrow<Q>,
    {
        match self.tree.root?.search(key) {
            SearchResult::Found(slot) => Some(slot),
            SearchResult::Missing(_) => None,
        }
    }

    /// Returns a reference to the value of `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.get(&1), Some(&"a"));
    /// assert_eq!(map.get(&2), None);
    /// ```
    #[inline]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q> + Ord,
    {
        // SAFETY: `find` returned the slot of an element of the map, which is borrowed as long as the value is.
        Some(unsafe { self.find(key)?.value() })
    }

    /// Returns references to the key that equals `key`, and to its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.get_key_value(&1), Some((&1, &"a")));
    /// ```
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q> + Ord,
    {
        // SAFETY: `find` returned the slot of an element of this map.
        Some(unsafe { self.borrow_element(self.find(key)?) })
    }

    /// Returns a mutable reference to the value of `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// *map.get_mut(&1).unwrap() = "b";
    /// assert_eq!(map[&1], "b");
    /// ```
    #[inline]
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q> + Ord,
    {
        // SAFETY: `find` returned the slot of an element of the map, which is borrowed exclusively as long as the value
        // is.
        Some(unsafe { self.find(key)?.value_mut() })
    }

    /// Returns whether the map has a key that equals `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(1, "a")]);
    /// assert!(map.contains_key(&1));
    /// assert!(!map.contains_key(&2));
    /// ```
    #[inline]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q> + Ord,
    {
        self.find(key).is_some()
    }

    /// Returns references to the least key and its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// assert_eq!(map.first_key_value(), None);
    /// map.insert(2, "b");
    /// map.insert(1, "a");
    /// assert_eq!(map.first_key_value(), Some((&1, &"a")));
    /// ```
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        // SAFETY: `first` returned the slot of an element of this map.
        Some(unsafe { self.borrow_element(self.tree.first()?) })
    }

    /// Returns references to the greatest key and its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// assert_eq!(map.last_key_value(), Some((&2, &"b")));
    /// ```
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        // SAFETY: `last` returned the slot of an element of this map.
        Some(unsafe { self.borrow_element(self.tree.last()?) })
    }

    /// Returns references to the key and the value in `slot`.
    ///
    /// # Safety
    ///
    /// `slot` is that of an element of this map.
    unsafe fn borrow_element(&self, slot: Slot<K, V>) -> (&K, &V) {
        // SAFETY: by `# Safety` of this fn. The map is borrowed as long as the key is.
        let key = unsafe { slot.key() };
        // SAFETY: as above, for the value.
        (key, unsafe { slot.value() })
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
    /// use janus_alloc::collections::BTreeMap;
    /// use std::ops::Bound::Included;
    ///
    /// let map = BTreeMap::from([(3, "a"), (5, "b"), (8, "c")]);
    /// assert!(map.range((Included(4), Included(8))).eq([(&5, &"b"), (&8, &"c")]));
    /// assert_eq!(map.range(4..).next(), Some((&5, &"b")));
    /// assert_eq!(map.range(..8).next_back(), Some((&5, &"b")));
    /// ```
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> Range<'_, K, V>
    where
        K: Borrow<Q> + Ord,
    {
        self.range_named(range, "BTreeMap")
    }

    /// Does what [`range`](Self::range) does, for a collection named `collection` in panic messages.
    pub(in super::super) fn range_named<Q: Ord + ?Sized, R: RangeBounds<Q>>(
        &self,
        range: R,
        collection: &str,
    ) -> Range<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let elements = match self.tree.root {
            // SAFETY: `search_range` returns leaf edges in order. The map is borrowed as long as the range lasts.
            Some(root) => unsafe { EdgeRange::new(root.search_range(&range, collection)) },
            None => EdgeRange::EMPTY,
        };
        Range { elements }
    }

    /// Returns an iterator over the elements with keys in `range`, in ascending order of the keys, with mutable
    /// references to the values. It is double-ended.
    ///
    /// # Panics
    ///
    /// Panics under the same conditions as [`range`](Self::range).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([("Alice", 0), ("Bob", 0), ("Carol", 0)]);
    /// for (_, balance) in map.range_mut("B".."Cheryl") {
    ///     *balance += 100;
    /// }
    /// assert!(map.into_values().eq([0, 100, 100]));
    /// ```
    pub fn range_mut<Q: Ord + ?Sized, R: RangeBounds<Q>>(&mut self, range: R) -> RangeMut<'_, K, V>
    where
        K: Borrow<Q> + Ord,
    {
        let elements = match self.tree.root {
            // SAFETY: `search_range` returns leaf edges in order. The map is borrowed exclusively as long as the range
            // lasts.
            Some(root) => unsafe { EdgeRange::new(root.search_range(&range, "BTreeMap")) },
            None => EdgeRange::EMPTY,
        };
        RangeMut { elements }
    }

    /// Returns an iterator over all elements, in ascending order of the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(3, "c"), (2, "b"), (1, "a")]);
    /// assert!(map.iter().eq([(&1, &"a"), (&2, &"b"), (&3, &"c")]));
    /// ```
    #[inline]
    pub fn iter(&self) -> Iter<'_, K, V> {
        // SAFETY: the map is borrowed as long as the iterator lasts.
        Iter { elements: unsafe { CountedRange::all(&self.tree) } }
    }

    /// Returns an iterator over all elements, in ascending order of the keys, with mutable references to the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([("a", 1), ("b", 2)]);
    /// for (_, value) in map.iter_mut() {
    ///     *value *= 10;
    /// }
    /// assert_eq!(map["b"], 20);
    /// ```
    #[inline]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        // SAFETY: the map is borrowed exclusively as long as the iterator lasts.
        IterMut { elements: unsafe { CountedRange::all(&self.tree) } }
    }

    /// Returns an iterator over all keys, in ascending order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(2, "b"), (1, "a")]);
    /// assert!(map.keys().eq(&[1, 2]));
    /// ```
    #[inline]
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys { inner: self.iter() }
    }

    /// Returns an iterator over all values, in ascending order of the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(2, "b"), (1, "a")]);
    /// assert!(map.values().eq(&["a", "b"]));
    /// ```
    #[inline]
    pub fn values(&self) -> Values<'_, K, V> {
        Values { inner: self.iter() }
    }

    /// Returns an iterator over mutable references to all values, in ascending order of the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 10), (2, 20)]);
    /// map.values_mut().for_each(|value| *value += 1);
    /// assert!(map.values().eq(&[11, 21]));
    /// ```
    #[inline]
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        ValuesMut { inner: self.iter_mut() }
    }

    /// Returns an iterator that takes out all keys, in ascending order, and drops the values.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(2, "b"), (1, "a")]);
    /// assert!(map.into_keys().eq([1, 2]));
    /// ```
    #[inline]
    pub fn into_keys(self) -> IntoKeys<K, V, A> {
        IntoKeys { inner: self.into_iter() }
    }

    /// Returns an iterator that takes out all values, in ascending order of the keys, and drops the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let map = BTreeMap::from([(2, "b"), (1, "a")]);
    /// assert!(map.into_values().eq(["a", "b"]));
    /// ```
    #[inline]
    pub fn into_values(self) -> IntoValues<K, V, A> {
        IntoValues { inner: self.into_iter() }
    }
}
