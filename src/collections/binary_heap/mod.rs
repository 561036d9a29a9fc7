//! [`BinaryHeap`], a priority queue in an allocator, and the types that its methods return.
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

/// A priority queue in an allocator: std's `BinaryHeap<T>` for every [`Allocator`], on stable Rust.
///
/// The greatest element comes first. To get the least first, wrap the elements in [`Reverse`](core::cmp::Reverse).
///
/// Its methods, the order of equal elements, panics, auto traits and variance are those of
/// [`std::collections::BinaryHeap`] in Rust 1.95. In addition:
///
/// * `new_in` and `with_capacity_in` take an allocator; [`allocator`](Self::allocator) returns a reference to it.
/// * Each method that may allocate has a `try_` twin. It returns a [`TryReserveError`] where the method would panic or
///   abort the process.
/// * A heap converts into a [`Vec`] in constant time, and a vector into a heap in the same block.
///
/// # Cost
///
/// The heap is a [`Vec`] inside, and takes as much memory. A push takes a constant number of comparisons on average and
/// log₂(n) at most. A pop takes about log₂(n) comparisons and as many moves. Creating a heap of n elements takes about
/// 2n comparisons.
///
/// # Changing the order
///
/// An element must not change its order relative to the others while it is in the heap, for example through a `Cell`;
/// [`peek_mut`](Self::peek_mut) is the exception. If it does, or if its [`Ord`] is not a total order, the order of the
/// heap is unspecified. But no element is lost or duplicated, even if a comparison panics.
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
    /// If `T: Ord` is a total order, no element is less than its children, at twice its index plus 1 and plus 2. No
    /// unsafe code relies on that.
    elements: Vec<T, A>,
}

impl<T: Ord> BinaryHeap<T> {
    /// Creates an empty heap on the registered default, without allocating.
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

    /// Creates an empty heap on the registered default, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
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
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocator refuses.
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
    /// Creates an empty heap in `allocator`, without allocating.
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

    /// Creates an empty heap in `allocator`, with room for `capacity` elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements need more than `isize::MAX` bytes.
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
    /// Returns an error if the elements need more than `isize::MAX` bytes, or if the allocator refuses.
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

    /// Adds an element.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
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
        // SAFETY: `last` is the index of the last element.
        unsafe { order::sift_up(&mut self.elements, 0, last) };
    }

    /// The twin of [`push`](Self::push) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error under the same conditions as [`try_reserve`](Self::try_reserve). `item` is then dropped.
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
        // There is room from here on, so `push` cannot fail.
        self.try_reserve(1)?;
        self.push(item);
        Ok(())
    }

    /// Removes and returns the greatest element.
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
            // SAFETY: there is a first element.
            unsafe { order::sift_down_to_bottom(&mut self.elements, 0) };
        }
        Some(item)
    }

    /// Returns a mutable reference to the greatest element. Dropping it restores the order of the heap.
    ///
    /// If the reference is leaked after a change, the heap may lose elements.
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
        if self.is_empty() {
            return None;
        }
        // SAFETY: the heap is not empty.
        Some(unsafe { PeekMut::new(self) })
    }

    /// Returns the elements in ascending order, in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// let numbers = janus_alloc::collections::BinaryHeap::from([2, 3, 1]);
    /// assert_eq!(numbers.into_sorted_vec(), [1, 2, 3]);
    /// ```
    #[must_use = "the heap is consumed"]
    pub fn into_sorted_vec(self) -> Vec<T, A> {
        let mut elements = self.elements;
        let mut end = elements.len();
        while end > 1 {
            end -= 1;
            elements.swap(0, end);
            // SAFETY: `end` is at least 1, so the slice is not empty.
            unsafe { order::sift_down(&mut elements[..end], 0) };
        }
        elements
    }

    /// Moves all elements of `other` into this heap.
    ///
    /// If `other` is the longer one, the two heaps are swapped first, including their allocators, as in std.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
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
        order::rebuild_tail(&mut self.elements, start);
    }

    /// The twin of [`append`](Self::append) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error under the same conditions as [`try_reserve`](Self::try_reserve). Both heaps are then unchanged.
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
        // `append` adds to the longer heap, so that one needs the room.
        if self.len() < other.len() {
            other.try_reserve(self.len())?;
        } else {
            self.try_reserve(other.len())?;
        }
        self.append(other);
        Ok(())
    }

    /// Keeps the elements for which `keep` returns `true`, and drops the others. Visits each element once, in arbitrary
    /// order.
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
        // The elements before the first one that is dropped remain a heap.
        let mut guard = order::RebuildOnDrop { elements: &mut self.elements, rebuild_from: length };
        let order::RebuildOnDrop { elements, rebuild_from } = &mut guard;
        let mut index = 0;
        elements.retain(|element| {
            let kept = keep(element);
            if !kept && index < *rebuild_from {
                *rebuild_from = index;
            }
            index += 1;
            kept
        });
    }
}
