//! Strings on the registered default, out of what std has a `From` for; and from and into others, where the block changes hands.
//! Into other allocators: [`FromIn`](crate::collections::FromIn).

use alloc::borrow::Cow;
use core::convert::Infallible;
use core::str::FromStr;

use super::{FromUtf8Error, String};
use crate::api::{Allocator, Global};
use crate::collections::{Box, FromIn, Vec};

impl<A: Allocator + Default> FromStr for String<A> {
    type Err = Infallible;

    /// A copy of `text`, in the default of the allocator.
    #[inline]
    #[track_caller]
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from_in(text, A::default()))
    }
}

/// `From` of what is copied to the default.
macro_rules! copied {
    ($([$($generics:tt)*] $source:ty;)*) => {
        $(
            impl<$($generics)*> From<$source> for String {
                /// A copy of the text.
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
    /// A clone.
    #[inline]
    #[track_caller]
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl From<Cow<'_, str>> for String {
    /// The text: where it is, or a copy if it is borrowed.
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
    /// The text, where it is: both are on the registered default.
    #[inline]
    fn from(theirs: alloc::string::String) -> Self {
        // Invariant 1 holds, since std's are UTF-8.
        Self { bytes: Vec::from(theirs.into_bytes()) }
    }
}

impl From<String> for alloc::string::String {
    /// The text, where it is: both are on the registered default.
    #[inline]
    fn from(ours: String) -> Self {
        // SAFETY: by invariant 1.
        unsafe { Self::from_utf8_unchecked(ours.into_bytes().into()) }
    }
}

impl From<alloc::boxed::Box<str>> for String {
    /// The text, where it is: both are on the registered default.
    #[inline]
    fn from(boxed: alloc::boxed::Box<str>) -> Self {
        Self::from(boxed.into_string())
    }
}

impl From<String> for alloc::boxed::Box<str> {
    /// The text, where it is if there is no room behind it: both are on the registered default.
    #[inline]
    fn from(ours: String) -> Self {
        alloc::string::String::from(ours).into_boxed_str()
    }
}

impl From<String> for Cow<'_, str> {
    /// The text, where it is: both are on the registered default.
    #[inline]
    fn from(ours: String) -> Self {
        Cow::Owned(ours.into())
    }
}

impl<'a, A: Allocator> From<&'a String<A>> for Cow<'a, str> {
    /// The text, borrowed.
    #[inline]
    fn from(ours: &'a String<A>) -> Self {
        Cow::Borrowed(ours)
    }
}

impl<A: Allocator> From<String<A>> for Vec<u8, A> {
    /// The bytes, where they are.
    #[inline]
    fn from(text: String<A>) -> Self {
        text.into_bytes()
    }
}

impl<A: Allocator> TryFrom<Vec<u8, A>> for String<A> {
    type Error = FromUtf8Error<A>;

    /// [`String::from_utf8`].
    #[inline]
    fn try_from(bytes: Vec<u8, A>) -> Result<Self, FromUtf8Error<A>> {
        Self::from_utf8(bytes)
    }
}

impl<A: Allocator> From<Box<str, A>> for String<A> {
    /// The text, where it is.
    #[inline]
    fn from(boxed: Box<str, A>) -> Self {
        boxed.into_string()
    }
}

impl<A: Allocator> From<String<A>> for Box<str, A> {
    /// [`String::into_boxed_str`].
    #[inline]
    #[track_caller]
    fn from(text: String<A>) -> Self {
        text.into_boxed_str()
    }
}
