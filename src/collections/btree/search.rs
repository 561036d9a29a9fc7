//! Searches for keys and for the bounds of ranges.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::ops::{Bound, RangeBounds};

use super::node::Node;
use super::position::{Edge, Slot};

/// The result of a search for a key.
pub(super) enum SearchResult<K, V> {
    Found(Slot<K, V>),
    /// The leaf edge where the key would be inserted.
    Missing(Edge<K, V>),
}

/// A position that a bound of a range stands for.
enum Target<'q, Q: ?Sized> {
    /// Before all elements.
    First,
    /// Before the first key that is not less than this one.
    Before(&'q Q),
    /// Before the first key that is greater than this one.
    After(&'q Q),
    /// Behind all elements.
    Last,
}

impl<'q, Q: ?Sized> Target<'q, Q> {
    fn from_start_bound(bound: Bound<&'q Q>) -> Self {
        match bound {
            Bound::Unbounded => Target::First,
            Bound::Included(key) => Target::Before(key),
            Bound::Excluded(key) => Target::After(key),
        }
    }

    fn from_end_bound(bound: Bound<&'q Q>) -> Self {
        match bound {
            Bound::Unbounded => Target::Last,
            Bound::Included(key) => Target::After(key),
            Bound::Excluded(key) => Target::Before(key),
        }
    }
}

impl<K, V> Node<K, V> {
    /// Returns the index of the first key, at or behind index `from`, that is not less than `key`, and whether the two
    /// are equal. If there is no such key, returns the length and `false`.
    #[inline(always)]
    fn find<Q: Ord + ?Sized>(self, key: &Q, from: usize) -> (usize, bool)
    where
        K: Borrow<Q>,
    {
        // SAFETY: by invariant 2 of `Tree`. A search neither moves nor replaces a key; an `Ord` that changes one
        // through a `Cell` does so behind a shared reference, as the slice allows.
        let keys = unsafe { self.key_slice() };
        let mut index = from;
        while index < keys.len() {
            match key.cmp(keys[index].borrow()) {
                Ordering::Greater => index += 1,
                Ordering::Equal => return (index, true),
                Ordering::Less => return (index, false),
            }
        }
        (index, false)
    }

    /// Searches for `key` in the subtree.
    #[inline]
    pub(super) fn search<Q: Ord + ?Sized>(self, key: &Q) -> SearchResult<K, V>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        loop {
            let (index, found) = node.find(key, 0);
            if found {
                return SearchResult::Found(Slot { node, index });
            }
            if node.height() == 0 {
                return SearchResult::Missing(Edge { node, index });
            }
            // SAFETY: by invariant 3 of `Tree`, since the node is internal and `find` returns at most the length.
            node = unsafe { node.child(index) };
        }
    }

    /// Returns the index of the edge that leads to `target`, and the target to search for in its child.
    fn find_edge<'q, Q: Ord + ?Sized>(self, target: Target<'q, Q>) -> (usize, Target<'q, Q>)
    where
        K: Borrow<Q>,
    {
        match target {
            Target::First => (0, Target::First),
            Target::Last => (self.len(), Target::Last),
            Target::Before(key) => match self.find(key, 0) {
                (index, true) => (index, Target::Last),
                (index, false) => (index, target),
            },
            Target::After(key) => match self.find(key, 0) {
                (index, true) => (index + 1, Target::First),
                (index, false) => (index, target),
            },
        }
    }

    /// Returns the leaf edge in the subtree that is at `target`.
    fn search_edge<Q: Ord + ?Sized>(self, mut target: Target<'_, Q>) -> Edge<K, V>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        loop {
            let index;
            (index, target) = node.find_edge(target);
            if node.height() == 0 {
                return Edge { node, index };
            }
            // SAFETY: by invariant 3 of `Tree`, since the node is internal and `find_edge` returns at most the length.
            node = unsafe { node.child(index) };
        }
    }

    /// Returns the leaf edge where a range that starts with `start` begins.
    pub(super) fn search_start<Q: Ord + ?Sized>(self, start: Bound<&Q>) -> Edge<K, V>
    where
        K: Borrow<Q>,
    {
        self.search_edge(Target::from_start_bound(start))
    }

    /// Returns the leaf edges where a range begins and ends. The first is never behind the last, even if `Ord` is
    /// inconsistent.
    ///
    /// Panic messages name the collection as `collection`.
    ///
    /// # Panics
    ///
    /// Panics if the range ends before it starts, if both bounds are equal and excluded, or if an inconsistent `Ord`
    /// puts its end before its start.
    pub(super) fn search_range<Q: Ord + ?Sized, R: RangeBounds<Q>>(
        self,
        range: &R,
        collection: &str,
    ) -> (Edge<K, V>, Edge<K, V>)
    where
        K: Borrow<Q>,
    {
        // Read each bound once: a safe `RangeBounds` may return another bound each time.
        let (start, end) = (range.start_bound(), range.end_bound());
        if let (Bound::Included(first) | Bound::Excluded(first), Bound::Included(last) | Bound::Excluded(last)) =
            (start, end)
        {
            match first.cmp(last) {
                Ordering::Greater => panic!("range start is greater than range end in {collection}"),
                Ordering::Equal if matches!((start, end), (Bound::Excluded(_), Bound::Excluded(_))) => {
                    panic!("range start and end are equal and excluded in {collection}")
                }
                _ => {}
            }
        }
        let (mut first, mut last) = (Target::from_start_bound(start), Target::from_end_bound(end));
        let mut node = self;
        loop {
            let (first_index, last_index);
            (first_index, first) = node.find_edge(first);
            (last_index, last) = node.find_edge(last);
            if first_index > last_index {
                panic!("Ord is ill-defined in {collection} range");
            }
            if node.height() == 0 {
                return (Edge { node, index: first_index }, Edge { node, index: last_index });
            }
            // SAFETY: by invariant 3 of `Tree`, since the node is internal and `find_edge` returns at most the length.
            let child = unsafe { node.child(first_index) };
            if first_index < last_index {
                // SAFETY: as above.
                let last_child = unsafe { node.child(last_index) };
                return (child.search_edge(first), last_child.search_edge(last));
            }
            node = child;
        }
    }
}

impl<K, V> Edge<K, V> {
    /// Searches for `key` to the right of this leaf edge, in time logarithmic in the distance.
    pub(super) fn seek<Q: Ord + ?Sized>(self, key: &Q) -> SearchResult<K, V>
    where
        K: Borrow<Q>,
    {
        let Edge { mut node, index: mut from } = self;
        loop {
            let (index, found) = node.find(key, from);
            if found {
                return SearchResult::Found(Slot { node, index });
            }
            let edge = Edge { node, index };
            // If `key` is greater than all keys of this node, the next key above tells whether this subtree contains
            // its position.
            let above = if index == node.len() { edge.next_slot() } else { None };
            if let Some(slot) = above {
                // SAFETY: `next_slot` returns the slot of an element, and a search neither moves nor replaces a key.
                match key.cmp(unsafe { slot.key() }.borrow()) {
                    Ordering::Less => {}
                    Ordering::Equal => return SearchResult::Found(slot),
                    Ordering::Greater => {
                        (node, from) = (slot.node, slot.index + 1);
                        continue;
                    }
                }
            }
            if node.height() == 0 {
                return SearchResult::Missing(edge);
            }
            // SAFETY: by invariant 3 of `Tree`, since the node is internal and `find` returns at most the length.
            return unsafe { node.child(index) }.search(key);
        }
    }
}
