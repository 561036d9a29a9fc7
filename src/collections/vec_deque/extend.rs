//! Many elements appended at once.

use core::ptr::NonNull;
use core::slice;

use super::{VecDeque, sure};
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};
use crate::collections::same_type::{same_type, transmute_same};
use crate::collections::vec;

impl<T, A: Allocator> Extend<T> for VecDeque<T, A> {
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = T>>(&mut self, iter: I) {
        sure(self.extend_with::<Panic, _>(iter.into_iter()));
    }
}

impl<'a, T: Copy + 'a, A: Allocator> Extend<&'a T> for VecDeque<T, A> {
    /// # Panics
    ///
    /// If the capacity would be more than `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, iter: I) {
        sure(self.copy_with::<Panic, _>(iter.into_iter()));
    }
}

impl<T, A: Allocator> VecDeque<T, A> {
    /// The twin of [`extend`](Extend::extend) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). What came before is there, an element that found no room is dropped, and so is
    /// the rest of the iterator.
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

    /// Appends copies of the elements of `iter`, those of a slice in one go.
    #[inline]
    #[track_caller]
    fn copy_with<'a, F: OnFailure, I: Iterator<Item = &'a T>>(&mut self, iter: I) -> Result<(), F::Error>
    where
        T: Copy + 'a,
    {
        if same_type::<I, slice::Iter<'a, T>>() {
            // SAFETY: the types are equal but for lifetimes, of which none is in `&'a T`, the type of the items of both.
            let iter: slice::Iter<'a, T> = unsafe { transmute_same(iter) };
            // SAFETY: they may be used again, since they are `Copy`.
            return unsafe { self.take_all::<F>(iter.as_slice()) };
        }
        self.extend_with::<F, _>(iter.copied())
    }

    /// Appends the elements of `iter`. If it says how many it has, room for these is made first; but no more are written there
    /// than fit, whatever it said.
    #[inline]
    #[track_caller]
    pub(super) fn extend_with<F: OnFailure, I: Iterator<Item = T>>(&mut self, mut iter: I) -> Result<(), F::Error> {
        if same_type::<I, vec::IntoIter<T, A>>() {
            // SAFETY: the types are equal but for lifetimes, of which none is in `T`, the type of the items of both.
            let mut iter: vec::IntoIter<T, A> = unsafe { transmute_same(iter) };
            // SAFETY: the iterator forgets them in the next line.
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
            return self.fill_around::<F, I>(iter, run, promised - run);
        }
        // Asked again, because the compiler then sees the same number in the loop.
        let promised = iter.size_hint().0;
        if promised > run {
            return self.extend_unpromised::<F>(iter);
        }
        let mut fill = Fill::new(self, promised);

        // `zip` runs through slices, ranges and what is made of them by an index without a check. Through a chain or a ring,
        // which are larger, it goes slower than their own loop.
        if size_of::<I>() <= 3 * size_of::<usize>() {
            let mut numbered = (0..usize::MAX).zip(iter);
            while let Some((index, element)) = numbered.next() {
                if index >= promised {
                    drop(fill);
                    return self.extend_beyond::<F>(element, numbered.map(|(_, element)| element));
                }
                // SAFETY: the numbers are those of the elements before, and compared just now.
                unsafe { fill.put(index, element) };
            }
            return Ok(());
        }
        let mut index = 0;
        let filled = iter.try_for_each(|element| {
            if index >= promised {
                return Err(element);
            }
            // SAFETY: counted in the next line, and compared just now.
            unsafe { fill.put(index, element) };
            index += 1;
            Ok(())
        });
        drop(fill);
        match filled {
            Ok(()) => Ok(()),
            Err(element) => self.extend_beyond::<F>(element, iter),
        }
    }

    /// How many places are free behind the last element, up to the end of the buffer or the first element.
    #[inline]
    fn free_run(&self) -> usize {
        (self.capacity() - self.place(self.length)).min(self.capacity() - self.length)
    }

    /// Appends the elements of `iter`, of which `run` fit one behind the other, and `rest` more from the start of the buffer on.
    ///
    /// Out of line, since the compiler then sees in the usual loop that the iterator is as it came.
    #[inline(never)]
    #[track_caller]
    fn fill_around<F: OnFailure, I: Iterator<Item = T>>(
        &mut self,
        mut iter: I,
        run: usize,
        rest: usize,
    ) -> Result<(), F::Error> {
        for (place, room) in [(self.capacity() - run, run), (0, rest)] {
            let mut fill = Fill::at(self, place, room);
            for index in 0..room {
                let Some(element) = iter.next() else { return Ok(()) };
                // SAFETY: the numbers are those of the elements before, and less than the room.
                unsafe { fill.put(index, element) };
            }
        }
        match iter.next() {
            Some(element) => self.extend_beyond::<F>(element, iter),
            None => Ok(()),
        }
    }

    /// # Safety
    ///
    /// There is room for another element.
    #[inline]
    unsafe fn append_within_capacity(&mut self, value: T) {
        // SAFETY: a place of the buffer.
        let place = unsafe { self.address(self.place(self.length)) };
        // SAFETY: the place is free.
        unsafe { place.write(value) };
        self.length += 1;
    }

    /// Appends the element that is one too many, and the rest of the iterator, which promised less.
    #[cold]
    #[track_caller]
    fn extend_beyond<F: OnFailure>(&mut self, element: T, rest: impl Iterator<Item = T>) -> Result<(), F::Error> {
        self.append_one::<F>(element)?;
        self.extend_one_by_one::<F>(rest)
    }

    /// Appends the elements of `iter`, whose promise has changed.
    #[cold]
    #[track_caller]
    fn extend_unpromised<F: OnFailure>(&mut self, iter: impl Iterator<Item = T>) -> Result<(), F::Error> {
        self.extend_one_by_one::<F>(iter)
    }

    /// Appends the elements of `iter` and makes room where there is none.
    #[inline]
    #[track_caller]
    fn extend_one_by_one<F: OnFailure>(&mut self, mut iter: impl Iterator<Item = T>) -> Result<(), F::Error> {
        while let Some(element) = iter.next() {
            let more = iter.size_hint().0.saturating_add(1);
            self.make_room::<F>(more)?;
            // SAFETY: there is room for one.
            unsafe { self.append_within_capacity(element) };
            // Run by run, so that only the start of each is computed: up to the end of the buffer, and up to the first element.
            loop {
                let run = self.free_run();
                if run == 0 {
                    break;
                }
                let mut fill = Fill::new(self, run);
                for index in 0..run {
                    let Some(element) = iter.next() else { return Ok(()) };
                    // SAFETY: the numbers are those of the elements before, and less than `run`.
                    unsafe { fill.put(index, element) };
                }
            }
        }
        Ok(())
    }
}

/// The end of a deque while elements are written behind it, one behind the other. Those written so far belong to the deque when
/// this is dropped.
struct Fill<'d, T, A: Allocator> {
    deque: &'d mut VecDeque<T, A>,
    /// The first place of the room.
    start: NonNull<T>,
    room: usize,
    /// The number of elements written. At most `room`.
    written: usize,
}

impl<'d, T, A: Allocator> Fill<'d, T, A> {
    /// Behind the last element there are `room` free places one behind the other.
    #[inline]
    fn new(deque: &'d mut VecDeque<T, A>, room: usize) -> Self {
        let place = deque.place(deque.length);
        Self::at(deque, place, room)
    }

    /// Same as [`new`](Self::new), where `place` is that behind the last element.
    #[inline]
    fn at(deque: &'d mut VecDeque<T, A>, place: usize, room: usize) -> Self {
        debug_assert!(room <= deque.capacity() - deque.length && place == deque.place(deque.length));
        // SAFETY: a place of the buffer.
        let start = unsafe { deque.address(place) };
        Self { deque, start, room, written: 0 }
    }

    /// Appends `element`.
    ///
    /// # Safety
    ///
    /// `index` is the number of elements written so far, and less than the room. The loop says it, because the compiler sees the
    /// most if that is the loop's own counter.
    #[inline(always)]
    unsafe fn put(&mut self, index: usize, element: T) {
        debug_assert!(index == self.written && index < self.room);
        // SAFETY: there is room.
        let place = unsafe { self.start.add(index) };
        // SAFETY: the place is free.
        unsafe { place.write(element) };
        self.written = index + 1;
    }
}

impl<T, A: Allocator> Drop for Fill<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.deque.length += self.written;
    }
}
