//! Difference, intersection, symmetric difference and union.

use core::cmp::{Ordering, max, min};
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem;

use super::super::position::Edge;
use super::super::search::SearchResult;
use super::{BTreeSet, Iter};
use crate::api::Allocator;

/// A set in which values are searched for in ascending order, each from where the previous search ended.
///
/// If one set is much smaller than the other, this is much faster than a traversal of both.
struct Seeker<'a, T> {
    /// The leaf edge where the next search starts, or `None` at the end of the set.
    edge: Option<Edge<T, ()>>,
    /// The maximum number of elements that may still be found.
    len: usize,
    borrow: PhantomData<&'a T>,
}

// SAFETY: a seeker gives access to elements through shared references only.
unsafe impl<T: Sync> Send for Seeker<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Seeker<'_, T> {}

impl<'a, T: Ord> Seeker<'a, T> {
    fn new<A: Allocator>(set: &'a BTreeSet<T, A>) -> Self {
        Self { edge: set.map.tree.first_leaf_edge(), len: set.len(), borrow: PhantomData }
    }

    /// Returns the element that equals `value`, if the search finds it to the right of the previous one.
    fn find(&mut self, value: &T) -> Option<&'a T> {
        match self.edge?.seek(value) {
            SearchResult::Found(slot) => {
                self.len = self.len.saturating_sub(1);
                // SAFETY: `seek` returned the slot of an element.
                self.edge = Some(unsafe { slot.next_leaf_edge() });
                // SAFETY: `slot` is that of an element of the set, which is borrowed for `'a`.
                Some(unsafe { slot.key() })
            }
            SearchResult::Missing(edge) => {
                self.edge = edge.next_slot().map(|_| edge);
                None
            }
        }
    }
}

impl<T> Seeker<'_, T> {
    fn is_at_end(&self) -> bool {
        self.edge.is_none()
    }
}

impl<T> Clone for Seeker<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

/// An iterator over the elements of a set that are not in another, in ascending order: see [`BTreeSet::difference`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::Difference};
///
/// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
/// let mut elements: Difference<'_, i32> = one.difference(&other);
/// assert_eq!(elements.next(), Some(&1));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Difference<'a, T> {
    elements: Iter<'a, T>,
    others: Seeker<'a, T>,
}

/// An iterator over the elements of a set that are also in another, in ascending order: see [`BTreeSet::intersection`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::Intersection};
///
/// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
/// let mut elements: Intersection<'_, i32> = one.intersection(&other);
/// assert_eq!(elements.next(), Some(&2));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Intersection<'a, T> {
    /// The elements of the smaller set.
    elements: Iter<'a, T>,
    others: Seeker<'a, T>,
    yields: Yields,
}

/// The set whose elements an intersection returns.
#[derive(Clone, Copy)]
enum Yields {
    Smaller,
    Larger,
}

/// An iterator over the elements that are in only one of two sets, in ascending order: see
/// [`BTreeSet::symmetric_difference`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::SymmetricDifference};
///
/// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([1, 3]));
/// let mut elements: SymmetricDifference<'_, i32> = one.symmetric_difference(&other);
/// assert_eq!(elements.next(), Some(&2));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct SymmetricDifference<'a, T> {
    merge: Merge<'a, T>,
}

/// An iterator over the elements that are in at least one of two sets, in ascending order: see [`BTreeSet::union`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::Union};
///
/// let (one, other) = (BTreeSet::from([1, 2]), BTreeSet::from([2, 3]));
/// let mut elements: Union<'_, i32> = one.union(&other);
/// assert_eq!(elements.next(), Some(&1));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Union<'a, T> {
    merge: Merge<'a, T>,
}

impl<'a, T: Ord> Difference<'a, T> {
    pub(super) fn new<A: Allocator, B: Allocator>(set: &'a BTreeSet<T, A>, other: &'a BTreeSet<T, B>) -> Self {
        Self { elements: set.iter(), others: Seeker::new(other) }
    }
}

impl<'a, T: Ord> Iterator for Difference<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            let value = self.elements.next()?;
            if self.others.find(value).is_none() {
                return Some(value);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.elements.len();
        (len.saturating_sub(self.others.len), Some(len))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<T: Ord> FusedIterator for Difference<'_, T> {}

impl<T> Clone for Difference<'_, T> {
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone(), others: self.others.clone() }
    }
}

impl<T: fmt::Debug + Ord> fmt::Debug for Difference<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Difference(")?;
        f.debug_list().entries(self.clone()).finish()?;
        f.write_str(")")
    }
}

impl<'a, T: Ord> Intersection<'a, T> {
    pub(super) fn new<A: Allocator, B: Allocator>(set: &'a BTreeSet<T, A>, other: &'a BTreeSet<T, B>) -> Self {
        if set.len() <= other.len() {
            Self { elements: set.iter(), others: Seeker::new(other), yields: Yields::Smaller }
        } else {
            Self { elements: other.iter(), others: Seeker::new(set), yields: Yields::Larger }
        }
    }
}

impl<'a, T: Ord> Iterator for Intersection<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        while !self.others.is_at_end() {
            let value = self.elements.next()?;
            if let Some(other) = self.others.find(value) {
                return Some(match self.yields {
                    Yields::Smaller => value,
                    Yields::Larger => other,
                });
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(min(self.elements.len(), self.others.len)))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<T: Ord> FusedIterator for Intersection<'_, T> {}

impl<T> Clone for Intersection<'_, T> {
    fn clone(&self) -> Self {
        Self { elements: self.elements.clone(), others: self.others.clone(), yields: self.yields }
    }
}

impl<T: fmt::Debug + Ord> fmt::Debug for Intersection<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Intersection(")?;
        f.debug_list().entries(self.clone()).finish()?;
        f.write_str(")")
    }
}

/// A simultaneous traversal of two sets in ascending order.
struct Merge<'a, T> {
    one: Lookahead<'a, T>,
    other: Lookahead<'a, T>,
}

/// An iterator over a set that also stores its next element. Unlike [`Peekable`](core::iter::Peekable) it is covariant.
struct Lookahead<'a, T> {
    next: Option<&'a T>,
    rest: Iter<'a, T>,
}

impl<'a, T> Lookahead<'a, T> {
    fn new<A: Allocator>(set: &'a BTreeSet<T, A>) -> Self {
        let mut rest = set.iter();
        Self { next: rest.next(), rest }
    }

    fn advance(&mut self) -> Option<&'a T> {
        mem::replace(&mut self.next, self.rest.next())
    }

    fn len(&self) -> usize {
        usize::from(self.next.is_some()) + self.rest.len()
    }
}

impl<T> Clone for Lookahead<'_, T> {
    fn clone(&self) -> Self {
        Self { next: self.next, rest: self.rest.clone() }
    }
}

impl<'a, T: Ord> Merge<'a, T> {
    fn new<A: Allocator, B: Allocator>(set: &'a BTreeSet<T, A>, other: &'a BTreeSet<T, B>) -> Self {
        Self { one: Lookahead::new(set), other: Lookahead::new(other) }
    }

    /// Returns the next element in ascending order, from one set or, if both have an equal element, from both.
    fn next(&mut self) -> (Option<&'a T>, Option<&'a T>) {
        let order = match (self.one.next, self.other.next) {
            (Some(one), Some(other)) => one.cmp(other),
            (None, Some(_)) => Ordering::Greater,
            (_, None) => Ordering::Less,
        };
        let one = if order.is_le() { self.one.advance() } else { None };
        let other = if order.is_ge() { self.other.advance() } else { None };
        (one, other)
    }

    fn lengths(&self) -> (usize, usize) {
        (self.one.len(), self.other.len())
    }
}

impl<T> Clone for Merge<'_, T> {
    fn clone(&self) -> Self {
        Self { one: self.one.clone(), other: self.other.clone() }
    }
}

impl<'a, T: Ord> SymmetricDifference<'a, T> {
    pub(super) fn new<A: Allocator, B: Allocator>(set: &'a BTreeSet<T, A>, other: &'a BTreeSet<T, B>) -> Self {
        Self { merge: Merge::new(set, other) }
    }
}

impl<'a, T: Ord> Iterator for SymmetricDifference<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            match self.merge.next() {
                (Some(_), Some(_)) => {}
                (one, other) => return one.or(other),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (one, other) = self.merge.lengths();
        (0, one.checked_add(other))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<T: Ord> FusedIterator for SymmetricDifference<'_, T> {}

impl<T> Clone for SymmetricDifference<'_, T> {
    fn clone(&self) -> Self {
        Self { merge: self.merge.clone() }
    }
}

impl<T: fmt::Debug + Ord> fmt::Debug for SymmetricDifference<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricDifference(")?;
        f.debug_list().entries(self.clone()).finish()?;
        f.write_str(")")
    }
}

impl<'a, T: Ord> Union<'a, T> {
    pub(super) fn new<A: Allocator, B: Allocator>(set: &'a BTreeSet<T, A>, other: &'a BTreeSet<T, B>) -> Self {
        Self { merge: Merge::new(set, other) }
    }
}

impl<'a, T: Ord> Iterator for Union<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let (one, other) = self.merge.next();
        one.or(other)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (one, other) = self.merge.lengths();
        (max(one, other), one.checked_add(other))
    }

    fn min(mut self) -> Option<&'a T> {
        self.next()
    }
}

impl<T: Ord> FusedIterator for Union<'_, T> {}

impl<T> Clone for Union<'_, T> {
    fn clone(&self) -> Self {
        Self { merge: self.merge.clone() }
    }
}

impl<T: fmt::Debug + Ord> fmt::Debug for Union<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Union(")?;
        f.debug_list().entries(self.clone()).finish()?;
        f.write_str(")")
    }
}
