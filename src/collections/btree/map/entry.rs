//! Entries: the element of a key, or the position where it would be inserted.

use core::fmt;
use core::mem;

use super::super::position::{Edge, Slot};
use super::{BTreeMap, into_value};
use crate::api::{Allocator, Global};
use crate::collections::error::TryReserveError;

/// An entry of a map, vacant or occupied: see [`BTreeMap::entry`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
///
/// let mut map = BTreeMap::from([(1, "a")]);
/// match map.entry(1) {
///     Entry::Occupied(entry) => assert_eq!(entry.remove(), "a"),
///     Entry::Vacant(_) => unreachable!(),
/// }
/// ```
pub enum Entry<'a, K, V, A: Allocator = Global> {
    /// The key is not in the map.
    Vacant(VacantEntry<'a, K, V, A>),
    /// The key is in the map.
    Occupied(OccupiedEntry<'a, K, V, A>),
}

/// An entry whose key is not in the map.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
///
/// let mut map = BTreeMap::new();
/// if let Entry::Vacant(entry) = map.entry(1) {
///     entry.insert("a");
/// }
/// assert_eq!(map[&1], "a");
/// ```
pub struct VacantEntry<'a, K, V, A: Allocator = Global> {
    pub(super) key: K,
    /// The leaf edge of the map's tree at which to insert the key. `None` if the tree has no node.
    pub(super) edge: Option<Edge<K, V>>,
    pub(super) map: &'a mut BTreeMap<K, V, A>,
}

/// An entry whose key is in the map.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
///
/// let mut map = BTreeMap::from([(1, 10)]);
/// if let Entry::Occupied(mut entry) = map.entry(1) {
///     *entry.get_mut() += 1;
/// }
/// assert_eq!(map[&1], 11);
/// ```
pub struct OccupiedEntry<'a, K, V, A: Allocator = Global> {
    /// The slot of an element of the map.
    pub(super) slot: Slot<K, V>,
    pub(super) map: &'a mut BTreeMap<K, V, A>,
}

// SAFETY: the edge gives access to the elements, as the borrow of the map does.
unsafe impl<K: Send, V: Send, A: Allocator + Send> Send for VacantEntry<'_, K, V, A> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync> Sync for VacantEntry<'_, K, V, A> {}
// SAFETY: the slot gives access to the elements, as the borrow of the map does.
unsafe impl<K: Send, V: Send, A: Allocator + Send> Send for OccupiedEntry<'_, K, V, A> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, A: Allocator + Sync> Sync for OccupiedEntry<'_, K, V, A> {}

impl<'a, K: Ord, V, A: Allocator> Entry<'a, K, V, A> {
    /// Inserts `default` if the entry is vacant. Returns a mutable reference to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// *map.entry("poneyland").or_insert(10) *= 2;
    /// assert_eq!(map["poneyland"], 20);
    /// ```
    #[inline]
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.try_or_insert(default).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`or_insert`](Self::or_insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and `default` are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeMap};
    ///
    /// let mut map = BTreeMap::new_in(Null); // an allocator that always fails
    /// assert!(map.entry("poneyland").try_or_insert(10).is_err());
    /// assert!(map.is_empty());
    /// ```
    #[inline]
    pub fn try_or_insert(self, default: V) -> Result<&'a mut V, TryReserveError> {
        match self {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => entry.try_insert(default),
        }
    }

    /// Inserts the result of `default` if the entry is vacant. Returns a mutable reference to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// assert_eq!(map.entry(1).or_insert_with(|| "a".to_string()), "a");
    /// ```
    #[inline]
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        self.try_or_insert_with(default).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`or_insert_with`](Self::or_insert_with) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and the value are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeMap};
    ///
    /// let mut map = BTreeMap::new_in(Null);
    /// assert!(map.entry(1).try_or_insert_with(|| "a".to_string()).is_err());
    /// ```
    #[inline]
    pub fn try_or_insert_with<F: FnOnce() -> V>(self, default: F) -> Result<&'a mut V, TryReserveError> {
        self.try_or_insert_with_key(|_| default())
    }

    /// Inserts the result of `default`, called with the key, if the entry is vacant. Returns a mutable reference to the
    /// value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// assert_eq!(*map.entry("poneyland").or_insert_with_key(|key| key.len()), 9);
    /// ```
    #[inline]
    pub fn or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> &'a mut V {
        self.try_or_insert_with_key(default).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`or_insert_with_key`](Self::or_insert_with_key) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and the value are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeMap};
    ///
    /// let mut map = BTreeMap::new_in(Null);
    /// assert!(map.entry("poneyland").try_or_insert_with_key(|key| key.len()).is_err());
    /// ```
    #[inline]
    pub fn try_or_insert_with_key<F: FnOnce(&K) -> V>(self, default: F) -> Result<&'a mut V, TryReserveError> {
        match self {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let value = default(entry.key());
                entry.try_insert(value)
            }
        }
    }

    /// Inserts the [`Default`] value if the entry is vacant. Returns a mutable reference to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map: BTreeMap<_, Vec<_>> = BTreeMap::new();
    /// map.entry(1).or_default().push('a');
    /// assert_eq!(map[&1], ['a']);
    /// ```
    #[inline]
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The twin of [`or_default`](Self::or_default) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and the value are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map: BTreeMap<_, Vec<_>> = BTreeMap::new();
    /// map.entry(1).try_or_default()?.push('a');
    /// assert_eq!(map[&1], ['a']);
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    #[inline]
    pub fn try_or_default(self) -> Result<&'a mut V, TryReserveError>
    where
        V: Default,
    {
        self.try_or_insert_with(V::default)
    }

    /// Returns a reference to the key.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map: BTreeMap<&str, usize> = BTreeMap::new();
    /// assert_eq!(map.entry("poneyland").key(), &"poneyland");
    /// ```
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }

    /// Calls `modify` with the value if the entry is occupied.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// map.entry("a").and_modify(|value| *value += 1).or_insert(42);
    /// map.entry("a").and_modify(|value| *value += 1).or_insert(42);
    /// assert_eq!(map["a"], 43);
    /// ```
    #[must_use]
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, modify: F) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            modify(entry.get_mut());
        }
        self
    }

    /// Sets the value, and returns the occupied entry.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// let entry = map.entry("poneyland").insert_entry(37);
    /// assert_eq!(entry.key(), &"poneyland");
    /// ```
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, A> {
        self.try_insert_entry(value).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`insert_entry`](Self::insert_entry) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and `value` are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::new();
    /// let entry = map.entry("poneyland").try_insert_entry(37)?;
    /// assert_eq!(entry.key(), &"poneyland");
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    pub fn try_insert_entry(self, value: V) -> Result<OccupiedEntry<'a, K, V, A>, TryReserveError> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                Ok(entry)
            }
            Entry::Vacant(entry) => entry.try_insert_entry(value),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator> fmt::Debug for Entry<'_, K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry: &dyn fmt::Debug = match self {
            Entry::Vacant(entry) => entry,
            Entry::Occupied(entry) => entry,
        };
        f.debug_tuple("Entry").field(entry).finish()
    }
}

impl<'a, K, V, A: Allocator> VacantEntry<'a, K, V, A> {
    /// Returns a reference to the key to insert.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
    ///
    /// let mut map: BTreeMap<&str, usize> = BTreeMap::new();
    /// let Entry::Vacant(entry) = map.entry("poneyland") else { unreachable!() };
    /// assert_eq!(entry.key(), &"poneyland");
    /// ```
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Returns the key, without inserting it.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
    ///
    /// let mut map: BTreeMap<String, usize> = BTreeMap::new();
    /// let Entry::Vacant(entry) = map.entry("poneyland".to_string()) else { unreachable!() };
    /// assert_eq!(entry.into_key(), "poneyland");
    /// ```
    pub fn into_key(self) -> K {
        self.key
    }

    /// Inserts the key with `value`, and returns a mutable reference to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
    ///
    /// let mut map = BTreeMap::new();
    /// let Entry::Vacant(entry) = map.entry("poneyland") else { unreachable!() };
    /// *entry.insert(36) += 1;
    /// assert_eq!(map["poneyland"], 37);
    /// ```
    #[inline]
    pub fn insert(self, value: V) -> &'a mut V {
        self.try_insert(value).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and `value` are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::{BTreeMap, btree_map::Entry}};
    ///
    /// let mut map = BTreeMap::new_in(Null);
    /// let Entry::Vacant(entry) = map.entry("poneyland") else { unreachable!() };
    /// assert!(entry.try_insert(36).is_err());
    /// ```
    #[inline]
    pub fn try_insert(self, value: V) -> Result<&'a mut V, TryReserveError> {
        Ok(self.try_insert_entry(value)?.into_mut())
    }

    /// Inserts the key with `value`, and returns the occupied entry.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BTreeMap, btree_map::Entry};
    ///
    /// let mut map = BTreeMap::new();
    /// let Entry::Vacant(entry) = map.entry("poneyland") else { unreachable!() };
    /// assert_eq!(entry.insert_entry(37).remove(), 37);
    /// ```
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, A> {
        self.try_insert_entry(value).unwrap_or_else(|error| error.fail())
    }

    /// The twin of [`insert_entry`](Self::insert_entry) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The map is then unchanged, and the key and `value` are
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::{BTreeMap, btree_map::Entry}};
    ///
    /// let mut map = BTreeMap::new_in(Null);
    /// let Entry::Vacant(entry) = map.entry("poneyland") else { unreachable!() };
    /// assert!(entry.try_insert_entry(36).is_err());
    /// ```
    #[inline]
    pub fn try_insert_entry(self, value: V) -> Result<OccupiedEntry<'a, K, V, A>, TryReserveError> {
        let Self { key, edge, map } = self;
        // SAFETY: by the invariant of `BTreeMap`. The edge was found in this tree, which has been borrowed exclusively
        // since.
        let slot = unsafe { map.tree.insert(edge, (key, value), &map.allocator) }?;
        Ok(OccupiedEntry { slot, map })
    }
}

impl<K: fmt::Debug, V, A: Allocator> fmt::Debug for VacantEntry<'_, K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(self.key()).finish()
    }
}

impl<'a, K, V, A: Allocator> OccupiedEntry<'a, K, V, A> {
    /// Returns a reference to the key in the map.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.first_entry().unwrap().key(), &1);
    /// ```
    pub fn key(&self) -> &K {
        // SAFETY: `slot` is that of an element of the map, which is borrowed.
        unsafe { self.slot.key() }
    }

    /// Removes the element, and returns its key and value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.first_entry().unwrap().remove_entry(), (1, "a"));
    /// ```
    pub fn remove_entry(self) -> (K, V) {
        // SAFETY: `slot` is that of an element of the map.
        unsafe { self.map.remove_slot(self.slot) }
    }

    /// Returns a reference to the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.first_entry().unwrap().get(), &"a");
    /// ```
    pub fn get(&self) -> &V {
        // SAFETY: `slot` is that of an element of the map, which is borrowed.
        unsafe { self.slot.value() }
    }

    /// Returns a mutable reference to the value, which lasts as long as the entry is borrowed.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 10)]);
    /// *map.first_entry().unwrap().get_mut() += 1;
    /// assert_eq!(map[&1], 11);
    /// ```
    pub fn get_mut(&mut self) -> &mut V {
        // SAFETY: `slot` is that of an element of the map, which is borrowed exclusively.
        unsafe { self.slot.value_mut() }
    }

    /// Converts the entry into a mutable reference to the value, which lasts as long as the map is borrowed.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, 10)]);
    /// let value: &mut i32 = map.first_entry().unwrap().into_mut();
    /// *value += 1;
    /// assert_eq!(map[&1], 11);
    /// ```
    #[inline]
    pub fn into_mut(self) -> &'a mut V {
        // SAFETY: `slot` is that of an element of the map, which is borrowed exclusively for `'a`.
        unsafe { self.slot.value_mut() }
    }

    /// Replaces the value, and returns the old one.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.first_entry().unwrap().insert("b"), "a");
    /// ```
    pub fn insert(&mut self, value: V) -> V {
        mem::replace(self.get_mut(), value)
    }

    /// Removes the element, and returns its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeMap;
    ///
    /// let mut map = BTreeMap::from([(1, "a")]);
    /// assert_eq!(map.first_entry().unwrap().remove(), "a");
    /// assert!(map.is_empty());
    /// ```
    pub fn remove(self) -> V {
        into_value(self.remove_entry())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator> fmt::Debug for OccupiedEntry<'_, K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedEntry").field("key", self.key()).field("value", self.get()).finish()
    }
}
