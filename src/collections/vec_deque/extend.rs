//! Appending many elements at once.

use core::ptr::NonNull;
use core::slice;

use super::{VecDeque, into_ok};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::same_type::{same_type, transmute_same};
use crate::collections::vec;

impl<T, A: Allocator> Extend<T> for VecDeque<T, A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        into_ok(self.extend_with::<Panic, _>(iter.into_iter()));
    }
}

impl<'a, T: Copy + 'a, A: Allocator> Extend<&'a T> for VecDeque<T, A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, iter: I) {
        into_ok(self.extend_copied::<Panic, _>(iter.into_iter()));
    }
}

impl<T, A: Allocator> VecDeque<T, A> {
    /// The twin of [`extend`](Extend::extend) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). The deque keeps the elements appended so far; the element that did
    /// not fit and the rest of the iterator are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::VecDeque::from([1]);
    /// assert!(numbers.try_extend(2..4).is_ok());
    /// assert!(numbers.try_extend(4..usize::MAX).is_err());
    /// assert_eq!(numbers, [1, 2, 3]);
    /// ```
    #[inline]
    pub fn try_extend(&mut self, iter: impl IntoIterator<Item = T>) -> Result<(), TryReserveError> {
        self.extend_with::<Return, _>(iter.into_iter())
    }

    /// Appends copies of the elements of `iter`. The elements of a slice are copied at once.
    #[inline]
    #[track_caller]
    fn extend_copied<'a, F: OnFailure, I: Iterator<Item = &'a T>>(&mut self, iter: I) -> Result<(), F::Error>
    where
        T: Copy + 'a,
    {
        if same_type::<I, slice::Iter<'a, T>>() {
            // SAFETY: the types are the same up to lifetimes, and the items of both are `&'a T`, so they have the same
            // lifetime.
            let iter: slice::Iter<'a, T> = unsafe { transmute_same(iter) };
            // SAFETY: a shared slice is in another block. The elements are `Copy`, so they may be used again.
            return unsafe { self.take_all::<F>(iter.as_slice()) };
        }
        self.extend_with::<F, _>(iter.copied())
    }

    /// Appends the elements of `iter`, after reserving room for them if its `size_hint` is exact. The hint is not
    /// trusted: each element is checked against the room.
    #[inline]
    #[track_caller]
    pub(super) fn extend_with<F: OnFailure, I: Iterator<Item = T>>(&mut self, mut iter: I) -> Result<(), F::Error> {
        if same_type::<I, vec::IntoIter<T, A>>() {
            // SAFETY: the types are the same up to lifetimes. Both have items of type `T`, so only lifetimes of the
            // allocator may differ, and the iterator is dropped within this call.
            let mut iter: vec::IntoIter<T, A> = unsafe { transmute_same(iter) };
            // SAFETY: a vector has another block. If this succeeds, the next line makes the iterator forget the
            // elements.
            unsafe { self.take_all::<F>(iter.as_slice()) }?;
            iter.forget_rest();
            return Ok(());
        }
        let promised = match iter.size_hint() {
            (least, Some(most)) if least == most => least,
            _ => return self.extend_one_by_one::<F>(iter),
        };
        self.make_room::<F>(promised)?;
        let run = self.free_run();
        if promised > run {
            return self.fill_wrapping::<F, I>(iter, run, promised - run);
        }
        // Called again, because the compiler then sees the same number in the loop.
        let promised = iter.size_hint().0;
        if promised > run {
            return self.extend_changed_hint::<F>(iter);
        }
        let mut writer = RunWriter::new(self, promised);

        // `zip` iterates slices, ranges and their adapters by an index without a bounds check. A chain or a ring buffer
        // is larger, and faster with its own `try_for_each`.
        if size_of::<I>() <= 3 * size_of::<usize>() {
            let mut numbered = (0..usize::MAX).zip(iter);
            while let Some((index, element)) = numbered.next() {
                if index >= promised {
                    drop(writer);
                    return self.extend_beyond::<F>(element, numbered.map(|(_, element)| element));
                }
                // SAFETY: `index` counts the elements before this one, and has just been checked.
                unsafe { writer.put(index, element) };
            }
            return Ok(());
        }
        let mut index = 0;
        let filled = iter.try_for_each(|element| {
            if index >= promised {
                return Err(element);
            }
            // SAFETY: `index` counts the elements before this one, and has just been checked.
            unsafe { writer.put(index, element) };
            index += 1;
            Ok(())
        });
        drop(writer);
        match filled {
            Ok(()) => Ok(()),
            Err(element) => self.extend_beyond::<F>(element, iter),
        }
    }

    /// Returns the number of contiguous free places after the last element.
    #[inline]
    fn free_run(&self) -> usize {
        (self.capacity() - self.place(self.length)).min(self.capacity() - self.length)
    }

    /// Appends the elements of `iter`: `run` of them up to the end of the buffer, and `rest` more from its start on.
    ///
    /// It is not inlined, so that in the usual loop the compiler sees an iterator that has not been moved.
    #[inline(never)]
    #[track_caller]
    fn fill_wrapping<F: OnFailure, I: Iterator<Item = T>>(
        &mut self,
        mut iter: I,
        run: usize,
        rest: usize,
    ) -> Result<(), F::Error> {
        for (place, room) in [(self.capacity() - run, run), (0, rest)] {
            let mut writer = RunWriter::at(self, place, room);
            for index in 0..room {
                let Some(element) = iter.next() else { return Ok(()) };
                // SAFETY: `index` counts the elements before this one, and is less than the room.
                unsafe { writer.put(index, element) };
            }
        }
        match iter.next() {
            Some(element) => self.extend_beyond::<F>(element, iter),
            None => Ok(()),
        }
    }

    /// Appends `value` without growth.
    ///
    /// # Safety
    ///
    /// There is room for another element.
    #[inline]
    unsafe fn append_within_capacity(&mut self, value: T) {
        // SAFETY: there is room, so this is the place of the next element.
        let place = unsafe { self.address(self.place(self.length)) };
        // SAFETY: the place is free, by `# Safety` of this fn.
        unsafe { place.write(value) };
        self.length += 1;
    }

    /// Appends the element that did not fit, and the rest of the iterator, whose `size_hint` claimed fewer elements.
    #[cold]
    #[track_caller]
    fn extend_beyond<F: OnFailure>(&mut self, element: T, rest: impl Iterator<Item = T>) -> Result<(), F::Error> {
        self.append_one::<F>(element)?;
        self.extend_one_by_one::<F>(rest)
    }

    /// Appends the elements of `iter`, whose `size_hint` has changed between two calls.
    #[cold]
    #[track_caller]
    fn extend_changed_hint<F: OnFailure>(&mut self, iter: impl Iterator<Item = T>) -> Result<(), F::Error> {
        self.extend_one_by_one::<F>(iter)
    }

    /// Appends the elements of `iter`, and grows whenever the deque is full.
    #[inline]
    #[track_caller]
    fn extend_one_by_one<F: OnFailure>(&mut self, mut iter: impl Iterator<Item = T>) -> Result<(), F::Error> {
        while let Some(element) = iter.next() {
            let more = iter.size_hint().0.saturating_add(1);
            self.make_room::<F>(more)?;
            // SAFETY: `make_room` made room for at least one element.
            unsafe { self.append_within_capacity(element) };
            // Fills contiguous runs, so that an address is computed only once for each: up to the end of the buffer,
            // and up to the first element.
            loop {
                let run = self.free_run();
                if run == 0 {
                    break;
                }
                let mut writer = RunWriter::new(self, run);
                for index in 0..run {
                    let Some(element) = iter.next() else { return Ok(()) };
                    // SAFETY: `index` counts the elements before this one, and is less than `run`.
                    unsafe { writer.put(index, element) };
                }
            }
        }
        Ok(())
    }
}

/// Writes elements into contiguous free places after the last element. The written elements belong to the deque once
/// this is dropped.
///
/// # Invariants
///
/// 1. `start` is the address of the place after the last element. The `room` places from there on are free and
///    contiguous.
/// 2. `written` is at most `room`, and the first `written` of these places are initialised.
struct RunWriter<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    /// The address of the first free place.
    start: NonNull<T>,
    room: usize,
    /// The number of elements written.
    written: usize,
}

impl<'d, T, A: Allocator> RunWriter<'d, T, A> {
    /// Requires `room` contiguous free places after the last element.
    #[inline]
    fn new(deque: &'d mut VecDeque<T, A>, room: usize) -> Self {
        let place = deque.place(deque.length);
        Self::at(deque, place, room)
    }

    /// Same as [`new`](Self::new), for a caller that knows `place`, the one after the last element.
    #[inline]
    fn at(deque: &'d mut VecDeque<T, A>, place: usize, room: usize) -> Self {
        debug_assert!(room <= deque.capacity() - deque.length && place == deque.place(deque.length));
        // SAFETY: `place` is less than the capacity or 0.
        let start = unsafe { deque.address(place) };
        Self { deque, start, room, written: 0 }
    }

    /// Appends `element`.
    ///
    /// # Safety
    ///
    /// `index` is the number of elements written so far, and is less than the room. The caller passes it because the
    /// compiler optimises best with the counter of the loop itself.
    #[inline(always)]
    unsafe fn put(&mut self, index: usize, element: T) {
        debug_assert!(index == self.written && index < self.room);
        // SAFETY: by invariant 1, since `index` is less than `room`.
        let place = unsafe { self.start.add(index) };
        // SAFETY: by invariant 1 the place is free, and by `# Safety` it is not written yet.
        unsafe { place.write(element) };
        self.written = index + 1;
    }
}

impl<T, A: Allocator> Drop for RunWriter<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.deque.length += self.written;
    }
}
