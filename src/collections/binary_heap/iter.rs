//! Iterators over the elements of a heap, in arbitrary order.

use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use super::BinaryHeap;
use crate::api::{Allocator, Global};
use crate::collections::vec;

/// An iterator over the elements of a [`BinaryHeap`]: see [`BinaryHeap::iter`].
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BinaryHeap, binary_heap::Iter};
///
/// let numbers = BinaryHeap::from([1, 3]);
/// let iter: Iter<'_, i32> = numbers.iter();
/// assert_eq!(iter.len(), 2);
/// ```
pub struct Iter<'h, T> {
    pub(super) inner: slice::Iter<'h, T>,
}

impl<T> Clone for Iter<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<T> Default for Iter<'_, T> {
    /// Creates an iterator without elements.
    fn default() -> Self {
        Self { inner: [].iter() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.inner.as_slice()).finish()
    }
}

/// An iterator that takes the elements out of a [`BinaryHeap`]: `into_iter` returns it. Dropping it drops the remaining
/// ones.
///
/// # Examples
///
/// ```
/// use janus_alloc::collections::{BinaryHeap, binary_heap::IntoIter};
///
/// let numbers: IntoIter<i32> = BinaryHeap::from([1, 3]).into_iter();
/// assert_eq!(numbers.sum::<i32>(), 4);
/// ```
#[derive(Clone)]
pub struct IntoIter<T, A: Allocator = Global> {
    inner: vec::IntoIter<T, A>,
}

impl<T, A: Allocator> IntoIter<T, A> {
    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::BinaryHeap};
    ///
    /// let numbers = BinaryHeap::from_iter_in([1_u8, 2], Stats::new(System)).into_iter();
    /// assert_eq!(numbers.allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    pub fn allocator(&self) -> &A {
        self.inner.allocator()
    }
}

impl<T, A: Allocator + Default> Default for IntoIter<T, A> {
    /// Creates an iterator without elements.
    fn default() -> Self {
        Self { inner: vec::IntoIter::default() }
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.inner.as_slice()).finish()
    }
}

/// An iterator that takes all elements out of a [`BinaryHeap`]: see [`BinaryHeap::drain`]. Dropping it drops the
/// remaining ones.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{BinaryHeap, binary_heap::Drain}};
///
/// let mut numbers = BinaryHeap::from([1, 3]);
/// let drain: Drain<'_, i32, Global> = numbers.drain();
/// assert_eq!(drain.len(), 2);
/// ```
pub struct Drain<'h, T, A: Allocator = Global> {
    pub(super) inner: vec::Drain<'h, T, A>,
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// Returns a reference to the allocator of the heap.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::BinaryHeap};
    ///
    /// let mut numbers = BinaryHeap::from_iter_in([1_u8, 2], Stats::new(System));
    /// assert_eq!(numbers.drain().allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        self.inner.allocator()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.inner.as_slice()).finish()
    }
}

/// Implements the iterator traits by forwarding to the inner iterator.
macro_rules! forward {
    ($([$($generics:tt)*] $iterator:ty => $item:ty;)*) => {
        $(
            impl<$($generics)*> Iterator for $iterator {
                type Item = $item;

                #[inline]
                fn next(&mut self) -> Option<$item> {
                    self.inner.next()
                }

                #[inline]
                fn size_hint(&self) -> (usize, Option<usize>) {
                    self.inner.size_hint()
                }

                #[inline]
                fn count(self) -> usize {
                    self.len()
                }

                #[inline]
                fn nth(&mut self, n: usize) -> Option<$item> {
                    self.inner.nth(n)
                }

                #[inline]
                fn last(mut self) -> Option<$item> {
                    self.next_back()
                }
            }

            impl<$($generics)*> DoubleEndedIterator for $iterator {
                #[inline]
                fn next_back(&mut self) -> Option<$item> {
                    self.inner.next_back()
                }

                #[inline]
                fn nth_back(&mut self, n: usize) -> Option<$item> {
                    self.inner.nth_back(n)
                }
            }

            impl<$($generics)*> ExactSizeIterator for $iterator {}
            impl<$($generics)*> FusedIterator for $iterator {}
        )*
    };
}
forward! {
    ['h, T] Iter<'h, T> => &'h T;
    [T, A: Allocator] IntoIter<T, A> => T;
    [T, A: Allocator] Drain<'_, T, A> => T;
}

impl<T, A: Allocator> IntoIterator for BinaryHeap<T, A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    /// Returns an iterator that takes out the elements, in arbitrary order.
    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { inner: self.elements.into_iter() }
    }
}

impl<'h, T, A: Allocator> IntoIterator for &'h BinaryHeap<T, A> {
    type Item = &'h T;
    type IntoIter = Iter<'h, T>;

    #[inline]
    fn into_iter(self) -> Iter<'h, T> {
        self.iter()
    }
}
