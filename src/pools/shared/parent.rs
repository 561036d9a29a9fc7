//! Where a pool's memory comes from, and what the pool knows of that.

use core::ptr::NonNull;
use core::sync::atomic::AtomicUsize;
use core::sync::atomic::Ordering::Relaxed;

use super::class::CLASSES;
use super::options::Options;
use super::shard::{self, Shard};
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::size_class::{classes_up_to, size_of_class};
use crate::sync::turn::Turn;
use crate::threads::inside::{FOREIGN, Inside};

/// The first class whose blocks may be hardly touched.
const FIRST_LARGE: usize = classes_up_to(32 << 10);

#[derive(Debug)]
pub(super) struct Parent<'a, A> {
    pub(super) allocator: Asked<'a, A>,
    pub(super) options: Options,
    pub(super) shards: &'a [Shard],
    /// To ask for a chunk, or to give something back: so that what is on its way is waited for, and no more is asked for than is
    /// needed.
    pub(super) turn: &'a Turn,
}

/// The parent. No lock is held when it is asked, as it may use the pool; that the calling thread is in [foreign](FOREIGN) code is
/// noted.
#[derive(Debug)]
pub(super) struct Asked<'a, A>(pub(super) &'a A);

impl<A> Parent<'_, A> {
    /// Whether `bytes` of chunks are half full of blocks in use, or in the caches of threads, beside those that are so large that
    /// some of them may be hardly touched.
    pub(super) fn is_dense(&self, bytes: usize) -> bool {
        let bytes_of = |class| shard::out(self.shards, class).wrapping_mul(size_of_class(class));
        let sum = |classes: core::ops::Range<usize>| classes.map(bytes_of).fold(0, usize::wrapping_add);
        sum(0..FIRST_LARGE) >= bytes.saturating_sub(sum(FIRST_LARGE..CLASSES)) / 2
    }
}

impl<A: Allocator> Parent<'_, A> {
    /// Gives blocks back that `next` tells, one after the other, which are no more `held` then. The caller holds no lock: the parent
    /// may use this pool. If this thread is `giving` already, and the parent brought it here, it is left to that.
    ///
    /// If it `waits` for its turn, it does not do so for each, once others take too long; else it stops when it is another's.
    pub(super) fn give_back(
        &self,
        (giving, held): (&Inside, &AtomicUsize),
        waits: bool,
        mut next: impl FnMut() -> Option<(NonNull<u8>, Layout)>,
    ) {
        if giving.is_inside() {
            return;
        }
        // If there is no place, others do it.
        let Some(_giving) = giving.enter() else { return };
        let mut patient = true;
        loop {
            // Others have theirs in between.
            let turn = if waits && patient { self.turn.wait() } else { self.turn.now() };
            patient = turn.is_some();
            if !patient && !waits && !self.turn.is_own() {
                return;
            }
            let Some((block, layout)) = next() else { return };
            // SAFETY: `next` is told by this pool: of that layout it came from the parent, and nobody uses it any more.
            unsafe { self.allocator.deallocate(block, layout) };
            held.fetch_sub(layout.size(), Relaxed);
        }
    }
}

impl<A> Asked<'_, A> {
    fn ask<T>(&self, call: impl FnOnce(&A) -> T) -> T {
        let _inside = FOREIGN.enter_or_count();
        call(self.0)
    }
}

// SAFETY: forwards to the parent.
unsafe impl<A: Allocator> Allocator for Asked<'_, A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.ask(|parent| parent.allocate(layout))
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.ask(|parent| parent.allocate_zeroed(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        self.ask(|parent| unsafe { parent.deallocate(block, layout) });
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.ask(|parent| unsafe { parent.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.ask(|parent| unsafe { parent.grow_zeroed(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.ask(|parent| unsafe { parent.shrink(block, old, new) })
    }
}

impl<A> Clone for Asked<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Asked<'_, A> {}

impl<A> Clone for Parent<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A> Copy for Parent<'_, A> {}
