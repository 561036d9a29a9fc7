//! Conversions of strings into shared pointers.

use super::String;
use crate::api::Allocator;
#[cfg(target_has_atomic = "ptr")]
use crate::collections::Arc;
use crate::collections::Rc;

/// Implements `From` of a string for reference-counted pointers.
macro_rules! counted {
    ($($pointer:ident)*) => {$(
        impl<A: Allocator> From<String<A>> for $pointer<str, A> {
            /// Moves the text into a block with reference counts, and frees the block of the string.
            #[inline]
            fn from(text: String<A>) -> Self {
                let bytes = $pointer::<[u8], A>::from(text.into_bytes());
                let (bytes, allocator) = $pointer::into_raw_with_allocator(bytes);
                // SAFETY: pointer and allocator come from the pointer of the line above. `str` has the layout of
                // `[u8]`, and the bytes of a string are UTF-8.
                unsafe { Self::from_raw_in(bytes as *const str, allocator) }
            }
        }
    )*};
}

counted!(Rc);
#[cfg(target_has_atomic = "ptr")]
counted!(Arc);
