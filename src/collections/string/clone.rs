//! `Clone`, `CloneIn` and `Default` for strings.

use super::String;
use crate::api::Allocator;
use crate::collections::CloneIn;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, into_ok};
use crate::collections::vec::Vec;

impl<A: Allocator + Default> Default for String<A> {
    /// Creates an empty string, without allocating.
    #[inline]
    fn default() -> Self {
        Self::new_in(A::default())
    }
}

impl<A: Allocator + Clone> Clone for String<A> {
    /// Copies the text, in a clone of the allocator.
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        into_ok(Self::copy_str::<Panic>(self, self.allocator().clone()))
    }

    /// Copies the text of `source` into this string, and reuses its block if possible.
    #[inline]
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        into_ok(self.copy_from::<Panic>(source));
    }
}

impl<A: Allocator> String<A> {
    /// The twin of [`clone`](Clone::clone) that returns an error.
    ///
    /// # Errors
    ///
    /// Returns an error if the allocation fails.
    ///
    /// # Examples
    ///
    /// ```
    /// let name = janus_alloc::collections::String::from("Janus");
    /// assert_eq!(name.try_clone().unwrap(), "Janus");
    /// ```
    #[inline]
    pub fn try_clone(&self) -> Result<Self, TryReserveError>
    where
        A: Clone,
    {
        Self::copy_str::<Return>(self, self.allocator().clone())
    }

    /// The twin of [`clone_from`](Clone::clone_from) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve).
    ///
    /// # Examples
    ///
    /// ```
    /// let mut name = janus_alloc::collections::String::from("Minos");
    /// assert!(name.try_clone_from("Janus").is_ok());
    /// assert_eq!(name, "Janus");
    /// ```
    #[inline]
    pub fn try_clone_from(&mut self, source: &str) -> Result<(), TryReserveError> {
        self.copy_from::<Return>(source)
    }

    #[inline]
    #[track_caller]
    fn copy_from<F: OnFailure>(&mut self, source: &str) -> Result<(), F::Error> {
        self.bytes.make_room::<F>(source.len().saturating_sub(self.len()))?;
        self.clear();
        self.append::<F>(source)
    }

    /// Copies `text` into a new string.
    #[inline]
    #[track_caller]
    pub(super) fn copy_str<F: OnFailure>(text: &str, allocator: A) -> Result<Self, F::Error> {
        // The bytes are those of a `str`, so invariant 1 holds.
        Vec::clone_slice::<F>(text.as_bytes(), allocator).map(|bytes| Self { bytes })
    }
}

impl<A: Allocator, B: Allocator> CloneIn<B> for String<A> {
    type Cloned = String<B>;

    #[inline]
    fn try_clone_in(&self, allocator: B) -> Result<String<B>, TryReserveError> {
        String::copy_str::<Return>(self, allocator)
    }
}
