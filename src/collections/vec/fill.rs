//! Writing the elements of an iterator into room that is there.

use core::ptr::NonNull;

use super::{IntoIter, Vec};
use crate::api::Allocator;
use crate::collections::error::OnFailure;
use crate::collections::same_type::{same_type, transmute_same};

/// The end of a vector while elements are written behind it.
///
/// The room does not change meanwhile, so that a loop asks for it once, and not at all where the compiler sees that no more
/// elements come. Those written so far belong to the vector when this is dropped.
struct Fill<'v, T, A: Allocator> {
    vec: &'v mut Vec<T, A>,
    /// The first place of the room.
    start: NonNull<T>,
    /// For how many elements there is room.
    room: usize,
    /// The number of elements written. At most `room`.
    written: usize,
}

impl<T, A: Allocator> Fill<'_, T, A> {
    /// Appends `element`, or returns it if there is no room.
    ///
    /// # Safety
    ///
    /// `index` is the number of elements written so far. The loop says it, because the compiler sees the most if that is the
    /// loop's own counter.
    #[inline(always)]
    unsafe fn put(&mut self, index: usize, element: T) -> Result<(), T> {
        debug_assert_eq!(index, self.written);
        if index >= self.room {
            return Err(element);
        }
        // SAFETY: there is room.
        let place = unsafe { self.start.add(index) };
        // SAFETY: the place is free.
        unsafe { place.write(element) };
        self.written = index + 1;
        Ok(())
    }
}

impl<T, A: Allocator> Drop for Fill<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.vec.length += self.written;
    }
}

/// The number of elements of `iter`, if it says so, and 0 if it is not sure.
#[inline]
pub(super) fn promised(iter: &impl Iterator) -> usize {
    match iter.size_hint() {
        (least, Some(most)) if least == most => least,
        _ => 0,
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// Appends the elements of `iter`. If it says how many it has, room for these is made first.
    ///
    /// std believes the iterators of its own that they keep their word, by specialisation. Here safe code could forge the word,
    /// so each element is compared with the room; but where std's iterators have an unchecked loop, the compiler removes the
    /// comparison from it.
    #[inline]
    #[track_caller]
    pub(super) fn extend_with<F: OnFailure, I: Iterator<Item = T>>(&mut self, iter: I) -> Result<(), F::Error> {
        if same_type::<I, IntoIter<T, A>>() {
            // SAFETY: the types are equal but for lifetimes, of which none is in `T`, the type of the items of both.
            return self.take_vec::<F>(unsafe { transmute_same(iter) });
        }
        let promised = promised(&iter);
        self.buffer.reserve::<F>(self.length, promised)?;
        self.fill::<F, I>(iter, promised)
    }

    /// Moves what is left of another vector in one go.
    #[inline]
    #[track_caller]
    fn take_vec<F: OnFailure>(&mut self, mut iter: IntoIter<T, A>) -> Result<(), F::Error> {
        // SAFETY: the iterator forgets them in the next line.
        unsafe { self.take_all::<F>(iter.as_slice()) }?;
        iter.forget_rest();
        Ok(())
    }

    /// Appends the elements of `iter`. There is room for `room` of them, which is as many as it promises.
    #[inline]
    #[track_caller]
    pub(super) fn fill<F: OnFailure, I: Iterator<Item = T>>(
        &mut self,
        mut iter: I,
        room: usize,
    ) -> Result<(), F::Error> {
        // Asked again, because the compiler then sees the same number in the loop.
        let promised = iter.size_hint().0;
        if promised > room || room == 0 {
            return self.extend_one_by_one::<F>(iter);
        }
        // SAFETY: the length is at most the capacity.
        let start = unsafe { self.buffer.start().add(self.length) };
        let mut fill = Fill { vec: self, start, room: promised, written: 0 };

        // `zip` runs through slices, ranges and what is made of them by an index without a check. Through a chain or a ring,
        // which are larger, it goes slower than their own loop.
        if size_of::<I>() <= 3 * size_of::<usize>() {
            let mut numbered = (0..usize::MAX).zip(iter);
            while let Some((index, element)) = numbered.next() {
                // SAFETY: the numbers are those of the elements before.
                if let Err(element) = unsafe { fill.put(index, element) } {
                    drop(fill);
                    return self.extend_beyond_promise::<F>(element, numbered.map(|(_, element)| element));
                }
            }
            return Ok(());
        }
        let mut index = 0;
        let filled = iter.try_for_each(|element| {
            // SAFETY: counted in the next line.
            let put = unsafe { fill.put(index, element) };
            index += 1;
            put
        });
        drop(fill);
        self.extend_beyond::<F>(filled, iter)
    }

    /// Appends the element that found no room, and the rest of the iterator, which promised less.
    #[inline]
    #[track_caller]
    fn extend_beyond<F: OnFailure>(
        &mut self,
        filled: Result<(), T>,
        rest: impl Iterator<Item = T>,
    ) -> Result<(), F::Error> {
        match filled {
            Ok(()) => Ok(()),
            Err(element) => self.extend_beyond_promise::<F>(element, rest),
        }
    }

    #[cold]
    #[track_caller]
    fn extend_beyond_promise<F: OnFailure>(
        &mut self,
        element: T,
        rest: impl Iterator<Item = T>,
    ) -> Result<(), F::Error> {
        self.append_one::<F>(element)?;
        self.extend_one_by_one::<F>(rest)
    }

    /// Appends the elements of `iter` and makes room where there is none.
    #[inline]
    #[track_caller]
    fn extend_one_by_one<F: OnFailure>(&mut self, mut iter: impl Iterator<Item = T>) -> Result<(), F::Error> {
        while let Some(element) = iter.next() {
            let length = self.length;
            if length == self.capacity() {
                let more = iter.size_hint().0.saturating_add(1);
                self.buffer.reserve::<F>(length, more)?;
            }
            // SAFETY: there is room for another element.
            let place = unsafe { self.buffer.start().add(length) };
            // SAFETY: the place is free.
            unsafe { place.write(element) };
            // Now, since the iterator may unwind.
            self.length = length + 1;
        }
        Ok(())
    }
}
