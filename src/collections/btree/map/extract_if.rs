//! Elements, removed by a predicate.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::{Bound, RangeBounds};

use super::super::position::Edge;
use super::BTreeMap;
use crate::api::{Allocator, Global};

/// A walk through a range, during which elements are removed.
pub(in super::super) struct Extraction<'a, K, V, R, A: Allocator> {
    /// The place before the next element to look at, as an edge of a leaf. `None` at the end, and if the predicate
    /// panicked.
    front: Option<Edge<K, V>>,
    map: &'a mut BTreeMap<K, V, A>,
    range: R,
}

// SAFETY: the place is used as the borrow of the map is.
unsafe impl<K: Send, V: Send, R: Send, A: Allocator + Send> Send for Extraction<'_, K, V, R, A> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, R: Sync, A: Allocator + Sync> Sync for Extraction<'_, K, V, R, A> {}

impl<'a, K, V, R: RangeBounds<K>, A: Allocator> Extraction<'a, K, V, R, A> {
    pub(in super::super) fn new(map: &'a mut BTreeMap<K, V, A>, range: R) -> Self
    where
        K: Ord,
    {
        let front = map.tree.root.map(|root| root.search_start(range.start_bound()));
        Self { front, map, range }
    }

    /// Removes the next element for which `remove` returns `true`.
    pub(in super::super) fn next(&mut self, mut remove: impl FnMut(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: PartialOrd,
    {
        while let Some(edge) = self.front.take() {
            let slot = edge.next()?;
            // SAFETY: an element of the map, which is borrowed exclusively; it is removed when the reference is no
            // longer used.
            let key = unsafe { slot.key() };
            // A range that answers differently each time leads to other elements, and no further.
            let within = match self.range.end_bound() {
                Bound::Unbounded => true,
                Bound::Included(last) => key <= last,
                Bound::Excluded(end) => key < end,
            };
            if !within {
                return None;
            }
            // SAFETY: as for the key.
            let value = unsafe { slot.value_mut() };
            if remove(key, value) {
                let BTreeMap { tree, allocator } = &mut *self.map;
                // SAFETY: an element of the tree; the allocator is the one of the tree.
                let (element, place) = unsafe { tree.remove_and_pass(slot, allocator) };
                self.front = Some(place);
                return Some(element);
            }
            // SAFETY: the slot of an element.
            self.front = Some(unsafe { slot.right() });
        }
        None
    }
}

impl<K, V, R, A: Allocator> Extraction<'_, K, V, R, A> {
    /// The elements that may be removed, at most.
    pub(in super::super) fn max_len(&self) -> usize {
        if self.front.is_some() { self.map.len() } else { 0 }
    }

    /// The element that is looked at next, whether it is in the range or behind it.
    pub(in super::super) fn peek(&self) -> Option<(&K, &V)> {
        let slot = self.front?.next()?;
        // SAFETY: an element of the map, and nothing is removed during the borrow.
        let key = unsafe { slot.key() };
        // SAFETY: as above.
        Some((key, unsafe { slot.value() }))
    }
}

/// Removes the elements that a predicate chooses: see [`BTreeMap::extract_if`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::BTreeMap;
///
/// let mut map: BTreeMap<i32, i32> = (0..6).map(|n| (n, n)).collect();
/// let mut odd = map.extract_if(.., |key, _| key % 2 == 1);
/// assert_eq!(odd.next(), Some((1, 1)));
/// drop(odd); // what has not been asked for stays
/// assert!(map.keys().eq(&[0, 2, 3, 4, 5]));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed; use `retain` to remove and drop elements"]
pub struct ExtractIf<'a, K, V, R, F, A: Allocator = Global> {
    pub(super) extraction: Extraction<'a, K, V, R, A>,
    pub(super) remove: F,
}

impl<K, V, R, F, A> Iterator for ExtractIf<'_, K, V, R, F, A>
where
    K: PartialOrd,
    R: RangeBounds<K>,
    F: FnMut(&K, &mut V) -> bool,
    A: Allocator,
{
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.extraction.next(&mut self.remove)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.extraction.max_len()))
    }
}

impl<K, V, R, F, A> FusedIterator for ExtractIf<'_, K, V, R, F, A>
where
    K: PartialOrd,
    R: RangeBounds<K>,
    F: FnMut(&K, &mut V) -> bool,
    A: Allocator,
{
}

impl<K: fmt::Debug, V: fmt::Debug, R, F, A: Allocator> fmt::Debug for ExtractIf<'_, K, V, R, F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("peek", &self.extraction.peek()).finish_non_exhaustive()
    }
}
