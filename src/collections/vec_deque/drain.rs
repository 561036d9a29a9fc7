//! A range of a deque on its way out.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::mem;
use core::ops::RangeBounds;
use core::ptr::NonNull;

use super::{VecDeque, ring};
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that takes a range of elements out of a [`VecDeque`]: see [`VecDeque::drain`].
///
/// When it is dropped, those left are dropped, and the elements before the range or those behind it move up, whichever are
/// fewer. If it is forgotten, all from the start of the range on are lost to the deque.
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
    /// Borrowed for `'d`. Its length is that of the elements before the range.
    ///
    /// # Invariants
    ///
    /// 1. The `left` elements from index `next` on are initialised, and nobody else counts them.
    /// 2. So are the `behind` elements from index `end` on.
    deque: NonNull<VecDeque<T, A>>,
    /// The index of the first of those left.
    next: usize,
    left: usize,
    /// The index of the first element behind the range.
    end: usize,
    behind: usize,
    borrows: PhantomData<&'d T>,
}

// SAFETY: the elements belong to the iterator alone, as the deque does.
unsafe impl<T: Send, A: Allocator + Send> Send for Drain<'_, T, A> {}
// SAFETY: a shared iterator gives shared elements and a shared allocator.
unsafe impl<T: Sync, A: Allocator + Sync> Sync for Drain<'_, T, A> {}

impl<T, A: Allocator> VecDeque<T, A> {
    /// Takes the elements in `range` out, one by one, and closes the gap in the end.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the last element.
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
        // If the iterator is forgotten, the deque must not have what was taken out.
        self.length = range.start;
        Drain {
            deque: NonNull::from(self),
            next: range.start,
            left: range.len(),
            end: range.end,
            behind: length - range.end,
            borrows: PhantomData,
        }
    }

    /// Closes a gap behind the elements: `behind` more are at index `end`.
    ///
    /// # Safety
    ///
    /// Those are initialised, `end` is not less than the length, and what lies between is nobody's.
    #[inline]
    unsafe fn close_gap(&mut self, end: usize, behind: usize) {
        let (before, gap) = (self.length, end - self.length);
        if before > 0 && behind > 0 {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.join(end, behind) };
        }
        if before + behind == 0 {
            // So that those to come lie one behind the other.
            self.head = 0;
        } else if before < behind {
            self.head = self.place(gap);
        }
        self.length = before + behind;
    }

    /// Moves the elements on one side of a gap over it: those before it if they are fewer.
    ///
    /// # Safety
    ///
    /// That of [`close_gap`](Self::close_gap).
    #[cold]
    #[inline(never)]
    unsafe fn join(&mut self, end: usize, behind: usize) {
        let before = self.length;
        if before < behind {
            // SAFETY: so many elements move over the gap, which is as long as the distance.
            unsafe { self.shift(self.head, self.place(end - before), before) };
        } else {
            // SAFETY: as above, in the other direction.
            unsafe { self.shift(self.place(end), self.place(before), behind) };
        }
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// The allocator of the deque.
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
        // SAFETY: the deque is borrowed, and nobody changes it while the iterator is shared.
        unsafe { self.deque.as_ref() }
    }

    /// The address of the element at `index`, which is or was one of those left.
    #[inline]
    fn address(&self, index: usize) -> NonNull<T> {
        let deque = self.deque();
        // SAFETY: a place of the buffer.
        unsafe { deque.address(deque.place(index)) }
    }
}

impl<T, A: Allocator> Iterator for Drain<'_, T, A> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        let first = self.address(self.next);
        self.next += 1;
        // SAFETY: by (1), and it is no longer left, so that it is moved out once.
        Some(unsafe { first.read() })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T, A: Allocator> DoubleEndedIterator for Drain<'_, T, A> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        let last = self.address(self.next + self.left);
        // SAFETY: by (1), and it is no longer left, so that it is moved out once.
        Some(unsafe { last.read() })
    }
}

impl<T, A: Allocator> ExactSizeIterator for Drain<'_, T, A> {}
impl<T, A: Allocator> FusedIterator for Drain<'_, T, A> {}

impl<T, A: Allocator> Drop for Drain<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        /// Closes the gap, also if a drop unwinds.
        struct Close<'c, 'd, T, A: Allocator>(&'c mut Drain<'d, T, A>);

        impl<T, A: Allocator> Drop for Close<'_, '_, T, A> {
            #[inline]
            fn drop(&mut self) {
                // SAFETY: nobody else uses the deque.
                let deque = unsafe { self.0.deque.as_mut() };
                // SAFETY: by (2), and those of the range are gone.
                unsafe { deque.close_gap(self.0.end, self.0.behind) };
            }
        }

        let close = Close(self);
        if mem::needs_drop::<T>() {
            let left = mem::take(&mut close.0.left);
            // SAFETY: by (1), and they are no longer left.
            unsafe { ring::drop_parts(close.0.deque().parts(close.0.next, left)) };
        }
    }
}

impl<T: fmt::Debug, A: Allocator> fmt::Debug for Drain<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: by (1).
        let (front, back) = unsafe { self.deque().slices(self.next, self.left) };
        f.debug_tuple("Drain").field(&front).field(&back).finish()
    }
}
