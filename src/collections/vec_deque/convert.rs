//! Conversions between deques, vectors and arrays.

use alloc::collections::VecDeque as StdDeque;
use alloc::vec::Vec as StdVec;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use super::{Panic, VecDeque, into_ok};
use crate::api::{Allocator, Global};
use crate::collections::Vec;
use crate::collections::raw_buffer::RawBuffer;

impl<T, A: Allocator> From<Vec<T, A>> for VecDeque<T, A> {
    /// Takes over the block, without moving elements.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{collections::VecDeque, vec_in};
    ///
    /// let vec = vec_in![in janus_alloc::System; 1, 2];
    /// let start = vec.as_ptr();
    /// assert_eq!(VecDeque::from(vec).as_slices().0.as_ptr(), start);
    /// ```
    #[inline]
    fn from(vec: Vec<T, A>) -> Self {
        let (start, length, capacity, allocator) = vec.into_raw_parts_with_allocator();
        // SAFETY: the address from a vector is not null.
        let start = unsafe { NonNull::new_unchecked(start) };
        // SAFETY: the parts come from a vector, whose buffer has the same invariants.
        let buffer = unsafe { RawBuffer::from_parts(start, capacity, allocator) };
        Self { head: 0, length, buffer }
    }
}

impl<T, A: Allocator> From<VecDeque<T, A>> for Vec<T, A> {
    /// Converts into a vector in the same block. The elements move within the block unless they begin at its start.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{Vec, VecDeque};
    ///
    /// let mut deque = VecDeque::from([2, 3]);
    /// deque.push_front(1);
    /// assert_eq!(Vec::from(deque), [1, 2, 3]);
    /// ```
    fn from(mut deque: VecDeque<T, A>) -> Self {
        deque.make_contiguous();
        let length = deque.length;
        // SAFETY: the elements are contiguous from `head` on, so both ranges are within the buffer.
        unsafe { deque.copy(deque.head, 0, length) };
        let deque = ManuallyDrop::new(deque);
        // SAFETY: the deque is not used again, so the buffer is moved out once.
        let (start, capacity, allocator) = unsafe { (&raw const deque.buffer).read() }.into_parts();
        // SAFETY: the parts come from a buffer whose first `length` elements are initialised.
        unsafe { Vec::from_raw_parts_in(start.as_ptr(), length, capacity, allocator) }
    }
}

impl<T, const N: usize> From<[T; N]> for VecDeque<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        into_ok(Self::from_array::<Panic, N>(elements, Global))
    }
}

impl<T> From<StdDeque<T>> for VecDeque<T> {
    /// Takes over the block. The elements move within it unless they begin at its start.
    fn from(deque: StdDeque<T>) -> Self {
        Self::from(Vec::from(StdVec::from(deque)))
    }
}

impl<T> From<VecDeque<T>> for StdDeque<T> {
    /// Passes on the block. The elements move within it unless they begin at its start.
    fn from(deque: VecDeque<T>) -> Self {
        Self::from(StdVec::from(Vec::from(deque)))
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for VecDeque<T, A> {
    /// Collects the elements, in the default of the allocator's type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator.
    #[inline]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        Self::from_iter_in(iter, A::default())
    }
}
