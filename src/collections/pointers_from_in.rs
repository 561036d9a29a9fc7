//! Boxes and shared pointers to copies of slices and strings, in a given allocator.

use core::alloc::Layout;

#[cfg(target_has_atomic = "ptr")]
use super::Arc;
use super::error::or_fail;
use super::{Box, FromIn, Rc, TryReserveError};
use crate::api::Allocator;

/// Implements `FromIn` of a reference for `$pointer`, by cloning the target.
macro_rules! copied {
    ($pointer:ident, $([$($generics:tt)*] $target:ty;)*) => {$(
        impl<$($generics)* A: Allocator> FromIn<&$target> for $pointer<$target, A> {
            type Allocator = A;

            #[inline]
            #[track_caller]
            fn from_in(value: &$target, allocator: A) -> Self {
                or_fail(Self::try_from_in(value, allocator))
            }

            #[inline]
            fn try_from_in(value: &$target, allocator: A) -> Result<Self, TryReserveError> {
                Self::try_clone_from_ref_in(value, allocator)
                    .map_err(|_| TryReserveError::refused(Layout::for_value(value)))
            }
        }
    )*};
}
copied! { Box, [] str; [T: Clone,] [T]; }
copied! { Rc, [] str; [T: Clone,] [T]; }
#[cfg(target_has_atomic = "ptr")]
copied! { Arc, [] str; [T: Clone,] [T]; }
