//! Comparisons of strings with each other, whatever their allocators, and with `str` and std's strings.

use alloc::borrow::Cow;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::String;
use crate::api::Allocator;

/// Implements `PartialEq` between two types that dereference to `str`.
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

/// Hashes like a `str`.
impl<A: Allocator> Hash for String<A> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}
