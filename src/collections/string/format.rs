//! Formatted text, in a new string and at the end of one.

use core::fmt::{self, Arguments, Write};
use core::mem::MaybeUninit;
use core::slice;

use super::String;
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, sure};

/// Appends what is written. Never an error; without room it panics as [`String::reserve`] does.
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
    /// Formatted text in `allocator`: what [`format_in!`](crate::format_in) calls.
    ///
    /// Text of up to 256 bytes gets a block as long as it is, since its length is known before there is a block.
    ///
    /// # Panics
    ///
    /// If an implementation of a formatting trait returns an error, or the text is more than `isize::MAX` bytes.
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
        sure(Self::formatted::<Panic>(arguments, allocator))
    }

    /// The twin of [`format_in`](Self::format_in) that returns an error: what [`try_format_in!`](crate::try_format_in) calls.
    ///
    /// # Errors
    ///
    /// If the text needs more than `isize::MAX` bytes, or the allocator refuses.
    ///
    /// # Panics
    ///
    /// If an implementation of a formatting trait returns an error of its own.
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
        Self::formatted::<Return>(arguments, allocator)
    }

    /// Appends formatted text. The macro [`write!`] does so too, and panics if there is no memory.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). Nothing has changed then but the capacity.
    ///
    /// # Panics
    ///
    /// If an implementation of a formatting trait returns an error of its own.
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
        let mut end = End::<Return, A> { string: self, failed: None };
        let result = end.write_fmt(arguments);
        match end.failed {
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
    fn formatted<F: OnFailure>(arguments: Arguments<'_>, allocator: A) -> Result<Self, F::Error> {
        match arguments.as_str() {
            // Nothing is to be formatted.
            Some(text) => Self::copied::<F>(text, allocator),
            None => Self::formatted_parts::<F>(arguments, allocator),
        }
    }

    #[inline(never)]
    #[track_caller]
    fn formatted_parts<F: OnFailure>(arguments: Arguments<'_>, allocator: A) -> Result<Self, F::Error> {
        let mut string = Self::new_in(allocator);
        let end = End::<F, A> { string: &mut string, failed: None };
        let mut start = Start { bytes: [MaybeUninit::uninit(); START], length: 0, end };
        let result = start.write_fmt(arguments);
        if let Some(error) = start.end.failed {
            return Err(error);
        }
        expect_no_error(result);
        if start.end.string.is_empty() {
            start.move_to_string(0)?;
        }
        Ok(string)
    }
}

/// `result` is of an implementation of a formatting trait, while the string did not fail.
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

/// The end of a string, to which formatted text goes.
struct End<'s, F: OnFailure, A: Allocator> {
    string: &'s mut String<A>,
    /// Why there was no room. Then no more text is taken, even if who writes it goes on.
    failed: Option<F::Error>,
}

impl<F: OnFailure, A: Allocator> End<'_, F, A> {
    #[inline]
    #[track_caller]
    fn note(&mut self, result: Result<(), F::Error>) -> fmt::Result {
        result.map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}

impl<F: OnFailure, A: Allocator> Write for End<'_, F, A> {
    #[inline]
    #[track_caller]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.failed.is_some() {
            return Err(fmt::Error);
        }
        let result = self.string.append::<F>(text);
        self.note(result)
    }
}

/// The length of texts whose length is known before there is a block for them.
const START: usize = 256;

/// The start of a new string, which lies on the stack until it has more than [`START`] bytes.
///
/// # Invariants
///
/// 1. While the string is empty, the first `length` bytes are the text. Later the text is in the string.
struct Start<'s, F: OnFailure, A: Allocator> {
    bytes: [MaybeUninit<u8>; START],
    /// At most [`START`].
    length: usize,
    end: End<'s, F, A>,
}

impl<F: OnFailure, A: Allocator> Start<'_, F, A> {
    /// Moves the text to the string, which is empty, with room for `additional` bytes behind it.
    #[inline]
    #[track_caller]
    fn move_to_string(&mut self, additional: usize) -> Result<(), F::Error> {
        let string = &mut *self.end.string;
        if let Some(length) = self.length.checked_add(additional).filter(|length| *length > 0) {
            string.bytes.make_exact_room::<F>(length)?;
        }
        // SAFETY: so many bytes are initialised by (1).
        let bytes = unsafe { slice::from_raw_parts(self.bytes.as_ptr().cast::<u8>(), self.length) };
        // SAFETY: by (1) they are whole texts.
        string.append::<F>(unsafe { core::str::from_utf8_unchecked(bytes) })
    }
}

impl<F: OnFailure, A: Allocator> Write for Start<'_, F, A> {
    #[track_caller]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.end.string.is_empty() && self.end.failed.is_none() {
            if text.len() <= START - self.length {
                // SAFETY: at most `START`.
                let place = unsafe { self.bytes.as_mut_ptr().cast::<u8>().add(self.length) };
                // SAFETY: there is room for so many bytes, of which nobody has a reference.
                unsafe { place.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
                self.length += text.len();
                return Ok(());
            }
            let result = self.move_to_string(text.len());
            self.end.note(result)?;
        }
        self.end.write_str(text)
    }
}
