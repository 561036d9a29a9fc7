//! Decoding bytes that may not be UTF-8, and UTF-16.

use super::{FromUtf16Error, String};
use crate::api::{Allocator, Global};
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, into_ok};

/// U+FFFD, the replacement for invalid sequences.
const REPLACEMENT: &str = "\u{FFFD}";

impl String {
    /// Copies `bytes` into a string on the registered default, like [`from_utf8_lossy_in`](Self::from_utf8_lossy_in).
    ///
    /// # Panics
    ///
    /// Panics if the text needs more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::from_utf8_lossy(b"Ja\xFFnus"), "Ja\u{FFFD}nus");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn from_utf8_lossy(bytes: &[u8]) -> Self {
        Self::from_utf8_lossy_in(bytes, Global)
    }

    /// Decodes UTF-16 into a string on the registered default, like [`from_utf16_in`](Self::from_utf16_in).
    ///
    /// # Errors
    ///
    /// Returns an error if there is an unpaired surrogate.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::from_utf16(&[0x4A, 0xE9]).unwrap(), "Jé");
    /// ```
    #[track_caller]
    pub fn from_utf16(units: &[u16]) -> Result<Self, FromUtf16Error> {
        Self::from_utf16_in(units, Global)
    }

    /// Decodes UTF-16 into a string on the registered default, like [`from_utf16_lossy_in`](Self::from_utf16_lossy_in).
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::from_utf16_lossy(&[0x4A, 0xD800]), "J\u{FFFD}");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn from_utf16_lossy(units: &[u16]) -> Self {
        Self::from_utf16_lossy_in(units, Global)
    }
}

impl<A: Allocator> String<A> {
    /// Copies `bytes` into a string in `allocator`, and replaces each invalid UTF-8 sequence by U+FFFD.
    ///
    /// # Panics
    ///
    /// Panics if the text needs more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::String};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(String::from_utf8_lossy_in(b"Ja\xFFnus", &arena), "Ja\u{FFFD}nus");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn from_utf8_lossy_in(bytes: &[u8], allocator: A) -> Self {
        into_ok(Self::decode_utf8_lossy::<Panic>(bytes, allocator))
    }

    /// The twin of [`from_utf8_lossy_in`](Self::from_utf8_lossy_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the text needs more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::String};
    ///
    /// assert!(String::try_from_utf8_lossy_in(b"Ja\xFFnus", Null).is_err());
    /// ```
    pub fn try_from_utf8_lossy_in(bytes: &[u8], allocator: A) -> Result<Self, TryReserveError> {
        Self::decode_utf8_lossy::<Return>(bytes, allocator)
    }

    #[track_caller]
    fn decode_utf8_lossy<F: OnFailure>(bytes: &[u8], allocator: A) -> Result<Self, F::Error> {
        let mut text = Self::new_in(allocator);
        text.bytes.make_room::<F>(bytes.len())?;
        for chunk in bytes.utf8_chunks() {
            text.append::<F>(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                text.append::<F>(REPLACEMENT)?;
            }
        }
        Ok(text)
    }

    /// Decodes UTF-16 into a string in `allocator`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is an unpaired surrogate.
    ///
    /// # Panics
    ///
    /// Panics if the text needs more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::String};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(String::from_utf16_in(&[0xD834, 0xDD1E], &arena).unwrap(), "𝄞");
    /// assert!(String::from_utf16_in(&[0xD834], &arena).is_err());
    /// ```
    #[track_caller]
    pub fn from_utf16_in(units: &[u16], allocator: A) -> Result<Self, FromUtf16Error> {
        into_ok(Self::decode_utf16::<Panic>(units, allocator))
    }

    /// The twin of [`from_utf16_in`](Self::from_utf16_in) that returns an error. The outer result reports failed
    /// allocations, the inner one invalid UTF-16.
    ///
    /// # Errors
    ///
    /// Returns an error if the text needs more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, System, collections::String};
    ///
    /// assert!(String::try_from_utf16_in(&[0x4A], Null).is_err());
    /// assert!(String::try_from_utf16_in(&[0xD834], System).unwrap().is_err());
    /// ```
    pub fn try_from_utf16_in(units: &[u16], allocator: A) -> Result<Result<Self, FromUtf16Error>, TryReserveError> {
        Self::decode_utf16::<Return>(units, allocator)
    }

    #[track_caller]
    fn decode_utf16<F: OnFailure>(units: &[u16], allocator: A) -> Result<Result<Self, FromUtf16Error>, F::Error> {
        let mut text = Self::new_in(allocator);
        text.bytes.make_room::<F>(units.len())?;
        for char in char::decode_utf16(units.iter().copied()) {
            match char {
                Ok(char) => text.append_char::<F>(char)?,
                Err(_) => return Ok(Err(FromUtf16Error(()))),
            }
        }
        Ok(Ok(text))
    }

    /// Decodes UTF-16 into a string in `allocator`, and replaces each unpaired surrogate by U+FFFD.
    ///
    /// # Panics
    ///
    /// Panics if the text needs more than `isize::MAX` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::String};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(String::from_utf16_lossy_in(&[0x4A, 0xD834], &arena), "J\u{FFFD}");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn from_utf16_lossy_in(units: &[u16], allocator: A) -> Self {
        into_ok(Self::decode_utf16_lossy::<Panic>(units, allocator))
    }

    /// The twin of [`from_utf16_lossy_in`](Self::from_utf16_lossy_in) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the text needs more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::String};
    ///
    /// assert!(String::try_from_utf16_lossy_in(&[0x4A], Null).is_err());
    /// ```
    pub fn try_from_utf16_lossy_in(units: &[u16], allocator: A) -> Result<Self, TryReserveError> {
        Self::decode_utf16_lossy::<Return>(units, allocator)
    }

    #[track_caller]
    fn decode_utf16_lossy<F: OnFailure>(units: &[u16], allocator: A) -> Result<Self, F::Error> {
        let mut text = Self::new_in(allocator);
        text.bytes.make_room::<F>(units.len())?;
        for char in char::decode_utf16(units.iter().copied()) {
            text.append_char::<F>(char.unwrap_or(char::REPLACEMENT_CHARACTER))?;
        }
        Ok(text)
    }
}
