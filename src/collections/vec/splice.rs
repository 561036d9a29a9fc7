//! Replacing a range of a vector.

use core::mem;
use core::ops::RangeBounds;

use super::{Drain, Vec, into_ok};
use crate::api::{Allocator, Global};
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

/// The iterator that removes a range of elements from a [`Vec`] and inserts others: see [`Vec::splice`].
///
/// Dropping it drops the remaining elements of the range and inserts the new ones in their place. Forgetting it leaks
/// all elements from the start of the range on.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{Vec, vec::Splice}};
///
/// let mut numbers = Vec::from([1, 2, 5]);
/// let splice: Splice<'_, std::ops::RangeInclusive<i32>, Global> = numbers.splice(1..2, 3..=4);
/// assert!(splice.eq([2]));
/// assert_eq!(numbers, [1, 3, 4, 5]);
/// ```
#[derive(Debug)]
pub struct Splice<'v, I: Iterator + 'v, A: Allocator + 'v = Global> {
    drain: Drain<'v, I::Item, A>,
    replacement: I,
}

impl<T, A: Allocator> Vec<T, A> {
    /// Removes the elements in `range` and yields them. Dropping the iterator inserts the elements of `replacement` in
    /// their place.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, or its end exceeds the length. Dropping the iterator panics if
    /// the new capacity exceeds `isize::MAX` bytes; [`Splice::try_finish`] returns an error instead.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// let removed: i32 = numbers.splice(..2, [7, 8, 9]).sum();
    /// assert_eq!((removed, &numbers[..]), (3, &[7, 8, 9, 3][..]));
    /// ```
    #[track_caller]
    pub fn splice<R, I>(&mut self, range: R, replacement: I) -> Splice<'_, I::IntoIter, A>
    where
        R: RangeBounds<usize>,
        I: IntoIterator<Item = T>,
    {
        Splice { drain: self.drain(range), replacement: replacement.into_iter() }
    }
}

impl<I: Iterator, A: Allocator> Splice<'_, I, A> {
    /// Finishes the replacement like dropping the iterator, but returns an error where that would panic or abort the
    /// process.
    ///
    /// # Errors
    ///
    /// Returns an error if the new capacity exceeds `isize::MAX` bytes, or if the allocation fails. The elements of the
    /// range are then removed. The new elements that fit are in their place, and the others are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut numbers = janus_alloc::collections::Vec::from([1, 2, 3]);
    /// assert!(numbers.splice(..2, std::iter::repeat(7).take(3)).try_finish().is_ok());
    /// assert_eq!(numbers, [7, 7, 7, 3]);
    /// ```
    pub fn try_finish(self) -> Result<(), TryReserveError> {
        let this = mem::ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so the field is moved out once.
        let mut replacement = unsafe { (&raw const this.replacement).read() };
        // SAFETY: as above, for this field.
        let mut drain = unsafe { (&raw const this.drain).read() };
        replace::<Return, _, _>(&mut drain, &mut replacement)
    }
}

/// Drops the remaining elements of the range, and writes the new ones into the gap. The tail stays after the gap, for
/// the drop of `drain` to move.
#[track_caller]
fn replace<F: OnFailure, I: Iterator, A: Allocator>(
    drain: &mut Drain<'_, I::Item, A>,
    replacement: &mut I,
) -> Result<(), F::Error> {
    drain.drop_remaining();
    if drain.tail_length == 0 {
        // SAFETY: by invariant 4 of `Drain`. There is no tail that the vector could overwrite.
        return unsafe { drain.vec.as_mut() }.extend_with::<F, _>(replacement);
    }
    if drain.fill(replacement).is_ended() {
        return Ok(());
    }
    // Usually the lower bound is exact, and this is enough.
    let least = replacement.size_hint().0;
    if least > 0 {
        drain.widen::<F>(least)?;
        if drain.fill(replacement).is_ended() {
            return Ok(());
        }
    }
    // The tail moves to the end of the capacity, so it moves only when the capacity doubles.
    while let Some(element) = replacement.next() {
        drain.widen::<F>(replacement.size_hint().0.saturating_add(1))?;
        drain.widen_to_capacity();
        // SAFETY: by invariant 4 of `Drain`.
        let vec = unsafe { drain.vec.as_mut() };
        // SAFETY: `vec.length` is less than `drain.tail`, since `widen` made a gap, so this is within the capacity.
        let place = unsafe { vec.buffer.start().add(vec.length) };
        // SAFETY: the place is in the gap, whose contents belong to nothing.
        unsafe { place.write(element) };
        vec.length += 1;
        if drain.fill(replacement).is_ended() {
            return Ok(());
        }
    }
    Ok(())
}

/// The reason why [`Drain::fill`] stopped.
#[derive(Clone, Copy, PartialEq)]
enum FillOutcome {
    /// The gap is full.
    GapFull,
    /// The iterator has no more elements.
    IteratorEnded,
}

impl FillOutcome {
    fn is_ended(self) -> bool {
        self == Self::IteratorEnded
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// Writes elements into the gap between the elements of the vector and the tail. Requires that none of the range
    /// remain.
    fn fill(&mut self, elements: &mut impl Iterator<Item = T>) -> FillOutcome {
        // SAFETY: by invariant 4 of `Drain`.
        let vec = unsafe { self.vec.as_mut() };
        while vec.length < self.tail {
            let Some(element) = elements.next() else { return FillOutcome::IteratorEnded };
            // SAFETY: the length is less than `tail`, so within the capacity by invariant 2 of `Drain`.
            let place = unsafe { vec.buffer.start().add(vec.length) };
            // SAFETY: the place is in the gap, whose contents belong to nothing.
            unsafe { place.write(element) };
            vec.length += 1;
        }
        FillOutcome::GapFull
    }

    /// Widens the gap by `additional` places, by moving the tail.
    #[track_caller]
    fn widen<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        // SAFETY: by invariant 4 of `Drain`.
        let vec = unsafe { self.vec.as_mut() };
        vec.buffer.reserve::<F>(self.tail + self.tail_length, additional)?;
        // SAFETY: `tail` is at most the capacity, by invariant 2 of `Drain`.
        let tail = unsafe { vec.buffer.start().add(self.tail) };
        // SAFETY: `reserve` made room for that many after the tail.
        let place = unsafe { tail.add(additional) };
        // SAFETY: by invariant 2 of `Drain` the tail is initialised, and nothing uses the capacity after it.
        unsafe { tail.copy_to(place, self.tail_length) };
        self.tail += additional;
        Ok(())
    }

    /// Moves the tail to the end of the capacity.
    fn widen_to_capacity(&mut self) {
        // SAFETY: by invariant 4 of `Drain`.
        let capacity = unsafe { self.vec.as_ref() }.capacity();
        if size_of::<T>() != 0 {
            into_ok(self.widen::<Panic>(capacity - self.tail - self.tail_length));
        }
    }
}

impl<I: Iterator, A: Allocator> Iterator for Splice<'_, I, A> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.drain.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.drain.size_hint()
    }
}

impl<I: Iterator, A: Allocator> DoubleEndedIterator for Splice<'_, I, A> {
    #[inline]
    fn next_back(&mut self) -> Option<I::Item> {
        self.drain.next_back()
    }
}

impl<I: Iterator, A: Allocator> ExactSizeIterator for Splice<'_, I, A> {}

impl<I: Iterator, A: Allocator> Drop for Splice<'_, I, A> {
    #[track_caller]
    fn drop(&mut self) {
        into_ok(replace::<Panic, _, _>(&mut self.drain, &mut self.replacement));
    }
}
