//! Conversions between boxed slices and vectors, and boxed slices and strings from iterators.

use alloc::borrow::Cow;
use alloc::string::String;
use core::slice;

use super::Box;
use super::slice::{from_boxed_utf8_unchecked, into_array_unchecked};
use crate::api::Allocator;
use crate::collections::vec::IntoIter;
use crate::collections::{self, Vec};

impl<T, A: Allocator> Box<[T], A> {
    /// Converts the boxed slice to a vector, in the same block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let mut primes = Box::slice(Box::new_in([2, 3, 5], System)).into_vec();
    /// primes.push(7);
    /// assert_eq!(*primes, [2, 3, 5, 7]);
    /// ```
    #[inline]
    pub fn into_vec(self) -> Vec<T, A> {
        let length = self.len();
        let (values, allocator) = Self::into_raw_with_allocator(self);
        // SAFETY: by the invariants of `Box`, `length` values are initialised, and the block has exactly their layout,
        // or there is no block because their size is 0.
        unsafe { Vec::from_raw_parts_in(values.cast(), length, length, allocator) }
    }
}

impl<T, A: Allocator> From<Box<[T], A>> for Vec<T, A> {
    #[inline]
    fn from(slice: Box<[T], A>) -> Self {
        slice.into_vec()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for Box<[T], A> {
    /// Converts the vector by [`Vec::into_boxed_slice`].
    #[inline]
    #[track_caller]
    fn from(vector: Vec<T, A>) -> Self {
        vector.into_boxed_slice()
    }
}

impl<T, A: Allocator, const N: usize> TryFrom<Vec<T, A>> for Box<[T; N], A> {
    type Error = Vec<T, A>;

    /// Converts a vector of length `N` to a boxed array.
    ///
    /// # Errors
    ///
    /// Returns the vector if its length is not `N`.
    #[inline]
    fn try_from(vector: Vec<T, A>) -> Result<Self, Self::Error> {
        if vector.len() != N {
            return Err(vector);
        }
        // SAFETY: the length was checked above.
        Ok(unsafe { into_array_unchecked(Box::from(vector)) })
    }
}

impl<T, A: Allocator + Default> FromIterator<T> for Box<[T], A> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut vector = Vec::new_in(A::default());
        vector.extend(values);
        Self::from(vector)
    }
}

/// Returns the string of the bytes that `push` appends. It must append whole strings only.
fn collect_strings<A: Allocator + Default>(push: impl FnOnce(&mut Vec<u8, A>)) -> Box<str, A> {
    let mut bytes = Vec::new_in(A::default());
    push(&mut bytes);
    // SAFETY: the callers, all in this file, append whole strings only, so the bytes are UTF-8.
    unsafe { from_boxed_utf8_unchecked(Box::from(bytes)) }
}

impl<A: Allocator + Default> FromIterator<char> for Box<str, A> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = char>>(chars: I) -> Self {
        collect_strings(|bytes| {
            for char in chars {
                bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
        })
    }
}

impl<'a, A: Allocator + Default> FromIterator<&'a char> for Box<str, A> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = &'a char>>(chars: I) -> Self {
        chars.into_iter().copied().collect()
    }
}

/// Implements `FromIterator<$string>` for `Box<str, A>`.
macro_rules! from_strings {
    ($([$($parameter:tt)*] $string:ty,)*) => {$(
        impl<$($parameter)* A: Allocator + Default> FromIterator<$string> for Box<str, A> {
            #[inline]
            fn from_iter<I: IntoIterator<Item = $string>>(strings: I) -> Self {
                collect_strings(|bytes| {
                    for string in strings {
                        bytes.extend_from_slice(string.as_bytes());
                    }
                })
            }
        }
    )*};
}

from_strings! {
    ['a,] &'a str,
    ['a,] Cow<'a, str>,
    [] String,
    [B: Allocator,] Box<str, B>,
    [B: Allocator,] collections::String<B>,
}

impl<T, A: Allocator> IntoIterator for Box<[T], A> {
    type Item = T;
    type IntoIter = IntoIter<T, A>;

    #[inline]
    fn into_iter(self) -> IntoIter<T, A> {
        self.into_vec().into_iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a Box<[T], A> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T, A: Allocator> IntoIterator for &'a mut Box<[T], A> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    #[inline]
    fn into_iter(self) -> slice::IterMut<'a, T> {
        self.iter_mut()
    }
}
