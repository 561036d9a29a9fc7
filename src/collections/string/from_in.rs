//! Strings in an allocator, out of what std makes strings of on the default.

use alloc::borrow::Cow;

use super::String;
use crate::api::Allocator;
use crate::collections::error::{Panic, Return, TryReserveError, sure};
use crate::collections::{Box, FromIn};

/// `FromIn` of a type that lends its text.
macro_rules! from_in {
    ($([$($generics:tt)*] $source:ty, by |$value:ident| $text:expr;)*) => {
        $(
            impl<$($generics)*> FromIn<$source> for String<A> {
                type Allocator = A;

                #[inline]
                #[track_caller]
                fn from_in($value: $source, allocator: A) -> Self {
                    sure(Self::copied::<Panic>($text, allocator))
                }

                #[inline]
                fn try_from_in($value: $source, allocator: A) -> Result<Self, TryReserveError> {
                    Self::copied::<Return>($text, allocator)
                }
            }
        )*
    };
}
from_in! {
    [A: Allocator] &str, by |text| text;
    [A: Allocator] &mut str, by |text| text;
    [A: Allocator] char, by |char| char.encode_utf8(&mut [0; 4]);
    [A: Allocator] Cow<'_, str>, by |text| &text;
    [A: Allocator] alloc::string::String, by |text| &text;
    [A: Allocator] &alloc::string::String, by |text| text;
    [A: Allocator] alloc::boxed::Box<str>, by |text| &text;
    [A: Allocator, B: Allocator] String<B>, by |text| &text;
    [A: Allocator, B: Allocator] &String<B>, by |text| text;
    [A: Allocator, B: Allocator] Box<str, B>, by |text| &text;
}
