//! Iterators that borrow all elements.

use core::fmt;
use core::iter::FusedIterator;

use super::super::edge_range::CountedRange;
use super::BTreeMap;
use crate::api::Allocator;

/// An iterator over the elements of a map, in ascending order of the keys: see [`BTreeMap::iter`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Iter};
///
/// let map = BTreeMap::from([(1, "a"), (2, "b")]);
/// let mut elements: Iter<'_, i32, &str> = map.iter();
/// assert_eq!(elements.next_back(), Some((&2, &"b")));
/// assert_eq!(elements.len(), 1);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, K, V> {
    pub(super) elements: CountedRange<&'a (K, V), K, V>,
}

/// An iterator over the elements of a map, in ascending order of the keys, with mutable references to the values: see
/// [`BTreeMap::iter_mut`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::IterMut};
///
/// let mut map = BTreeMap::from([(1, 10), (2, 20)]);
/// let mut elements: IterMut<'_, i32, i32> = map.iter_mut();
/// *elements.next().unwrap().1 = 11;
/// assert_eq!(map[&1], 11);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IterMut<'a, K, V> {
    pub(super) elements: CountedRange<&'a mut (K, V), K, V>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.elements.next()?;
        // SAFETY: `slot` is that of an element of the map, which is borrowed for `'a`.
        let key = unsafe { slot.key() };
        // SAFETY: as above, for the value.
        Some((key, unsafe { slot.value() }))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.elements.len, Some(self.elements.len))
    }

    #[inline]
    fn last(mut self) -> Option<Self::Item> {
        self.next_back()
    }

    #[inline]
    fn min(mut self) -> Option<Self::Item>
    where
        Self::Item: Ord,
    {
        self.next()
    }

    #[inline]
    fn max(mut self) -> Option<Self::Item>
    where
        Self::Item: Ord,
    {
        self.next_back()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let slot = self.elements.next_back()?;
        // SAFETY: `slot` is that of an element of the map, which is borrowed for the lifetime of the item.
        let key = unsafe { slot.key() };
        // SAFETY: as above, for the value.
        Some((key, unsafe { slot.value() }))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<K, V> FusedIterator for Iter<'_, K, V> {}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone() }
    }
}

/// Creates an iterator without elements.
impl<K, V> Default for Iter<'_, K, V> {
    fn default() -> Self {
        Self { elements: CountedRange::EMPTY }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K, V> IterMut<'_, K, V> {
    /// Returns an iterator that shares the remaining elements.
    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        Iter { elements: self.elements.shared() }
    }
}

impl<'a, K, V> Iterator for IterMut<'a, K, V> {
    type Item = (&'a K, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let slot = self.elements.next()?;
        // SAFETY: `slot` is that of an element of the map, which is borrowed for `'a`. All references to keys are
        // shared.
        let key = unsafe { slot.key() };
        // SAFETY: as above. The iterator returns each value only once.
        Some((key, unsafe { slot.value_mut() }))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.elements.len, Some(self.elements.len))
    }

    #[inline]
    fn last(mut self) -> Option<Self::Item> {
        self.next_back()
    }

    #[inline]
    fn min(mut self) -> Option<Self::Item>
    where
        Self::Item: Ord,
    {
        self.next()
    }

    #[inline]
    fn max(mut self) -> Option<Self::Item>
    where
        Self::Item: Ord,
    {
        self.next_back()
    }
}

impl<K, V> DoubleEndedIterator for IterMut<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let slot = self.elements.next_back()?;
        // SAFETY: `slot` is that of an element of the map, which is borrowed for the lifetime of the item. All
        // references to keys are shared.
        let key = unsafe { slot.key() };
        // SAFETY: as above. The iterator returns each value only once.
        Some((key, unsafe { slot.value_mut() }))
    }
}

impl<K, V> ExactSizeIterator for IterMut<'_, K, V> {}

impl<K, V> FusedIterator for IterMut<'_, K, V> {}

/// Creates an iterator without elements.
impl<K, V> Default for IterMut<'_, K, V> {
    fn default() -> Self {
        Self { elements: CountedRange::EMPTY }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for IterMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

impl<'a, K, V, A: Allocator> IntoIterator for &'a BTreeMap<K, V, A> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    #[inline]
    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V, A: Allocator> IntoIterator for &'a mut BTreeMap<K, V, A> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    #[inline]
    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}
