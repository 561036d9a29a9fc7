//! Creating maps in a given allocator.

use super::BTreeMap;
use super::change::EqualKeys;
use crate::api::Allocator;
use crate::collections::error::{TryReserveError, or_fail};
use crate::collections::{CloneIn, FromIn, FromIteratorIn};

impl<K: Ord, V, A: Allocator> BTreeMap<K, V, A> {
    /// Creates a map in `allocator` from the elements of `iter`, as [`FromIteratorIn`] does.
    ///
    /// Of equal keys, the last element is kept. As long as the input is ascending, this takes constant time per
    /// element, and fills the nodes; from the first element out of order on, each is inserted on its own. Unlike
    /// [`collect`](Iterator::collect), which first sorts all elements, this uses no memory except that of the map.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::BTreeMap};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(BTreeMap::from_iter_in((0..4).map(|n| (n, n * n)), &arena)[&3], 9);
    /// ```
    pub fn from_iter_in(iter: impl IntoIterator<Item = (K, V)>, allocator: A) -> Self {
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
    /// use janus_alloc::{Null, collections::BTreeMap};
    ///
    /// assert!(BTreeMap::try_from_iter_in([(1, 'a')], Null).is_err());
    /// ```
    pub fn try_from_iter_in(iter: impl IntoIterator<Item = (K, V)>, allocator: A) -> Result<Self, TryReserveError> {
        let mut map = Self::new_in(allocator);
        map.try_extend_with(iter, EqualKeys::Last)?;
        Ok(map)
    }
}

impl<K: Ord, V, A: Allocator> FromIteratorIn<(K, V)> for BTreeMap<K, V, A> {
    type Allocator = A;

    fn try_from_iter_in<I: IntoIterator<Item = (K, V)>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        BTreeMap::try_from_iter_in(iter, allocator)
    }
}

/// Of equal keys, the last element is kept.
impl<K: Ord, V, A: Allocator, const N: usize> FromIn<[(K, V); N]> for BTreeMap<K, V, A> {
    type Allocator = A;

    fn try_from_in(elements: [(K, V); N], allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(elements, allocator)
    }
}

impl<K: Ord, V, B: Allocator, A: Allocator> FromIn<BTreeMap<K, V, B>> for BTreeMap<K, V, A> {
    type Allocator = A;

    fn try_from_in(map: BTreeMap<K, V, B>, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(map, allocator)
    }
}

impl<K: Ord, V, A: Allocator> FromIn<alloc::collections::BTreeMap<K, V>> for BTreeMap<K, V, A> {
    type Allocator = A;

    fn try_from_in(map: alloc::collections::BTreeMap<K, V>, allocator: A) -> Result<Self, TryReserveError> {
        Self::try_from_iter_in(map, allocator)
    }
}

impl<K, V, A, B> CloneIn<B> for BTreeMap<K, V, A>
where
    K: CloneIn<B, Cloned: Ord>,
    V: CloneIn<B>,
    A: Allocator,
    B: Allocator + Clone,
{
    type Cloned = BTreeMap<K::Cloned, V::Cloned, B>;

    /// Compares the cloned keys, since their type may have another order.
    fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
        let mut error = None;
        let clones = self.iter().map_while(|(key, value)| {
            let key = key.try_clone_in(allocator.clone());
            let element = key.and_then(|key| Ok((key, value.try_clone_in(allocator.clone())?)));
            element.map_err(|refused| error = Some(refused)).ok()
        });
        let clone = BTreeMap::try_from_iter_in(clones, allocator.clone())?;
        error.map_or(Ok(clone), Err)
    }
}
