//! Conversions into a string in a given allocator. On the default allocator they are std's `From`.

use alloc::borrow::Cow;

use super::String;
use crate::api::Allocator;
use crate::collections::error::{Panic, Return, TryReserveError, into_ok};
use crate::collections::{Box, FromIn};

/// Implements `FromIn` for types from which a `&str` can be borrowed.
macro_rules! from_in {
    ($([$($generics:tt)*] $source:ty, by |$value:ident| $text:expr;)*) => {
        $(
            impl<$($generics)*> FromIn<$source> for String<A> {
                type Allocator = A;

                #[inline]
                #[track_caller]
                fn from_in($value: $source, allocator: A) -> Self {
                    into_ok(Self::copy_str::<Panic>($text, allocator))
                }

                #[inline]
                fn try_from_in($value: $source, allocator: A) -> Result<Self, TryReserveError> {
                    Self::copy_str::<Return>($text, allocator)
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
