//! Comparisons of vectors with each other, whatever their allocators, and with slices and arrays.

use alloc::borrow::Cow;
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

use super::Vec;
use crate::api::Allocator;

/// Implements `PartialEq` between two types that dereference to slices.
macro_rules! equal {
    ($([$($generics:tt)*] $left:ty, $right:ty $(where $bounded:ty: $bound:ident)?;)*) => {
        $(
            impl<T: PartialEq<U>, U, $($generics)*> PartialEq<$right> for $left
            $(where $bounded: $bound)?
            {
                #[inline]
                fn eq(&self, other: &$right) -> bool {
                    self[..] == other[..]
                }
            }
        )*
    };
}
equal! {
    [A: Allocator, B: Allocator] Vec<T, A>, Vec<U, B>;
    [A: Allocator] Vec<T, A>, [U];
    [A: Allocator] Vec<T, A>, &[U];
    [A: Allocator] Vec<T, A>, &mut [U];
    [A: Allocator, const N: usize] Vec<T, A>, [U; N];
    [A: Allocator, const N: usize] Vec<T, A>, &[U; N];
    [A: Allocator] Vec<T, A>, alloc::vec::Vec<U>;
    [A: Allocator] [T], Vec<U, A>;
    [A: Allocator] &[T], Vec<U, A>;
    [A: Allocator] &mut [T], Vec<U, A>;
    [A: Allocator, const N: usize] [T; N], Vec<U, A>;
    [A: Allocator] alloc::vec::Vec<T>, Vec<U, A>;
    [A: Allocator] Cow<'_, [T]>, Vec<U, A> where T: Clone;
}

impl<T: Eq, A: Allocator> Eq for Vec<T, A> {}

impl<T: PartialOrd, A: Allocator, B: Allocator> PartialOrd<Vec<T, B>> for Vec<T, A> {
    #[inline]
    fn partial_cmp(&self, other: &Vec<T, B>) -> Option<Ordering> {
        self[..].partial_cmp(&other[..])
    }
}

impl<T: Ord, A: Allocator> Ord for Vec<T, A> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self[..].cmp(&other[..])
    }
}

impl<T: Hash, A: Allocator> Hash for Vec<T, A> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}
