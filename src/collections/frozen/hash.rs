//! Look-ups in frozen hash tables.

use core::hash::{BuildHasher, Hash};
use core::ops::Index;

use hashbrown::Equivalent;

use super::Frozen;
use crate::api::Allocator;
use crate::collections::{HashMap, HashSet, HashTable, hash_map, hash_set, hash_table};

impl<K, V, S, A: Allocator> Frozen<HashMap<K, V, S, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7), ("Bob", 9)]));
    /// assert!(ages.len() == 2 && !ages.is_empty());
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the map is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// assert!(Frozen::new(HashMap::<u8, u8>::new()).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an iterator over the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!(ages.iter().find(|&(_, age)| *age > 8), Some((&"Bob", &9)));
    /// ```
    #[inline]
    pub fn iter(&self) -> hash_map::Iter<'_, K, V> {
        self.0.iter()
    }

    /// Returns an iterator over the keys, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!(ages.keys().max(), Some(&"Bob"));
    /// ```
    #[inline]
    pub fn keys(&self) -> hash_map::Keys<'_, K, V> {
        self.0.keys()
    }

    /// Returns an iterator over the values, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!(ages.values().sum::<i32>(), 16);
    /// ```
    #[inline]
    pub fn values(&self) -> hash_map::Values<'_, K, V> {
        self.0.values()
    }

    /// Returns a reference to the hasher.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{DefaultHashBuilder, Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7)]));
    /// let hasher: &DefaultHashBuilder = ages.hasher();
    /// ```
    #[inline]
    pub fn hasher(&self) -> &S {
        self.0.hasher()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher, A: Allocator> Frozen<HashMap<K, V, S, A>> {
    /// Returns a reference to the value of `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7), ("Bob", 9)]));
    /// assert_eq!((ages.get("Bob"), ages.get("Cyd")), (Some(&9), None));
    /// ```
    #[inline]
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<&V> {
        self.0.get(key)
    }

    /// Returns references to the key that equals `key`, and to its value.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7)]));
    /// assert_eq!(ages.get_key_value("Ann"), Some((&"Ann", &7)));
    /// ```
    #[inline]
    pub fn get_key_value<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<(&K, &V)> {
        self.0.get_key_value(key)
    }

    /// Returns whether the map has a key that equals `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashMap};
    ///
    /// let ages = Frozen::new(HashMap::<_, _>::from_iter([("Ann", 7)]));
    /// assert!(ages.contains_key("Ann") && !ages.contains_key("Bob"));
    /// ```
    #[inline]
    pub fn contains_key<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> bool {
        self.0.contains_key(key)
    }
}

impl<K, Q, V, S, A> Index<&Q> for Frozen<HashMap<K, V, S, A>>
where
    K: Eq + Hash,
    Q: Hash + Equivalent<K> + ?Sized,
    S: BuildHasher,
    A: Allocator,
{
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

impl<T, S, A: Allocator> Frozen<HashSet<T, S, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashSet};
    ///
    /// let names = Frozen::new(HashSet::<_>::from_iter(["Ann", "Bob"]));
    /// assert!(names.len() == 2 && !names.is_empty());
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the set is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashSet};
    ///
    /// assert!(Frozen::new(HashSet::<u8>::new()).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an iterator over the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashSet};
    ///
    /// let names = Frozen::new(HashSet::<_>::from_iter(["Ann", "Bob"]));
    /// assert_eq!(names.iter().max(), Some(&"Bob"));
    /// ```
    #[inline]
    pub fn iter(&self) -> hash_set::Iter<'_, T> {
        self.0.iter()
    }

    /// Returns a reference to the hasher.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{DefaultHashBuilder, Frozen, HashSet};
    ///
    /// let names = Frozen::new(HashSet::<_>::from_iter(["Ann"]));
    /// let hasher: &DefaultHashBuilder = names.hasher();
    /// ```
    #[inline]
    pub fn hasher(&self) -> &S {
        self.0.hasher()
    }
}

impl<T: Eq + Hash, S: BuildHasher, A: Allocator> Frozen<HashSet<T, S, A>> {
    /// Returns a reference to the element that equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashSet};
    ///
    /// let names = Frozen::new(HashSet::<_>::from_iter(["Ann", "Bob"]));
    /// assert_eq!((names.get("Bob"), names.get("Cyd")), (Some(&"Bob"), None));
    /// ```
    #[inline]
    pub fn get<Q: Hash + Equivalent<T> + ?Sized>(&self, value: &Q) -> Option<&T> {
        self.0.get(value)
    }

    /// Returns whether the set has an element that equals `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashSet};
    ///
    /// let names = Frozen::new(HashSet::<_>::from_iter(["Ann"]));
    /// assert!(names.contains("Ann") && !names.contains("Bob"));
    /// ```
    #[inline]
    pub fn contains<Q: Hash + Equivalent<T> + ?Sized>(&self, value: &Q) -> bool {
        self.0.contains(value)
    }
}

impl<T, A: Allocator> Frozen<HashTable<T, A>> {
    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashTable};
    ///
    /// let mut squares = HashTable::new();
    /// squares.insert_unique(3, 9, |n: &u64| *n / 3);
    /// let squares = Frozen::new(squares);
    /// assert!(squares.len() == 1 && !squares.is_empty());
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the table is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashTable};
    ///
    /// assert!(Frozen::new(HashTable::<u8>::new()).is_empty());
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an iterator over the elements, in arbitrary order.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashTable};
    ///
    /// let mut squares = HashTable::new();
    /// squares.insert_unique(3, 9, |n: &u64| *n / 3);
    /// assert_eq!(Frozen::new(squares).iter().max(), Some(&9));
    /// ```
    #[inline]
    pub fn iter(&self) -> hash_table::Iter<'_, T> {
        self.0.iter()
    }

    /// Returns a reference to an element with this hash for which `eq` returns `true`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashTable};
    ///
    /// let mut squares = HashTable::new();
    /// squares.insert_unique(3, 9, |n: &u64| *n / 3);
    /// let squares = Frozen::new(squares);
    /// assert_eq!((squares.find(3, |n| *n == 9), squares.find(4, |n| *n == 16)), (Some(&9), None));
    /// ```
    #[inline]
    pub fn find(&self, hash: u64, eq: impl FnMut(&T) -> bool) -> Option<&T> {
        self.0.find(hash, eq)
    }

    /// Returns an iterator over the elements that may have this hash: all that have it, and possibly others.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Frozen, HashTable};
    ///
    /// let mut squares = HashTable::new();
    /// squares.insert_unique(3, 9, |n: &u64| *n / 3);
    /// assert!(Frozen::new(squares).iter_hash(3).any(|n| *n == 9));
    /// ```
    #[inline]
    pub fn iter_hash(&self, hash: u64) -> hash_table::IterHash<'_, T> {
        self.0.iter_hash(hash)
    }
}
