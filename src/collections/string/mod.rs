//! [`String`], growable text in an allocator, and the types that its methods return.
//!
//! ```
//! use janus_alloc::{Arena, collections::{FromIn, string::{Drain, String}}};
//!
//! let arena = Arena::new();
//! let mut name = String::from_in("two-faced Janus", &arena);
//! let drained: Drain<'_, &Arena> = name.drain(..10);
//! assert_eq!(drained.as_str(), "two-faced ");
//! drop(drained);
//! assert_eq!(name, "Janus");
//! ```

mod bytes;
mod clone;
mod compare;
mod convert;
mod decode;
mod drain;
mod edit;
mod error;
mod extend;
mod format;
mod from_in;
mod insert;
mod macros;
mod pointers;
mod replace;
mod retain;
mod room;
mod shared_traits;

use super::error::TryReserveError;
use super::vec::Vec;
use crate::api::{Allocator, Global};

pub use drain::Drain;
pub use error::{FromUtf8Error, FromUtf16Error};
pub use extend::Piece;

/// A growable UTF-8 string in an allocator: std's `String` for every [`Allocator`], on stable Rust.
///
/// Its methods, growth, panics, auto traits and variance are those of [`std::string::String`] in Rust 1.95, and it
/// dereferences to `str`. In addition:
///
/// * `new_in`, `with_capacity_in`, `from_raw_parts_in`, [`format_in!`](crate::format_in),
///   [`from_in`](crate::collections::FromIn::from_in) and [`collect_in`](crate::collections::CollectIn::collect_in)
///   take an allocator; [`allocator`](Self::allocator) returns a reference to it.
/// * Each method that may allocate has a `try_` twin. It returns a [`TryReserveError`] where the method would panic or
///   abort the process. The operators `+` and `+=` have no twins.
/// * Strings with different allocators can be compared, also with std's.
/// * It converts without copying into a [`Vec`] of bytes or a `Box<str, A>`, and on the registered default into std's
///   `String`: see the `From` impls.
///
/// It hashes like a `str` and implements `Borrow<str>`, so a map with such keys can be searched for a `&str`.
///
/// # Cost
///
/// A string is a [`Vec`] of bytes: three words plus the size of its allocator. Growth doubles the capacity with
/// [`Allocator::grow`], so the last block of an arena grows in place. A string with capacity 0 has no block.
///
/// # Differences from std
///
/// * `&String` is not a pattern for methods like `text.find(&string)`, because the trait of patterns is not stable.
///   Pass `&*string`.
/// * [`from_utf8_lossy`](Self::from_utf8_lossy) returns a `String`. std's returns a `Cow`, which could only hold std's
///   `String`.
/// * After [`extend`](Extend::extend) with an array of strings, the capacity may be larger than std's.
/// * `to_string`, `to_owned`, `repeat` and other methods of `str` and [`ToString`] return std's `String`, on the
///   registered default.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, collections::String, format_in};
///
/// let arena = Arena::new();
/// let mut name = String::new_in(&arena);
/// name.push_str("Jan");
/// name += "us";
/// let line = format_in!(in &arena, "{name} has {} faces", 2);
/// assert_eq!(line, "Janus has 2 faces");
/// assert!(line.starts_with(&*name));
/// ```
///
/// A map in an arena, whose keys are strings in the same arena:
///
/// ```
/// use janus_alloc::{Arena, collections::{FromIn, HashMap, String}};
///
/// let arena = Arena::new();
/// let mut faces = HashMap::new_in(&arena);
/// faces.insert(String::from_in("Janus", &arena), 2);
/// assert_eq!(faces.get("Janus"), Some(&2));
/// ```
#[doc(alias = "from_str_in")]
pub struct String<A: Allocator = Global> {
    /// # Invariants
    ///
    /// 1. The bytes are UTF-8, except during the borrow that [`as_mut_vec`](Self::as_mut_vec) returns.
    bytes: Vec<u8, A>,
}

impl String {
    /// Creates an empty string on the registered default, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// static EMPTY: janus_alloc::collections::String = janus_alloc::collections::String::new();
    /// assert_eq!(EMPTY.capacity(), 0);
    /// ```
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self::new_in(Global)
    }

    /// Creates an empty string on the registered default, with room for `capacity` bytes.
    ///
    /// # Panics
    ///
    /// Panics if `capacity` exceeds `isize::MAX`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::String::with_capacity(10).capacity() >= 10);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_in(capacity, Global)
    }

    /// The twin of [`with_capacity`](Self::with_capacity) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the text needs more than `isize::MAX` bytes, or if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::String::try_with_capacity(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_with_capacity(capacity: usize) -> Result<Self, TryReserveError> {
        Self::try_with_capacity_in(capacity, Global)
    }
}

impl<A: Allocator> String<A> {
    /// Creates an empty string in `allocator`, without allocating.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::String};
    ///
    /// let name: String<System> = const { String::new_in(System) };
    /// assert!(name.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub const fn new_in(allocator: A) -> Self {
        Self { bytes: Vec::new_in(allocator) }
    }

    /// Creates an empty string in `allocator`, with room for `capacity` bytes.
    ///
    /// # Panics
    ///
    /// Panics if `capacity` exceeds `isize::MAX`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::String};
    ///
    /// let arena = Arena::new();
    /// let mut name = String::with_capacity_in(5, &arena);
    /// let start = name.as_ptr();
    /// name.push_str("Janus");
    /// assert_eq!(name.as_ptr(), start);
    /// ```
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn with_capacity_in(capacity: usize, allocator: A) -> Self {
        Self { bytes: Vec::with_capacity_in(capacity, allocator) }
    }

    /// The twin of [`with_capacity_in`](Self::with_capacity_in) that returns an error.
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
    /// assert!(String::try_with_capacity_in(1, Null).is_err());
    /// assert!(String::try_with_capacity_in(0, Null).is_ok());
    /// ```
    #[inline]
    pub fn try_with_capacity_in(capacity: usize, allocator: A) -> Result<Self, TryReserveError> {
        Vec::try_with_capacity_in(capacity, allocator).map(|bytes| Self { bytes })
    }

    /// Returns a reference to the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Stats, System, collections::String};
    ///
    /// let name = String::with_capacity_in(16, Stats::new(System));
    /// assert_eq!(name.allocator().snapshot().live_bytes, 16);
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        self.bytes.allocator()
    }

    /// Returns the number of bytes that fit without reallocation.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::with_capacity(10).capacity(), 10);
    /// ```
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Returns the length in bytes, not in characters.
    ///
    /// # Examples
    ///
    /// ```
    /// let face = janus_alloc::collections::String::from("Gesicht ☺");
    /// assert_eq!((face.len(), face.chars().count()), (11, 9));
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns whether the length is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(janus_alloc::collections::String::new().is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the text as a string slice.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::from("Janus").as_str(), "Janus");
    /// ```
    #[inline]
    pub const fn as_str(&self) -> &str {
        // SAFETY: by invariant 1.
        unsafe { core::str::from_utf8_unchecked(self.bytes.as_slice()) }
    }

    /// Returns the text as a mutable string slice.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// name.as_mut_str().make_ascii_uppercase();
    /// assert_eq!(name, "JANUS");
    /// ```
    #[inline]
    pub const fn as_mut_str(&mut self) -> &mut str {
        // `from_utf8_unchecked_mut` is not const in Rust 1.85.
        let text = core::ptr::from_mut::<[u8]>(self.bytes.as_mut_slice()) as *mut str;
        // SAFETY: the bytes are UTF-8 by invariant 1, and the slice borrows the string.
        unsafe { &mut *text }
    }

    /// Leaks the string, and returns its text for as long as the allocator's memory lives.
    ///
    /// The unused capacity stays allocated.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::{FromIn, String}};
    ///
    /// let arena = Arena::new();
    /// let name: &mut str = String::from_in("Janus", &arena).leak();
    /// name.make_ascii_lowercase();
    /// assert_eq!(name, "janus");
    /// ```
    #[inline]
    pub fn leak<'a>(self) -> &'a mut str
    where
        A: 'a,
    {
        let bytes = self.bytes.leak();
        // SAFETY: by invariant 1.
        unsafe { core::str::from_utf8_unchecked_mut(bytes) }
    }
}
