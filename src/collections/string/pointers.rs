//! Strings into blocks with counts.

use super::String;
use crate::api::Allocator;
#[cfg(target_has_atomic = "ptr")]
use crate::collections::Arc;
use crate::collections::Rc;

/// `From` a string for pointers with counts.
macro_rules! counted {
    ($($pointer:ident)*) => {$(
        impl<A: Allocator> From<String<A>> for $pointer<str, A> {
            /// Moves the text into a block with counts, and frees the one of the string.
            #[inline]
            fn from(text: String<A>) -> Self {
                let bytes = $pointer::<[u8], A>::from(text.into_bytes());
                let (bytes, allocator) = $pointer::into_raw_with_allocator(bytes);
                // SAFETY: the reference of the line above, as a type of the same layout; the bytes are those of a string, so
                // UTF-8.
                unsafe { Self::from_raw_in(bytes as *const str, allocator) }
            }
        }
    )*};
}

counted!(Rc);
#[cfg(target_has_atomic = "ptr")]
counted!(Arc);
