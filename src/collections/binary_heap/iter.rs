//! The elements of a heap, one by one, in no order.

use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use super::BinaryHeap;
use crate::api::{Allocator, Global};
use crate::collections::vec;

/// The iterator over the elements of a [`BinaryHeap`]: see [`BinaryHeap::iter`].
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
    pub(super) left: slice::Iter<'h, T>,
}

impl<T> Clone for Iter<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        Self { left: self.left.clone() }
    }
}

impl<T> Default for Iter<'_, T> {
    /// An iterator without elements.
    fn default() -> Self {
        Self { left: [].iter() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Iter").field(&self.left.as_slice()).finish()
    }
}

/// The iterator that takes the elements out of a [`BinaryHeap`]. Those left are dropped with it.
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
    left: vec::IntoIter<T, A>,
}

impl<T, A: Allocator> IntoIter<T, A> {
    /// The allocator.
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
        self.left.allocator()
    }
}

impl<T, A: Allocator + Default> Default for IntoIter<T, A> {
    /// An iterator without elements.
    fn default() -> Self {
        Self { left: vec::IntoIter::default() }
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for IntoIter<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IntoIter").field(&self.left.as_slice()).finish()
    }
}

/// The iterator that takes all elements out of a [`BinaryHeap`]: see [`BinaryHeap::drain`]. Those left are dropped with it.
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
    pub(super) left: vec::Drain<'h, T, A>,
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// The allocator of the heap.
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
        self.left.allocator()
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.left.as_slice()).finish()
    }
}

/// The traits of an iterator that forwards to another one.
macro_rules! forward {
    ($([$($generics:tt)*] $iterator:ty => $item:ty;)*) => {
        $(
            impl<$($generics)*> Iterator for $iterator {
                type Item = $item;

                #[inline]
                fn next(&mut self) -> Option<$item> {
                    self.left.next()
                }

                #[inline]
                fn size_hint(&self) -> (usize, Option<usize>) {
                    self.left.size_hint()
                }

                #[inline]
                fn count(self) -> usize {
                    self.len()
                }

                #[inline]
                fn nth(&mut self, n: usize) -> Option<$item> {
                    self.left.nth(n)
                }

                #[inline]
                fn last(mut self) -> Option<$item> {
                    self.next_back()
                }
            }

            impl<$($generics)*> DoubleEndedIterator for $iterator {
                #[inline]
                fn next_back(&mut self) -> Option<$item> {
                    self.left.next_back()
                }

                #[inline]
                fn nth_back(&mut self, n: usize) -> Option<$item> {
                    self.left.nth_back(n)
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

    /// Takes the elements out in no order.
    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        IntoIter { left: self.elements.into_iter() }
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
