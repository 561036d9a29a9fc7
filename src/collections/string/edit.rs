//! Text taken out.

use super::String;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

impl<A: Allocator> String<A> {
    /// Takes the last character out.
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
        // SAFETY: less than the length. A whole character goes, so invariant 1 holds.
        unsafe { self.bytes.set_len(length) };
        Some(last)
    }

    /// Takes the character at byte `index` out, and moves the text behind it.
    ///
    /// # Panics
    ///
    /// If there is no character at `index`, or it lies within one.
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
        // Invariant 1 holds, since a whole character goes.
        self.close_gap(index, char.len_utf8());
        char
    }

    /// Takes out `width` bytes from byte `index` on. There are so many, and they are whole characters.
    #[inline]
    pub(super) fn close_gap(&mut self, index: usize, width: usize) {
        let length = self.len();
        debug_assert!(index + width <= length);
        // SAFETY: at most the length.
        let gap = unsafe { self.bytes.as_mut_ptr().add(index) };
        // SAFETY: as above.
        let behind = unsafe { gap.add(width) };
        // SAFETY: so many bytes are behind the gap.
        unsafe { behind.copy_to(gap, length - index - width) };
        // SAFETY: at most the length, and whole characters are left, so invariant 1 holds.
        unsafe { self.bytes.set_len(length - width) };
    }

    /// Takes out what is behind the first `length` bytes. Does nothing if there are not so many. The capacity stays.
    ///
    /// # Panics
    ///
    /// If byte `length` lies within a character.
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

    /// Takes all text out. The capacity stays.
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

    /// Moves the text from byte `at` on to a string of its own, in a clone of the allocator. The capacity stays.
    ///
    /// # Panics
    ///
    /// If `at` is greater than the length or lies within a character.
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
    #[must_use = "`truncate` takes it out"]
    pub fn split_off(&mut self, at: usize) -> Self
    where
        A: Clone,
    {
        self.check_boundary(at);
        // Invariant 1 holds for both, since `at` lies between two characters.
        Self { bytes: self.bytes.split_off(at) }
    }

    /// The twin of [`split_off`](Self::split_off) that returns an error.
    ///
    /// # Errors
    ///
    /// If the allocator refuses. Nothing has changed then.
    ///
    /// # Panics
    ///
    /// If `at` is greater than the length or lies within a character.
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
        // Invariant 1 holds for both, since `at` lies between two characters.
        self.bytes.try_split_off(at).map(|bytes| Self { bytes })
    }
}
