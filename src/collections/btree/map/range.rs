//! Iterators that borrow the elements of a range.

use core::fmt;
use core::iter::FusedIterator;

use super::super::edge_range::EdgeRange;

/// An iterator over the elements of a range of a map: see [`BTreeMap::range`](super::BTreeMap::range).
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::Range};
///
/// let map = BTreeMap::from([(1, "a"), (2, "b"), (3, "c")]);
/// let mut elements: Range<'_, i32, &str> = map.range(2..);
/// assert_eq!(elements.next_back(), Some((&3, &"c")));
/// assert_eq!(elements.next(), Some((&2, &"b")));
/// assert_eq!(elements.next(), None);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Range<'a, K, V> {
    pub(super) elements: EdgeRange<&'a (K, V), K, V>,
}

/// An iterator over the elements of a range of a map, with mutable references to the values: see
/// [`BTreeMap::range_mut`](super::BTreeMap::range_mut).
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeMap, btree_map::RangeMut};
///
/// let mut map = BTreeMap::from([(1, 10), (2, 20)]);
/// let mut elements: RangeMut<'_, i32, i32> = map.range_mut(2..);
/// *elements.next().unwrap().1 = 21;
/// assert_eq!(map[&2], 21);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct RangeMut<'a, K, V> {
    pub(super) elements: EdgeRange<&'a mut (K, V), K, V>,
}

impl<'a, K, V> Iterator for Range<'a, K, V> {
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

impl<K, V> DoubleEndedIterator for Range<'_, K, V> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        let slot = self.elements.next_back()?;
        // SAFETY: `slot` is that of an element of the map, which is borrowed for the lifetime of the item.
        let key = unsafe { slot.key() };
        // SAFETY: as above, for the value.
        Some((key, unsafe { slot.value() }))
    }
}

impl<K, V> FusedIterator for Range<'_, K, V> {}

impl<K, V> Clone for Range<'_, K, V> {
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone() }
    }
}

/// Creates an iterator without elements.
impl<K, V> Default for Range<'_, K, V> {
    fn default() -> Self {
        Self { elements: EdgeRange::EMPTY }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Range<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for RangeMut<'a, K, V> {
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

impl<K, V> DoubleEndedIterator for RangeMut<'_, K, V> {
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

impl<K, V> FusedIterator for RangeMut<'_, K, V> {}

/// Creates an iterator without elements.
impl<K, V> Default for RangeMut<'_, K, V> {
    fn default() -> Self {
        Self { elements: EdgeRange::EMPTY }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for RangeMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Range { elements: self.elements.shared() }.fmt(f)
    }
}
