//! Iterators collected into boxes and shared pointers to slices and strings.

use core::alloc::Layout;

#[cfg(target_has_atomic = "ptr")]
use super::Arc;
use super::string::Piece;
use super::{Box, FromIteratorIn, Rc, String, TryReserveError, Vec};
use crate::api::Allocator;

impl<T, A: Allocator> FromIteratorIn<T> for Box<[T], A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Self {
        Vec::from_iter_in(iter, allocator).into_boxed_slice()
    }

    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        Vec::try_from_iter_in(iter, allocator)?.try_into_boxed_slice()
    }
}

impl<P: Piece, A: Allocator> FromIteratorIn<P> for Box<str, A> {
    type Allocator = A;

    #[inline]
    #[track_caller]
    fn from_iter_in<I: IntoIterator<Item = P>>(iter: I, allocator: A) -> Self {
        String::from_iter_in(iter, allocator).into_boxed_str()
    }

    #[inline]
    fn try_from_iter_in<I: IntoIterator<Item = P>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
        String::try_from_iter_in(iter, allocator)?.try_into_boxed_str()
    }
}

/// Implements `FromIteratorIn` for a shared slice. It collects into a vector first, since the length is known only at
/// the end.
macro_rules! shared_slice {
    ($pointer:ident) => {
        impl<T, A: Allocator> FromIteratorIn<T> for $pointer<[T], A> {
            type Allocator = A;

            #[inline]
            #[track_caller]
            fn from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Self {
                Self::from(Vec::from_iter_in(iter, allocator))
            }

            #[inline]
            fn try_from_iter_in<I: IntoIterator<Item = T>>(iter: I, allocator: A) -> Result<Self, TryReserveError> {
                let vector = Vec::try_from_iter_in(iter, allocator)?;
                let layout = Layout::for_value::<[T]>(&vector);
                Self::try_from_vec(vector).map_err(|_| TryReserveError::refused(layout))
            }
        }
    };
}
shared_slice! { Rc }
#[cfg(target_has_atomic = "ptr")]
shared_slice! { Arc }
