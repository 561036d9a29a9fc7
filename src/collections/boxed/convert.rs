//! Boxes from other values, for allocators that implement [`Default`], such as [`Global`](crate::Global).

use core::error::Error;
use core::ffi::CStr;

use alloc::borrow::Cow;
use alloc::ffi::CString;
use alloc::string::String;

use super::Box;
use crate::api::Allocator;

impl<T: Default, A: Allocator + Default> Default for Box<T, A> {
    #[inline]
    fn default() -> Self {
        Self::new_in(T::default(), A::default())
    }
}

impl<T, A: Allocator + Default> Default for Box<[T], A> {
    /// Returns an empty slice, without allocating.
    #[inline]
    fn default() -> Self {
        Box::slice(Box::new_in([], A::default()))
    }
}

impl<A: Allocator + Default> Default for Box<str, A> {
    /// Returns an empty string, without allocating.
    #[inline]
    fn default() -> Self {
        Self::clone_from_ref_in("", A::default())
    }
}

impl<A: Allocator + Default> Default for Box<CStr, A> {
    /// Returns an empty string. It has a block, for the NUL.
    #[inline]
    fn default() -> Self {
        Self::clone_from_ref_in(c"", A::default())
    }
}

#[cfg(feature = "std")]
impl<A: Allocator + Default> Default for Box<std::ffi::OsStr, A> {
    /// Returns an empty string, without allocating.
    #[inline]
    fn default() -> Self {
        Self::clone_from_ref_in(std::ffi::OsStr::new(""), A::default())
    }
}

impl<T, A: Allocator + Default> From<T> for Box<T, A> {
    /// Moves `value` into a new box.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let five: Box<i32, System> = 5.into();
    /// assert_eq!(*five, 5);
    /// ```
    #[inline]
    fn from(value: T) -> Self {
        Self::new_in(value, A::default())
    }
}

impl<T, A: Allocator + Default, const N: usize> From<[T; N]> for Box<[T], A> {
    /// Moves the values of `array` into a new boxed slice.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let primes: Box<[i32], System> = [2, 3, 5].into();
    /// assert_eq!(*primes, [2, 3, 5]);
    /// ```
    #[inline]
    fn from(array: [T; N]) -> Self {
        Box::slice(Box::new_in(array, A::default()))
    }
}

impl<T: Clone, A: Allocator + Default> From<&[T]> for Box<[T], A> {
    /// Clones the values of `slice` into a new boxed slice.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Box};
    ///
    /// let primes: Box<[i32], System> = [2, 3, 5].as_slice().into();
    /// assert_eq!(*primes, [2, 3, 5]);
    /// ```
    #[inline]
    fn from(slice: &[T]) -> Self {
        Self::clone_from_ref_in(slice, A::default())
    }
}

impl<T: Clone, A: Allocator + Default> From<&mut [T]> for Box<[T], A> {
    #[inline]
    fn from(slice: &mut [T]) -> Self {
        Self::from(&*slice)
    }
}

impl<T: Clone, A: Allocator + Default> From<Cow<'_, [T]>> for Box<[T], A> {
    #[inline]
    fn from(slice: Cow<'_, [T]>) -> Self {
        Self::from(&*slice)
    }
}

/// Implements `From<&T>`, `From<&mut T>` and `From<Cow<T>>` for boxes of unsized types other than slices.
macro_rules! from_unsized {
    ($($(#[$attribute:meta])* $type:ty,)*) => {$(
        $(#[$attribute])*
        impl<A: Allocator + Default> From<&$type> for Box<$type, A> {
            #[inline]
            fn from(value: &$type) -> Self {
                Self::clone_from_ref_in(value, A::default())
            }
        }

        $(#[$attribute])*
        impl<A: Allocator + Default> From<&mut $type> for Box<$type, A> {
            #[inline]
            fn from(value: &mut $type) -> Self {
                Self::from(&*value)
            }
        }

        $(#[$attribute])*
        impl<A: Allocator + Default> From<Cow<'_, $type>> for Box<$type, A> {
            #[inline]
            fn from(value: Cow<'_, $type>) -> Self {
                Self::from(&*value)
            }
        }
    )*};
}

from_unsized! {
    str,
    CStr,
    #[cfg(feature = "std")]
    std::ffi::OsStr,
    #[cfg(feature = "std")]
    std::path::Path,
}

/// Implements `From` both ways between boxed strings and std's owned strings, whose blocks are the default's.
macro_rules! from_owned {
    ($($(#[$attribute:meta])* $owned:ty: $into:ident => $type:ty,)*) => {$(
        $(#[$attribute])*
        impl From<$owned> for Box<$type> {
            /// Converts the string in the same block, which is shrunk if it has excess capacity.
            #[inline]
            fn from(string: $owned) -> Self {
                Self::from_std(string.$into())
            }
        }

        $(#[$attribute])*
        impl From<Box<$type>> for $owned {
            /// Converts the string in the same block.
            #[inline]
            fn from(string: Box<$type>) -> Self {
                Self::from(Box::into_std(string))
            }
        }
    )*};
}

from_owned! {
    String: into_boxed_str => str,
    CString: into_boxed_c_str => CStr,
    #[cfg(feature = "std")]
    std::ffi::OsString: into_boxed_os_str => std::ffi::OsStr,
    #[cfg(feature = "std")]
    std::path::PathBuf: into_boxed_path => std::path::Path,
}

impl<A: Allocator> Extend<Box<str, A>> for String {
    #[inline]
    fn extend<I: IntoIterator<Item = Box<str, A>>>(&mut self, strings: I) {
        strings.into_iter().for_each(|string| self.push_str(&string));
    }
}

impl<A: Allocator> FromIterator<Box<str, A>> for String {
    #[inline]
    fn from_iter<I: IntoIterator<Item = Box<str, A>>>(strings: I) -> Self {
        let mut joined = Self::new();
        joined.extend(strings);
        joined
    }
}

impl<'a, E: Error + 'a, A: Allocator + Default> From<E> for Box<dyn Error + 'a, A> {
    /// Boxes an error. The operator `?` converts errors by this.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// use janus_alloc::{System, collections::Box};
    ///
    /// fn number(text: &str) -> Result<u8, Box<dyn Error, System>> {
    ///     Ok(text.parse()?)
    /// }
    /// assert!(number("300").is_err());
    /// ```
    #[inline]
    fn from(error: E) -> Self {
        crate::unsize_box!(Box::new_in(error, A::default()))
    }
}

impl<'a, E: Error + Send + Sync + 'a, A: Allocator + Default> From<E> for Box<dyn Error + Send + Sync + 'a, A> {
    /// Boxes an error. The operator `?` converts errors by this.
    #[inline]
    fn from(error: E) -> Self {
        crate::unsize_box!(Box::new_in(error, A::default()))
    }
}
