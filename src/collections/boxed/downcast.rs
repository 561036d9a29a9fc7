//! Conversions from boxes of `dyn Any` and `dyn Error` to boxes of concrete types.

use core::any::Any;
use core::error::Error;

use super::Box;
use crate::api::Allocator;

/// Implements `downcast` for each `$dyn`.
macro_rules! downcast {
    ($($dyn:ty: $bound:path,)*) => {$(
        impl<A: Allocator> Box<$dyn, A> {
            /// Converts the box to a `Box<T, A>` if its value is a `T`.
            ///
            /// # Errors
            ///
            /// Returns the box unchanged if its value is of another type.
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
                // SAFETY: the value was just checked to be a `T`. Its block has the layout that the metadata gives,
                // which is that of a `T`.
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
