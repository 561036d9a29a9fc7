//! An ordered set, and the types of its iterators.

mod access;
mod change;
mod extract_if;
mod in_allocator;
mod iter;
mod operations;
mod traits;

pub use extract_if::ExtractIf;
pub use iter::{IntoIter, Iter, Range};
pub use operations::{Difference, Intersection, SymmetricDifference, Union};

use super::map::BTreeMap;
use crate::api::{Allocator, Global};

/// An ordered set: std's [`BTreeSet`](std::collections::BTreeSet) with an allocator.
///
/// It is a [`BTreeMap`] without values. The docs of the map also hold for the memory, the `try_` methods and the order
/// of a set. In addition, [`replace`](Self::replace) may allocate, so it has the twin
/// [`try_replace`](Self::try_replace).
///
/// The operators `&`, `|`, `^` and `-` create a new set and have no twin. Instead, pass
/// [`intersection`](Self::intersection) and the like to [`try_from_iter_in`](Self::try_from_iter_in). The methods
/// [`union`](Self::union), [`intersection`](Self::intersection) and the like also accept a set with another allocator.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::BTreeSet};
///
/// let arena = Arena::new();
/// let mut gods = BTreeSet::new_in(&arena);
/// gods.extend(["Janus", "Vesta", "Ops"]);
///
/// assert!(gods.contains("Vesta"));
/// assert_eq!(gods.first(), Some(&"Janus"));
/// assert!(gods.intersection(&BTreeSet::from(["Ops", "Isis"])).eq(&["Ops"]));
/// ```
pub struct BTreeSet<T, A: Allocator = Global> {
    map: BTreeMap<T, (), A>,
}

impl<T> BTreeSet<T> {
    /// Creates an empty set on the registered default. Does not allocate.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::new();
    /// set.insert(1);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }
}

impl<T, A: Allocator> BTreeSet<T, A> {
    /// Creates an empty set in `allocator`. Does not allocate.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::BTreeSet};
    ///
    /// let mut set = BTreeSet::new_in(System);
    /// set.insert(1);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { map: BTreeMap::new_in(allocator) }
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::BTreeSet};
    ///
    /// let mut set = BTreeSet::new_in(Stats::new(System));
    /// set.insert(1);
    /// assert_eq!(set.allocator().snapshot().allocations, 1);
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        self.map.allocator()
    }

    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// assert_eq!(BTreeSet::from([1, 2, 1]).len(), 2);
    /// ```
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns whether the set is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::new();
    /// assert!(set.is_empty());
    /// set.insert(1);
    /// assert!(!set.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Removes and drops all elements, and frees all nodes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BTreeSet;
    ///
    /// let mut set = BTreeSet::from([1]);
    /// set.clear();
    /// assert!(set.is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.map.clear();
    }
}
