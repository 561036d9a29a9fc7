//! The ring buffer: the places of elements, and moving elements along the ring.

use core::ops::Range;
use core::ptr::{self, NonNull};
use core::slice;

use super::VecDeque;
use crate::api::Allocator;
use crate::collections::error::OnFailure;

/// A sequence of elements in the ring, in two parts. The first part extends at most to the end of the buffer, and the
/// second part begins at the start of the buffer. If the first part is empty, so is the second.
pub(super) type Parts<T> = (*mut [T], *mut [T]);

/// Drops the elements of both parts. Those of the second part are dropped also if a drop in the first part unwinds.
///
/// # Safety
///
/// The elements of both parts are initialised, and nothing uses them again.
#[inline]
pub(super) unsafe fn drop_parts<T>(parts: Parts<T>) {
    /// Drops the elements on its own drop.
    struct DropGuard<T>(*mut [T]);

    impl<T> Drop for DropGuard<T> {
        #[inline]
        fn drop(&mut self) {
            // SAFETY: by `# Safety` of `drop_parts`; each part is dropped once.
            unsafe { self.0.drop_in_place() };
        }
    }

    let _second = DropGuard(parts.1);
    // SAFETY: by `# Safety` of this fn; each part is dropped once.
    unsafe { parts.0.drop_in_place() };
}

impl<T, A: Allocator> VecDeque<T, A> {
    /// Returns the place `count` after `place`. `place` is less than the capacity or 0, and `count` is at most the
    /// capacity.
    #[inline]
    pub(super) fn forwards(&self, place: usize, count: usize) -> usize {
        if size_of::<T>() == 0 {
            return 0;
        }
        // Both are at most the capacity, which is at most `isize::MAX`, so the sum does not overflow.
        let sum = place + count;
        if sum >= self.capacity() { sum - self.capacity() } else { sum }
    }

    /// Returns the place `count` before `place`. `place` is less than the capacity or 0, and `count` is at most the
    /// capacity.
    #[inline]
    pub(super) fn backwards(&self, place: usize, count: usize) -> usize {
        if size_of::<T>() == 0 {
            return 0;
        }
        let sum = place.wrapping_sub(count).wrapping_add(self.capacity());
        if sum >= self.capacity() { sum - self.capacity() } else { sum }
    }

    /// Returns the place of the element at `index`, which is at most the length. An `index` equal to the length gives
    /// the place of the next element to append.
    #[inline]
    pub(super) fn place(&self, index: usize) -> usize {
        self.forwards(self.head, index)
    }

    /// Returns the address of a place.
    ///
    /// # Safety
    ///
    /// `place` is at most the capacity.
    #[inline]
    pub(super) unsafe fn address(&self, place: usize) -> NonNull<T> {
        // SAFETY: the block has at least `place` places, by `# Safety` of this fn.
        unsafe { self.buffer.start().add(place) }
    }

    /// Returns whether the elements do not wrap around the end of the buffer.
    #[inline]
    pub(super) fn is_contiguous(&self) -> bool {
        self.head <= self.capacity() - self.length
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.length == self.capacity()
    }

    /// Returns the places of the `count` elements from index `start` on, in two parts.
    #[inline]
    fn part_ranges(&self, start: usize, count: usize) -> (Range<usize>, Range<usize>) {
        if count == 0 {
            return (0..0, 0..0);
        }
        let first = self.place(start);
        let room = self.capacity() - first;
        if count <= room { (first..first + count, 0..0) } else { (first..self.capacity(), 0..count - room) }
    }

    /// Returns the `count` elements from index `start` on.
    ///
    /// # Safety
    ///
    /// `start + count` is at most the capacity.
    #[inline]
    pub(super) unsafe fn parts(&self, start: usize, count: usize) -> Parts<T> {
        let part = |places: Range<usize>| {
            // SAFETY: by `# Safety` of this fn, the start of a range of `part_ranges` is less than the capacity, or 0.
            let first = unsafe { self.address(places.start) };
            ptr::slice_from_raw_parts_mut(first.as_ptr(), places.len())
        };
        let (front, back) = self.part_ranges(start, count);
        (part(front), part(back))
    }

    /// Returns the `count` elements from index `start` on as slices.
    ///
    /// # Safety
    ///
    /// These elements exist and are initialised.
    #[inline]
    pub(super) unsafe fn slices(&self, start: usize, count: usize) -> (&[T], &[T]) {
        // SAFETY: the elements exist, by `# Safety` of this fn.
        let (front, back) = unsafe { self.parts(start, count) };
        // SAFETY: the elements are initialised, by `# Safety` of this fn.
        let front = unsafe { slice::from_raw_parts(front.cast(), front.len()) };
        // SAFETY: same as for the first part.
        let back = unsafe { slice::from_raw_parts(back.cast(), back.len()) };
        (front, back)
    }

    /// Returns the `count` elements from index `start` on as mutable slices.
    ///
    /// # Safety
    ///
    /// These elements exist and are initialised.
    #[inline]
    pub(super) unsafe fn slices_mut(&mut self, start: usize, count: usize) -> (&mut [T], &mut [T]) {
        // SAFETY: the elements exist, by `# Safety` of this fn.
        let (front, back) = unsafe { self.parts(start, count) };
        // SAFETY: the elements are initialised, by `# Safety` of this fn, and the slice borrows the deque.
        let front = unsafe { slice::from_raw_parts_mut(front.cast(), front.len()) };
        // SAFETY: same as for the first part; the parts do not overlap.
        let back = unsafe { slice::from_raw_parts_mut(back.cast(), back.len()) };
        (front, back)
    }

    /// Moves `count` elements from the place `from` to the place `to`, neither of which wraps around the end of the
    /// buffer.
    ///
    /// # Safety
    ///
    /// `from + count` and `to + count` are at most the capacity.
    #[inline]
    pub(super) unsafe fn copy(&mut self, from: usize, to: usize, count: usize) {
        debug_assert!(from.max(to) + count <= self.capacity(), "copied beyond the buffer");
        // SAFETY: `from` is at most the capacity, by `# Safety` of this fn.
        let source = unsafe { self.address(from) };
        // SAFETY: `to` is at most the capacity, by `# Safety` of this fn.
        let target = unsafe { self.address(to) };
        // SAFETY: both ranges are within the buffer, by `# Safety` of this fn.
        unsafe { source.copy_to(target, count) };
    }

    /// Moves `count` elements along the ring, from the place `from` to the place `to`.
    ///
    /// # Safety
    ///
    /// 1. `from` and `to` are less than the capacity or 0, and `count` is at most the capacity.
    /// 2. The new places overlap the old ones at one end only: `count` plus the distance between `from` and `to`, the
    ///    shorter way round, is at most the capacity.
    #[inline]
    pub(super) unsafe fn shift(&mut self, from: usize, to: usize, count: usize) {
        if size_of::<T>() == 0 || from == to || count == 0 {
            return;
        }
        debug_assert!(
            self.backwards(to, from).min(self.backwards(from, to)) + count <= self.capacity(),
            "shifted over both ends"
        );
        // By (1) and since the capacity is at most `isize::MAX`, the sum does not overflow.
        if from.max(to) + count <= self.capacity() {
            // SAFETY: this has just been checked.
            unsafe { self.copy(from, to, count) };
        } else {
            // SAFETY: by `# Safety` of this fn, and the places differ.
            unsafe { self.shift_around(from, to, count) };
        }
    }

    /// Shifts elements that wrap around the end of the buffer before or after the move. It moves three pieces, each of
    /// which is contiguous before and after the move.
    ///
    /// # Safety
    ///
    /// Same as [`shift`](Self::shift), and the places differ.
    #[inline]
    unsafe fn shift_around(&mut self, from: usize, to: usize, count: usize) {
        let (from_room, to_room) = (self.capacity() - from, self.capacity() - to);
        // The first piece ends where the source or the target reaches the end of the buffer, and the second where the
        // other one does.
        let first = from_room.min(to_room).min(count);
        let second = from_room.max(to_room).min(count);
        let (middle_from, middle_to) = if from_room < to_room { (0, to + first) } else { (from + first, 0) };
        let (last_from, last_to) = if from_room < to_room { (second - first, 0) } else { (0, second - first) };
        // If the new places begin among the elements, the last piece moves first. By (2) the new places then do not
        // reach the first elements, and otherwise not the last ones. So no piece is overwritten before it has moved.
        let last_first = self.backwards(to, from) < count;
        if last_first && second < count {
            // SAFETY: the last piece is after both ends of the buffer, so it starts where the second one was crossed.
            unsafe { self.copy(last_from, last_to, count - second) };
        }
        if !last_first {
            // SAFETY: the first piece ends before either end of the buffer.
            unsafe { self.copy(from, to, first) };
        }
        if second - first == 1 {
            // An insertion or removal shifts by one, and then this avoids a call of `memmove`.
            // SAFETY: the middle piece is within the buffer.
            let source = unsafe { self.address(middle_from) };
            // SAFETY: same as for the source.
            let target = unsafe { self.address(middle_to) };
            // SAFETY: by `# Safety` the element there is one of those to move.
            let element = unsafe { source.read() };
            // SAFETY: by the order above the place is free or its element has moved.
            unsafe { target.write(element) };
        } else {
            // SAFETY: the middle piece ends before the second end of the buffer.
            unsafe { self.copy(middle_from, middle_to, second - first) };
        }
        if last_first {
            // SAFETY: the first piece ends before either end of the buffer.
            unsafe { self.copy(from, to, first) };
        } else if second < count {
            // SAFETY: the last piece is after both ends of the buffer, so it starts where the second one was crossed.
            unsafe { self.copy(last_from, last_to, count - second) };
        }
    }

    /// Moves `elements` into the ring, from `place` on.
    ///
    /// # Safety
    ///
    /// 1. `place` is less than the capacity or 0, and `elements.len()` places from there on are free.
    /// 2. The elements are initialised and not in the buffer, and nothing uses them again.
    #[inline]
    pub(super) unsafe fn copy_in(&mut self, place: usize, elements: *const [T]) {
        let (source, count) = (elements.cast::<T>(), elements.len());
        let room = (self.capacity() - place).min(count);
        // SAFETY: `place` is less than the capacity or 0, by `# Safety` (1).
        let target = unsafe { self.address(place) };
        // SAFETY: by `# Safety` that many elements can be moved to the places up to the end of the buffer.
        unsafe { source.copy_to_nonoverlapping(target.as_ptr(), room) };
        if room < count {
            // SAFETY: `room` is less than the number of elements.
            let rest = unsafe { source.add(room) };
            // SAFETY: by `# Safety` (1) the free places continue at the start of the buffer.
            unsafe { rest.copy_to_nonoverlapping(self.buffer.start().as_ptr(), count - room) };
        }
    }

    /// Restores the ring after the buffer has grown, by moving one of two parts.
    ///
    /// # Safety
    ///
    /// The invariants of the deque held when the capacity was `old`, which is at most the present capacity.
    #[inline]
    unsafe fn handle_growth(&mut self, old: usize) {
        if self.head <= old - self.length {
            return;
        }
        // The parts at the end and at the start of the old buffer.
        let front = old - self.head;
        let back = self.length - front;
        if back < front && self.capacity() - old >= back {
            // SAFETY: that many places were added after the old end.
            unsafe { self.copy(0, old, back) };
        } else {
            let head = self.capacity() - front;
            // SAFETY: the new places extend to the new end of the buffer.
            unsafe { self.copy(self.head, head, front) };
            self.head = head;
        }
    }

    /// Grows the capacity by at least one element. Requires that the deque is full.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(super) fn grow<F: OnFailure>(&mut self) -> Result<(), F::Error> {
        debug_assert!(self.is_full());
        let old = self.capacity();
        self.buffer.grow_one::<F>()?;
        // SAFETY: `old` was the capacity before, and the invariants held.
        unsafe { self.handle_growth(old) };
        Ok(())
    }

    /// Makes room for at least `additional` more elements, and perhaps for more.
    #[inline]
    #[track_caller]
    pub(super) fn make_room<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        let old = self.capacity();
        self.buffer.reserve::<F>(self.length, additional)?;
        if self.capacity() != old {
            // SAFETY: `old` was the capacity before, and the invariants held.
            unsafe { self.handle_growth(old) };
        }
        Ok(())
    }

    /// Makes room for exactly `additional` more elements.
    #[track_caller]
    pub(super) fn make_exact_room<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        let old = self.capacity();
        self.buffer.reserve_exact::<F>(self.length, additional)?;
        if self.capacity() != old {
            // SAFETY: `old` was the capacity before, and the invariants held.
            unsafe { self.handle_growth(old) };
        }
        Ok(())
    }
}
