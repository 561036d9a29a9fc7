//! Pools for one thread, over every kind of parent.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::*;
use crate::each_parent::{self, Over};
use crate::parents::{Limit, Ruled};
use janus_alloc::api::{AllocError, Layout};
use janus_alloc::{Arena, BlockPool, FixedArena, Pages, Pool, SharedPool, StaticArena, SyncArena};

/// For a parent that frees little or nothing.
fn short() -> Options {
    let all = options(MILLION / 10);
    Options { operations: all.operations.min(MILLION / 10), ..all }
}

/// With memory for less than is asked for.
#[track_caller]
fn keeps_the_rules_without_much<A: Allocator>(allocator: A, options: &Options) {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.allocations > report.operations / 50 && report.failures > 100, "{report}");
}

#[test]
fn pool() {
    keeps_the_rules(Pool::new(), &options(MILLION));
    keeps_the_rules(Pool::new_in(System), &options(MILLION));
    // Blocks of classes and large ones in equal parts, and of those that change from one to the other.
    let large = Options { max_size: 8 << 20, max_align: 64 << 10, ..options(MILLION / 10) };
    keeps_the_rules(Pool::new_in(System), &large);
}

#[test]
fn pool_by_reference() {
    let pool = Pool::new();
    keeps_the_rules(&pool, &options(MILLION));
    assert_eq!(pool.live_bytes(), 0);
    clones_keep_the_rules(&pool, &options(MILLION / 10));
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn pool_over_stats() {
    let stats = Stats::new(System);
    keeps_the_rules(Pool::new_in(&stats), &options(MILLION));
    let after = stats.snapshot();
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    assert!(after.grows() > 0 && after.shrinks() > 0 && after.allocations > 20, "{after}");
    keeps_the_rules(Stats::new(Pool::new_in(System)), &options(MILLION / 10));
}

#[test]
fn pool_over_pages() {
    keeps_the_rules(Pool::new_in(Pages::new()), &options(MILLION));
    keeps_the_rules(Pool::new_in(Pages::new().guard_pages(true)), &options(MILLION / 10));
    keeps_the_rules(Pool::new_in(Pages::new().huge_pages(true)), &options(MILLION / 10));
}

#[test]
fn pool_over_arenas_and_pools() {
    keeps_the_rules(Pool::new_in(&Arena::new()), &short());
    keeps_the_rules(Pool::new_in(&Arena::<_, 1>::with_min_align_in(System)), &short());
    keeps_the_rules(Pool::new_in(SyncArena::new()), &short());
    keeps_the_rules(Pool::new_in(&Pool::new()), &options(MILLION / 10));
    keeps_the_rules(Pool::new_in(Pool::new_in(System)), &options(MILLION / 10));
}

#[test]
fn pool_without_much() {
    let mut bytes = vec![MaybeUninit::uninit(); 1 << 20];
    let fixed = FixedArena::new(&mut bytes);
    keeps_the_rules_without_much(Pool::new_in(&fixed), &short());
    static HEAP: StaticArena<100_000> = StaticArena::new();
    keeps_the_rules_without_much(Pool::new_in(&HEAP), &short());
    for bytes in [30_000, 100_000, 300_000] {
        let parent = Ruled { rule: Limit::new(bytes), parent: System };
        keeps_the_rules_without_much(Pool::new_in(&parent), &options(MILLION / 2));
        assert_eq!(parent.rule.left(), bytes, "memory was lost");
    }
}

/// A pool of blocks of one layout, and `System` for all others: what is dangling is the pool's too.
struct OneLayout<A: Allocator>(BlockPool<A>);

impl<A: Allocator> OneLayout<A> {
    fn of(&self, layout: Layout) -> &dyn Allocator {
        if layout == self.0.layout() || layout.size() == 0 { &self.0 } else { &System }
    }

    /// Whether both layouts are the same allocator's.
    fn stays(&self, old: Layout, new: Layout) -> bool {
        std::ptr::addr_eq(self.of(old), self.of(new))
    }

    /// # Safety
    ///
    /// As for `deallocate` with `old`.
    unsafe fn cross(&self, from: NonNull<u8>, old: Layout, to: NonNull<[u8]>, length: usize) -> NonNull<[u8]> {
        // SAFETY: callers pass a length that both have.
        unsafe { from.copy_to_nonoverlapping(to.cast(), length) };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.of(old).deallocate(from, old) };
        to
    }
}

// SAFETY: a layout decides whose a block is, and blocks are as long as requested.
unsafe impl<A: Allocator> Allocator for OneLayout<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.of(layout).allocate(layout)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.of(layout).allocate_zeroed(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.of(layout).deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.stays(old, new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.of(old).grow(block, old, new) };
        }
        let to = self.allocate(new)?;
        // SAFETY: by `# Safety` of this fn.
        Ok(unsafe { self.cross(block, old, to, old.size()) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.stays(old, new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.of(old).grow_zeroed(block, old, new) };
        }
        let to = self.allocate_zeroed(new)?;
        // SAFETY: by `# Safety` of this fn.
        Ok(unsafe { self.cross(block, old, to, old.size()) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.stays(old, new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.of(old).shrink(block, old, new) };
        }
        let to = self.allocate(new)?;
        // SAFETY: by `# Safety` of this fn.
        Ok(unsafe { self.cross(block, old, to, new.size()) })
    }
}

#[test]
fn block_pool() {
    let stats = Stats::new(System);
    // Sizes that the kit asks for often, from one block or two alive to some.
    for (size, align) in [(1, 1), (1, 4), (2, 2), (3, 8), (8, 8), (16, 16), (33, 1), (4096, 1)] {
        let layout = Layout::from_size_align(size, align).unwrap();
        let one = OneLayout(BlockPool::new_in(layout, &stats));
        let before = stats.snapshot();
        keeps_the_rules(one, &options(MILLION / 10));
        assert!(stats.snapshot().allocations > before.allocations, "{layout:?} was never asked for");
        assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
    }
}

#[test]
fn block_pool_over_other_parents() {
    let layout = Layout::new::<u64>();
    keeps_the_rules(OneLayout(BlockPool::new(layout)), &options(MILLION / 10));
    keeps_the_rules(OneLayout(BlockPool::new_in(layout, Pages::new())), &options(MILLION / 10));
    keeps_the_rules(OneLayout(BlockPool::new_in(layout, &Arena::new())), &options(MILLION / 10));
    keeps_the_rules(OneLayout(BlockPool::new_in(layout, Pool::new())), &options(MILLION / 10));
}

struct Both;

impl Over for Both {
    fn over<A: Allocator>(parent: impl Fn() -> A) {
        keeps_the_rules(Pool::new_in(parent()), &options(MILLION / 100));
        keeps_the_rules(OneLayout(BlockPool::new_in(Layout::new::<u64>(), parent())), &options(MILLION / 100));
    }
}

#[test]
fn over_each_parent() {
    each_parent::sources_and_adapters::<Both>();
    each_parent::arenas_and_pools::<Both>();
    let shared = SharedPool::new();
    Both::over(|| &shared);
    assert_eq!(shared.stats().live_bytes(), 0);
}

/// Without a wrapper, nearly everything fails.
#[test]
fn block_pool_alone() {
    let some = Options { max_size: 2, max_align: 1, ..options(MILLION) };
    let report = check(BlockPool::for_type::<[u8; 2]>(), &some).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.allocations > 1000 && report.failures > 1000 && report.shrinks > 100, "{report}");
}
