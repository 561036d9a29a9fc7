//! Two sets, compared element by element.

use core::cmp::{Ordering, max, min};
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem;

use super::super::position::Edge;
use super::super::search::Search;
use super::{BTreeSet, Iter};
use crate::api::Allocator;

/// A set in which ascending values are looked for, each from where the last one was found.
///
/// If one set is much smaller than the other, this takes far less time than a walk through both.
struct Seeker<'a, T> {
    /// An edge of a leaf, or `None` when all elements have been passed.
    place: Option<Edge<T, ()>>,
    /// The elements that have not been found yet.
    len: usize,
    borrow: PhantomData<&'a T>,
}

// SAFETY: a seeker gives shared references only.
unsafe impl<T: Sync> Send for Seeker<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Seeker<'_, T> {}

impl<'a, T: Ord> Seeker<'a, T> {
    fn new<A: Allocator>(set: &'a BTreeSet<T, A>) -> Self {
        Self { place: set.map.tree.first_edge(), len: set.len(), borrow: PhantomData }
    }

    /// The element that equals `value`, if there is one behind those that were found before.
    fn find(&mut self, value: &T) -> Option<&'a T> {
        match self.place?.seek(value) {
            Search::Found(slot) => {
                self.len = self.len.saturating_sub(1);
                // SAFETY: the slot of an element.
                self.place = Some(unsafe { slot.right() });
                // SAFETY: an element of the set, which is borrowed for `'a`.
                Some(unsafe { slot.key() })
            }
            Search::Missing(edge) => {
                self.place = edge.next().map(|_| edge);
                None
            }
        }
    }
}

impl<T> Seeker<'_, T> {
    fn is_at_end(&self) -> bool {
        self.place.is_none()
    }
}

impl<T> Clone for Seeker<'_, T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

/// The elements of a set that are not in another, in ascending order: see [`BTreeSet::difference`].
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

/// The elements of a set that are also in another, in ascending order: see [`BTreeSet::intersection`].
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
    /// Of the smaller set.
    elements: Iter<'a, T>,
    others: Seeker<'a, T>,
    yields: Yields,
}

/// The set whose elements an intersection yields.
#[derive(Clone, Copy)]
enum Yields {
    Smaller,
    Larger,
}

/// The elements that are in just one of two sets, in ascending order: see [`BTreeSet::symmetric_difference`].
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

/// The elements that are in one of two sets, in ascending order: see [`BTreeSet::union`].
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

/// Two sets, passed side by side.
struct Merge<'a, T> {
    one: Ahead<'a, T>,
    other: Ahead<'a, T>,
}

/// A set, with the next element at hand. Covariant, which [`Peekable`](core::iter::Peekable) is not.
struct Ahead<'a, T> {
    next: Option<&'a T>,
    rest: Iter<'a, T>,
}

impl<'a, T> Ahead<'a, T> {
    fn new<A: Allocator>(set: &'a BTreeSet<T, A>) -> Self {
        let mut rest = set.iter();
        Self { next: rest.next(), rest }
    }

    fn pass(&mut self) -> Option<&'a T> {
        mem::replace(&mut self.next, self.rest.next())
    }

    fn len(&self) -> usize {
        usize::from(self.next.is_some()) + self.rest.len()
    }
}

impl<T> Clone for Ahead<'_, T> {
    fn clone(&self) -> Self {
        Self { next: self.next, rest: self.rest.clone() }
    }
}

impl<'a, T: Ord> Merge<'a, T> {
    fn new<A: Allocator, B: Allocator>(set: &'a BTreeSet<T, A>, other: &'a BTreeSet<T, B>) -> Self {
        Self { one: Ahead::new(set), other: Ahead::new(other) }
    }

    /// The next element of each set, if there is none in the other that is less.
    fn next(&mut self) -> (Option<&'a T>, Option<&'a T>) {
        let order = match (self.one.next, self.other.next) {
            (Some(one), Some(other)) => one.cmp(other),
            (None, Some(_)) => Ordering::Greater,
            (_, None) => Ordering::Less,
        };
        let one = if order.is_le() { self.one.pass() } else { None };
        let other = if order.is_ge() { self.other.pass() } else { None };
        (one, other)
    }

    fn lens(&self) -> (usize, usize) {
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
        let (one, other) = self.merge.lens();
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
        let (one, other) = self.merge.lens();
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
