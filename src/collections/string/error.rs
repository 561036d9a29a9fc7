//! The errors for bytes that are not UTF-8 or UTF-16.

use core::error::Error;
use core::fmt;
use core::str::Utf8Error;

use crate::api::{Allocator, Global};
use crate::collections::Vec;

/// The error of [`String::from_utf8`](super::String::from_utf8). It contains the bytes, which are not UTF-8.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::{String, string::FromUtf8Error}, vec_in};
///
/// let error: FromUtf8Error<System> = String::from_utf8(vec_in![in System; b'J', 0xFF]).unwrap_err();
/// assert_eq!(error.to_string(), "invalid utf-8 sequence of 1 bytes from index 1");
/// ```
pub struct FromUtf8Error<A: Allocator = Global> {
    pub(super) bytes: Vec<u8, A>,
    pub(super) error: Utf8Error,
}

impl<A: Allocator> FromUtf8Error<A> {
    /// Returns the bytes as a slice.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{String, Vec};
    ///
    /// let error = String::from_utf8(Vec::from([0xFF])).unwrap_err();
    /// assert_eq!(error.as_bytes(), [0xFF]);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes, in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{String, Vec};
    ///
    /// let error = String::from_utf8(Vec::from([0xFF])).unwrap_err();
    /// assert_eq!(error.into_bytes(), [0xFF]);
    /// ```
    #[inline]
    #[must_use = "the bytes are lost"]
    pub fn into_bytes(self) -> Vec<u8, A> {
        self.bytes
    }

    /// Returns the details of the error, like the position of the first invalid byte.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::{String, Vec};
    ///
    /// let error = String::from_utf8(Vec::from([b'J', 0xFF])).unwrap_err();
    /// assert_eq!(error.utf8_error().valid_up_to(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn utf8_error(&self) -> Utf8Error {
        self.error
    }
}

impl<A: Allocator> fmt::Debug for FromUtf8Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromUtf8Error").field("bytes", &self.bytes).field("error", &self.error).finish()
    }
}

impl<A: Allocator> fmt::Display for FromUtf8Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl<A: Allocator> Error for FromUtf8Error<A> {}

impl<A: Allocator + Clone> Clone for FromUtf8Error<A> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), error: self.error }
    }
}

impl<A: Allocator, B: Allocator> PartialEq<FromUtf8Error<B>> for FromUtf8Error<A> {
    fn eq(&self, other: &FromUtf8Error<B>) -> bool {
        self.bytes == other.bytes && self.error == other.error
    }
}

impl<A: Allocator> Eq for FromUtf8Error<A> {}

/// The error of [`String::from_utf16_in`](super::String::from_utf16_in): an unpaired surrogate.
///
/// # Examples
///
/// ```
/// use janus_alloc::{System, collections::{String, string::FromUtf16Error}};
///
/// let error: FromUtf16Error = String::from_utf16_in(&[0xD800], System).unwrap_err();
/// assert_eq!(error.to_string(), "invalid utf-16: lone surrogate found");
/// ```
#[derive(Debug)]
pub struct FromUtf16Error(pub(super) ());

impl fmt::Display for FromUtf16Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid utf-16: lone surrogate found")
    }
}

impl Error for FromUtf16Error {}
