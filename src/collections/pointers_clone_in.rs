//! Boxes and shared pointers cloned into another allocator, each with a value of its own.

use core::alloc::Layout;
use core::ffi::CStr;
use core::mem;

#[cfg(target_has_atomic = "ptr")]
use super::Arc;
use super::clone_to_uninit::InitialisedPrefix;
use super::{Box, CloneIn, Rc, TryReserveError};
use crate::api::Allocator;

/// Implements `CloneIn` for `$pointer`. `$places` borrows the uninitialised elements of a new `$slice`.
macro_rules! clone_in {
    ($pointer:ident, |$slice:ident| $places:expr) => {
        impl<T: CloneIn<B>, A: Allocator, B: Allocator + Clone> CloneIn<B> for $pointer<T, A> {
            type Cloned = $pointer<T::Cloned, B>;

            #[inline]
            fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
                let value = T::try_clone_in(self, allocator.clone())?;
                $pointer::try_new_in(value, allocator).map_err(|_| TryReserveError::refused(Layout::new::<T::Cloned>()))
            }
        }

        impl<T: CloneIn<B>, A: Allocator, B: Allocator + Clone> CloneIn<B> for $pointer<[T], A> {
            type Cloned = $pointer<[T::Cloned], B>;

            fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
                let layout = Layout::array::<T::Cloned>(self.len()).map_err(|_| TryReserveError::CAPACITY_OVERFLOW)?;
                let mut $slice = $pointer::<[T::Cloned], B>::try_new_uninit_slice_in(self.len(), allocator.clone())
                    .map_err(|_| TryReserveError::refused(layout))?;
                let mut initialised = InitialisedPrefix::new($places);
                for value in self.iter() {
                    let clone = value.try_clone_in(allocator.clone())?;
                    // SAFETY: `$places` has as many places as there are values.
                    unsafe { initialised.push_unchecked(clone) };
                }
                mem::forget(initialised);
                // SAFETY: the loop initialised all elements.
                Ok(unsafe { $slice.assume_init() })
            }
        }

        clone_unsized! {
            $pointer:
            str,
            CStr,
            #[cfg(feature = "std")]
            std::ffi::OsStr,
            #[cfg(feature = "std")]
            std::path::Path,
        }
    };
}

/// Implements `CloneIn` for a pointer to a sequence of bytes.
macro_rules! clone_unsized {
    ($pointer:ident: $($(#[$attribute:meta])* $target:ty,)*) => {$(
        $(#[$attribute])*
        impl<A: Allocator, B: Allocator> CloneIn<B> for $pointer<$target, A> {
            type Cloned = $pointer<$target, B>;

            #[inline]
            fn try_clone_in(&self, allocator: B) -> Result<Self::Cloned, TryReserveError> {
                $pointer::<$target, B>::try_clone_from_ref_in(self, allocator)
                    .map_err(|_| TryReserveError::refused(Layout::for_value::<$target>(self)))
            }
        }
    )*};
}

clone_in! { Box, |slice| &mut slice }
clone_in! { Rc, |slice| Rc::get_mut(&mut slice).expect("a new value has one pointer") }
#[cfg(target_has_atomic = "ptr")]
clone_in! { Arc, |slice| Arc::get_mut(&mut slice).expect("a new value has one pointer") }
