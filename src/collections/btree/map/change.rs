//! Insertion and removal.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::mem;
use core::ops::RangeBounds;

use super::super::build::Builder;
use super::super::position::Slot;
use super::super::search::SearchResult;
use super::super::tree::Tree;
use super::extract_if::Extraction;
use super::{BTreeMap, Entry, ExtractIf, OccupiedEntry, VacantEntry, into_value};
use crate::api::{Allocator, AllocatorClone};
use crate::collections::error::TryReserveError;

/// Tells which of two equal keys a map keeps. It always keeps the value of the last.
#[derive(Clone, Copy)]
pub(super) enum EqualKeys {
    First,
    Last,
}

impl<K, V, A: Allocator> BTreeMap<K, V, A> {
    /// Inserts an element. If the map had an equal key, returns its old value.
    ///
    /// An equal key in the map stays there, and `key` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// assert_eq!(map.insert(37, "a"), None);
    /// assert_eq!(map.insert(37, "b"), Some("a"));
    /// assert_eq!(map[&37], "b");
    /// ```
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V>
    where
        K: Ord,
    {
        self.try_insert(key, value).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and `key` and `value` are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeMap};
    ///
    /// let mut map = BTreeMap::new_in(Null); // an allocator that always fails
    /// assert!(map.try_insert(1, "a").is_err());
    /// assert!(map.is_empty());
    /// ```
    #[inline]
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, TryReserveError>
    where
        K: Ord,
    {
        let edge = match self.tree.root.map(|root| root.search(&key)) {
            Some(SearchResult::Found(slot)) => {
                // Drop the key before the old value leaves the map: if the drop panics, the value does not leak.
                drop(key);
                // SAFETY: `slot` is that of an element of the map, which is borrowed exclusively.
                return Ok(Some(mem::replace(unsafe { slot.value_mut() }, value)));
            }
            Some(SearchResult::Missing(edge)) => Some(edge),
            None => None,
        };
        // SAFETY: by the invariant of `BTreeMap`. The search has just returned this leaf edge of the tree.
        unsafe { self.tree.insert(edge, (key, value), &self.allocator) }?;
        Ok(None)
    }

    /// Inserts an element. If the map had an equal key, replaces its element, and returns the old one.
    pub(in super::super) fn try_replace(&mut self, (key, value): (K, V)) -> Result<Option<(K, V)>, TryReserveError>
    where
        K: Ord,
    {
        let edge = match self.tree.root.map(|root| root.search(&key)) {
            Some(SearchResult::Found(slot)) => {
                // SAFETY: `slot` is that of an element of the map, which is borrowed exclusively.
                let key = mem::replace(unsafe { slot.key_mut() }, key);
                // SAFETY: as above.
                return Ok(Some((key, mem::replace(unsafe { slot.value_mut() }, value))));
            }
            Some(SearchResult::Missing(edge)) => Some(edge),
            None => None,
        };
        // SAFETY: by the invariant of `BTreeMap`. The search has just returned this leaf edge of the tree.
        unsafe { self.tree.insert(edge, (key, value), &self.allocator) }?;
        Ok(None)
    }

    /// Removes a key, and returns its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.remove(&1), Some("a"));
    /// assert_eq!(map.remove(&1), None);
    /// ```
    #[inline]
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q> + Ord,
    {
        self.remove_entry(key).map(into_value)
    }

    /// Removes a key, and returns it with its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.remove_entry(&1), Some((1, "a")));
    /// ```
    #[inline]
    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q> + Ord,
    {
        let slot = self.find(key)?;
        // SAFETY: `find` returned the slot of an element of this map.
        Some(unsafe { self.remove_slot(slot) })
    }

    /// Removes and returns the element in `slot`.
    ///
    /// # Safety
    ///
    /// `slot` is that of an element of this map.
    pub(super) unsafe fn remove_slot(&mut self, slot: Slot<K, V>) -> (K, V) {
        // SAFETY: by `# Safety` of this fn and the invariant of `BTreeMap`.
        unsafe { self.tree.remove(slot, &self.allocator) }
    }

    /// Removes the least key, and returns it with its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// while let Some((key, _)) = map.pop_first() {
    ///     assert!(map.keys().all(|other| key < *other));
    /// }
    /// ```
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let slot = self.tree.first()?;
        // SAFETY: `first` returned the slot of an element of this map.
        Some(unsafe { self.remove_slot(slot) })
    }

    /// Removes the greatest key, and returns it with its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// assert_eq!(map.pop_last(), Some((2, "b")));
    /// ```
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let slot = self.tree.last()?;
        // SAFETY: `last` returned the slot of an element of this map.
        Some(unsafe { self.remove_slot(slot) })
    }

    /// Returns the entry of the least key, through which it can be changed or removed.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// if let Some(mut entry) = map.first_entry() {
    ///     assert_eq!(*entry.key(), 1);
    ///     entry.insert("first");
    /// }
    /// assert_eq!(map[&1], "first");
    /// ```
    pub fn first_entry(&mut self) -> Option<OccupiedEntry<'_, K, V, A>> {
        Some(OccupiedEntry { slot: self.tree.first()?, map: self })
    }

    /// Returns the entry of the greatest key, through which it can be changed or removed.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// assert_eq!(map.last_entry().unwrap().remove(), "b");
    /// assert_eq!(map.len(), 1);
    /// ```
    pub fn last_entry(&mut self) -> Option<OccupiedEntry<'_, K, V, A>> {
        Some(OccupiedEntry { slot: self.tree.last()?, map: self })
    }

    /// Returns the entry of `key`, through which an element can be inserted, read, changed or removed.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut count = BTreeMap::new();
    /// for letter in "abracadabra".chars() {
    ///     *count.entry(letter).or_insert(0) += 1;
    /// }
    /// assert_eq!(count[&'a'], 5);
    /// ```
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, A>
    where
        K: Ord,
    {
        match self.tree.root.map(|root| root.search(&key)) {
            Some(SearchResult::Found(slot)) => Entry::Occupied(OccupiedEntry { slot, map: self }),
            Some(SearchResult::Missing(edge)) => Entry::Vacant(VacantEntry { key, edge: Some(edge), map: self }),
            None => Entry::Vacant(VacantEntry { key, edge: None, map: self }),
        }
    }

    /// Moves all elements of `other` into the map, and leaves `other` empty.
    ///
    /// If both maps have a key, the key of this map stays and gets the value of the other.
    ///
    /// If a comparison or the drop of an element panics, the elements not moved yet stay in `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// let mut other = BTreeMap::from([(2, "c"), (3, "d")]);
    /// map.append(&mut other);
    /// assert!(map.into_iter().eq([(1, "a"), (2, "c"), (3, "d")]));
    /// assert!(other.is_empty());
    /// ```
    pub fn append(&mut self, other: &mut Self)
    where
        K: Ord,
    {
        self.try_append(other).unwrap_or_else(|error| error.fail());
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator of this map refuses a node. The elements not moved yet stay in `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use janus_alloc::{FixedArena, collections::BTreeMap};
    ///
    /// let (mut small, mut large) = ([MaybeUninit::uninit(); 500], [MaybeUninit::uninit(); 5000]);
    /// let (small, large) = (FixedArena::new(&mut small), FixedArena::new(&mut large));
    /// let mut map = BTreeMap::new_in(&small);
    /// let mut other = BTreeMap::new_in(&large);
    /// other.extend((0..100).map(|n| (n, n)));
    /// assert!(map.try_append(&mut other).is_err());
    /// assert_eq!(map.len() + other.len(), 100);
    /// ```
    pub fn try_append(&mut self, other: &mut Self) -> Result<(), TryReserveError>
    where
        K: Ord,
    {
        // SAFETY: by the invariant of `BTreeMap`, for both maps.
        unsafe { self.tree.append(&self.allocator, &mut other.tree, &other.allocator) }
    }

    /// Splits the map in two at `key`. Returns the elements from `key` on, in a map with a clone of the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b"), (3, "c")]);
    /// let from_two = map.split_off(&2);
    /// assert!(map.keys().eq(&[1]));
    /// assert!(from_two.keys().eq(&[2, 3]));
    /// ```
    pub fn split_off<Q: Ord + ?Sized>(&mut self, key: &Q) -> Self
    where
        K: Borrow<Q> + Ord,
        A: AllocatorClone,
    {
        self.try_split_off(key).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`split_off`](Self::split_off) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a"), (2, "b")]);
    /// let from_two = map.try_split_off(&2)?;
    /// assert_eq!((map.len(), from_two.len()), (1, 1));
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    pub fn try_split_off<Q: Ord + ?Sized>(&mut self, key: &Q) -> Result<Self, TryReserveError>
    where
        K: Borrow<Q> + Ord,
        A: AllocatorClone,
    {
        let allocator = self.allocator.clone();
        let tree = match self.tree.root {
            None => Tree::new(),
            Some(root) => {
                let edge = match root.search(key) {
                    // SAFETY: the search has just returned the slot of an element.
                    SearchResult::Found(slot) => unsafe { slot.previous_leaf_edge() },
                    SearchResult::Missing(edge) => edge,
                };
                // SAFETY: by the invariant of `BTreeMap`. The edge has just been found in this tree.
                unsafe { self.tree.split_off(edge, &self.allocator) }?
            }
        };
        Ok(Self { tree, allocator })
    }

    /// Keeps the elements for which `keep` returns `true`, and drops the others, in ascending order of the keys.
    ///
    /// If `keep` panics, the current element and all later ones are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map: BTreeMap<i32, i32> = (0..8).map(|n| (n, n * 10)).collect();
    /// map.retain(|key, _| key % 2 == 0);
    /// assert!(map.into_values().eq([0, 20, 40, 60]));
    /// ```
    pub fn retain<F: FnMut(&K, &mut V) -> bool>(&mut self, mut keep: F)
    where
        K: Ord,
    {
        self.extract_if(.., |key, value| !keep(key, value)).for_each(drop);
    }

    /// Returns an iterator that removes the elements with keys in `range` for which `remove` returns `true`.
    ///
    /// Each call of `next` removes and returns one element. `remove` may change the values. Elements not visited before
    /// the iterator is dropped stay in the map, and so does an element for which `remove` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map: BTreeMap<i32, i32> = (0..8).map(|n| (n, n)).collect();
    /// let even: Vec<_> = map.extract_if(2.., |key, _| key % 2 == 0).map(|(key, _)| key).collect();
    /// assert_eq!(even, [2, 4, 6]);
    /// assert!(map.keys().eq(&[0, 1, 3, 5, 7]));
    /// ```
    pub fn extract_if<F, R>(&mut self, range: R, remove: F) -> ExtractIf<'_, K, V, R, F, A>
    where
        K: Ord,
        R: RangeBounds<K>,
        F: FnMut(&K, &mut V) -> bool,
    {
        ExtractIf { extraction: Extraction::new(self, range), remove }
    }

    /// Inserts all elements of an iterator, each as [`insert`](Self::insert) does.
    ///
    /// As long as each key is greater than all keys in the map, this takes constant time per element, and fills the
    /// nodes.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The earlier elements are then in the map. The element that did
    /// not fit and the rest of the iterator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use janus_alloc::{FixedArena, collections::BTreeMap};
    ///
    /// let mut bytes = [MaybeUninit::uninit(); 500];
    /// let arena = FixedArena::new(&mut bytes);
    /// let mut map = BTreeMap::new_in(&arena);
    /// assert!(map.try_extend((0..10).map(|n| (n, n))).is_ok());
    /// assert!(map.try_extend((10..1000).map(|n| (n, n))).is_err());
    /// assert!(map.keys().copied().eq(0..map.len()));
    /// ```
    pub fn try_extend(&mut self, elements: impl IntoIterator<Item = (K, V)>) -> Result<(), TryReserveError>
    where
        K: Ord,
    {
        self.try_extend_with(elements, EqualKeys::First)
    }

    /// Inserts all elements of an iterator. Of equal keys, the map keeps the one that `keep` names, with the last
    /// value.
    pub(super) fn try_extend_with(
        &mut self,
        elements: impl IntoIterator<Item = (K, V)>,
        keep: EqualKeys,
    ) -> Result<(), TryReserveError>
    where
        K: Ord,
    {
        let mut elements = elements.into_iter();
        let mut last = self.tree.last();
        // SAFETY: by the invariant of `BTreeMap`.
        let mut builder = unsafe { Builder::new(&mut self.tree, &self.allocator) };
        let mut next = loop {
            let Some((key, value)) = elements.next() else { return Ok(()) };
            let Some(slot) = last else {
                last = Some(builder.push((key, value))?);
                continue;
            };
            // SAFETY: this is the slot of the last element, which does not move when another is appended.
            match key.cmp(unsafe { slot.key() }) {
                Ordering::Greater => last = Some(builder.push((key, value))?),
                Ordering::Equal => {
                    let key = match keep {
                        EqualKeys::First => key,
                        // SAFETY: as above. The map is borrowed exclusively.
                        EqualKeys::Last => mem::replace(unsafe { slot.key_mut() }, key),
                    };
                    // SAFETY: as above.
                    drop((key, mem::replace(unsafe { slot.value_mut() }, value)));
                }
                Ordering::Less => break Some((key, value)),
            }
        };
        drop(builder);
        while let Some((key, value)) = next {
            match keep {
                EqualKeys::First => drop(self.try_insert(key, value)?),
                EqualKeys::Last => drop(self.try_replace((key, value))?),
            }
            next = elements.next();
        }
        Ok(())
    }
}
