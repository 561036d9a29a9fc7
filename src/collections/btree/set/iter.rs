//! Iterators over all elements, and over those of a range.

use core::fmt;
use core::iter::FusedIterator;

use super::super::map;
use super::BTreeSet;
use crate::api::{Allocator, Global};

/// An iterator over the elements of a set, in ascending order: see [`BTreeSet::iter`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::Iter};
///
/// let set = BTreeSet::from([1, 2]);
/// let mut elements: Iter<'_, i32> = set.iter();
/// assert_eq!(elements.next_back(), Some(&2));
/// assert_eq!(elements.len(), 1);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, T> {
    pub(super) inner: map::Keys<'a, T, ()>,
}

/// An iterator that takes the elements out of a set, in ascending order: `into_iter` of [`BTreeSet`] returns it.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::IntoIter};
///
/// let set = BTreeSet::from([1, 2]);
/// let mut elements: IntoIter<i32> = set.into_iter();
/// assert_eq!(elements.next(), Some(1));
/// assert_eq!(elements.len(), 1);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<T, A: Allocator = Global> {
    inner: map::IntoKeys<T, (), A>,
}

/// An iterator over the elements of a range of a set: see [`BTreeSet::range`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BTreeSet, btree_set::Range};
///
/// let set = BTreeSet::from([1, 2, 3]);
/// let mut elements: Range<'_, i32> = set.range(2..);
/// assert_eq!(elements.next_back(), Some(&3));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Range<'a, T> {
    pub(super) inner: map::Range<'a, T, ()>,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.inner.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<&'a T> {
        self.next_back()
    }

    #[inline]
    fn min(mut self) -> Option<&'a T>
    where
        &'a T: Ord,
    {
        self.next()
    }

    #[inline]
    fn max(mut self) -> Option<&'a T>
    where
        &'a T: Ord,
    {
        self.next_back()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back()
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<T> FusedIterator for Iter<'_, T> {}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Creates an iterator without elements.
impl<T> Default for Iter<'_, T> {
    fn default() -> Self {
        Self { inner: map::Keys::default() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.inner).finish()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a BTreeSet<T, A> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T, A: Allocator> IntoIterator for BTreeSet<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { inner: self.map.into_keys() }
    }
}

impl<T, A: Allocator> Iterator for IntoIter<T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.inner.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<T, A: Allocator> DoubleEndedIterator for IntoIter<T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.inner.next_back()
    }
}

impl<T, A: Allocator> ExactSizeIterator for IntoIter<T, A> {}

impl<T, A: Allocator> FusedIterator for IntoIter<T, A> {}

/// Creates an iterator without elements.
impl<T, A: Allocator + Default> Default for IntoIter<T, A> {
    fn default() -> Self {
        Self { inner: map::IntoKeys::default() }
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.inner).finish()
    }
}

impl<'a, T> Iterator for Range<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        self.inner.next().map(|(value, ())| value)
    }

    #[inline]
    fn last(mut self) -> Option<&'a T> {
        self.next_back()
    }

    #[inline]
    fn min(mut self) -> Option<&'a T>
    where
        &'a T: Ord,
    {
        self.next()
    }

    #[inline]
    fn max(mut self) -> Option<&'a T>
    where
        &'a T: Ord,
    {
        self.next_back()
    }
}

impl<T> DoubleEndedIterator for Range<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.inner.next_back().map(|(value, ())| value)
    }
}

impl<T> FusedIterator for Range<'_, T> {}

impl<T> Clone for Range<'_, T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Creates an iterator without elements.
impl<T> Default for Range<'_, T> {
    fn default() -> Self {
        Self { inner: map::Range::default() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Range<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Range(")?;
        f.debug_list().entries(self.clone()).finish()?;
        f.write_str(")")
    }
}
