//! Options that only Linux has: elsewhere the answer is that the system lacks them.

use core::ptr::NonNull;

use super::{Binding, Mapping};
use crate::os::ErrorCode;

/// # Safety
///
/// The pages are mapped.
pub(crate) unsafe fn omit_from_dumps(_: NonNull<u8>, _: usize) -> Result<(), ErrorCode> {
    Err(None)
}

/// # Safety
///
/// The pages are mapped.
pub(crate) unsafe fn wipe_in_children(_: NonNull<u8>, _: usize) -> Result<(), ErrorCode> {
    Err(None)
}

/// # Safety
///
/// The pages are mapped.
pub(crate) unsafe fn bind(_: NonNull<u8>, _: usize, _: u32, _: Binding) -> Result<(), ErrorCode> {
    Err(None)
}

pub(crate) fn map_huge(_: &Mapping, _: usize) -> Result<NonNull<u8>, ErrorCode> {
    Err(None)
}
