//! Replacing a range of a string.

use core::ops::RangeBounds;

use super::String;
use crate::api::Allocator;
use crate::collections::bounds;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, into_ok};

impl<A: Allocator> String<A> {
    /// Replaces the text in `range` by `text`, which may have another length.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, if its end exceeds the length, if either lies within a
    /// character, or if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Minus");
    /// name.replace_range(..2, "Ja");
    /// assert_eq!(name, "Janus");
    /// ```
    #[track_caller]
    pub fn replace_range(&mut self, range: impl RangeBounds<usize>, text: &str) {
        into_ok(self.replace::<Panic>(range, text));
    }

    /// The twin of [`replace_range`](Self::replace_range) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, if its end exceeds the length, or if either lies within a
    /// character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Minus");
    /// assert!(name.try_replace_range(..2, "Ja").is_ok());
    /// assert_eq!(name, "Janus");
    /// ```
    #[track_caller]
    pub fn try_replace_range(&mut self, range: impl RangeBounds<usize>, text: &str) -> Result<(), TryReserveError> {
        self.replace::<Return>(range, text)
    }

    #[track_caller]
    fn replace<F: OnFailure>(&mut self, range: impl RangeBounds<usize>, text: &str) -> Result<(), F::Error> {
        let length = self.len();
        let range = bounds::indexes(range, length);
        self.check_boundary(range.start);
        self.check_boundary(range.end);
        self.bytes.make_room::<F>(text.len().saturating_sub(range.len()))?;
        // SAFETY: `range.start` is at most the length.
        let start = unsafe { self.bytes.as_mut_ptr().add(range.start) };
        // SAFETY: this is the end of the range, at most the length.
        let tail = unsafe { start.add(range.len()) };
        // SAFETY: `make_room` made room for `text` in place of the range, so this is at most the capacity.
        let new_tail = unsafe { start.add(text.len()) };
        // SAFETY: `length - range.end` bytes follow the range, and they fit at the new place.
        unsafe { tail.copy_to(new_tail, length - range.end) };
        // SAFETY: `text` fits before the tail. It is in other memory, since the string is borrowed mutably.
        unsafe { start.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        // SAFETY: all these bytes are initialised. The text is between two characters, so invariant 1 holds.
        unsafe { self.bytes.set_len(length - range.len() + text.len()) };
        Ok(())
    }
}
