//! Keys and bounds, looked for.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::ops::{Bound, RangeBounds};

use super::node::Node;
use super::position::{Edge, Slot};

/// Where a key is, or where it would be inserted.
pub(super) enum Search<K, V> {
    Found(Slot<K, V>),
    /// An edge of a leaf.
    Missing(Edge<K, V>),
}

/// A place that is looked for.
enum Place<'q, Q: ?Sized> {
    First,
    Before(&'q Q),
    After(&'q Q),
    Last,
}

impl<'q, Q: ?Sized> Place<'q, Q> {
    fn of_start(bound: Bound<&'q Q>) -> Self {
        match bound {
            Bound::Unbounded => Place::First,
            Bound::Included(key) => Place::Before(key),
            Bound::Excluded(key) => Place::After(key),
        }
    }

    fn of_end(bound: Bound<&'q Q>) -> Self {
        match bound {
            Bound::Unbounded => Place::Last,
            Bound::Included(key) => Place::After(key),
            Bound::Excluded(key) => Place::Before(key),
        }
    }
}

impl<K, V> Node<K, V> {
    /// The index of the first key, from index `from` on, that is not less than `key`, and whether it equals it; the
    /// length if there is none.
    #[inline(always)]
    fn find<Q: Ord + ?Sized>(self, key: &Q, from: usize) -> (usize, bool)
    where
        K: Borrow<Q>,
    {
        // SAFETY: a search changes nothing. Should `Ord` do so behind a `Cell` in a key, the slice does not notice.
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

    /// Looks for `key` in the tree below.
    #[inline]
    pub(super) fn search<Q: Ord + ?Sized>(self, key: &Q) -> Search<K, V>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        loop {
            let (index, found) = node.find(key, 0);
            if found {
                return Search::Found(Slot { node, index });
            }
            if node.height() == 0 {
                return Search::Missing(Edge { node, index });
            }
            // SAFETY: by invariant 3; `find` returns the length at most.
            node = unsafe { node.child(index) };
        }
    }

    /// The index of the edge that leads to `place`, and what to look for below it.
    fn find_place<'q, Q: Ord + ?Sized>(self, place: Place<'q, Q>) -> (usize, Place<'q, Q>)
    where
        K: Borrow<Q>,
    {
        match place {
            Place::First => (0, Place::First),
            Place::Last => (self.len(), Place::Last),
            Place::Before(key) => match self.find(key, 0) {
                (index, true) => (index, Place::Last),
                (index, false) => (index, place),
            },
            Place::After(key) => match self.find(key, 0) {
                (index, true) => (index + 1, Place::First),
                (index, false) => (index, place),
            },
        }
    }

    /// The edge of a leaf that is `place` in the tree below.
    fn search_place<Q: Ord + ?Sized>(self, mut place: Place<'_, Q>) -> Edge<K, V>
    where
        K: Borrow<Q>,
    {
        let mut node = self;
        loop {
            let index;
            (index, place) = node.find_place(place);
            if node.height() == 0 {
                return Edge { node, index };
            }
            // SAFETY: by invariant 3; `find_place` returns the length at most.
            node = unsafe { node.child(index) };
        }
    }

    /// The first place of a range that starts with `start`.
    pub(super) fn search_start<Q: Ord + ?Sized>(self, start: Bound<&Q>) -> Edge<K, V>
    where
        K: Borrow<Q>,
    {
        self.search_place(Place::of_start(start))
    }

    /// The first and the last place of a range. The first is never behind the last.
    ///
    /// `collection` is the name for panics.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts, or if `Ord` makes it seem so.
    pub(super) fn search_range<Q: Ord + ?Sized, R: RangeBounds<Q>>(
        self,
        range: &R,
        collection: &str,
    ) -> (Edge<K, V>, Edge<K, V>)
    where
        K: Borrow<Q>,
    {
        // Asked once each: safe code may answer differently each time.
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
        let (mut first, mut last) = (Place::of_start(start), Place::of_end(end));
        let mut node = self;
        loop {
            let (first_index, last_index);
            (first_index, first) = node.find_place(first);
            (last_index, last) = node.find_place(last);
            if first_index > last_index {
                panic!("Ord is ill-defined in {collection} range");
            }
            if node.height() == 0 {
                return (Edge { node, index: first_index }, Edge { node, index: last_index });
            }
            // SAFETY: by invariant 3; `find_place` returns the length at most.
            let child = unsafe { node.child(first_index) };
            if first_index < last_index {
                // SAFETY: as above.
                let last_child = unsafe { node.child(last_index) };
                return (child.search_place(first), last_child.search_place(last));
            }
            node = child;
        }
    }
}

impl<K, V> Edge<K, V> {
    /// Looks for `key` right of a place of a leaf. The time grows with the logarithm of the distance.
    pub(super) fn seek<Q: Ord + ?Sized>(self, key: &Q) -> Search<K, V>
    where
        K: Borrow<Q>,
    {
        let Edge { mut node, index: mut from } = self;
        loop {
            let (index, found) = node.find(key, from);
            if found {
                return Search::Found(Slot { node, index });
            }
            let edge = Edge { node, index };
            // Past all keys of the node, the next one above it decides whether this is the node to search.
            let above = if index == node.len() { edge.next() } else { None };
            if let Some(slot) = above {
                // SAFETY: `next` leads to an element, and a search changes none.
                match key.cmp(unsafe { slot.key() }.borrow()) {
                    Ordering::Less => {}
                    Ordering::Equal => return Search::Found(slot),
                    Ordering::Greater => {
                        (node, from) = (slot.node, slot.index + 1);
                        continue;
                    }
                }
            }
            if node.height() == 0 {
                return Search::Missing(edge);
            }
            // SAFETY: by invariant 3; `find` returns the length at most.
            return unsafe { node.child(index) }.search(key);
        }
    }
}
