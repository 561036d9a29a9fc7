//! Removing a range of a deque.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem;
use core::ops::RangeBounds;
use core::ptr::NonNull;

use super::{VecDeque, ring};
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that removes a range of elements from a [`VecDeque`]: see [`VecDeque::drain`].
///
/// Dropping it drops the remaining elements of the range, and then moves the elements before or after the range,
/// whichever are fewer. Forgetting it leaks all elements from the start of the range on.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{VecDeque, vec_deque::Drain}};
///
/// let mut numbers = VecDeque::from([1, 2, 3, 4]);
/// let mut drain: Drain<'_, i32, Global> = numbers.drain(1..3);
/// assert_eq!(drain.next_back(), Some(3));
/// drop(drain);
/// assert_eq!(numbers, [1, 4]);
/// ```
pub struct Drain<'d, T, A: Allocator = Global> {
    /// The deque. Its length is the number of elements before the range.
    ///
    /// # Invariants
    ///
    /// 1. The `remaining` elements from index `next` on are initialised, and belong to the iterator: the deque's length
    ///    does not include them.
    /// 2. The same holds for the `tail_length` elements from index `tail` on.
    /// 3. `tail` is not less than the length of the deque.
    /// 4. The deque is borrowed mutably for `'d`, and nothing else uses it.
    deque: NonNull<VecDeque<T, A>>,
    /// The index of the first remaining element.
    next: usize,
    remaining: usize,
    /// The index of the first element after the range.
    tail: usize,
    tail_length: usize,
    borrows: PhantomData<&'d T>,
}

// SAFETY: by the invariants the elements and the deque belong to the iterator, so it is sent with them.
unsafe impl<T: Send, A: Allocator + Send> Send for Drain<'_, T, A> {}
// SAFETY: a shared iterator gives access only to shared elements and a shared allocator.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for Drain<'_, T, A> {}

impl<T, A: Allocator> VecDeque<T, A> {
    /// Removes the elements in `range` and yields them. Dropping the iterator closes the gap.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1, 2, 3]);
    /// assert!(numbers.drain(..2).eq([1, 2]));
    /// assert_eq!(numbers, [3]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> Drain<'_, T, A> {
        let length = self.length;
        let range = bounds::indexes(range, length);
        // If the iterator is forgotten, the deque must not contain moved-out elements.
        self.length = range.start;
        Drain {
            deque: NonNull::from(self),
            next: range.start,
            remaining: range.len(),
            tail: range.end,
            tail_length: length - range.end,
            borrows: PhantomData,
        }
    }

    /// Closes the gap between the elements and the `tail_length` elements from index `tail` on.
    ///
    /// # Safety
    ///
    /// The elements from index `tail` on are initialised, `tail` is not less than the length, and the places in between
    /// belong to nothing.
    #[inline]
    unsafe fn close_gap(&mut self, tail: usize, tail_length: usize) {
        let (before, gap) = (self.length, tail - self.length);
        if before > 0 && tail_length > 0 {
            // SAFETY: by `# Safety` of this fn, which is the same.
            unsafe { self.join(tail, tail_length) };
        }
        if before + tail_length == 0 {
            // Elements appended from now on are contiguous.
            self.head = 0;
        } else if before < tail_length {
            self.head = self.place(gap);
        }
        self.length = before + tail_length;
    }

    /// Moves the elements on one side of a gap over it: those before it if they are fewer, and else those after it.
    ///
    /// # Safety
    ///
    /// Same as [`close_gap`](Self::close_gap).
    #[cold]
    #[inline(never)]
    unsafe fn join(&mut self, tail: usize, tail_length: usize) {
        let before = self.length;
        if before < tail_length {
            // SAFETY: the distance is the length of the gap, whose places are free, so the condition on overlaps holds.
            unsafe { self.shift(self.head, self.place(tail - before), before) };
        } else {
            // SAFETY: same as above, in the other direction.
            unsafe { self.shift(self.place(tail), self.place(before), tail_length) };
        }
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// Returns a reference to the allocator of the deque.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::VecDeque};
    ///
    /// let mut numbers = VecDeque::from_iter_in([1_u8, 2], Stats::new(System));
    /// assert_eq!(numbers.drain(1..).allocator().snapshot().live_bytes, 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        self.deque().allocator()
    }

    #[inline]
    fn deque(&self) -> &VecDeque<T, A> {
        // SAFETY: by invariant 4; a shared iterator modifies nothing.
        unsafe { self.deque.as_ref() }
    }

    /// Returns the address of the element at `index`, which is or was a remaining one.
    #[inline]
    fn address(&self, index: usize) -> NonNull<T> {
        let deque = self.deque();
        // SAFETY: the index was less than the length, so the place is less than the capacity or 0.
        unsafe { deque.address(deque.place(index)) }
    }
}

impl<T, A: Allocator> Iterator for Drain<'_, T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.remaining = self.remaining.checked_sub(1)?;
        let first = self.address(self.next);
        self.next += 1;
        // SAFETY: by invariant 1 it is initialised; it no longer counts as remaining, so it is moved out once.
        Some(unsafe { first.read() })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl<T, A: Allocator> DoubleEndedIterator for Drain<'_, T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.remaining = self.remaining.checked_sub(1)?;
        let last = self.address(self.next + self.remaining);
        // SAFETY: by invariant 1 it is initialised; it no longer counts as remaining, so it is moved out once.
        Some(unsafe { last.read() })
    }
}

impl<T, A: Allocator> ExactSizeIterator for Drain<'_, T, A> {}
impl<T, A: Allocator> FusedIterator for Drain<'_, T, A> {}

impl<T, A: Allocator> Drop for Drain<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        /// Closes the gap when it is dropped, even if the drop of an element unwinds.
        struct GapGuard<'c, 'd, T, A: Allocator>(&'c mut Drain<'d, T, A>);

        impl<T, A: Allocator> Drop for GapGuard<'_, '_, T, A> {
            #[inline]
            fn drop(&mut self) {
                // SAFETY: by invariant 4.
                let deque = unsafe { self.0.deque.as_mut() };
                // SAFETY: by invariants 2 and 3. None of the range remains, so the places in between belong to nothing.
                unsafe { deque.close_gap(self.0.tail, self.0.tail_length) };
            }
        }

        let guard = GapGuard(self);
        if mem::needs_drop::<T>() {
            let remaining = mem::take(&mut guard.0.remaining);
            // SAFETY: by invariant 1 they are elements within the capacity.
            let parts = unsafe { guard.0.deque().parts(guard.0.next, remaining) };
            // SAFETY: by invariant 1 they are initialised; they no longer count as remaining, so they are dropped once.
            unsafe { ring::drop_parts(parts) };
        }
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: by invariant 1.
        let (front, back) = unsafe { self.deque().slices(self.next, self.remaining) };
        f.debug_tuple("Drain").field(&front).field(&back).finish()
    }
}
