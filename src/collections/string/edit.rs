//! Removing text.

use super::String;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<A: Allocator> String<A> {
    /// Removes and returns the last character, or returns `None` if the string is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("é");
    /// assert_eq!((name.pop(), name.pop()), (Some('é'), None));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Option<char> {
        let last = self.chars().next_back()?;
        let length = self.len() - last.len_utf8();
        // SAFETY: `length` is less than the old length. A whole character is removed, so invariant 1 holds.
        unsafe { self.bytes.set_len(length) };
        Some(last)
    }

    /// Removes and returns the character at byte `index`, and shifts the text after it to the left.
    ///
    /// # Panics
    ///
    /// Panics if `index` is not less than the length or lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Ja-nus");
    /// assert_eq!(name.remove(2), '-');
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> char {
        let Some(char) = self[index..].chars().next() else {
            panic!("cannot remove a character from the end of a `String`");
        };
        // SAFETY: a whole character begins at `index`.
        unsafe { self.close_gap(index, char.len_utf8()) };
        char
    }

    /// Removes `width` bytes from byte `index` on.
    ///
    /// # Safety
    ///
    /// These bytes exist and are whole characters.
    #[inline]
    pub(super) unsafe fn close_gap(&mut self, index: usize, width: usize) {
        let length = self.len();
        debug_assert!(index + width <= length);
        // SAFETY: `index` is at most the length, since the bytes to remove exist by `# Safety` of this fn.
        let gap = unsafe { self.bytes.as_mut_ptr().add(index) };
        // SAFETY: `index + width` is at most the length.
        let tail = unsafe { gap.add(width) };
        // SAFETY: `length - index - width` bytes follow the gap.
        unsafe { tail.copy_to(gap, length - index - width) };
        // SAFETY: this shortens the string, and whole characters remain, so invariant 1 holds.
        unsafe { self.bytes.set_len(length - width) };
    }

    /// Shortens the text to `length` bytes. Does nothing if it has no more. The capacity is unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `length` is less than the length of the text and lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// name.truncate(3);
    /// assert_eq!(name, "Jan");
    /// ```
    #[inline]
    #[track_caller]
    pub fn truncate(&mut self, length: usize) {
        if length <= self.len() {
            self.check_boundary(length);
            self.bytes.truncate(length);
        }
    }

    /// Removes all text. The capacity is unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// name.clear();
    /// assert!(name.is_empty());
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Splits the string at byte `at`: moves the text from there on to a new string, in a clone of the allocator. The
    /// capacity of this string is unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `at` is greater than the length or lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// assert_eq!(name.split_off(3), "us");
    /// assert_eq!(name, "Jan");
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "use `truncate` to remove the text"]
    pub fn split_off(&mut self, at: usize) -> Self
    where
        A: Clone,
    {
        self.check_boundary(at);
        // `at` is between two characters, so invariant 1 holds for both.
        Self { bytes: self.bytes.split_off(at) }
    }

    /// The twin of [`split_off`](Self::split_off) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocation fails. The string is then unchanged.
    ///
    /// # Panics
    ///
    /// Panics if `at` is greater than the length or lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// assert_eq!(name.try_split_off(3).unwrap(), "us");
    /// ```
    #[track_caller]
    pub fn try_split_off(&mut self, at: usize) -> Result<Self, TryReserveError>
    where
        A: Clone,
    {
        self.check_boundary(at);
        // `at` is between two characters, so invariant 1 holds for both.
        self.bytes.try_split_off(at).map(|bytes| Self { bytes })
    }
}
