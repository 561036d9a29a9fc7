//! Pointers from other values, and conversions of the type of the value.

use core::any::Any;
use core::ffi::CStr;
use core::pin::Pin;
use core::ptr::NonNull;

use alloc::borrow::Cow;
use alloc::ffi::CString;
use alloc::string::String;

use super::{Counts, Rc, Strong, pin_unique};
use crate::api::{Allocator, Layout, StaticAllocator};
use crate::collections::Box;
use crate::collections::counted::fail;

impl<T: Default, A: Allocator + Default> Default for Rc<T, A> {
    #[inline]
    fn default() -> Self {
        Self::new_in(T::default(), A::default())
    }
}

impl<T, A: Allocator + Default> Default for Rc<[T], A> {
    /// Returns an empty slice. Its block holds the counts.
    #[inline]
    fn default() -> Self {
        Self::from([])
    }
}

impl<A: Allocator + Default> Default for Rc<str, A> {
    /// Returns an empty string. Its block holds the counts.
    #[inline]
    fn default() -> Self {
        Self::from("")
    }
}

impl<A: Allocator + Default> Default for Rc<CStr, A> {
    /// Returns an empty string. Its block holds the counts.
    #[inline]
    fn default() -> Self {
        Self::from(c"")
    }
}

impl<T: ?Sized, A: StaticAllocator> Default for Pin<Rc<T, A>>
where
    Rc<T, A>: Default,
{
    #[inline]
    fn default() -> Self {
        pin_unique(Rc::default())
    }
}

impl<T, A: Allocator + Default> From<T> for Rc<T, A> {
    /// Moves `value` into a new block.
    #[inline]
    fn from(value: T) -> Self {
        Self::new_in(value, A::default())
    }
}

impl<T, A: Allocator + Default, const N: usize> From<[T; N]> for Rc<[T], A> {
    /// Moves the values of `array` into a new block.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let primes: Rc<[i32], System> = [2, 3, 5].into();
    /// assert_eq!(*primes, [2, 3, 5]);
    /// ```
    #[inline]
    fn from(array: [T; N]) -> Self {
        crate::unsize_rc!(Rc::new_in(array, A::default()))
    }
}

impl<T: Clone, A: Allocator + Default> From<&[T]> for Rc<[T], A> {
    /// Clones the values of `slice` into a new block.
    #[inline]
    fn from(slice: &[T]) -> Self {
        Self::clone_from_ref_in(slice, A::default())
    }
}

impl<T: Clone, A: Allocator + Default> From<&mut [T]> for Rc<[T], A> {
    #[inline]
    fn from(slice: &mut [T]) -> Self {
        Self::from(&*slice)
    }
}

impl<T: Clone, A: Allocator + Default> From<Cow<'_, [T]>> for Rc<[T], A> {
    #[inline]
    fn from(slice: Cow<'_, [T]>) -> Self {
        Self::from(&*slice)
    }
}

/// Implements `From<&T>`, `From<&mut T>`, `From<Cow<T>>` and `From` the owned form of `T`, for unsized types `T` except
/// slices.
macro_rules! from_unsized {
    ($($(#[$attribute:meta])* $type:ty, $owned:ty;)*) => {$(
        $(#[$attribute])*
        impl<A: Allocator + Default> From<&$type> for Rc<$type, A> {
            #[inline]
            fn from(value: &$type) -> Self {
                Self::clone_from_ref_in(value, A::default())
            }
        }

        $(#[$attribute])*
        impl<A: Allocator + Default> From<&mut $type> for Rc<$type, A> {
            #[inline]
            fn from(value: &mut $type) -> Self {
                Self::from(&*value)
            }
        }

        $(#[$attribute])*
        impl<A: Allocator + Default> From<$owned> for Rc<$type, A> {
            #[inline]
            fn from(value: $owned) -> Self {
                Self::from(&*value)
            }
        }

        $(#[$attribute])*
        impl<A: Allocator + Default> From<Cow<'_, $type>> for Rc<$type, A> {
            #[inline]
            fn from(value: Cow<'_, $type>) -> Self {
                Self::from(&*value)
            }
        }
    )*};
}

from_unsized! {
    str, String;
    CStr, CString;
    #[cfg(feature = "std")]
    std::ffi::OsStr, std::ffi::OsString;
    #[cfg(feature = "std")]
    std::path::Path, std::path::PathBuf;
}

impl<T: ?Sized, A: Allocator> From<Box<T, A>> for Rc<T, A> {
    /// Moves the value of a box, which may be a `dyn Trait`, into a new block with counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::{Box, Rc}};
    ///
    /// let name: Rc<str, _> = Rc::from(Box::clone_from_ref_in("Janus", System));
    /// assert_eq!(&*name, "Janus");
    /// ```
    #[inline]
    fn from(boxed: Box<T, A>) -> Self {
        let layout = Layout::for_value::<T>(&boxed);
        Self(Strong::from_box(boxed).unwrap_or_else(|_| fail::<Counts>(Some(layout))))
    }
}

impl<A: Allocator> From<Rc<str, A>> for Rc<[u8], A> {
    /// Converts a pointer to a string to one to its bytes. Other pointers to the string are unaffected.
    #[inline]
    fn from(string: Rc<str, A>) -> Self {
        let (string, allocator) = Rc::into_raw_with_allocator(string);
        // SAFETY: pointer and allocator are those of `string`, whose reference passes to the result. `[u8]` has the
        // layout and contents of `str`.
        unsafe { Self::from_raw_in(string as *const [u8], allocator) }
    }
}

impl<T, A: Allocator, const N: usize> TryFrom<Rc<[T], A>> for Rc<[T; N], A> {
    type Error = Rc<[T], A>;

    /// Converts a slice of length `N` to an array.
    ///
    /// # Errors
    ///
    /// Returns the slice if its length is not `N`.
    ///
    /// # Examples
    ///
    /// ```
    /// use janus_alloc::{System, collections::Rc};
    ///
    /// let slice: Rc<[i32], System> = [2, 3, 5].into();
    /// let slice = <Rc<[i32; 2], _>>::try_from(slice).unwrap_err();
    /// assert_eq!(*<Rc<[i32; 3], _>>::try_from(slice).unwrap(), [2, 3, 5]);
    /// ```
    #[inline]
    fn try_from(slice: Rc<[T], A>) -> Result<Self, Self::Error> {
        if slice.len() != N {
            return Err(slice);
        }
        let (values, allocator): (NonNull<[T]>, A) = slice.0.into_parts();
        // SAFETY: the invariants held for `slice`, whose reference passes to the result. An array of `N` values has the
        // layout of a slice of them.
        Ok(Self(unsafe { Strong::from_parts(values.cast(), allocator) }))
    }
}

impl<A: Allocator> Rc<dyn Any, A> {
    /// Converts the pointer to an `Rc<T, A>` if its value is a `T`.
    ///
    /// # Errors
    ///
    /// Returns the pointer unchanged if its value is of another type.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::any::Any;
    ///
    /// use janus_alloc::{System, collections::Rc, unsize_rc};
    ///
    /// let any: Rc<dyn Any, System> = unsize_rc!(Rc::new_in(5_u32, System));
    /// let any = any.downcast::<i32>().unwrap_err();
    /// assert_eq!(any.downcast::<u32>().ok().as_deref(), Some(&5));
    /// ```
    #[inline]
    pub fn downcast<T: Any>(self) -> Result<Rc<T, A>, Self> {
        if !self.is::<T>() {
            return Err(self);
        }
        let (value, allocator) = self.0.into_parts();
        // SAFETY: the invariants held for `self`, whose reference passes to the result. The value was just checked to
        // be a `T`.
        Ok(Rc(unsafe { Strong::from_parts(value.cast(), allocator) }))
    }
}
