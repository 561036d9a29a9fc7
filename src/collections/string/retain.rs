//! Removing characters that a predicate selects.

use core::{slice, str};

use super::String;
use super::insert::encode;
use crate::api::Allocator;

impl<A: Allocator> String<A> {
    /// Keeps only the characters for which `keep` returns `true`, and removes the others. Calls `keep` once for each,
    /// in order.
    ///
    /// If `keep` panics, the string is left with the characters kept so far.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("J-a-n-u-s");
    /// name.retain(|char| char != '-');
    /// assert_eq!(name, "Janus");
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(char) -> bool) {
        /// The progress of `retain`. Dropping it shortens the string to the characters kept, also if `keep` unwinds.
        ///
        /// # Invariants
        ///
        /// 1. The first `kept` bytes are the characters kept.
        /// 2. `kept` is at most `read`, which is between two characters. The bytes from `read` on are unchanged.
        struct RetainGuard<'s, A: Allocator> {
            string: &'s mut String<A>,
            read: usize,
            kept: usize,
        }

        impl<A: Allocator> Drop for RetainGuard<'_, A> {
            fn drop(&mut self) {
                // SAFETY: `kept` is at most the length, by invariant 2. By invariant 1 these are whole characters.
                unsafe { self.string.bytes.set_len(self.kept) };
            }
        }

        let length = self.len();
        let start = self.bytes.as_mut_ptr();
        let mut guard = RetainGuard { string: self, read: 0, kept: 0 };
        while guard.read < length {
            // SAFETY: `guard.read` is less than the length.
            let next = unsafe { start.add(guard.read) };
            // SAFETY: `length - guard.read` bytes of the string follow.
            let rest = unsafe { slice::from_raw_parts(next, length - guard.read) };
            // SAFETY: the bytes are UTF-8 by invariant 2, and by invariant 1 of `String`.
            let rest = unsafe { str::from_utf8_unchecked(rest) };
            let char = rest.chars().next().expect("there is more");
            if keep(char) {
                // SAFETY: by invariant 2 `guard.kept` is less than the length.
                let place = unsafe { start.add(guard.kept) };
                // SAFETY: by invariant 2 the write ends at most where the character that was read ends.
                unsafe { encode(char, place) };
                guard.kept += char.len_utf8();
            }
            guard.read += char.len_utf8();
        }
    }
}
