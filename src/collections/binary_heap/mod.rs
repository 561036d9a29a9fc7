//! [`BinaryHeap`], a priority queue in an allocator, and what its methods return.
//!
//! ```
//! use janus_alloc::{Arena, collections::binary_heap::{BinaryHeap, PeekMut}};
//!
//! let arena = Arena::new();
//! let mut tasks = BinaryHeap::from_iter_in([2, 9, 4], &arena);
//! let first: PeekMut<'_, i32, &Arena> = tasks.peek_mut().unwrap();
//! assert_eq!(PeekMut::pop(first), 9);
//! assert_eq!(tasks.into_sorted_vec(), [2, 4]);
//! ```

mod access;
mod convert;
mod extend;
mod in_allocator;
mod iter;
mod order;
mod peek_mut;
mod room;
mod shared_traits;

use super::Vec;
use super::error::TryReserveError;
use crate::api::{Allocator, Global};

pub use iter::{Drain, IntoIter, Iter};
pub use peek_mut::PeekMut;

/// A priority queue in an allocator: `BinaryHeap<T>` of std for every [`Allocator`], on stable Rust. The greatest element comes
/// first; [`Reverse`](core::cmp::Reverse) makes that the least.
///
/// Methods, order among equal elements, panics, auto traits and variance are those of [`std::collections::BinaryHeap`] in Rust
/// 1.95. In addition:
///
/// * `new_in` and `with_capacity_in` take the allocator; [`allocator`](Self::allocator) lends it.
/// * Each method that may allocate has a `try_` twin, which returns a [`TryReserveError`] where the method would panic or end
///   the process.
/// * It becomes a [`Vec`] in constant time, and a vector becomes a heap in the same block.
///
/// # Cost
///
/// That of a [`Vec`], which it is inside. A push compares with a few elements in the mean and with log₂(n) at most; a pop with
/// about log₂(n), and moves as many. A heap of n elements is made with about 2n comparisons.
///
/// # Order that changes
///
/// An element must not change so that its order to the others changes, by a `Cell` for example; [`peek_mut`](Self::peek_mut) is
/// the exception. If it does, or if [`Ord`] answers at random, the heap's order is not specified; but no element is lost or
/// duplicated, also if a comparison panics.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::BinaryHeap};
///
/// let arena = Arena::new();
/// let mut numbers = BinaryHeap::new_in(&arena);
/// numbers.extend([1, 5, 2]);
/// assert_eq!(numbers.peek(), Some(&5));
/// assert_eq!(numbers.pop(), Some(5));
/// numbers.push(7);
/// assert_eq!(numbers.into_sorted_vec(), [1, 2, 7]);
/// ```
pub struct BinaryHeap<T, A: Allocator = Global> {
    /// No element is less than those at twice its index and 1 and 2 more, if [`Ord`] is lawful.
    elements: Vec<T, A>,
}

impl<T: Ord> BinaryHeap<T> {
    /// An empty heap on the registered default. It does not allocate.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BinaryHeap;
    ///
    /// const EMPTY: BinaryHeap<u64> = BinaryHeap::new();
    /// assert!(EMPTY.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// An empty heap on the registered default, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// If the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BinaryHeap;
    ///
    /// assert!(BinaryHeap::<u64>::with_capacity(10).capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_in(capacity, Global)
    }

    /// The twin of [`with_capacity`](Self::with_capacity) that returns an error.
    ///
    /// # Errors
    ///
    /// If the elements need more than `isize::MAX` bytes, or the default refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BinaryHeap;
    ///
    /// assert!(BinaryHeap::<u64>::try_with_capacity(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(capacity, Global)
    }
}

impl<T: Ord, A: Allocator> BinaryHeap<T, A> {
    /// An empty heap in `allocator`. It does not allocate.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::BinaryHeap};
    ///
    /// let numbers: BinaryHeap<u64, System> = const { BinaryHeap::new_in(System) };
    /// assert!(numbers.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { elements: Vec::new_in(allocator) }
    }

    /// An empty heap in `allocator`, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// If the elements need more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::BinaryHeap};
    ///
    /// let arena = Arena::new();
    /// let numbers: BinaryHeap<u64, _> = BinaryHeap::with_capacity_in(3, &arena);
    /// assert_eq!(numbers.capacity(), 3);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        Self { elements: Vec::with_capacity_in(capacity, allocator) }
    }

    /// The twin of [`with_capacity_in`](Self::with_capacity_in) that returns an error.
    ///
    /// # Errors
    ///
    /// If the elements need more than `isize::MAX` bytes, or the allocator refuses.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BinaryHeap};
    ///
    /// assert!(BinaryHeap::<u8, _>::try_with_capacity_in(1, Null).is_err());
    /// ```
    #[inline]
    pub fn try_with_capacity_in(capacity: usize, allocator: A) -> Result<Self, TryReserveError> {
        Ok(Self { elements: Vec::try_with_capacity_in(capacity, allocator)? })
    }

    /// Adds `item`.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1, 2]);
    /// numbers.push(3);
    /// assert_eq!(numbers.peek(), Some(&3));
    /// ```
    #[inline]
    #[track_caller]
    pub fn push(&mut self, item: T) {
        self.elements.push(item);
        let last = self.elements.len() - 1;
        // SAFETY: the index of the last element.
        unsafe { order::sift_up(&mut self.elements, 0, last) };
    }

    /// The twin of [`push`](Self::push) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). `item` is dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::BinaryHeap};
    ///
    /// assert!(BinaryHeap::new_in(Null).try_push(1).is_err());
    /// ```
    #[inline]
    pub fn try_push(&mut self, item: T) -> Result<(), TryReserveError> {
        // By what makes room, so that `push` is its body too.
        self.try_reserve(1)?;
        self.push(item);
        Ok(())
    }

    /// Takes the greatest element out.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1, 3]);
    /// assert_eq!((numbers.pop(), numbers.pop(), numbers.pop()), (Some(3), Some(1), None));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let mut item = self.elements.pop()?;
        if let Some(first) = self.elements.first_mut() {
            core::mem::swap(&mut item, first);
            // SAFETY: there is an element.
            unsafe { order::sift_down_to_bottom(&mut self.elements, 0) };
        }
        Some(item)
    }

    /// The greatest element, to be changed. The heap is in order again when the result is dropped.
    ///
    /// If it is forgotten after a change, the heap may lose elements.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1, 2, 9]);
    /// *numbers.peek_mut().unwrap() = 0;
    /// assert_eq!(numbers.peek(), Some(&2));
    /// ```
    #[inline]
    pub fn peek_mut(&mut self) -> Option<PeekMut<'_, T, A>> {
        if self.is_empty() { None } else { Some(PeekMut::new(self)) }
    }

    /// The elements in ascending order, in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::BinaryHeap::from([2, 3, 1]);
    /// assert_eq!(numbers.into_sorted_vec(), [1, 2, 3]);
    /// ```
    #[must_use = "`drop` drops them"]
    pub fn into_sorted_vec(self) -> Vec<T, A> {
        let mut elements = self.elements;
        let mut end = elements.len();
        while end > 1 {
            end -= 1;
            elements.swap(0, end);
            // SAFETY: `end` is at least 1, and less than the length.
            unsafe { order::sift_down(&mut elements[..end], 0) };
        }
        elements
    }

    /// Moves all elements of `other` into this heap.
    ///
    /// If `other` is the longer one, the heaps change places first, with their allocators, as std's do.
    ///
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BinaryHeap;
    ///
    /// let (mut left, mut right) = (BinaryHeap::from([1]), BinaryHeap::from([2, 3]));
    /// left.append(&mut right);
    /// assert_eq!((left.peek(), right.len()), (Some(&3), 0));
    /// ```
    #[track_caller]
    pub fn append(&mut self, other: &mut Self) {
        if self.len() < other.len() {
            core::mem::swap(self, other);
        }
        let start = self.len();
        self.elements.append(&mut other.elements);
        order::restore(&mut self.elements, start);
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). Both are as before then.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::BinaryHeap;
    ///
    /// let mut numbers = BinaryHeap::from([1]);
    /// assert!(numbers.try_append(&mut BinaryHeap::from([2])).is_ok());
    /// assert_eq!(numbers.len(), 2);
    /// ```
    pub fn try_append(&mut self, other: &mut Self) -> Result<(), TryReserveError> {
        // That one keeps its block which `append` would keep.
        if self.len() < other.len() {
            other.try_reserve(self.len())?;
        } else {
            self.try_reserve(other.len())?;
        }
        self.append(other);
        Ok(())
    }

    /// Drops the elements for which `keep` is false. It sees each once, in no order.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::BinaryHeap::from([1, 2, 3, 4]);
    /// numbers.retain(|n| n % 2 == 0);
    /// assert_eq!(numbers.into_sorted_vec(), [2, 4]);
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let length = self.len();
        // Those before the first one that goes stay in order.
        let mut restored = order::RestoreOnDrop { elements: &mut self.elements, from: length };
        let order::RestoreOnDrop { elements, from } = &mut restored;
        let mut index = 0;
        elements.retain(|element| {
            let kept = keep(element);
            if !kept && index < *from {
                *from = index;
            }
            index += 1;
            kept
        });
    }
}
