//! The ring in which the elements lie: where an element is, and how elements move along it.

use core::ops::Range;
use core::ptr::{self, NonNull};
use core::slice;

use super::VecDeque;
use crate::api::Allocator;
use crate::collections::error::OnFailure;

/// Elements that follow one another in the ring: those up to the end of the buffer at most, and those from its start on. The
/// second part is empty if the first is.
pub(super) type Parts<T> = (*mut [T], *mut [T]);

/// Drops both parts, the second one also if a drop in the first unwinds.
///
/// # Safety
///
/// The elements of both parts are initialised, and nobody uses them again.
#[inline]
pub(super) unsafe fn drop_parts<T>(parts: Parts<T>) {
    /// Drops the elements when it is dropped itself.
    struct Dropped<T>(*mut [T]);

    impl<T> Drop for Dropped<T> {
        #[inline]
        fn drop(&mut self) {
            // SAFETY: by `# Safety` of `drop_parts`.
            unsafe { self.0.drop_in_place() };
        }
    }

    let _second = Dropped(parts.1);
    // SAFETY: by `# Safety` of this fn.
    unsafe { parts.0.drop_in_place() };
}

impl<T, A: Allocator> VecDeque<T, A> {
    /// The place `count` behind `place`. `place` is less than the capacity or 0, and `count` at most the capacity.
    #[inline]
    pub(super) fn forwards(&self, place: usize, count: usize) -> usize {
        if size_of::<T>() == 0 {
            return 0;
        }
        // Neither is more than the capacity, which is at most `isize::MAX`.
        let sum = place + count;
        if sum >= self.capacity() { sum - self.capacity() } else { sum }
    }

    /// The place `count` before `place`. `place` is less than the capacity or 0, and `count` at most the capacity.
    #[inline]
    pub(super) fn backwards(&self, place: usize, count: usize) -> usize {
        if size_of::<T>() == 0 {
            return 0;
        }
        let sum = place.wrapping_sub(count).wrapping_add(self.capacity());
        if sum >= self.capacity() { sum - self.capacity() } else { sum }
    }

    /// The place of the element at `index`, which is at most the length. That of the length is where the next element goes.
    #[inline]
    pub(super) fn place(&self, index: usize) -> usize {
        self.forwards(self.head, index)
    }

    /// The address of a place.
    ///
    /// # Safety
    ///
    /// `place` is at most the capacity.
    #[inline]
    pub(super) unsafe fn address(&self, place: usize) -> NonNull<T> {
        // SAFETY: the block has so many places, by `# Safety` of this fn.
        unsafe { self.buffer.start().add(place) }
    }

    /// Whether no element lies before the first one in the buffer.
    #[inline]
    pub(super) fn is_contiguous(&self) -> bool {
        self.head <= self.capacity() - self.length
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.length == self.capacity()
    }

    /// The places of `count` elements from index `start` on, in two parts, as far as they go.
    #[inline]
    fn part_places(&self, start: usize, count: usize) -> (Range<usize>, Range<usize>) {
        if count == 0 {
            return (0..0, 0..0);
        }
        let first = self.place(start);
        let room = self.capacity() - first;
        if count <= room { (first..first + count, 0..0) } else { (first..self.capacity(), 0..count - room) }
    }

    /// `count` elements from index `start` on. There must have been so many.
    #[inline]
    pub(super) fn parts(&self, start: usize, count: usize) -> Parts<T> {
        let part = |places: Range<usize>| {
            // SAFETY: a place of the buffer, or its start.
            let first = unsafe { self.address(places.start) };
            ptr::slice_from_raw_parts_mut(first.as_ptr(), places.len())
        };
        let (front, back) = self.part_places(start, count);
        (part(front), part(back))
    }

    /// `count` elements from index `start` on.
    ///
    /// # Safety
    ///
    /// These are initialised.
    #[inline]
    pub(super) unsafe fn slices(&self, start: usize, count: usize) -> (&[T], &[T]) {
        let (front, back) = self.parts(start, count);
        // SAFETY: by `# Safety` of this fn.
        let front = unsafe { slice::from_raw_parts(front.cast(), front.len()) };
        // SAFETY: as above.
        let back = unsafe { slice::from_raw_parts(back.cast(), back.len()) };
        (front, back)
    }

    /// `count` elements from index `start` on, to be changed.
    ///
    /// # Safety
    ///
    /// These are initialised.
    #[inline]
    pub(super) unsafe fn slices_mut(&mut self, start: usize, count: usize) -> (&mut [T], &mut [T]) {
        let (front, back) = self.parts(start, count);
        // SAFETY: by `# Safety` of this fn, and borrowed as the deque is.
        let front = unsafe { slice::from_raw_parts_mut(front.cast(), front.len()) };
        // SAFETY: as above, and other elements.
        let back = unsafe { slice::from_raw_parts_mut(back.cast(), back.len()) };
        (front, back)
    }

    /// Moves `count` elements within the buffer, not around its end.
    ///
    /// # Safety
    ///
    /// From both places on there are so many to the end of the buffer.
    #[inline]
    pub(super) unsafe fn copy(&mut self, from: usize, to: usize, count: usize) {
        debug_assert!(from.max(to) + count <= self.capacity(), "copied beyond the buffer");
        // SAFETY: within the buffer.
        let source = unsafe { self.address(from) };
        // SAFETY: within the buffer.
        let target = unsafe { self.address(to) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { source.copy_to(target, count) };
    }

    /// Moves `count` elements along the ring from the place `from` to the place `to`.
    ///
    /// # Safety
    ///
    /// 1. Both places are less than the capacity or 0, and `count` is at most the capacity.
    /// 2. The elements do not overlap with their new places at both ends: the distance, taken the shorter way, and `count` are
    ///    at most the capacity together.
    #[inline]
    pub(super) unsafe fn shift(&mut self, from: usize, to: usize, count: usize) {
        if size_of::<T>() == 0 || from == to || count == 0 {
            return;
        }
        debug_assert!(
            self.backwards(to, from).min(self.backwards(from, to)) + count <= self.capacity(),
            "shifted over both ends"
        );
        // Neither is more than the capacity, which is at most `isize::MAX`.
        if from.max(to) + count <= self.capacity() {
            // SAFETY: compared just now.
            unsafe { self.copy(from, to, count) };
        } else {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.shift_around(from, to, count) };
        }
    }

    /// Shifts around the end of the buffer: in three pieces, each of which is contiguous before and after.
    ///
    /// # Safety
    ///
    /// That of [`shift`](Self::shift), and the places differ.
    #[inline]
    unsafe fn shift_around(&mut self, from: usize, to: usize, count: usize) {
        let (from_room, to_room) = (self.capacity() - from, self.capacity() - to);
        // Up to where the first of both reaches the end of the buffer, up to where the other one does, and the rest.
        let first = from_room.min(to_room).min(count);
        let second = from_room.max(to_room).min(count);
        let (middle_from, middle_to) = if from_room < to_room { (0, to + first) } else { (from + first, 0) };
        let (last_from, last_to) = if from_room < to_room { (second - first, 0) } else { (0, second - first) };
        // If the new places begin among the elements, the last ones go first. By (2) the new places do not reach the first
        // elements then, and otherwise not the last ones, so that no piece is overwritten before it has moved.
        let last_first = self.backwards(to, from) < count;
        if last_first && second < count {
            // SAFETY: behind both ends, from where the second one was crossed.
            unsafe { self.copy(last_from, last_to, count - second) };
        }
        if !last_first {
            // SAFETY: before both ends.
            unsafe { self.copy(from, to, first) };
        }
        if second - first == 1 {
            // An insertion or removal shifts by one. This copy is no call.
            // SAFETY: between both ends, so a place of the buffer.
            let source = unsafe { self.address(middle_from) };
            // SAFETY: as above.
            let target = unsafe { self.address(middle_to) };
            // SAFETY: an element that moves.
            let element = unsafe { source.read() };
            // SAFETY: the place is free or has been moved from.
            unsafe { target.write(element) };
        } else {
            // SAFETY: between both ends.
            unsafe { self.copy(middle_from, middle_to, second - first) };
        }
        if last_first {
            // SAFETY: before both ends.
            unsafe { self.copy(from, to, first) };
        } else if second < count {
            // SAFETY: behind both ends, from where the second one was crossed.
            unsafe { self.copy(last_from, last_to, count - second) };
        }
    }

    /// Moves `elements` in, from `place` on along the ring.
    ///
    /// # Safety
    ///
    /// `place` is less than the capacity or 0, so many places from there on are free, and the elements are not in the buffer.
    /// Nobody else uses the elements again.
    #[inline]
    pub(super) unsafe fn copy_in(&mut self, place: usize, elements: *const [T]) {
        let (source, count) = (elements.cast::<T>(), elements.len());
        let room = (self.capacity() - place).min(count);
        // SAFETY: by `# Safety` of this fn.
        let target = unsafe { self.address(place) };
        // SAFETY: so many places are free up to the end of the buffer.
        unsafe { source.copy_to_nonoverlapping(target.as_ptr(), room) };
        if room < count {
            // SAFETY: not more than there are.
            let rest = unsafe { source.add(room) };
            // SAFETY: the rest of the places is at the start of the buffer.
            unsafe { rest.copy_to_nonoverlapping(self.buffer.start().as_ptr(), count - room) };
        }
    }

    /// Makes a ring of what was one before the buffer grew.
    ///
    /// # Safety
    ///
    /// The capacity was `old` when the deque was last a ring, and is not less now.
    #[inline]
    unsafe fn spread(&mut self, old: usize) {
        if self.head <= old - self.length {
            return;
        }
        // The part at the end of the old buffer, and that at its start.
        let front = old - self.head;
        let back = self.length - front;
        if back < front && self.capacity() - old >= back {
            // SAFETY: there is so much room behind the old end.
            unsafe { self.copy(0, old, back) };
        } else {
            let head = self.capacity() - front;
            // SAFETY: up to the new end.
            unsafe { self.copy(self.head, head, front) };
            self.head = head;
        }
    }

    /// Makes room for one element more than the capacity.
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub(super) fn grow<F: OnFailure>(&mut self) -> Result<(), F::Error> {
        debug_assert!(self.is_full());
        let old = self.capacity();
        self.buffer.grow_one::<F>()?;
        // SAFETY: `old` was the capacity before.
        unsafe { self.spread(old) };
        Ok(())
    }

    /// Makes room for `additional` elements and for others to come.
    #[inline]
    #[track_caller]
    pub(super) fn make_room<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        let old = self.capacity();
        self.buffer.reserve::<F>(self.length, additional)?;
        if self.capacity() != old {
            // SAFETY: `old` was the capacity before.
            unsafe { self.spread(old) };
        }
        Ok(())
    }

    /// Makes room for `additional` elements and no others.
    #[track_caller]
    pub(super) fn make_exact_room<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        let old = self.capacity();
        self.buffer.reserve_exact::<F>(self.length, additional)?;
        if self.capacity() != old {
            // SAFETY: `old` was the capacity before.
            unsafe { self.spread(old) };
        }
        Ok(())
    }
}
