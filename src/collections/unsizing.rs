//! The pointers that `unsize_box!` and its kin put together again.
//!
//! The allocator comes in a tuple, since an argument of its own would be coerced: a `&A` to a `&B` where `A` dereferences to
//! `B`, and then the block would go back to another allocator than it came from.

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
    // SAFETY: by `# Safety` of this fn, which is that one's.
    unsafe { Box::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`Rc::from_raw_in`].
#[inline]
pub unsafe fn rc<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> Rc<T, A> {
    // SAFETY: by `# Safety` of this fn, which is that one's.
    unsafe { Rc::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`rc::Weak::from_raw_in`].
#[inline]
pub unsafe fn rc_weak<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> rc::Weak<T, A> {
    // SAFETY: by `# Safety` of this fn, which is that one's.
    unsafe { rc::Weak::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`Arc::from_raw_in`].
#[cfg(target_has_atomic = "ptr")]
#[inline]
pub unsafe fn arc<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> Arc<T, A> {
    // SAFETY: by `# Safety` of this fn, which is that one's.
    unsafe { Arc::from_raw_in(value, allocator) }
}

/// # Safety
///
/// Same as for [`arc::Weak::from_raw_in`].
#[cfg(target_has_atomic = "ptr")]
#[inline]
pub unsafe fn arc_weak<T: ?Sized, A: Allocator>(value: *const T, (allocator,): (A,)) -> arc::Weak<T, A> {
    // SAFETY: by `# Safety` of this fn, which is that one's.
    unsafe { arc::Weak::from_raw_in(value, allocator) }
}
