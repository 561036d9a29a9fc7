//! Characters taken out where a predicate says so.

use core::{slice, str};

use super::String;
use super::insert::encode;
use crate::api::Allocator;

impl<A: Allocator> String<A> {
    /// Takes the characters out for which `keep` is false. It sees each once, in order.
    ///
    /// If `keep` panics, the string ends with the last character kept.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("J-a-n-u-s");
    /// name.retain(|char| char != '-');
    /// assert_eq!(name, "Janus");
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(char) -> bool) {
        /// The part that has been seen.
        ///
        /// # Invariants
        ///
        /// 1. The first `kept` bytes are those of the characters kept.
        /// 2. `kept` is at most `read`, and the bytes from `read` on are as they were.
        struct Seen<'s, A: Allocator> {
            string: &'s mut String<A>,
            read: usize,
            kept: usize,
        }

        impl<A: Allocator> Drop for Seen<'_, A> {
            fn drop(&mut self) {
                // SAFETY: at most the length, and these are characters by (1).
                unsafe { self.string.bytes.set_len(self.kept) };
            }
        }

        let length = self.len();
        let start = self.bytes.as_mut_ptr();
        let mut seen = Seen { string: self, read: 0, kept: 0 };
        while seen.read < length {
            // SAFETY: less than the length.
            let next = unsafe { start.add(seen.read) };
            // SAFETY: so many bytes of the string follow.
            let rest = unsafe { slice::from_raw_parts(next, length - seen.read) };
            // SAFETY: by (2) and invariant 1 of the string, since whole characters have been read.
            let rest = unsafe { str::from_utf8_unchecked(rest) };
            let char = rest.chars().next().expect("there is more");
            if keep(char) {
                // SAFETY: by (2) less than the length.
                let place = unsafe { start.add(seen.kept) };
                // SAFETY: by (2) this ends where the character read ends, at the latest.
                unsafe { encode(char, place) };
                seen.kept += char.len_utf8();
            }
            seen.read += char.len_utf8();
        }
    }
}
