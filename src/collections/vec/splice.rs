//! A range of a vector on its way out, and what takes its place.

use core::mem;
use core::ops::RangeBounds;

use super::{Drain, Vec, sure};
use crate::api::{Allocator, Global};
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError};

/// The iterator that takes a range of elements out of a [`Vec`] and puts others in: see [`Vec::splice`].
///
/// When it is dropped, the elements left are dropped and the new ones take the place of the range. If it is forgotten, all from
/// the start of the range on are lost to the vector.
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
    /// Takes the elements in `range` out, and puts those of `replacement` in their place when the iterator is dropped.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the last element; when the iterator is dropped, if the capacity would be more
    /// than `isize::MAX` bytes. [`Splice::try_finish`] returns an error instead.
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
    /// Does what dropping it does, and returns an error where that would panic or end the process.
    ///
    /// # Errors
    ///
    /// If the capacity would be more than `isize::MAX` bytes, or the allocator refuses. The range is gone then; the new elements
    /// that found room are in its place, and the others are dropped.
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
        // SAFETY: `this` is not used again, so this is moved out once.
        let mut replacement = unsafe { (&raw const this.replacement).read() };
        // SAFETY: as above.
        let mut drain = unsafe { (&raw const this.drain).read() };
        replace::<Return, _, _>(&mut drain, &mut replacement)
    }
}

/// Drops the elements of the range that are left, and puts the new ones into the gap. The tail stays behind that, for the drop of
/// `drain` to move.
#[track_caller]
fn replace<F: OnFailure, I: Iterator, A: Allocator>(
    drain: &mut Drain<'_, I::Item, A>,
    replacement: &mut I,
) -> Result<(), F::Error> {
    drain.drop_left();
    if drain.tail_length == 0 {
        // SAFETY: nobody else uses the vector.
        return unsafe { drain.vec.as_mut() }.extend_with::<F, _>(replacement);
    }
    if drain.fill(replacement).is_ended() {
        return Ok(());
    }
    // In most cases this is all.
    let least = replacement.size_hint().0;
    if least > 0 {
        drain.widen::<F>(least)?;
        if drain.fill(replacement).is_ended() {
            return Ok(());
        }
    }
    // The tail moves each time the capacity doubles, so seldom.
    while let Some(element) = replacement.next() {
        drain.widen::<F>(replacement.size_hint().0.saturating_add(1))?;
        drain.widen_to_capacity();
        // SAFETY: nobody else uses the vector.
        let vec = unsafe { drain.vec.as_mut() };
        // SAFETY: the gap begins here and is not empty.
        let place = unsafe { vec.buffer.start().add(vec.length) };
        // SAFETY: as above.
        unsafe { place.write(element) };
        vec.length += 1;
        if drain.fill(replacement).is_ended() {
            return Ok(());
        }
    }
    Ok(())
}

/// Why a gap is no longer filled.
#[derive(Clone, Copy, PartialEq)]
enum Filled {
    /// There is no more room.
    Full,
    /// There are no more elements.
    Ended,
}

impl Filled {
    fn is_ended(self) -> bool {
        self == Self::Ended
    }
}

impl<T, A: Allocator> Drain<'_, T, A> {
    /// Writes elements into the gap between those that the vector counts and the tail. None of the range is left.
    fn fill(&mut self, elements: &mut impl Iterator<Item = T>) -> Filled {
        // SAFETY: nobody else uses the vector.
        let vec = unsafe { self.vec.as_mut() };
        while vec.length < self.tail {
            let Some(element) = elements.next() else { return Filled::Ended };
            // SAFETY: less than the capacity.
            let place = unsafe { vec.buffer.start().add(vec.length) };
            // SAFETY: the place is in the gap.
            unsafe { place.write(element) };
            vec.length += 1;
        }
        Filled::Full
    }

    /// Moves the tail by `additional` places.
    #[track_caller]
    fn widen<F: OnFailure>(&mut self, additional: usize) -> Result<(), F::Error> {
        // SAFETY: nobody else uses the vector.
        let vec = unsafe { self.vec.as_mut() };
        vec.buffer.reserve::<F>(self.tail + self.tail_length, additional)?;
        // SAFETY: less than the capacity.
        let tail = unsafe { vec.buffer.start().add(self.tail) };
        // SAFETY: there is room for so many more behind the tail.
        let place = unsafe { tail.add(additional) };
        // SAFETY: the tail is initialised, and nothing lies behind it.
        unsafe { tail.copy_to(place, self.tail_length) };
        self.tail += additional;
        Ok(())
    }

    /// Moves the tail to the end of the room that is there.
    fn widen_to_capacity(&mut self) {
        // SAFETY: nobody else uses the vector.
        let capacity = unsafe { self.vec.as_ref() }.capacity();
        if size_of::<T>() != 0 {
            sure(self.widen::<Panic>(capacity - self.tail - self.tail_length));
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
        sure(replace::<Panic, _, _>(&mut self.drain, &mut self.replacement));
    }
}
