//! The parent of a pool: the allocator from which the pool takes its memory.

use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::options::Options;
use crate::api::{Allocator, Layout};
use crate::threads::reentry_gate::ReentryGate;

/// The parent, and the options in force, for one call of the pool.
#[derive(Debug)]
pub(super) struct Parent<'a, A> {
    /// The user's allocator. It is called while no lock is held, because it may use the pool.
    pub(super) allocator: &'a A,
    /// The options in force: those of the pool, except that `collect` retains everything until its end.
    pub(super) options: Options,
}

impl<A: Allocator> Parent<'_, A> {
    /// Returns blocks to the parent, one by one, as long as `next` yields some, and subtracts their bytes from `held`.
    /// The caller holds no lock.
    ///
    /// Does nothing, and returns `false`, if this thread is already `returning` some further up its stack, where the
    /// parent has called the pool; or if enough other threads are. These then return the blocks.
    pub(super) fn return_blocks(
        &self,
        (returning, held): (&ReentryGate, &AtomicUsize),
        mut next: impl FnMut() -> Option<(NonNull<u8>, Layout)>,
    ) -> bool {
        let Some(_entered) = returning.enter() else { return false };
        while let Some((block, layout)) = next() {
            // SAFETY: `next` yields blocks that came from the parent with that layout, and that the pool no longer uses.
            unsafe { self.allocator.deallocate(block, layout) };
            held.fetch_sub(layout.size(), Relaxed);
        }
        true
    }
}

impl<A> Clone for Parent<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Parent<'_, A> {}
