//! Unix systems other than Linux: pages do not move, there is no advice, and no option that needs the kernel's help.

use core::ptr::NonNull;

use super::super::Mapping;
pub(crate) use super::super::lacking::{bind, map_huge, omit_from_dumps, wipe_in_children};

/// No flag of `mmap` backs a mapping with memory at once.
pub(super) const POPULATE: libc::c_int = 0;

/// Does nothing.
///
/// # Safety
///
/// `start` is a block of `mapping`.
pub(super) unsafe fn advise(_: NonNull<u8>, _: &Mapping, _: usize) {}

/// Returns `None`: pages do not move, so the caller copies.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(crate) unsafe fn grow(_: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
    None
}
