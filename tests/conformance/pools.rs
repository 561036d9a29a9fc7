//! `Pool` and `BlockPool` over every kind of parent.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use super::*;
use crate::each_parent::{self, ParentCheck};
use crate::parents::{ByteLimit, RuledParent};
use janus_alloc::api::{AllocError, Layout};
use janus_alloc::{Arena, BlockPool, FixedArena, Pages, Pool, SharedPool, StaticArena, SyncArena};

/// Options for a parent that frees little or nothing.
fn short() -> Options {
    let all = options(MILLION / 10);
    Options { operations: all.operations.min(MILLION / 10), ..all }
}

/// Asserts that `allocator`, whose parent has too little memory, keeps the rules and fails often.
#[track_caller]
fn keeps_the_rules_and_fails<A: Allocator>(allocator: A, options: &Options) {
    let report = keeps_the_rules_with_failures(allocator, options);
    assert!(report.failures > 100, "{report}");
}

#[test]
fn pool() {
    keeps_the_rules(Pool::new(), &options(MILLION));
    keeps_the_rules(Pool::new_in(System), &options(MILLION));
    // Blocks of classes and large blocks in equal parts, so that resizes cross from one to the other.
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
fn pool_with_a_limited_parent() {
    let mut bytes = vec![MaybeUninit::uninit(); 1 << 20];
    let fixed = FixedArena::new(&mut bytes);
    keeps_the_rules_and_fails(Pool::new_in(&fixed), &short());
    static HEAP: StaticArena<100_000> = StaticArena::new();
    keeps_the_rules_and_fails(Pool::new_in(&HEAP), &short());
    for bytes in [30_000, 100_000, 300_000] {
        let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        keeps_the_rules_and_fails(Pool::new_in(&parent), &options(MILLION / 2));
        assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
    }
}

/// A `BlockPool` for its layout and for size 0, and `System` for all other layouts.
struct OneLayout<A: Allocator>(BlockPool<A>);

impl<A: Allocator> OneLayout<A> {
    /// Returns the allocator that serves `layout`.
    fn of(&self, layout: Layout) -> &dyn Allocator {
        if layout == self.0.layout() || layout.size() == 0 { &self.0 } else { &System }
    }

    /// Whether the same allocator serves both layouts.
    fn stays(&self, old: Layout, new: Layout) -> bool {
        std::ptr::addr_eq(self.of(old), self.of(new))
    }

    /// Copies `length` bytes of a block to another block, and frees the first.
    ///
    /// # Safety
    ///
    /// 1. The conditions of `deallocate` hold for `from` and `old`.
    /// 2. Both blocks have at least `length` bytes and do not overlap.
    unsafe fn replace(&self, from: NonNull<u8>, old: Layout, to: NonNull<[u8]>, length: usize) -> NonNull<[u8]> {
        // SAFETY: by condition 2.
        unsafe { from.copy_to_nonoverlapping(to.cast(), length) };
        // SAFETY: by condition 1.
        unsafe { self.of(old).deallocate(from, old) };
        to
    }
}

// SAFETY: the layout alone decides which allocator serves a block, and both return blocks of exactly the requested size, so no
// block is freed or resized with a layout that the other serves.
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
        // SAFETY: (1) by `# Safety` of this fn; (2) the length is the smaller size, and `to` is a new block.
        Ok(unsafe { self.replace(block, old, to, old.size()) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.stays(old, new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.of(old).grow_zeroed(block, old, new) };
        }
        let to = self.allocate_zeroed(new)?;
        // SAFETY: (1) by `# Safety` of this fn; (2) the length is the smaller size, and `to` is a new block.
        Ok(unsafe { self.replace(block, old, to, old.size()) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if self.stays(old, new) {
            // SAFETY: by `# Safety` of this fn.
            return unsafe { self.of(old).shrink(block, old, new) };
        }
        let to = self.allocate(new)?;
        // SAFETY: (1) by `# Safety` of this fn; (2) the length is the smaller size, and `to` is a new block.
        Ok(unsafe { self.replace(block, old, to, new.size()) })
    }
}

#[test]
fn block_pool() {
    let stats = Stats::new(System);
    // Layouts that the kit requests often.
    for (size, align) in [(1, 1), (1, 4), (2, 2), (3, 8), (8, 8), (16, 16), (33, 1), (4096, 1)] {
        let layout = Layout::from_size_align(size, align).unwrap();
        let one = OneLayout(BlockPool::new_in(layout, &stats));
        let before = stats.snapshot();
        keeps_the_rules(one, &options(MILLION / 10));
        assert!(stats.snapshot().allocations > before.allocations, "{layout:?} was never requested");
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

struct BothPools;

impl ParentCheck for BothPools {
    fn check<A: Allocator>(parent: impl Fn() -> A) {
        keeps_the_rules(Pool::new_in(parent()), &options(MILLION / 100));
        keeps_the_rules(OneLayout(BlockPool::new_in(Layout::new::<u64>(), parent())), &options(MILLION / 100));
    }
}

#[test]
fn over_each_parent() {
    each_parent::sources_and_adapters::<BothPools>();
    each_parent::arenas_and_pools::<BothPools>();
    let shared = SharedPool::new();
    BothPools::check(|| &shared);
    assert_eq!(shared.stats().live_bytes(), 0);
}

/// Nearly all requests fail, because their layout is another.
#[test]
fn block_pool_without_a_wrapper() {
    let some = Options { max_size: 2, max_align: 1, ..options(MILLION) };
    let report = check(BlockPool::for_type::<[u8; 2]>(), &some).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.allocations > 1000 && report.failures > 1000 && report.shrinks > 100, "{report}");
}
