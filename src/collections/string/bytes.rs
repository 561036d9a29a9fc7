//! Conversions between strings and bytes, boxes and raw parts. The block changes its owner, and no byte moves.

use core::mem::ManuallyDrop;

use super::{FromUtf8Error, String};
use crate::api::{Allocator, Global};
use crate::collections::boxed::from_boxed_utf8_unchecked;
use crate::collections::{Box, TryReserveError, Vec};

impl String {
    /// Creates a string from the parts that [`into_raw_parts`](Self::into_raw_parts) of this type or of std's `String`
    /// returns.
    ///
    /// # Safety
    ///
    /// Same as [`from_raw_parts_in`](Self::from_raw_parts_in), with the registered default as the allocator.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::String;
    ///
    /// let (start, length, capacity) = String::from("Janus").into_raw_parts();
    /// // SAFETY: the parts of one string.
    /// assert_eq!(unsafe { String::from_raw_parts(start, length, capacity) }, "Janus");
    /// ```
    #[inline]
    pub unsafe fn from_raw_parts(start: *mut u8, length: usize, capacity: usize) -> Self {
        // SAFETY: by `# Safety` of this fn, which is the same.
        unsafe { Self::from_raw_parts_in(start, length, capacity, Global) }
    }

    /// Returns the address of the bytes, their number and the capacity. The caller has to free the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::collections::String;
    ///
    /// let (start, length, capacity) = String::from("Janus").into_raw_parts();
    /// // SAFETY: the parts of one string.
    /// drop(unsafe { String::from_raw_parts(start, length, capacity) });
    /// ```
    #[inline]
    #[must_use = "the block is leaked if the parts are dropped"]
    pub fn into_raw_parts(self) -> (*mut u8, usize, usize) {
        self.bytes.into_raw_parts()
    }
}

impl<A: Allocator> String<A> {
    /// Creates a string from the parts that [`into_raw_parts_with_allocator`](Self::into_raw_parts_with_allocator)
    /// returns, or from any block of the allocator.
    ///
    /// # Safety
    ///
    /// 1. The parts fulfil the conditions of [`Vec::from_raw_parts_in`] for bytes.
    /// 2. The first `length` bytes are UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{FromIn, String}};
    ///
    /// let (start, length, capacity, allocator) = String::from_in("Janus", System).into_raw_parts_with_allocator();
    /// // SAFETY: the parts of one string.
    /// assert_eq!(unsafe { String::from_raw_parts_in(start, length, capacity, allocator) }, "Janus");
    /// ```
    #[inline]
    pub unsafe fn from_raw_parts_in(start: *mut u8, length: usize, capacity: usize, allocator: A) -> Self {
        // SAFETY: by `# Safety` (1).
        let bytes = unsafe { Vec::from_raw_parts_in(start, length, capacity, allocator) };
        // Invariant 1 holds by `# Safety` (2).
        Self { bytes }
    }

    /// Returns the address of the bytes, their number, the capacity and the allocator. The caller has to free the
    /// block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{FromIn, String}};
    ///
    /// let (start, length, capacity, allocator) = String::from_in("Janus", System).into_raw_parts_with_allocator();
    /// // SAFETY: the parts of one string.
    /// drop(unsafe { String::from_raw_parts_in(start, length, capacity, allocator) });
    /// ```
    #[inline]
    #[must_use = "the block is leaked if the parts are dropped"]
    pub fn into_raw_parts_with_allocator(self) -> (*mut u8, usize, usize, A) {
        self.bytes.into_raw_parts_with_allocator()
    }

    /// Converts a vector of bytes into a string in the same block, if they are UTF-8.
    ///
    /// # Errors
    ///
    /// Returns an error that contains the bytes if they are not UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Arena, collections::String, vec_in};
    ///
    /// let arena = Arena::new();
    /// assert_eq!(String::from_utf8(vec_in![in &arena; b'J', b'a']).unwrap(), "Ja");
    /// let error = String::from_utf8(vec_in![in &arena; b'J', 0xFF]).unwrap_err();
    /// assert_eq!(error.into_bytes(), [b'J', 0xFF]);
    /// ```
    #[inline]
    pub fn from_utf8(bytes: Vec<u8, A>) -> Result<Self, FromUtf8Error<A>> {
        match core::str::from_utf8(&bytes) {
            Ok(_) => Ok(Self { bytes }),
            Err(error) => Err(FromUtf8Error { bytes, error }),
        }
    }

    /// Converts a vector of bytes into a string in the same block, without checking that they are UTF-8.
    ///
    /// # Safety
    ///
    /// The bytes are UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::String, vec_in};
    ///
    /// // SAFETY: ASCII is UTF-8.
    /// let name = unsafe { String::from_utf8_unchecked(vec_in![in System; b'J', b'a']) };
    /// assert_eq!(name, "Ja");
    /// ```
    #[inline]
    pub unsafe fn from_utf8_unchecked(bytes: Vec<u8, A>) -> Self {
        Self { bytes }
    }

    /// Converts into a vector of bytes in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::from("Janus").into_bytes(), b"Janus");
    /// ```
    #[inline]
    #[must_use = "the string is consumed"]
    pub const fn into_bytes(self) -> Vec<u8, A> {
        let this = ManuallyDrop::new(self);
        // Moving a field out of `self` is not const, because the compiler does not know that nothing is left to drop.
        // SAFETY: `ManuallyDrop` has the layout of its content.
        let this = unsafe { &*(&raw const this).cast::<Self>() };
        // SAFETY: the string is not used again, so the bytes are moved out once.
        unsafe { (&raw const this.bytes).read() }
    }

    /// Returns the bytes as a slice.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(janus_alloc::collections::String::from("Janus").as_bytes(), b"Janus");
    /// ```
    #[inline]
    pub const fn as_bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// Returns the underlying vector of bytes, for modification.
    ///
    /// # Safety
    ///
    /// The bytes are UTF-8 when the borrow ends, also if a panic ends it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Janus");
    /// // SAFETY: this removes one ASCII character, so the text stays UTF-8.
    /// unsafe { name.as_mut_vec() }.pop();
    /// assert_eq!(name, "Janu");
    /// ```
    #[inline]
    pub const unsafe fn as_mut_vec(&mut self) -> &mut Vec<u8, A> {
        &mut self.bytes
    }

    /// Converts into a boxed string slice, after freeing the unused capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let boxed = janus_alloc::collections::String::from("Janus").into_boxed_str();
    /// assert_eq!(&*boxed, "Janus");
    /// ```
    #[inline]
    #[track_caller]
    #[must_use = "the string is consumed"]
    pub fn into_boxed_str(self) -> Box<str, A> {
        let bytes = self.bytes.into_boxed_slice();
        // SAFETY: by invariant 1.
        unsafe { from_boxed_utf8_unchecked(bytes) }
    }

    /// The twin of [`into_boxed_str`](Self::into_boxed_str) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocator cannot shrink the block, which may need a new block. The string is then
    /// dropped; call [`try_shrink_to_fit`](Self::try_shrink_to_fit) first to keep it.
    ///
    /// # Examples
    ///
    /// ```
    /// let name = janus_alloc::collections::String::from("Janus");
    /// assert_eq!(&*name.try_into_boxed_str().unwrap(), "Janus");
    /// ```
    #[inline]
    pub fn try_into_boxed_str(self) -> Result<Box<str, A>, TryReserveError> {
        let bytes = self.bytes.try_into_boxed_slice()?;
        // SAFETY: by invariant 1.
        Ok(unsafe { from_boxed_utf8_unchecked(bytes) })
    }
}

impl<A: Allocator> Box<str, A> {
    /// Converts into a string in the same block. `String::from` does the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut name = Box::clone_from_ref_in("Jan", System).into_string();
    /// name.push_str("us");
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    #[must_use = "the box is consumed"]
    pub fn into_string(self) -> String<A> {
        // Invariant 1 holds, since a `str` is UTF-8.
        String { bytes: self.into_boxed_bytes().into_vec() }
    }
}
