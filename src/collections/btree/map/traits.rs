//! Trait implementations of the map.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Index;

use super::super::build::Builder;
use super::BTreeMap;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<K, V, A: Allocator> BTreeMap<K, V, A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator refuses a node. The elements cloned before are then dropped.
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
    /// map.extend((0..20).map(|n| (n, n)));
    /// assert!(map.try_clone().is_err());
    /// ```
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        K: Clone,
        V: Clone,
        A: Clone,
    {
        let mut clone = Self::new_in(self.allocator.clone());
        // SAFETY: by the invariant of `BTreeMap`.
        let mut builder = unsafe { Builder::new(&mut clone.tree, &clone.allocator) };
        builder.push_clones(&self.tree)?;
        drop(builder);
        Ok(clone)
    }

    /// Appends elements to an empty map. They come in ascending order; of equal keys, the last element is kept.
    pub(in super::super) fn try_append_ascending(
        &mut self,
        elements: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), TryReserveError>
    where
        K: Ord,
    {
        let mut elements = elements.into_iter();
        let Some(mut last) = elements.next() else { return Ok(()) };
        // SAFETY: by the invariant of `BTreeMap`.
        let mut builder = unsafe { Builder::new(&mut self.tree, &self.allocator) };
        for element in elements {
            if last.0.cmp(&element.0) == Ordering::Equal {
                last = element;
            } else {
                builder.push(core::mem::replace(&mut last, element))?;
            }
        }
        builder.push(last)?;
        Ok(())
    }
}

impl<K: Clone, V: Clone, A: Allocator + Clone> Clone for BTreeMap<K, V, A> {
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| error.fail())
    }
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PartialEq, V: PartialEq, A: Allocator> PartialEq for BTreeMap<K, V, A> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq, A: Allocator> Eq for BTreeMap<K, V, A> {}

impl<K: PartialOrd, V: PartialOrd, A: Allocator> PartialOrd for BTreeMap<K, V, A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<K: Ord, V: Ord, A: Allocator> Ord for BTreeMap<K, V, A> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: Hash, V: Hash, A: Allocator> Hash for BTreeMap<K, V, A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for element in self {
            element.hash(state);
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator> fmt::Debug for BTreeMap<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K, V, Q, A> Index<&Q> for BTreeMap<K, V, A>
where
    K: Borrow<Q> + Ord,
    Q: Ord + ?Sized,
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
        self.get(key).expect("no entry found for key")
    }
}

/// Inserts each element as [`BTreeMap::insert`] does: see [`BTreeMap::try_extend`].
impl<K: Ord, V, A: Allocator> Extend<(K, V)> for BTreeMap<K, V, A> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, elements: I) {
        self.try_extend(elements).unwrap_or_else(|error| error.fail());
    }
}

impl<'a, K: Ord + Copy, V: Copy, A: Allocator> Extend<(&'a K, &'a V)> for BTreeMap<K, V, A> {
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, elements: I) {
        self.extend(elements.into_iter().map(|(&key, &value)| (key, value)));
    }
}

impl<K: Ord, V, A: Allocator + Default> FromIterator<(K, V)> for BTreeMap<K, V, A> {
    /// Sorts the elements, and creates a map from them in the default value of the allocator type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator instead. Of equal keys, the last
    /// element is kept.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(elements: I) -> Self {
        let mut elements: alloc::vec::Vec<(K, V)> = elements.into_iter().collect();
        elements.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut map = Self::new_in(A::default());
        map.try_append_ascending(elements).unwrap_or_else(|error| error.fail());
        map
    }
}

/// Of equal keys, the last element is kept.
impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BTreeMap<K, V> {
    fn from(elements: [(K, V); N]) -> Self {
        elements.into_iter().collect()
    }
}
