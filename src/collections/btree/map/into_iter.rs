//! Iterators that take out all elements.

use core::fmt;
use core::iter::FusedIterator;

use super::super::edge_range::CountedRange;
use super::super::owned::OwnedTree;
use super::super::tree::Tree;
use super::{BTreeMap, Iter, into_key, into_value};
use crate::api::{Allocator, Global};

/// An iterator that takes the elements out of a map, in ascending order of the keys: `into_iter` of
/// [`BTreeMap`] returns it.
///
/// It frees each node as soon as the node is empty.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::IntoIter};
///
/// let map = BTreeMap::from([(1, "a"), (2, "b")]);
/// let mut elements: IntoIter<i32, &str> = map.into_iter();
/// assert_eq!(elements.next(), Some((1, "a")));
/// assert_eq!(elements.len(), 1);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<K, V, A: Allocator = Global> {
    tree: OwnedTree<K, V>,
    allocator: A,
}

/// An iterator that takes the keys out of a map, in ascending order: see [`BTreeMap::into_keys`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::IntoKeys};
///
/// let map = BTreeMap::from([(1, "a"), (2, "b")]);
/// let keys: IntoKeys<i32, &str> = map.into_keys();
/// assert_eq!(keys.sum::<i32>(), 3);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoKeys<K, V, A: Allocator = Global> {
    pub(super) inner: IntoIter<K, V, A>,
}

/// An iterator that takes the values out of a map, in ascending order of the keys: see [`BTreeMap::into_values`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::IntoValues};
///
/// let map = BTreeMap::from([(1, "b"), (2, "a")]);
/// let values: IntoValues<i32, &str> = map.into_values();
/// assert_eq!(values.collect::<String>(), "ba");
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoValues<K, V, A: Allocator = Global> {
    pub(super) inner: IntoIter<K, V, A>,
}

impl<K, V, A: Allocator> IntoIter<K, V, A> {
    /// Returns an iterator that borrows the remaining elements.
    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        // SAFETY: `ends` returns the leaf edges around the remaining elements. Nothing is taken while `self` is
        // borrowed.
        Iter { elements: unsafe { CountedRange::new(self.tree.ends(), self.tree.len) } }
    }
}

impl<K, V, A: Allocator> IntoIterator for BTreeMap<K, V, A> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<K, V, A> {
        let (tree, allocator) = self.into_parts();
        IntoIter { tree: OwnedTree::new(tree), allocator }
    }
}

impl<K, V, A: Allocator> Iterator for IntoIter<K, V, A> {
    type Item = (K, V);

    #[inline]
    fn next(&mut self) -> Option<(K, V)> {
        // SAFETY: the nodes come from the allocator, by the invariant of the `BTreeMap` that both were taken from.
        unsafe { self.tree.next(&self.allocator) }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.tree.len, Some(self.tree.len))
    }
}

impl<K, V, A: Allocator> DoubleEndedIterator for IntoIter<K, V, A> {
    #[inline]
    fn next_back(&mut self) -> Option<(K, V)> {
        // SAFETY: as in `next`.
        unsafe { self.tree.next_back(&self.allocator) }
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for IntoIter<K, V, A> {}

impl<K, V, A: Allocator> FusedIterator for IntoIter<K, V, A> {}

impl<K, V, A: Allocator> Drop for IntoIter<K, V, A> {
    fn drop(&mut self) {
        // SAFETY: as in `next`.
        unsafe { self.tree.clear(&self.allocator) };
    }
}

/// Creates an iterator without elements.
impl<K, V, A: Allocator + Default> Default for IntoIter<K, V, A> {
    fn default() -> Self {
        Self { tree: OwnedTree::new(Tree::new()), allocator: A::default() }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

impl<K, V, A: Allocator> Iterator for IntoKeys<K, V, A> {
    type Item = K;

    #[inline]
    fn next(&mut self) -> Option<K> {
        self.inner.next().map(into_key)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<K> {
        let last = self.next_back();
        // Drop before the return: see `into_key`.
        drop(self);
        last
    }

    #[inline]
    fn min(mut self) -> Option<K>
    where
        K: Ord,
    {
        let first = self.next();
        // Drop before the return: see `into_key`.
        drop(self);
        first
    }

    #[inline]
    fn max(mut self) -> Option<K>
    where
        K: Ord,
    {
        let last = self.next_back();
        // Drop before the return: see `into_key`.
        drop(self);
        last
    }
}

impl<K, V, A: Allocator> DoubleEndedIterator for IntoKeys<K, V, A> {
    #[inline]
    fn next_back(&mut self) -> Option<K> {
        self.inner.next_back().map(into_key)
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for IntoKeys<K, V, A> {}

impl<K, V, A: Allocator> FusedIterator for IntoKeys<K, V, A> {}

/// Creates an iterator without elements.
impl<K, V, A: Allocator + Default> Default for IntoKeys<K, V, A> {
    fn default() -> Self {
        Self { inner: IntoIter::default() }
    }
}

impl<K: fmt::Debug, V, A: Allocator> fmt::Debug for IntoKeys<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.iter().map(|(key, _)| key)).finish()
    }
}

impl<K, V, A: Allocator> Iterator for IntoValues<K, V, A> {
    type Item = V;

    #[inline]
    fn next(&mut self) -> Option<V> {
        self.inner.next().map(into_value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<V> {
        let last = self.next_back();
        // Drop before the return: see `into_key`.
        drop(self);
        last
    }
}

impl<K, V, A: Allocator> DoubleEndedIterator for IntoValues<K, V, A> {
    #[inline]
    fn next_back(&mut self) -> Option<V> {
        self.inner.next_back().map(into_value)
    }
}

impl<K, V, A: Allocator> ExactSizeIterator for IntoValues<K, V, A> {}

impl<K, V, A: Allocator> FusedIterator for IntoValues<K, V, A> {}

/// Creates an iterator without elements.
impl<K, V, A: Allocator + Default> Default for IntoValues<K, V, A> {
    fn default() -> Self {
        Self { inner: IntoIter::default() }
    }
}

impl<K, V: fmt::Debug, A: Allocator> fmt::Debug for IntoValues<K, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.iter().map(|(_, value)| value)).finish()
    }
}
