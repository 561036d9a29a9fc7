//! Formatting into a new string, and at the end of a string.

use core::fmt::{self, Arguments, Write};
use core::mem::MaybeUninit;
use core::slice;

use super::String;
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, into_ok};

/// Appends the written text. It returns no errors, but panics like [`String::reserve`].
impl<A: Allocator> Write for String<A> {
    #[inline]
    #[track_caller]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }

    #[inline]
    #[track_caller]
    fn write_char(&mut self, char: char) -> fmt::Result {
        self.push(char);
        Ok(())
    }
}

impl<A: Allocator> String<A> {
    /// Formats text into a new string in `allocator`. [`format_in!`](crate::format_in) calls this.
    ///
    /// Text of up to 256 bytes gets a block of exactly its length, since it is formatted on the stack first.
    ///
    /// # Panics
    ///
    /// Panics if an implementation of a formatting trait returns an error, or if the text needs more than `isize::MAX`
    /// bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::String};
    ///
    /// let arena = Arena::new();
    /// let line = String::format_in(format_args!("{} faces", 2), &arena);
    /// assert_eq!((line.as_str(), line.capacity()), ("2 faces", 7));
    /// ```
    #[inline]
    #[track_caller]
    pub fn format_in(arguments: Arguments<'_>, allocator: A) -> Self {
        into_ok(Self::format::<Panic>(arguments, allocator))
    }

    /// The twin of [`format_in`](Self::format_in) that returns an error. [`try_format_in!`](crate::try_format_in) calls
    /// this.
    ///
    /// # Errors
    ///
    /// Returns an error if the text needs more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Panics
    ///
    /// Panics if an implementation of a formatting trait returns an error by itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::String};
    ///
    /// assert!(String::try_format_in(format_args!("{} faces", 2), Null).is_err());
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_format_in(arguments: Arguments<'_>, allocator: A) -> Result<Self, TryReserveError> {
        Self::format::<Return>(arguments, allocator)
    }

    /// Appends formatted text. The macro [`write!`] does so too, but panics if there is no memory.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). The text is then unchanged, but the capacity may have grown.
    ///
    /// # Panics
    ///
    /// Panics if an implementation of a formatting trait returns an error by itself.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut line = janus_alloc::collections::String::from("Janus has ");
    /// assert!(line.try_write_fmt(format_args!("{} faces", 2)).is_ok());
    /// assert_eq!(line, "Janus has 2 faces");
    /// ```
    #[track_caller]
    pub fn try_write_fmt(&mut self, arguments: Arguments<'_>) -> Result<(), TryReserveError> {
        let length = self.len();
        let mut appender = Appender::<Return, A> { string: self, failure: None };
        let result = appender.write_fmt(arguments);
        match appender.failure {
            None => expect_no_error(result),
            Some(error) => {
                self.truncate(length);
                return Err(error);
            }
        }
        Ok(())
    }

    #[inline]
    #[track_caller]
    fn format<F: OnFailure>(arguments: Arguments<'_>, allocator: A) -> Result<Self, F::Error> {
        match arguments.as_str() {
            // There is nothing to format.
            Some(text) => Self::copy_str::<F>(text, allocator),
            None => Self::format_parts::<F>(arguments, allocator),
        }
    }

    #[inline(never)]
    #[track_caller]
    fn format_parts<F: OnFailure>(arguments: Arguments<'_>, allocator: A) -> Result<Self, F::Error> {
        let mut string = Self::new_in(allocator);
        let appender = Appender::<F, A> { string: &mut string, failure: None };
        let mut writer = StackWriter { bytes: [MaybeUninit::uninit(); STACK_CAPACITY], length: 0, appender };
        let result = writer.write_fmt(arguments);
        if let Some(error) = writer.appender.failure {
            return Err(error);
        }
        expect_no_error(result);
        if writer.appender.string.is_empty() {
            writer.move_to_string(0)?;
        }
        Ok(string)
    }
}

/// Panics if `result` is an error. The string did not fail, so it comes from an implementation of a formatting trait.
#[inline]
#[track_caller]
fn expect_no_error(result: fmt::Result) {
    #[cold]
    #[inline(never)]
    #[track_caller]
    fn error() -> ! {
        panic!("an implementation of a formatting trait returned an error when the underlying stream did not");
    }

    if result.is_err() {
        error();
    }
}

/// Appends formatted text to a string.
struct Appender<'s, F: OnFailure, A: Allocator> {
    string: &'s mut String<A>,
    /// The failure to reserve memory. After it nothing is appended, even if the caller ignores the error and continues.
    failure: Option<F::Error>,
}

impl<F: OnFailure, A: Allocator> Appender<'_, F, A> {
    #[inline]
    #[track_caller]
    fn record(&mut self, result: Result<(), F::Error>) -> fmt::Result {
        result.map_err(|error| {
            self.failure = Some(error);
            fmt::Error
        })
    }
}

impl<F: OnFailure, A: Allocator> Write for Appender<'_, F, A> {
    #[inline]
    #[track_caller]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.failure.is_some() {
            return Err(fmt::Error);
        }
        let result = self.string.append::<F>(text);
        self.record(result)
    }
}

/// The capacity of the buffer on the stack. A text that fits gets a block of exactly its length.
const STACK_CAPACITY: usize = 256;

/// Writes formatted text to a buffer on the stack until it is full, and from then on to the string.
///
/// # Invariants
///
/// 1. `length` is at most [`STACK_CAPACITY`].
/// 2. While the string is empty, the first `length` bytes are initialised and are the whole text, which is UTF-8.
///    Otherwise the text is in the string.
struct StackWriter<'s, F: OnFailure, A: Allocator> {
    bytes: [MaybeUninit<u8>; STACK_CAPACITY],
    length: usize,
    appender: Appender<'s, F, A>,
}

impl<F: OnFailure, A: Allocator> StackWriter<'_, F, A> {
    /// Moves the text to the string, which is empty, and reserves room for `additional` bytes after it.
    #[inline]
    #[track_caller]
    fn move_to_string(&mut self, additional: usize) -> Result<(), F::Error> {
        let string = &mut *self.appender.string;
        if let Some(length) = self.length.checked_add(additional).filter(|length| *length > 0) {
            string.bytes.make_exact_room::<F>(length)?;
        }
        // SAFETY: by invariant 2 that many bytes are initialised.
        let bytes = unsafe { slice::from_raw_parts(self.bytes.as_ptr().cast::<u8>(), self.length) };
        // SAFETY: by invariant 2 they are UTF-8.
        string.append::<F>(unsafe { core::str::from_utf8_unchecked(bytes) })
    }
}

impl<F: OnFailure, A: Allocator> Write for StackWriter<'_, F, A> {
    #[track_caller]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.appender.string.is_empty() && self.appender.failure.is_none() {
            if text.len() <= STACK_CAPACITY - self.length {
                // SAFETY: by invariant 1 `length` is at most `STACK_CAPACITY`.
                let place = unsafe { self.bytes.as_mut_ptr().cast::<u8>().add(self.length) };
                // SAFETY: `text` fits, as was just checked, and nothing else refers to them.
                unsafe { place.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
                self.length += text.len();
                return Ok(());
            }
            let result = self.move_to_string(text.len());
            self.appender.record(result)?;
        }
        self.appender.write_str(text)
    }
}
