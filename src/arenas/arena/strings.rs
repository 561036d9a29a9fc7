//! Methods of `Arena` that place strings.

use core::ffi::CStr;
use core::fmt;

use super::Arena;
use super::failure::{Failure, unwrap_or_abort, unwrap_or_fail};
use super::growing_slice::GrowingSlice;
use crate::api::{AllocError, Allocator, Layout};

#[expect(clippy::mut_from_ref, reason = "each call returns another block")]
impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Copies `text` into the arena.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_str("janus"), "janus");
    /// ```
    #[inline]
    pub fn alloc_str(&self, text: &str) -> &mut str {
        unwrap_or_abort(self.try_alloc_str(text), || Layout::for_value(text))
    }

    /// Copies a string into the arena like [`alloc_str`](Self::alloc_str), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_str("janus").is_err());
    /// ```
    #[inline]
    pub fn try_alloc_str(&self, text: &str) -> Result<&mut str, AllocError> {
        let bytes = self.try_alloc_slice_copy(text.as_bytes())?;
        // SAFETY: the bytes are a copy of a `str`.
        Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Formats directly into the arena, as `format!` does into a `String`.
    ///
    /// # Panics
    ///
    /// Panics if a formatting trait implementation returns an error although writing succeeded, as `format!` does.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_fmt(format_args!("{} + {}", 1, 2)), "1 + 2");
    /// ```
    #[inline]
    #[track_caller]
    pub fn alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> &mut str {
        unwrap_or_fail(self.format(arguments))
    }

    /// Formats into the arena like [`alloc_fmt`](Self::alloc_fmt), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory.
    ///
    /// # Panics
    ///
    /// Same as [`alloc_fmt`](Self::alloc_fmt).
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_fmt(format_args!("{}", 1)).is_err());
    /// ```
    #[inline]
    pub fn try_alloc_fmt(&self, arguments: fmt::Arguments<'_>) -> Result<&mut str, AllocError> {
        Ok(self.format(arguments)?)
    }

    fn format(&self, arguments: fmt::Arguments<'_>) -> Result<&mut str, Failure> {
        if let Some(text) = arguments.as_str() {
            return self.try_alloc_str(text).map_err(|AllocError| Failure::NoMemory(Layout::for_value(text)));
        }
        let mut text = FormattedText { bytes: GrowingSlice::with_capacity(self, 0)?, failure: None };
        let written = fmt::write(&mut text, arguments);
        if let Some(failure) = text.failure {
            return Err(failure);
        }
        written.expect("a formatting trait implementation returned an error although writing succeeded");
        let bytes = text.bytes.finish()?;
        // SAFETY: the bytes are a sequence of `str`s.
        Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Copies a C string into the arena, including its nul terminator.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_c_str(c"for C").to_bytes_with_nul(), b"for C\0");
    /// ```
    #[doc(alias = "alloc_cstr")]
    #[inline]
    pub fn alloc_c_str(&self, text: &CStr) -> &CStr {
        unwrap_or_abort(self.try_alloc_c_str(text), || Layout::for_value(text.to_bytes_with_nul()))
    }

    /// Copies a C string into the arena like [`alloc_c_str`](Self::alloc_c_str), but returns an error if there is no memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the parent has no memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, Null};
    ///
    /// assert!(Arena::new_in(Null).try_alloc_c_str(c"for C").is_err());
    /// ```
    #[inline]
    pub fn try_alloc_c_str(&self, text: &CStr) -> Result<&CStr, AllocError> {
        let bytes = self.try_alloc_slice_copy(text.to_bytes_with_nul())?;
        // SAFETY: the bytes are a copy of those of a `CStr`.
        Ok(unsafe { CStr::from_bytes_with_nul_unchecked(bytes) })
    }
}

/// A writer that formats into an arena.
struct FormattedText<'a, A: Allocator, const MIN_ALIGN: usize> {
    bytes: GrowingSlice<'a, u8, A, MIN_ALIGN>,
    /// The failure that ended the formatting, which `fmt::Error` cannot carry.
    failure: Option<Failure>,
}

impl<A: Allocator, const MIN_ALIGN: usize> fmt::Write for FormattedText<'_, A, MIN_ALIGN> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes.extend_from_slice(text.as_bytes()).map_err(|failure| {
            self.failure = Some(failure);
            fmt::Error
        })
    }
}
