//! Where a pool's memory comes from, and what the pool knows of that.

use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::class::CLASSES;
use super::options::Options;
use super::shard::{self, Shard};
use crate::api::{Allocator, Layout};
use crate::pools::size_class::classes_up_to;
use crate::threads::entrants::Entrants;

/// The first class whose blocks may be hardly touched.
const FIRST_LARGE: usize = classes_up_to(32 << 10);

#[derive(Debug)]
pub(super) struct Parent<'a, A> {
    /// No lock is held when it is asked, as it may use the pool.
    pub(super) allocator: &'a A,
    pub(super) options: Options,
    pub(super) shards: &'a [Shard],
}

impl<A> Parent<'_, A> {
    /// Whether `bytes` of chunks are half full of blocks in use, or in the caches of threads, beside those that are so large that
    /// some of them may be hardly touched.
    pub(super) fn is_dense(&self, bytes: usize) -> bool {
        let sum = |classes| shard::bytes_out(self.shards, classes);
        sum(0..FIRST_LARGE) >= bytes.saturating_sub(sum(FIRST_LARGE..CLASSES)) / 2
    }
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
