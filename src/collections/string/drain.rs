//! Removing a range of a string.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::{Range, RangeBounds};
use core::ptr::NonNull;
use core::str::Chars;

use super::String;
use crate::api::{Allocator, Global};
use crate::collections::bounds;

/// The iterator that removes a range of characters from a [`String`]: see [`String::drain`].
///
/// Dropping it removes the whole range. Forgetting it leaves the string unchanged.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, collections::{String, string::Drain}};
///
/// let mut name = String::from("Ja--nus");
/// let mut drain: Drain<'_, Global> = name.drain(2..4);
/// assert_eq!(drain.next_back(), Some('-'));
/// assert_eq!(drain.as_str(), "-");
/// drop(drain);
/// assert_eq!(name, "Janus");
/// ```
pub struct Drain<'s, A: Allocator = Global> {
    /// # Invariants
    ///
    /// 1. The string is borrowed mutably for `'s`. Only the drop of the iterator modifies it, so `remaining` may be
    ///    read until then.
    /// 2. `range` is within the string, and both its ends are between characters.
    string: NonNull<String<A>>,
    /// The bytes that the drop removes.
    range: Range<usize>,
    /// The characters of the range that have not been returned.
    remaining: Chars<'s>,
    borrows: PhantomData<&'s String<A>>,
}

// SAFETY: by invariant 1 the iterator is the only user of the string, so it is sent with the string.
unsafe impl<A: Allocator + Send> Send for Drain<'_, A> {}
// SAFETY: a shared iterator gives access only to shared text and a shared allocator.
unsafe impl<A: Allocator + Sync> Sync for Drain<'_, A> {}

impl<A: Allocator> String<A> {
    /// Removes the characters in `range` and yields them. Dropping the iterator shifts the text after the range to the
    /// left.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, if its end exceeds the length, or if either lies within a
    /// character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("two-faced Janus");
    /// assert_eq!(name.drain(..10).filter(|char| *char == 'e').count(), 1);
    /// assert_eq!(name, "Janus");
    /// ```
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> Drain<'_, A> {
        let range = bounds::indexes(range, self.len());
        self.check_boundary(range.start);
        self.check_boundary(range.end);
        let string = NonNull::from(self);
        // SAFETY: the iterator borrows the string mutably, and modifies it only in its drop.
        let text: &str = unsafe { string.as_ref() };
        // SAFETY: `bounds::indexes` returns a range within the length, and both ends have been checked to be
        // boundaries.
        let remaining = unsafe { text.get_unchecked(range.clone()) }.chars();
        Drain { string, range, remaining, borrows: PhantomData }
    }
}

impl<A: Allocator> Drain<'_, A> {
    /// Returns the remaining text of the range.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// let mut drain = name.drain(..);
    /// drain.next();
    /// assert_eq!(drain.as_str(), "anus");
    /// ```
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.remaining.as_str()
    }

    /// Returns a reference to the allocator of the string.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::{FromIn, String}};
    ///
    /// let mut name = String::from_in("Janus", Stats::new(System));
    /// assert_eq!(name.drain(1..).allocator().snapshot().live_bytes, 5);
    /// ```
    #[inline]
    #[must_use]
    pub fn allocator(&self) -> &A {
        // SAFETY: by invariant 1; a shared iterator modifies nothing.
        unsafe { self.string.as_ref() }.allocator()
    }
}

impl<A: Allocator> Iterator for Drain<'_, A> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        self.remaining.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.remaining.size_hint()
    }

    #[inline]
    fn last(mut self) -> Option<char> {
        self.next_back()
    }
}

impl<A: Allocator> DoubleEndedIterator for Drain<'_, A> {
    #[inline]
    fn next_back(&mut self) -> Option<char> {
        self.remaining.next_back()
    }
}

impl<A: Allocator> FusedIterator for Drain<'_, A> {}

impl<A: Allocator> Drop for Drain<'_, A> {
    fn drop(&mut self) {
        // Ends the borrow of the text before it is modified.
        self.remaining = "".chars();
        // SAFETY: by invariant 1, and `remaining` no longer refers to the text.
        let string = unsafe { self.string.as_mut() };
        // SAFETY: by invariant 2 the range is of whole characters of the text.
        unsafe { string.close_gap(self.range.start, self.range.len()) };
    }
}

impl<A: Allocator> AsRef<str> for Drain<'_, A> {
    #[inline]
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl<A: Allocator> AsRef<[u8]> for Drain<'_, A> {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl<A: Allocator> fmt::Debug for Drain<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain").field(&self.as_str()).finish()
    }
}
