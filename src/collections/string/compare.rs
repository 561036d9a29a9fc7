//! Strings compared: with each other, whatever their allocators, with std's and with `str`.

use alloc::borrow::Cow;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::String;
use crate::api::Allocator;

/// Comparisons of the text of two types.
macro_rules! equal {
    ($([$($generics:tt)*] $left:ty, $right:ty;)*) => {
        $(
            impl<$($generics)*> PartialEq<$right> for $left {
                #[inline]
                fn eq(&self, other: &$right) -> bool {
                    self[..] == other[..]
                }
            }
        )*
    };
}
equal! {
    [A: Allocator, B: Allocator] String<A>, String<B>;
    [A: Allocator] String<A>, str;
    [A: Allocator] str, String<A>;
    [A: Allocator] String<A>, &str;
    [A: Allocator] &str, String<A>;
    [A: Allocator] String<A>, Cow<'_, str>;
    [A: Allocator] Cow<'_, str>, String<A>;
    [A: Allocator] String<A>, alloc::string::String;
    [A: Allocator] alloc::string::String, String<A>;
}

impl<A: Allocator> Eq for String<A> {}

impl<A: Allocator, B: Allocator> PartialOrd<String<B>> for String<A> {
    #[inline]
    fn partial_cmp(&self, other: &String<B>) -> Option<Ordering> {
        self[..].partial_cmp(&other[..])
    }
}

impl<A: Allocator> Ord for String<A> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self[..].cmp(&other[..])
    }
}

/// The hash is that of a `str`.
impl<A: Allocator> Hash for String<A> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}
