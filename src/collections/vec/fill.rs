//! Writing the elements of an iterator into reserved capacity.

use core::ptr::NonNull;

use super::{IntoIter, Vec};
use crate::api::Allocator;
use crate::collections::error::OnFailure;
use crate::collections::same_type::{same_type, transmute_same};

/// Writes elements into the unused capacity of a vector. The written elements belong to the vector once this is
/// dropped.
///
/// The capacity does not change while it exists, so a loop reads it once. If the compiler can prove that the elements
/// fit, it removes the comparison too.
///
/// # Invariants
///
/// 1. `start` is the end of the vector. The `room` places from there are within the capacity, and nothing else uses
///    them.
/// 2. `written` is at most `room`, and the first `written` of these places are initialised.
struct SpareWriter<'v, T, A: Allocator> {
    vec: &'v mut Vec<T, A>,
    /// The end of the vector.
    start: NonNull<T>,
    /// The number of elements that fit.
    room: usize,
    /// The number of elements written.
    written: usize,
}

impl<T, A: Allocator> SpareWriter<'_, T, A> {
    /// Appends `element`, or returns it if it does not fit.
    ///
    /// # Safety
    ///
    /// `index` is the number of elements written so far. The caller passes it because the compiler optimises best with
    /// the counter of the loop itself.
    #[inline(always)]
    unsafe fn put(&mut self, index: usize, element: T) -> Result<(), T> {
        debug_assert_eq!(index, self.written);
        if index >= self.room {
            return Err(element);
        }
        // SAFETY: `index` is less than `room`, so within the capacity by invariant 1.
        let place = unsafe { self.start.add(index) };
        // SAFETY: by invariant 1 the place is valid for writes; by `# Safety` it is not written yet, so nothing is
        // overwritten.
        unsafe { place.write(element) };
        self.written = index + 1;
        Ok(())
    }
}

impl<T, A: Allocator> Drop for SpareWriter<'_, T, A> {
    #[inline]
    fn drop(&mut self) {
        self.vec.length += self.written;
    }
}

/// Returns the exact number of elements that `iter` claims to yield, or 0 if its `size_hint` is not exact.
#[inline]
pub(super) fn exact_size_hint(iter: &impl Iterator) -> usize {
    match iter.size_hint() {
        (least, Some(most)) if least == most => least,
        _ => 0,
    }
}

impl<T, A: Allocator> Vec<T, A> {
    /// Appends the elements of `iter`, after reserving room for them if its `size_hint` is exact.
    ///
    /// std trusts its own iterators by specialisation. Here safe code could pretend to be one, so each element is
    /// checked against the room. Where std's iterators have an unchecked loop, the compiler removes the check.
    #[inline]
    #[track_caller]
    pub(super) fn extend_with<F: OnFailure, I: Iterator<Item = T>>(&mut self, iter: I) -> Result<(), F::Error> {
        if same_type::<I, IntoIter<T, A>>() {
            // SAFETY: the types are the same up to lifetimes. Both have items of type `T`, so only lifetimes of the
            // allocator may differ, and the iterator is dropped within this call.
            return self.take_vec::<F>(unsafe { transmute_same(iter) });
        }
        let promised = exact_size_hint(&iter);
        self.buffer.reserve::<F>(self.length, promised)?;
        self.fill::<F, I>(iter, promised)
    }

    /// Moves the remaining elements of another vector in one copy.
    #[inline]
    #[track_caller]
    fn take_vec<F: OnFailure>(&mut self, mut iter: IntoIter<T, A>) -> Result<(), F::Error> {
        // SAFETY: the next line makes the iterator forget them.
        unsafe { self.take_all::<F>(iter.as_slice()) }?;
        iter.forget_rest();
        Ok(())
    }

    /// Appends the elements of `iter`. There is room for `room` of them, the number that the iterator claimed.
    #[inline]
    #[track_caller]
    pub(super) fn fill<F: OnFailure, I: Iterator<Item = T>>(
        &mut self,
        mut iter: I,
        room: usize,
    ) -> Result<(), F::Error> {
        // Called again, because the compiler then sees the same number in the loop.
        let promised = iter.size_hint().0;
        if promised > room || room == 0 {
            return self.extend_one_by_one::<F>(iter);
        }
        // SAFETY: by invariant 1 of `Vec` the length is at most the capacity.
        let start = unsafe { self.buffer.start().add(self.length) };
        let mut fill = SpareWriter { vec: self, start, room: promised, written: 0 };

        // `zip` iterates slices, ranges and their adapters by an index without a bounds check. A chain or a ring buffer
        // is larger, and faster with its own `try_for_each`.
        if size_of::<I>() <= 3 * size_of::<usize>() {
            let mut numbered = (0..usize::MAX).zip(iter);
            while let Some((index, element)) = numbered.next() {
                // SAFETY: `index` counts the elements before this one, all of which were written.
                if let Err(element) = unsafe { fill.put(index, element) } {
                    drop(fill);
                    return self.extend_beyond_promise::<F>(element, numbered.map(|(_, element)| element));
                }
            }
            return Ok(());
        }
        let mut index = 0;
        let filled = iter.try_for_each(|element| {
            // SAFETY: `index` counts the elements before this one, all of which were written.
            let put = unsafe { fill.put(index, element) };
            index += 1;
            put
        });
        drop(fill);
        self.extend_beyond::<F>(filled, iter)
    }

    /// Handles the result of a filled loop: appends the element that did not fit, if any, and the rest of the iterator.
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

    /// Appends the elements of `iter`, and grows whenever the vector is full.
    #[inline]
    #[track_caller]
    fn extend_one_by_one<F: OnFailure>(&mut self, mut iter: impl Iterator<Item = T>) -> Result<(), F::Error> {
        while let Some(element) = iter.next() {
            let length = self.length;
            if length == self.capacity() {
                let more = iter.size_hint().0.saturating_add(1);
                self.buffer.reserve::<F>(length, more)?;
            }
            // SAFETY: the length is less than the capacity, or has been made so.
            let place = unsafe { self.buffer.start().add(length) };
            // SAFETY: the place is within the capacity and not initialised yet.
            unsafe { place.write(element) };
            // In every iteration, since the iterator may unwind.
            self.length = length + 1;
        }
        Ok(())
    }
}
