//! From `dyn Any` and `dyn Error` back to the type of the value.

use core::any::Any;
use core::error::Error;

use super::Box;
use crate::api::Allocator;

/// `downcast` for a `dyn Trait` that knows the type of its value.
macro_rules! downcast {
    ($($dyn:ty: $bound:path,)*) => {$(
        impl<A: Allocator> Box<$dyn, A> {
            /// The box with the type of its value, if that is `T`.
            ///
            /// # Errors
            ///
            /// It is not; the box is the error.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("# use std::{any::Any, error::Error, fmt::Error as Value};")]
            /// use janus_alloc::{System, collections::Box, unsize_box};
            ///
            #[doc = concat!("let boxed: Box<", stringify!($dyn), ", System> = unsize_box!(Box::new_in(Value, System));")]
            /// let boxed = boxed.downcast::<std::num::ParseIntError>().unwrap_err();
            /// assert!(boxed.downcast::<Value>().is_ok());
            /// ```
            #[inline]
            pub fn downcast<T: $bound + 'static>(self) -> Result<Box<T, A>, Self> {
                if !self.is::<T>() {
                    return Err(self);
                }
                let (value, allocator) = Self::into_raw_with_allocator(self);
                // SAFETY: the value is a `T`, in a block of the layout that the metadata told.
                Ok(unsafe { Box::from_raw_in(value.cast(), allocator) })
            }
        }
    )*};
}

downcast! {
    dyn Any: Any,
    dyn Any + Send: Any,
    dyn Any + Send + Sync: Any,
    dyn Error: Error,
    dyn Error + Send: Error,
    dyn Error + Send + Sync: Error,
}
