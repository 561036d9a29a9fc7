//! Trait implementations of the set.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{BitAnd, BitOr, BitXor, Sub};

use super::super::map::BTreeMap;
use super::BTreeSet;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<T, A: Allocator> BTreeSet<T, A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The elements cloned before are then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let set = BTreeSet::from([1, 2]);
    /// assert_eq!(set.try_clone()?, set);
    /// # Ok::<(), janus_alloc::collections::TryReserveError>(())
    /// ```
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        T: Clone,
        A: Clone,
    {
        Ok(Self { map: self.map.try_clone()? })
    }

    /// Creates a set from elements in ascending order, in a clone of the allocator of this set.
    fn collect_ascending<'a>(&self, elements: impl Iterator<Item = &'a T>) -> Self
    where
        T: Ord + Clone + 'a,
        A: Clone,
    {
        let mut set = Self::new_in(self.allocator().clone());
        set.map.try_append_ascending(elements.map(|value| (value.clone(), ()))).unwrap_or_else(|error| error.fail());
        set
    }
}

impl<T: Clone, A: Allocator + Clone> Clone for BTreeSet<T, A> {
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T> Default for BTreeSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq, A: Allocator> PartialEq for BTreeSet<T, A> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Eq, A: Allocator> Eq for BTreeSet<T, A> {}

impl<T: PartialOrd, A: Allocator> PartialOrd for BTreeSet<T, A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.map.partial_cmp(&other.map)
    }
}

impl<T: Ord, A: Allocator> Ord for BTreeSet<T, A> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.map.cmp(&other.map)
    }
}

impl<T: Hash, A: Allocator> Hash for BTreeSet<T, A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.map.hash(state);
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for BTreeSet<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

/// Inserts each element as [`BTreeSet::insert`] does: see [`BTreeSet::try_extend`].
impl<T: Ord, A: Allocator> Extend<T> for BTreeSet<T, A> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.try_extend(elements).unwrap_or_else(|error| error.fail());
    }
}

impl<'a, T: Ord + Copy + 'a, A: Allocator> Extend<&'a T> for BTreeSet<T, A> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

impl<T: Ord, A: Allocator + Default> FromIterator<T> for BTreeSet<T, A> {
    /// Sorts the elements, and creates a set from them in the default value of the allocator type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator instead. Of equal elements, the
    /// last is kept.
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self { map: BTreeMap::from_iter(elements.into_iter().map(|value| (value, ()))) }
    }
}

/// Of equal elements, the last is kept.
impl<T: Ord, const N: usize> From<[T; N]> for BTreeSet<T> {
    fn from(elements: [T; N]) -> Self {
        elements.into_iter().collect()
    }
}

/// Creates the intersection, in a clone of the allocator of the left set.
impl<T: Ord + Clone, A: Allocator + Clone> BitAnd for &BTreeSet<T, A> {
    type Output = BTreeSet<T, A>;

    fn bitand(self, other: Self) -> BTreeSet<T, A> {
        self.collect_ascending(self.intersection(other))
    }
}

/// Creates the union, in a clone of the allocator of the left set.
impl<T: Ord + Clone, A: Allocator + Clone> BitOr for &BTreeSet<T, A> {
    type Output = BTreeSet<T, A>;

    fn bitor(self, other: Self) -> BTreeSet<T, A> {
        self.collect_ascending(self.union(other))
    }
}

/// Creates the symmetric difference, in a clone of the allocator of the left set.
impl<T: Ord + Clone, A: Allocator + Clone> BitXor for &BTreeSet<T, A> {
    type Output = BTreeSet<T, A>;

    fn bitxor(self, other: Self) -> BTreeSet<T, A> {
        self.collect_ascending(self.symmetric_difference(other))
    }
}

/// Creates the difference, in a clone of the allocator of the left set.
impl<T: Ord + Clone, A: Allocator + Clone> Sub for &BTreeSet<T, A> {
    type Output = BTreeSet<T, A>;

    fn sub(self, other: Self) -> BTreeSet<T, A> {
        self.collect_ascending(self.difference(other))
    }
}
