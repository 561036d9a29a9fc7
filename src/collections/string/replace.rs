//! A range of a string replaced.

use core::ops::RangeBounds;

use super::String;
use crate::api::Allocator;
use crate::collections::bounds;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, sure};

impl<A: Allocator> String<A> {
    /// Puts `text` in the place of what is in `range`. They need not be of the same length.
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the text, or an end of it lies within a character, or the capacity would be
    /// more than `isize::MAX` bytes.
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
        sure(self.replace::<Panic>(range, text));
    }

    /// The twin of [`replace_range`](Self::replace_range) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Panics
    ///
    /// If the range ends before it starts or behind the text, or an end of it lies within a character.
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
        // SAFETY: at most the length.
        let start = unsafe { self.bytes.as_mut_ptr().add(range.start) };
        // SAFETY: as above.
        let tail = unsafe { start.add(range.len()) };
        // SAFETY: there is room for the text in the place of the range, so this is at most the capacity.
        let behind = unsafe { start.add(text.len()) };
        // SAFETY: so many bytes are behind the range, and there is room for them at the new place.
        unsafe { tail.copy_to(behind, length - range.end) };
        // SAFETY: as above, and the string is borrowed alone, so the text lies elsewhere.
        unsafe { start.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        // SAFETY: text stands between two characters, so invariant 1 holds.
        unsafe { self.bytes.set_len(length - range.len() + text.len()) };
        Ok(())
    }
}
