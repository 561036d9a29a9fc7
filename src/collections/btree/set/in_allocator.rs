//! Creating sets in a given allocator.

use super::super::map::BTreeMap;
use super::BTreeSet;
use crate::api::Allocator;
use crate::collections::error::{TryReserveError, or_fail};
use crate::collections::{CloneIn, FromIn, FromIteratorIn};

impl<T: Ord, A: Allocator> BTreeSet<T, A> {
    /// Creates a set in `allocator` from the elements of `iter`, as [`FromIteratorIn`] does.
    ///
    /// Of equal elements, the last is kept. As long as the input is ascending, this takes constant time per element,
    /// and fills the nodes; from the first element out of order on, each is inserted on its own. Unlike
    /// [`collect`](Iterator::collect), which first sorts all elements, this uses no memory except that of the set.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::BTreeSet};
    ///
    /// let arena = Arena::new();
    /// assert!(BTreeSet::from_iter_in([3, 1, 2, 1], &arena).into_iter().eq([1, 2, 3]));
    /// ```
    pub fn from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Self {
        or_fail(Self::try_from_iter_in(iter, allocator))
    }

    /// The twin of [`from_iter_in`](Self::from_iter_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The elements taken from `iter` are then dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BTreeSet};
    ///
    /// assert!(BTreeSet::try_from_iter_in([1], Null).is_err());
    /// ```
    pub fn try_from_iter_in(iter: impl IntoIterator<Item = T>, allocator: A) -> Result<Self, TryReserveError> {
        let elements = iter.into_iter().map(|value| (value, ()));
        Ok(Self { map: BTreeMap::try_from_iter_in(elements, allocator)? })
    }
}

impl<T: Ord, A: Allocator> FromIteratorIn<T> for BTreeSet<T, A> {
    type Allocator = A;

    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        BTreeSet::try_from_iter_in(iter, allocator)
    }
}

/// Of equal elements, the last is kept.
impl<T: Ord, A: Allocator, const N: usize> FromIn<[T; N]> for BTreeSet<T, A> {
    type Allocator = A;

    fn try_from_in(elements: [T; N], allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(elements, allocator)
    }
}

impl<T: Ord, B: Allocator, A: Allocator> FromIn<BTreeSet<T, B>> for BTreeSet<T, A> {
    type Allocator = A;

    fn try_from_in(set: BTreeSet<T, B>, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(set, allocator)
    }
}

impl<T: Ord, A: Allocator> FromIn<alloc::collections::BTreeSet<T>> for BTreeSet<T, A> {
    type Allocator = A;

    fn try_from_in(set: alloc::collections::BTreeSet<T>, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(set, allocator)
    }
}

impl<T, A, B> CloneIn<B> for BTreeSet<T, A>
where
    T: CloneIn<B, Cloned: Ord>,
    A: Allocator,
    B: Allocator + Clone,
{
    type Cloned = BTreeSet<T::Cloned, B>;

    /// Compares the clones, since their type may have another order.
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        Ok(BTreeSet { map: self.map.try_clone_in(allocator)? })
    }
}
