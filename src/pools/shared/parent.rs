//! Where a pool's memory comes from, and what the pool knows of that.

use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::options::Options;
use crate::api::{Allocator, Layout};
use crate::threads::entrants::Entrants;

#[derive(Debug)]
pub(super) struct Parent<'a, A> {
    /// No lock is held when it is asked, as it may use the pool.
    pub(super) allocator: &'a A,
    pub(super) options: Options,
}

impl<A: Allocator> Parent<'_, A> {
    /// Gives blocks back that `next` tells, one after the other, which are no more `held` then; unless this thread is `giving` already, and
    /// the parent brought it here, or enough others are: then it is left to that, and this returns false. The caller holds no lock.
    pub(super) fn give_back(
        &self,
        (giving, held): (&Entrants, &AtomicUsize),
        mut next: impl FnMut() -> Option<(NonNull<u8>, Layout)>,
    ) -> bool {
        let Some(_entered) = giving.enter() else { return false };
        while let Some((block, layout)) = next() {
            // SAFETY: `next` is told by this pool: of that layout it came from the parent, and nobody uses it any more.
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
