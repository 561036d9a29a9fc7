//! Removal of elements by a predicate.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::{Bound, RangeBounds};

use super::super::position::Edge;
use super::BTreeMap;
use crate::api::{Allocator, Global};

/// A traversal of a range that removes elements.
pub(in super::super) struct Extraction<'a, K, V, R, A: Allocator> {
    /// The leaf edge before the next element to visit, in the tree of `map`. `None` at the end, and after the predicate
    /// has panicked.
    front: Option<Edge<K, V>>,
    map: &'a mut BTreeMap<K, V, A>,
    range: R,
}

// SAFETY: the edge gives access to the elements, as the borrow of the map does.
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

    /// Removes and returns the next element for which `remove` returns `true`.
    pub(in super::super) fn next(&mut self, mut remove: impl FnMut(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: PartialOrd,
    {
        while let Some(edge) = self.front.take() {
            let slot = edge.next_slot()?;
            // SAFETY: `slot` is that of an element of the map, which is borrowed exclusively. The element is removed
            // only after the last use of this reference.
            let key = unsafe { slot.key() };
            // The bound is read again for each element. A `RangeBounds` that returns another bound each time only
            // changes which elements are visited.
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
                // SAFETY: by the invariant of `BTreeMap`. The slot is that of an element of this tree.
                let (element, edge) = unsafe { tree.remove_and_advance(slot, allocator) };
                self.front = Some(edge);
                return Some(element);
            }
            // SAFETY: there is an element in the slot.
            self.front = Some(unsafe { slot.next_leaf_edge() });
        }
        None
    }
}

impl<K, V, R, A: Allocator> Extraction<'_, K, V, R, A> {
    /// Returns the maximum number of elements that may still be removed.
    pub(in super::super) fn max_len(&self) -> usize {
        if self.front.is_some() { self.map.len() } else { 0 }
    }

    /// Returns the element to visit next, or the one behind the range.
    pub(in super::super) fn peek(&self) -> Option<(&K, &V)> {
        let slot = self.front?.next_slot()?;
        // SAFETY: `slot` is that of an element of the map. Nothing is removed while `self` is borrowed.
        let key = unsafe { slot.key() };
        // SAFETY: as above, for the value.
        Some((key, unsafe { slot.value() }))
    }
}

/// An iterator that removes the elements chosen by a predicate: see [`BTreeMap::extract_if`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::BTreeMap;
///
/// let mut map: BTreeMap<i32, i32> = (0..6).map(|n| (n, n)).collect();
/// let mut odd = map.extract_if(.., |key, _| key % 2 == 1);
/// assert_eq!(odd.next(), Some((1, 1)));
/// drop(odd); // elements not visited yet stay
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
