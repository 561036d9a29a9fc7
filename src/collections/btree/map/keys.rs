//! Iterators that borrow only the keys or only the values.

use core::fmt;
use core::iter::FusedIterator;

use super::{Iter, IterMut};

/// An iterator over the keys of a map, in ascending order: see [`BTreeMap::keys`](super::BTreeMap::keys).
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Keys};
///
/// let map = BTreeMap::from([(1, "a"), (2, "b")]);
/// let keys: Keys<'_, i32, &str> = map.keys();
/// assert_eq!(keys.max(), Some(&2));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Keys<'a, K, V> {
    pub(super) inner: Iter<'a, K, V>,
}

/// An iterator over the values of a map, in ascending order of the keys: see
/// [`BTreeMap::values`](super::BTreeMap::values).
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Values};
///
/// let map = BTreeMap::from([(1, "b"), (2, "a")]);
/// let values: Values<'_, i32, &str> = map.values();
/// assert_eq!(values.copied().collect::<String>(), "ba");
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Values<'a, K, V> {
    pub(super) inner: Iter<'a, K, V>,
}

/// An iterator over mutable references to the values of a map, in ascending order of the keys: see
/// [`BTreeMap::values_mut`](super::BTreeMap::values_mut).
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::ValuesMut};
///
/// let mut map = BTreeMap::from([(1, 10), (2, 20)]);
/// let values: ValuesMut<'_, i32, i32> = map.values_mut();
/// values.for_each(|value| *value += 1);
/// assert_eq!(map[&2], 21);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct ValuesMut<'a, K, V> {
    pub(super) inner: IterMut<'a, K, V>,
}

impl<'a, K, V> Iterator for Keys<'a, K, V> {
    type Item = &'a K;

    #[inline]
    fn next(&mut self) -> Option<&'a K> {
        self.inner.next().map(|(key, _)| key)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<&'a K> {
        self.next_back()
    }

    #[inline]
    fn min(mut self) -> Option<&'a K>
    where
        &'a K: Ord,
    {
        self.next()
    }

    #[inline]
    fn max(mut self) -> Option<&'a K>
    where
        &'a K: Ord,
    {
        self.next_back()
    }
}

impl<K, V> DoubleEndedIterator for Keys<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(key, _)| key)
    }
}

impl<K, V> ExactSizeIterator for Keys<'_, K, V> {}

impl<K, V> FusedIterator for Keys<'_, K, V> {}

impl<K, V> Clone for Keys<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Creates an iterator without elements.
impl<K, V> Default for Keys<'_, K, V> {
    fn default() -> Self {
        Self { inner: Iter::default() }
    }
}

impl<K: fmt::Debug, V> fmt::Debug for Keys<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for Values<'a, K, V> {
    type Item = &'a V;

    #[inline]
    fn next(&mut self) -> Option<&'a V> {
        self.inner.next().map(|(_, value)| value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<&'a V> {
        self.next_back()
    }
}

impl<K, V> DoubleEndedIterator for Values<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(_, value)| value)
    }
}

impl<K, V> ExactSizeIterator for Values<'_, K, V> {}

impl<K, V> FusedIterator for Values<'_, K, V> {}

impl<K, V> Clone for Values<'_, K, V> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Creates an iterator without elements.
impl<K, V> Default for Values<'_, K, V> {
    fn default() -> Self {
        Self { inner: Iter::default() }
    }
}

impl<K, V: fmt::Debug> fmt::Debug for Values<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for ValuesMut<'a, K, V> {
    type Item = &'a mut V;

    #[inline]
    fn next(&mut self) -> Option<&'a mut V> {
        self.inner.next().map(|(_, value)| value)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<&'a mut V> {
        self.next_back()
    }
}

impl<K, V> DoubleEndedIterator for ValuesMut<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(_, value)| value)
    }
}

impl<K, V> ExactSizeIterator for ValuesMut<'_, K, V> {}

impl<K, V> FusedIterator for ValuesMut<'_, K, V> {}

/// Creates an iterator without elements.
impl<K, V> Default for ValuesMut<'_, K, V> {
    fn default() -> Self {
        Self { inner: IterMut::default() }
    }
}

impl<K, V: fmt::Debug> fmt::Debug for ValuesMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.iter().map(|(_, value)| value)).finish()
    }
}
