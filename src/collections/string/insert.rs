//! Appending and inserting text.

use core::ops::RangeBounds;

use super::String;
use crate::api::Allocator;
use crate::collections::bounds;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, into_ok};

impl<A: Allocator> String<A> {
    /// Appends a character.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janu");
    /// name.push('s');
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn push(&mut self, char: char) {
        into_ok(self.append_char::<Panic>(char));
    }

    /// The twin of [`push`](Self::push) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::String};
    ///
    /// assert!(String::new_in(Null).try_push('J').is_err());
    /// ```
    #[inline]
    pub fn try_push(&mut self, char: char) -> Result<(), TryReserveError> {
        self.append_char::<Return>(char)
    }

    #[inline]
    #[track_caller]
    pub(super) fn append_char<F: OnFailure>(&mut self, char: char) -> Result<(), F::Error> {
        let (length, width) = (self.len(), char.len_utf8());
        self.bytes.make_room::<F>(width)?;
        // SAFETY: by invariant 1 of `Vec` the length is at most the capacity.
        let end = unsafe { self.bytes.as_mut_ptr().add(length) };
        // SAFETY: `make_room` made room for that many bytes.
        unsafe { encode(char, end) };
        // SAFETY: that many bytes were written. They are a character, so invariant 1 holds.
        unsafe { self.bytes.set_len(length + width) };
        Ok(())
    }

    /// Appends a string slice.
    ///
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Jan");
    /// name.push_str("us");
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn push_str(&mut self, text: &str) {
        into_ok(self.append::<Panic>(text));
    }

    /// The twin of [`push_str`](Self::push_str) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::String};
    ///
    /// assert!(String::new_in(Null).try_push_str("Janus").is_err());
    /// assert!(String::new_in(Null).try_push_str("").is_ok());
    /// ```
    #[inline]
    pub fn try_push_str(&mut self, text: &str) -> Result<(), TryReserveError> {
        self.append::<Return>(text)
    }

    #[inline]
    #[track_caller]
    pub(super) fn append<F: OnFailure>(&mut self, text: &str) -> Result<(), F::Error> {
        let length = self.len();
        self.bytes.make_room::<F>(text.len())?;
        // SAFETY: by invariant 1 of `Vec` the length is at most the capacity.
        let end = unsafe { self.bytes.as_mut_ptr().add(length) };
        // SAFETY: `make_room` made room for `text`. It is in other memory, since the string is borrowed mutably.
        unsafe { end.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        // SAFETY: that many bytes were written. They are UTF-8, so invariant 1 holds.
        unsafe { self.bytes.set_len(length + text.len()) };
        Ok(())
    }

    /// Appends a copy of the text in `range`.
    ///
    /// # Panics
    ///
    /// Panics if the start of the range exceeds its end, if its end exceeds the length, if either lies within a
    /// character, or if the new capacity exceeds `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// name.extend_from_within(3..);
    /// assert_eq!(name, "Janusus");
    /// ```
    #[track_caller]
    pub fn extend_from_within(&mut self, range: impl RangeBounds<usize>) {
        let range = bounds::indexes(range, self.len());
        self.check_boundary(range.start);
        self.check_boundary(range.end);
        // Both ends are between characters, so invariant 1 holds.
        self.bytes.extend_from_within(range);
    }

    /// The twin of [`extend_from_within`](Self::extend_from_within) that returns an error.
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
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// assert!(name.try_extend_from_within(..3).is_ok());
    /// assert_eq!(name, "JanusJan");
    /// ```
    #[track_caller]
    pub fn try_extend_from_within(&mut self, range: impl RangeBounds<usize>) -> Result<(), TryReserveError> {
        let range = bounds::indexes(range, self.len());
        self.check_boundary(range.start);
        self.check_boundary(range.end);
        // Both ends are between characters, so invariant 1 holds.
        self.bytes.try_extend_from_within(range)
    }

    /// Inserts a character at byte `index`, and shifts the text after it to the right.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length or lies within a character, or the new capacity exceeds
    /// `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Jnus");
    /// name.insert(1, 'a');
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, index: usize, char: char) {
        into_ok(self.insert_char::<Panic>(index, char));
    }

    /// The twin of [`insert`](Self::insert) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length or lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Jnus");
    /// assert!(name.try_insert(1, 'a').is_ok());
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, char: char) -> Result<(), TryReserveError> {
        self.insert_char::<Return>(index, char)
    }

    #[inline]
    #[track_caller]
    fn insert_char<F: OnFailure>(&mut self, index: usize, char: char) -> Result<(), F::Error> {
        self.check_boundary(index);
        let width = char.len_utf8();
        let length = self.len();
        // SAFETY: (1) a boundary is at most the length. (2) The next lines do so.
        let gap = unsafe { self.open_gap::<F>(index, width) }?;
        // SAFETY: the gap has `width` bytes.
        unsafe { encode(char, gap) };
        // SAFETY: the gap now holds a character between two others, so all bytes are initialised and invariant 1 holds.
        unsafe { self.bytes.set_len(length + width) };
        Ok(())
    }

    /// Inserts a string slice at byte `index`, and shifts the text after it to the right.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length or lies within a character, or the new capacity exceeds
    /// `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Js");
    /// name.insert_str(1, "anu");
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn insert_str(&mut self, index: usize, text: &str) {
        into_ok(self.insert_text::<Panic>(index, text));
    }

    /// The twin of [`insert_str`](Self::insert_str) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length or lies within a character.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Js");
    /// assert!(name.try_insert_str(1, "anu").is_ok());
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_insert_str(&mut self, index: usize, text: &str) -> Result<(), TryReserveError> {
        self.insert_text::<Return>(index, text)
    }

    #[inline]
    #[track_caller]
    fn insert_text<F: OnFailure>(&mut self, index: usize, text: &str) -> Result<(), F::Error> {
        self.check_boundary(index);
        let length = self.len();
        // SAFETY: (1) a boundary is at most the length. (2) The next lines do so.
        let gap = unsafe { self.open_gap::<F>(index, text.len()) }?;
        // SAFETY: the gap has the length of `text`, which is in other memory, since the string is borrowed mutably.
        unsafe { gap.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        // SAFETY: the gap now holds text between two characters, so all bytes are initialised and invariant 1 holds.
        unsafe { self.bytes.set_len(length + text.len()) };
        Ok(())
    }

    /// Shifts the bytes from `index` on by `width`, and returns the start of the gap.
    ///
    /// # Safety
    ///
    /// 1. `index` is at most the length.
    /// 2. The caller fills the gap with text and adds `width` to the length before anything else uses the string.
    #[inline]
    #[track_caller]
    unsafe fn open_gap<F: OnFailure>(&mut self, index: usize, width: usize) -> Result<*mut u8, F::Error> {
        let length = self.len();
        debug_assert!(index <= length);
        self.bytes.make_room::<F>(width)?;
        // SAFETY: by (1).
        let gap = unsafe { self.bytes.as_mut_ptr().add(index) };
        // SAFETY: `make_room` made room for `width` more bytes, so this is at most the capacity.
        let shifted = unsafe { gap.add(width) };
        // SAFETY: `length - index` bytes follow `index`, and they fit at the new place.
        unsafe { gap.copy_to(shifted, length - index) };
        Ok(gap)
    }

    /// Checks that `index` is a boundary between characters.
    ///
    /// # Panics
    ///
    /// Panics if `index` is greater than the length or lies within a character.
    #[inline]
    #[track_caller]
    pub(super) fn check_boundary(&self, index: usize) {
        if !self.is_char_boundary(index) {
            no_boundary(self, index);
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn no_boundary(text: &str, index: usize) -> ! {
    if index > text.len() {
        panic!("byte index {index} is out of range for a `String` of length {}", text.len());
    }
    panic!("byte index {index} lies within a character");
}

/// Writes a character as UTF-8.
///
/// # Safety
///
/// `place` is valid for writes of `char.len_utf8()` bytes.
#[inline]
pub(super) unsafe fn encode(char: char, place: *mut u8) {
    let code = u32::from(char);
    // The trailing byte with the six bits from `shift` on.
    let trail = |shift: u32| (code >> shift) as u8 & 0x3F | 0x80;
    match char.len_utf8() {
        // SAFETY: by `# Safety` of this fn.
        1 => unsafe { place.write(code as u8) },
        // SAFETY: same as above. An array of bytes has align 1.
        2 => unsafe { place.cast::<[u8; 2]>().write([(code >> 6) as u8 | 0xC0, trail(0)]) },
        // SAFETY: same as above.
        3 => unsafe { place.cast::<[u8; 3]>().write([(code >> 12) as u8 | 0xE0, trail(6), trail(0)]) },
        // SAFETY: same as above.
        _ => unsafe { place.cast::<[u8; 4]>().write([(code >> 18) as u8 | 0xF0, trail(12), trail(6), trail(0)]) },
    }
}
