//! Strings.

use core::ffi::CStr;
use core::fmt;

use super::Arena;
use super::failure::{Failure, or_end, or_fail};
use super::growing::Growing;
use crate::api::{AllocError, Allocator, Layout};

#[expect(clippy::mut_from_ref, reason = "each call returns another block")]
impl<A: Allocator, const MIN_ALIGN: usize> Arena<A, MIN_ALIGN> {
    /// Copies a string into the arena.
    ///
    /// # Examples
    ///
    /// ```
    /// let arena = janus_alloc::Arena::new();
    /// assert_eq!(arena.alloc_str("janus"), "janus");
    /// ```
    #[inline]
    pub fn alloc_str(&self, text: &str) -> &mut str {
        or_end(self.try_alloc_str(text), || Layout::for_value(text))
    }

    /// As [`alloc_str`](Self::alloc_str).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
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
        // SAFETY: they were copied from a `str`.
        Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Formats into the arena, as `format!` does into a `String`, without a `String` between.
    ///
    /// # Panics
    ///
    /// A `Display` or the like returns an error although writing succeeded; as `format!` does.
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
        or_fail(self.formatted(arguments))
    }

    /// As [`alloc_fmt`](Self::alloc_fmt).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
    ///
    /// # Panics
    ///
    /// As [`alloc_fmt`](Self::alloc_fmt).
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
        Ok(self.formatted(arguments)?)
    }

    fn formatted(&self, arguments: fmt::Arguments<'_>) -> Result<&mut str, Failure> {
        if let Some(text) = arguments.as_str() {
            return self.try_alloc_str(text).map_err(|AllocError| Failure::NoMemory(Layout::for_value(text)));
        }
        let mut text = Text { bytes: Growing::with_capacity(self, 0)?, failure: None };
        let written = fmt::write(&mut text, arguments);
        if let Some(failure) = text.failure {
            return Err(failure);
        }
        written.expect("a formatting trait implementation returned an error although the memory was there");
        let bytes = text.bytes.finish()?;
        // SAFETY: `str`s were written one after the other.
        Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Copies a C string into the arena, with its end.
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
        or_end(self.try_alloc_c_str(text), || Layout::for_value(text.to_bytes_with_nul()))
    }

    /// As [`alloc_c_str`](Self::alloc_c_str).
    ///
    /// # Errors
    ///
    /// The parent has no memory.
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
        // SAFETY: they were copied from a `CStr`.
        Ok(unsafe { CStr::from_bytes_with_nul_unchecked(bytes) })
    }
}

/// What is being formatted.
struct Text<'a, A: Allocator, const MIN_ALIGN: usize> {
    bytes: Growing<'a, u8, A, MIN_ALIGN>,
    /// Why not all of it is there.
    failure: Option<Failure>,
}

impl<A: Allocator, const MIN_ALIGN: usize> fmt::Write for Text<'_, A, MIN_ALIGN> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes.extend_from_slice(text.as_bytes()).map_err(|failure| {
            self.failure = Some(failure);
            fmt::Error
        })
    }
}
