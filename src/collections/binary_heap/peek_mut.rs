//! A mutable reference to the greatest element.

use core::fmt;
use core::num::NonZero;
use core::ops::{Deref, DerefMut};

use super::{BinaryHeap, order};
use crate::api::{Allocator, Global};

/// A mutable reference to the greatest element of a [`BinaryHeap`]: see [`BinaryHeap::peek_mut`].
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
    /// The heap.
    ///
    /// # Invariants
    ///
    /// 1. The heap has an element, until `pop` removes it.
    /// 2. After the first mutable access its length is 1. If it was more before, `original_len` stores it. So leaking
    ///    the `PeekMut` loses the other elements, but does not break the order.
    heap: &'h mut BinaryHeap<T, A>,
    /// The length before the first mutable access, if that has changed it.
    original_len: Option<NonZero<usize>>,
}

impl<'h, T: Ord, A: Allocator> PeekMut<'h, T, A> {
    /// Borrows the greatest element of `heap`.
    ///
    /// # Safety
    ///
    /// The heap is not empty.
    #[inline]
    pub(super) unsafe fn new(heap: &'h mut BinaryHeap<T, A>) -> Self {
        debug_assert!(!heap.is_empty());
        Self { heap, original_len: None }
    }

    /// Restores the length of the heap. Returns whether the first element may have changed while there were others.
    #[inline]
    fn restore_length(&mut self) -> bool {
        let Some(original_len) = self.original_len.take() else { return false };
        // SAFETY: by invariant 2 this was the length. No element has been moved out since then.
        unsafe { self.heap.elements.set_len(original_len.get()) };
        true
    }

    /// Removes and returns the element.
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
        // `pop` takes out the first element whatever its value is; the others are still in order.
        this.restore_length();
        this.heap.pop().expect("the heap is not empty")
    }
}

impl<T: Ord, A: Allocator> Deref for PeekMut<'_, T, A> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        debug_assert!(!self.heap.is_empty());
        // SAFETY: by invariant 1.
        unsafe { self.heap.elements.get_unchecked(0) }
    }
}

impl<T: Ord, A: Allocator> DerefMut for PeekMut<'_, T, A> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        debug_assert!(!self.heap.is_empty());
        let len = self.heap.len();
        if len > 1 {
            self.original_len = NonZero::new(len);
            // SAFETY: 1 is less than the length.
            unsafe { self.heap.elements.set_len(1) };
        }
        // SAFETY: by invariant 1.
        unsafe { self.heap.elements.get_unchecked_mut(0) }
    }
}

impl<T: Ord, A: Allocator> Drop for PeekMut<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        if self.restore_length() {
            // SAFETY: the heap had more than one element, and has the same number again.
            unsafe { order::sift_down(&mut self.heap.elements, 0) };
        }
    }
}

impl<T: Ord + fmt::Debug, A: Allocator> fmt::Debug for PeekMut<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PeekMut").field(&**self).finish()
    }
}
