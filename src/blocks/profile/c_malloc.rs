//! A profile over an allocator that can be C's `malloc`.

use core::ptr::NonNull;

use super::Profile;
use crate::adapters::c_malloc::Control;
use crate::pools::SharedPoolStats;
use crate::pools::shared::fast_path::FastPath;

impl<A: Control, const ON: bool> Control for Profile<A, ON> {
    fn is_block(&self, block: NonNull<u8>) -> bool {
        self.parent.is_block(block)
    }

    fn collect(&self) -> usize {
        self.parent.collect()
    }

    fn stats(&self) -> SharedPoolStats {
        self.parent.stats()
    }
}

/// While the profile samples, all requests take the slow path, which counts them. While it is off, they take the fast path of the
/// parent.
impl<'a, A, const ON: bool> FastPath for &'a Profile<A, ON>
where
    &'a A: FastPath,
{
    fn prepare(self) {
        // Called after the first request, which has chosen the sampling.
        if self.is_off() {
            FastPath::prepare(&self.parent);
        }
    }

    #[inline(always)]
    fn try_allocate(self, size: usize) -> Option<NonNull<u8>> {
        FastPath::try_allocate(&self.parent, size)
    }

    #[inline(always)]
    fn try_allocate_any(self, size: usize) -> Option<NonNull<u8>> {
        FastPath::try_allocate_any(&self.parent, size)
    }

    #[inline(always)]
    unsafe fn try_free(self, block: *mut u8) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::try_free(&self.parent, block) }
    }

    #[inline(always)]
    unsafe fn try_free_any(self, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::try_free_any(&self.parent, block) }
    }

    fn try_allocate_slotless(self, size: usize) -> Option<NonNull<u8>> {
        FastPath::try_allocate_slotless(&self.parent, size)
    }

    unsafe fn try_free_slotless(self, block: NonNull<u8>) -> bool {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::try_free_slotless(&self.parent, block) }
    }

    #[inline(always)]
    unsafe fn size_of(self, block: *mut u8) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::size_of(&self.parent, block) }
    }

    #[inline(always)]
    unsafe fn size_of_any(self, block: NonNull<u8>) -> Option<usize> {
        // SAFETY: by `# Safety` of this fn.
        unsafe { FastPath::size_of_any(&self.parent, block) }
    }
}
