//! Appending many characters or strings at once.

use alloc::borrow::Cow;

use super::String;
use crate::api::Allocator;
use crate::collections::error::{OnFailure, Panic, Return, TryReserveError, into_ok};
use crate::collections::{Box, FromIteratorIn};

/// An item that can be appended to a string: a character, a string, or a reference to either.
///
/// An iterator of pieces extends a string ([`Extend`], [`try_extend`](String::try_extend)) or is collected into one
/// ([`collect_in`](crate::collections::CollectIn::collect_in)). The trait is sealed.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Arena, api::Allocator, collections::{CollectIn, String, string::Piece}};
///
/// fn joined<A: Allocator>(pieces: impl IntoIterator<Item: Piece>, allocator: A) -> String<A> {
///     pieces.into_iter().collect_in(allocator)
/// }
/// let arena = Arena::new();
/// assert_eq!(joined(["Jan", "us"], &arena), "Janus");
/// assert_eq!(joined(['J', 'a'], &arena), "Ja");
/// ```
pub trait Piece: sealed::Append {}

mod sealed {
    use super::{Allocator, String, TryReserveError};

    pub trait Append {
        /// The least number of bytes of a piece of this type, for which room is reserved in advance.
        const MIN_BYTES: usize;

        #[track_caller]
        fn append_to<A: Allocator>(self, string: &mut String<A>);

        fn try_append_to<A: Allocator>(self, string: &mut String<A>) -> Result<(), TryReserveError>;
    }
}

/// Implements [`Piece`] for each type, by a method of `String` and its argument.
macro_rules! pieces {
    ($([$($generics:tt)*] $piece:ty, at least $least:literal: $append:ident($value:ident) $argument:expr;)*) => {
        $(
            impl<$($generics)*> Piece for $piece {}

            impl<$($generics)*> sealed::Append for $piece {
                const MIN_BYTES: usize = $least;

                #[inline]
                #[track_caller]
                fn append_to<A: Allocator>(self, string: &mut String<A>) {
                    let $value = self;
                    into_ok(string.$append::<Panic>($argument));
                }

                #[inline]
                fn try_append_to<A: Allocator>(self, string: &mut String<A>) -> Result<(), TryReserveError> {
                    let $value = self;
                    string.$append::<Return>($argument)
                }
            }
        )*
    };
}
pieces! {
    [] char, at least 1: append_char(char) char;
    [] &char, at least 1: append_char(char) *char;
    [] &str, at least 0: append(text) text;
    [] alloc::string::String, at least 0: append(text) &text;
    [] alloc::boxed::Box<str>, at least 0: append(text) &text;
    [] Cow<'_, str>, at least 0: append(text) &text;
    [B: Allocator] String<B>, at least 0: append(text) &text;
    [B: Allocator] Box<str, B>, at least 0: append(text) &text;
}

impl<P: Piece, A: Allocator> Extend<P> for String<A> {
    /// # Panics
    ///
    /// Panics if the new capacity exceeds `isize::MAX` bytes.
    #[inline]
    #[track_caller]
    fn extend<I: IntoIterator<Item = P>>(&mut self, pieces: I) {
        let pieces = pieces.into_iter();
        into_ok(self.reserve_for::<Panic, I::IntoIter>(&pieces));
        pieces.for_each(|piece| piece.append_to(self));
    }
}

impl<A: Allocator> String<A> {
    /// The twin of [`extend`](Extend::extend) that returns an error.
    ///
    /// # Errors
    ///
    /// Same as [`try_reserve`](Self::try_reserve). The pieces before the one that did not fit are appended.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{Null, collections::String};
    ///
    /// let mut name = String::from("J");
    /// assert!(name.try_extend(["an", "us"]).is_ok());
    /// assert_eq!(name, "Janus");
    /// assert!(String::new_in(Null).try_extend("Janus".chars()).is_err());
    /// ```
    #[inline]
    pub fn try_extend(&mut self, pieces: impl IntoIterator<Item: Piece>) -> Result<(), TryReserveError> {
        let mut pieces = pieces.into_iter();
        self.reserve_for::<Return, _>(&pieces)?;
        pieces.try_for_each(|piece| sealed::Append::try_append_to(piece, self))
    }

    /// Reserves room for the pieces according to their `size_hint`. It may be wrong, so appending a piece reserves room
    /// too.
    #[inline]
    #[track_caller]
    fn reserve_for<F: OnFailure, I: Iterator<Item: Piece>>(&mut self, pieces: &I) -> Result<(), F::Error> {
        let least = <I::Item as sealed::Append>::MIN_BYTES;
        if least == 0 { Ok(()) } else { self.bytes.make_room::<F>(pieces.size_hint().0.saturating_mul(least)) }
    }
}

impl<P: Piece, A: Allocator + Default> FromIterator<P> for String<A> {
    /// Concatenates the pieces, in the default of the allocator's type.
    /// [`collect_in`](crate::collections::CollectIn::collect_in) takes an allocator.
    #[inline]
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = P>>(pieces: I) -> Self {
        Self::from_iter_in(pieces, A::default())
    }
}

impl<P: Piece, A: Allocator> FromIteratorIn<P> for String<A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = P>>(pieces: I, allocator: A) -> Self {
        let mut text = Self::new_in(allocator);
        text.extend(pieces);
        text
    }

    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = P>>(pieces: I, allocator: A) -> Result<Self, TryReserveError> {
        let mut text = Self::new_in(allocator);
        text.try_extend(pieces)?;
        Ok(text)
    }
}

impl<A: Allocator> Extend<String<A>> for alloc::string::String {
    #[inline]
    fn extend<I: IntoIterator<Item = String<A>>>(&mut self, strings: I) {
        strings.into_iter().for_each(|string| self.push_str(&string));
    }
}

impl<A: Allocator> FromIterator<String<A>> for alloc::string::String {
    #[inline]
    fn from_iter<I: IntoIterator<Item = String<A>>>(strings: I) -> Self {
        let mut joined = Self::new();
        joined.extend(strings);
        joined
    }
}

impl<A: Allocator> FromIterator<String<A>> for Cow<'_, str> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = String<A>>>(strings: I) -> Self {
        Cow::Owned(strings.into_iter().collect())
    }
}
