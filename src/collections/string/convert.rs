//! Conversions into strings on the registered default, and conversions in the same block. For other allocators see
//! [`FromIn`](crate::collections::FromIn).

use alloc::borrow::Cow;
use core::convert::Infallible;
use core::str::FromStr;

use super::{FromUtf8Error, String};
use crate::api::{Allocator, Global};
use crate::collections::{Box, FromIn, Vec};

impl<A: Allocator + Default> FromStr for String<A> {
    type Err = Infallible;

    /// Copies `text`, in the default of the allocator's type.
    #[inline]
    #[track_caller]
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from_in(text, A::default()))
    }
}

/// Implements `From` for types that are copied to the registered default.
macro_rules! copied {
    ($([$($generics:tt)*] $source:ty;)*) => {
        $(
            impl<$($generics)*> From<$source> for String {
                /// Copies the text.
                #[inline]
                #[track_caller]
                fn from(text: $source) -> Self {
                    Self::from_in(text, Global)
                }
            }
        )*
    };
}
copied! {
    [] &str;
    [] &mut str;
    [] char;
    [] &alloc::string::String;
}

impl<A: Allocator + Clone> From<&Self> for String<A> {
    /// Clones the string.
    #[inline]
    #[track_caller]
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl From<Cow<'_, str>> for String {
    /// Takes over the block of an owned string, or copies a borrowed one.
    #[inline]
    #[track_caller]
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::from(text),
            Cow::Owned(text) => Self::from(text),
        }
    }
}

impl From<alloc::string::String> for String {
    /// Takes over the block, since both are on the registered default.
    #[inline]
    fn from(theirs: alloc::string::String) -> Self {
        // std's strings are UTF-8, so invariant 1 holds.
        Self { bytes: Vec::from(theirs.into_bytes()) }
    }
}

impl From<String> for alloc::string::String {
    /// Passes on the block, since both are on the registered default.
    #[inline]
    fn from(ours: String) -> Self {
        // SAFETY: by invariant 1.
        unsafe { Self::from_utf8_unchecked(ours.into_bytes().into()) }
    }
}

impl From<alloc::boxed::Box<str>> for String {
    /// Takes over the block, since both are on the registered default.
    #[inline]
    fn from(boxed: alloc::boxed::Box<str>) -> Self {
        Self::from(boxed.into_string())
    }
}

impl From<String> for alloc::boxed::Box<str> {
    /// Passes on the block, since both are on the registered default, after freeing the unused capacity.
    #[inline]
    fn from(ours: String) -> Self {
        alloc::string::String::from(ours).into_boxed_str()
    }
}

impl From<String> for Cow<'_, str> {
    /// Passes on the block, since both are on the registered default.
    #[inline]
    fn from(ours: String) -> Self {
        Cow::Owned(ours.into())
    }
}

impl<'a, A: Allocator> From<&'a String<A>> for Cow<'a, str> {
    /// Borrows the text.
    #[inline]
    fn from(ours: &'a String<A>) -> Self {
        Cow::Borrowed(ours)
    }
}

impl<A: Allocator> From<String<A>> for Vec<u8, A> {
    /// Converts into a vector of bytes in the same block.
    #[inline]
    fn from(text: String<A>) -> Self {
        text.into_bytes()
    }
}

impl<A: Allocator> TryFrom<Vec<u8, A>> for String<A> {
    type Error = FromUtf8Error<A>;

    /// Same as [`String::from_utf8`].
    #[inline]
    fn try_from(bytes: Vec<u8, A>) -> Result<Self, FromUtf8Error<A>> {
        Self::from_utf8(bytes)
    }
}

impl<A: Allocator> From<Box<str, A>> for String<A> {
    /// Converts into a string in the same block.
    #[inline]
    fn from(boxed: Box<str, A>) -> Self {
        boxed.into_string()
    }
}

impl<A: Allocator> From<String<A>> for Box<str, A> {
    /// Same as [`String::into_boxed_str`].
    #[inline]
    #[track_caller]
    fn from(text: String<A>) -> Self {
        text.into_boxed_str()
    }
}
