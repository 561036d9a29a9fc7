//! Unix systems that neither move pages nor take the advice Linux takes.

use core::ptr::NonNull;

use super::super::Mapping;

/// No flag asks for memory at once.
pub(super) const POPULATE: libc::c_int = 0;

/// There is nothing to ask for.
///
/// # Safety
///
/// `start` is a block of `mapping`.
pub(super) unsafe fn advise(_: NonNull<u8>, _: &Mapping, _: usize) {}

/// Pages do not move; the caller copies.
///
/// # Safety
///
/// `start` is a block of `old`; `new` has more pages.
pub(in super::super) unsafe fn grow(_: NonNull<u8>, _: &Mapping, _: &Mapping) -> Option<NonNull<u8>> {
    None
}
