//! The functions with which `unsize_box!` and the like rebuild a pointer from its parts.
//!
//! The allocator is passed in a tuple, because a plain argument would be coerced: from `&A` to `&B` where `A`
//! dereferences to `B`. The block would then be freed by an allocator that it does not belong to.

#[cfg(target_has_atomic = "ptr")]
use super::arc::{self, Arc};
use super::boxed::Box;
use super::rc::{self, Rc};
use crate::api::Allocator;

/// # Safety
///
/// Same as for [`Box::from_raw_in`].
#[inline]
pub unsafe fn boxed<T: ?Sized, A: Allocator>(value: *mut T, (allocator,): (A,)) -> Box<T, A> {
    // SAFETY: by `# Safety` of this fn, which is the same.
    unsafe { Box::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`Rc::from_raw_in`].
#[inline]
pub unsafe fn rc<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> Rc<T, A> {
    // SAFETY: by `# Safety` of this fn, which is the same.
    unsafe { Rc::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`rc::Weak::from_raw_in`].
#[inline]
pub unsafe fn rc_weak<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> rc::Weak<T, A> {
    // SAFETY: by `# Safety` of this fn, which is the same.
    unsafe { rc::Weak::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`Arc::from_raw_in`].
#[cfg(target_has_atomic = "ptr")]
#[inline]
pub unsafe fn arc<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> Arc<T, A> {
    // SAFETY: by `# Safety` of this fn, which is the same.
    unsafe { Arc::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`arc::Weak::from_raw_in`].
#[cfg(target_has_atomic = "ptr")]
#[inline]
pub unsafe fn arc_weak<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> arc::Weak<T, A> {
    // SAFETY: by `# Safety` of this fn, which is the same.
    unsafe { arc::Weak::from_raw_in(value, allocator) }
}
