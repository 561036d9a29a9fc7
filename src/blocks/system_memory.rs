//! Memory directly from the operating system, for state that a building block keeps outside of its value. A block can request it while
//! it serves the registered default.

use core::ptr::NonNull;

use crate::api::{Allocator, Layout};

/// A type whose zeroed bytes are a valid value.
///
/// # Safety
///
/// A value of the type whose bytes are all 0 is valid.
pub(super) unsafe trait Zeroable: Sized {}

#[cfg(os_memory)]
const SOURCE: crate::sources::Pages = crate::sources::Pages::new();
#[cfg(all(not(os_memory), feature = "std"))]
const SOURCE: crate::api::System = crate::api::System;
#[cfg(not(any(os_memory, feature = "std")))]
const SOURCE: crate::sources::Null = crate::sources::Null;

/// Returns a value of zero bytes, in memory of its own.
pub(super) fn new_zeroed<T: Zeroable>() -> Option<NonNull<T>> {
    SOURCE.allocate_zeroed(Layout::new::<T>()).ok().map(NonNull::cast)
}

/// Frees a value without dropping it.
///
/// # Safety
///
/// `value` is from [`new_zeroed`], and not used again.
#[cfg(os_memory)]
pub(super) unsafe fn free<T: Zeroable>(value: NonNull<T>) {
    // SAFETY: by `# Safety` of this fn it is a block of `SOURCE` with this layout.
    unsafe { SOURCE.deallocate(value.cast(), Layout::new::<T>()) };
}
