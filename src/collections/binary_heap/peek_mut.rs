//! The greatest element, to be changed.

use core::fmt;
use core::num::NonZero;
use core::ops::{Deref, DerefMut};

use super::{BinaryHeap, order};
use crate::api::{Allocator, Global};

/// The greatest element of a [`BinaryHeap`], to be changed: see [`BinaryHeap::peek_mut`].
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{BinaryHeap, binary_heap::PeekMut}};
///
/// let mut numbers = BinaryHeap::from([1, 2, 9]);
/// let mut first: PeekMut<'_, i32, Global> = numbers.peek_mut().unwrap();
/// *first -= 4;
/// assert_eq!(PeekMut::pop(first), 5);
/// ```
pub struct PeekMut<'h, T: Ord, A: Allocator = Global> {
    /// Not empty. From the first change on it has one element, so that forgetting this loses the others and breaks no order.
    heap: &'h mut BinaryHeap<T, A>,
    /// The number of elements before the first change.
    length: Option<NonZero<usize>>,
}

impl<'h, T: Ord, A: Allocator> PeekMut<'h, T, A> {
    /// `heap` is not empty.
    #[inline]
    pub(super) fn new(heap: &'h mut BinaryHeap<T, A>) -> Self {
        debug_assert!(!heap.is_empty());
        Self { heap, length: None }
    }

    /// Gives the heap its elements back, and says whether the first one may have changed.
    #[inline]
    fn restore_length(&mut self) -> bool {
        let Some(length) = self.length.take() else { return false };
        // SAFETY: that was the length, and since then no element has been moved out.
        unsafe { self.heap.elements.set_len(length.get()) };
        true
    }

    /// Takes the element out.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{BinaryHeap, binary_heap::PeekMut};
    ///
    /// let mut numbers = BinaryHeap::from([1, 2]);
    /// let first = numbers.peek_mut().unwrap();
    /// assert_eq!(PeekMut::pop(first), 2);
    /// ```
    #[inline]
    pub fn pop(mut this: Self) -> T {
        // Whatever it has changed to, the order of the others is as it was.
        this.restore_length();
        this.heap.pop().expect("the heap is not empty")
    }
}

impl<T: Ord, A: Allocator> Deref for PeekMut<'_, T, A> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        debug_assert!(!self.heap.is_empty());
        // SAFETY: the heap is not empty.
        unsafe { self.heap.elements.get_unchecked(0) }
    }
}

impl<T: Ord, A: Allocator> DerefMut for PeekMut<'_, T, A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        debug_assert!(!self.heap.is_empty());
        let length = self.heap.len();
        if length > 1 {
            self.length = NonZero::new(length);
            // SAFETY: less than the length.
            unsafe { self.heap.elements.set_len(1) };
        }
        // SAFETY: the heap is not empty.
        unsafe { self.heap.elements.get_unchecked_mut(0) }
    }
}

impl<T: Ord, A: Allocator> Drop for PeekMut<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        if self.restore_length() {
            // SAFETY: there is more than one element.
            unsafe { order::sift_down(&mut self.heap.elements, 0) };
        }
    }
}

impl<T: Ord + fmt::Debug, A: Allocator> fmt::Debug for PeekMut<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PeekMut").field(&**self).finish()
    }
}
