//! The answers of `stats`, `good_size`, `owns` and `layout_of` are exact.

use std::ptr::NonNull;
use std::sync::Barrier;
use std::thread;

use janus_alloc::api::{Allocator, Layout, Owns, UsableSize};
use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::alone;
use crate::{CHECKED, CHUNK, LARGE, SLICE, UNCHECKED, block, counted, free, layout};

const PAGE: usize = 4096;

fn good_size(layout: Layout) -> usize {
    SharedPool::new().good_size(layout)
}

#[test]
fn an_unused_pool_holds_no_memory() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options);
        let stats = pool.stats();
        assert_eq!((stats.held_bytes(), stats.live_bytes(), stats.cached_bytes()), (0, 0, 0));
        assert_eq!((stats.threads().count(), pool.collect()), (0, 0));
        assert!(!pool.owns(NonNull::dangling()) && !pool.owns(NonNull::from(&pool).cast()));
        // A block of size 0 takes no memory either.
        pool.allocate(layout(0, 8)).unwrap();
        assert_eq!((pool.stats().held_bytes(), pool.parent().snapshot().allocations), (0, 0));
    }
}

/// Each live block is counted with its usable size.
#[test]
fn live_blocks_are_counted_exactly() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options);
        let mut random = Random(4);
        let (mut blocks, mut expected) = (Vec::new(), 0);
        for number in 0..1500 {
            let layout = random.layout();
            if random.below(3) > 0 || blocks.is_empty() {
                let block = Block::allocate(&pool, layout, number).unwrap();
                expected += size_in_stats(&pool, &block);
                blocks.push(block);
            } else {
                let block = blocks.swap_remove(random.below(blocks.len()));
                expected -= size_in_stats(&pool, &block);
                block.free(&pool);
            }
            if number % 50 == 0 {
                let stats = pool.stats();
                assert_eq!(stats.live_bytes(), expected, "{stats}");
                assert!(stats.held_bytes() >= stats.live_bytes() + stats.cached_bytes(), "{stats}");
                for class in stats.classes() {
                    let of_class = |block: &&Block| good_size(block.layout) == class.size;
                    assert_eq!(class.live_blocks, blocks.iter().filter(of_class).count(), "{class:?}");
                    assert!(class.cached_blocks == 0 || options == UNCHECKED);
                }
            }
        }
        blocks.into_iter().for_each(|block| block.free(&pool));
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

/// Returns the bytes that a block counts for: those of its class, of its slices, or of the block of the parent.
fn size_in_stats<A: Allocator>(pool: &SharedPool<A>, block: &Block) -> usize {
    // SAFETY: the block is live and of this pool.
    unsafe { pool.usable_size(block.start) }
}

#[test]
fn held_bytes_are_those_of_the_parent() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options);
        let mut random = Random(9);
        let mut blocks = Vec::new();
        for number in 0..400 {
            blocks.push(Block::allocate(&pool, random.layout(), number).unwrap());
            assert_eq!(pool.stats().held_bytes() as u64, pool.parent().snapshot().live_bytes);
        }
        blocks.into_iter().for_each(|block| block.free(&pool));
    }
}

#[test]
fn caches_are_counted_by_thread_and_class() {
    alone("figures::caches_are_counted_by_thread_and_class", || {
        let pool = counted(UNCHECKED);
        let (own, other) = (block(&pool, 100), Barrier::new(2));
        let cached = pool.stats().cached_bytes();
        assert!(cached > 0 && cached % 104 == 0, "{}", pool.stats());
        free(&pool, own, 100);
        assert_eq!(pool.stats().cached_bytes(), cached + 104);
        thread::scope(|scope| {
            let thread = scope.spawn(|| {
                free(&pool, block(&pool, 5000), 5000);
                other.wait();
                other.wait();
            });
            other.wait();
            let stats = pool.stats();
            let threads: Vec<_> = stats.threads().collect();
            assert_eq!(threads.len(), 2, "{threads:?}");
            assert_eq!(threads[0].cached_bytes, cached + 104);
            assert_eq!(threads[1].cached_bytes, stats.cached_bytes() - cached - 104);
            assert!(threads[1].cached_bytes % 5120 == 0 && threads[0].number != threads[1].number, "{threads:?}");
            let class = stats.classes().find(|class| class.size == 5120).unwrap();
            assert_eq!((class.live_blocks, class.cached_blocks * 5120), (0, threads[1].cached_bytes));
            // A collection empties the cache of the calling thread, not that of another running one.
            pool.collect();
            let threads: Vec<_> = pool.stats().threads().collect();
            assert_eq!((threads.len(), threads[0].cached_bytes % 5120), (1, 0), "{threads:?}");
            other.wait();
            thread.join().unwrap();
        });
        pool.collect();
        assert_eq!((pool.stats().cached_bytes(), pool.stats().threads().count()), (0, 0));
        assert!(pool.stats().held_bytes() < CHUNK);
    });
}

#[test]
fn stats_print_a_table() {
    let pool = counted(UNCHECKED);
    let own = block(&pool, 100);
    let shown = pool.stats().to_string();
    assert!(shown.starts_with("held ") && shown.contains(" 104 ") && shown.lines().count() == 3, "{shown}");
    let shown = format!("{pool:?}");
    assert!(
        shown.contains("SharedPool {") && shown.contains("live_bytes: 104") && shown.contains("parent: "),
        "{shown}"
    );
    free(&pool, own, 100);
}

/// The figures of a debug build are marked, since they differ from those of a release build.
#[test]
fn stats_of_a_checked_pool_say_so() {
    let pool = counted(CHECKED);
    let before = pool.stats();
    let own = block(&pool, 100);
    for stats in [before, pool.stats()] {
        let (table, debug) = (stats.to_string(), format!("{stats:?}"));
        let first = table.lines().next().unwrap();
        assert!(stats.is_checked() && first.contains("checked") && first.contains("no thread has a cache"), "{table}");
        assert!(table.contains("\nheld ") && debug.contains("checked: true"), "{table} {debug}");
    }
    free(&pool, own, 100);
    assert_eq!(SharedPool::new().stats().is_checked(), cfg!(debug_assertions));
    let unchecked = counted(UNCHECKED).stats();
    assert!(!unchecked.is_checked() && !unchecked.to_string().contains("checked"));
    assert!(format!("{unchecked:?}").contains("checked: false"));
}

/// Asserts that a block of `layout` has the size that `good_size` returns, and that all methods accept the layout that `layout_of`
/// returns.
pub(crate) fn check_usable<A: Allocator>(pool: &SharedPool<A>, layout: Layout) {
    let allocate = || Block::allocate(pool, layout, 5).unwrap();
    let with_usable_layout = |block: Block| {
        // SAFETY: the block is live and of this pool.
        let usable = unsafe { pool.layout_of(block.start) };
        // SAFETY: as above.
        assert_eq!(unsafe { pool.usable_size(block.start) }, usable.size());
        let good = pool.good_size(layout);
        assert!(good >= layout.size() && usable.size() >= good, "{layout:?} {good} {usable:?}");
        let large = (layout.size() - 1) | (layout.align() - 1) >= LARGE;
        assert!(large || usable.size() == good, "{layout:?} {good} {usable:?}");
        assert_eq!(block.start.addr().get() % usable.align(), 0);
        Block::from_raw(block.start, usable, 6)
    };
    with_usable_layout(allocate()).free(pool);
    for size in [1, 2, 3] {
        let mut grown = with_usable_layout(allocate());
        let before = grown.layout.size();
        let new = self::layout((before * size).min(before + (1 << 20)) + 1, grown.layout.align());
        grown.resize(pool, new, true).unwrap();
        grown.free(pool);
        let mut shrunk = with_usable_layout(allocate());
        let new = self::layout(shrunk.layout.size().div_ceil(size), shrunk.layout.align());
        shrunk.resize(pool, new, false).unwrap();
        with_layout_of(pool, shrunk).free(pool);
    }
    assert_eq!(pool.stats().live_bytes(), 0, "{layout:?}");
}

/// Returns `block` with the layout that `layout_of` returns for it.
fn with_layout_of<A: Allocator>(pool: &SharedPool<A>, block: Block) -> Block {
    // SAFETY: the block is live and of this pool.
    let usable = unsafe { pool.layout_of(block.start) };
    assert!(usable.size() >= block.layout.size());
    Block::from_raw(block.start, usable, 8)
}

#[test]
fn layouts_from_bare_pointers_fit() {
    let small = [1, 7, 8, 9, 16, 24, 63, 64, 65, 100, 129, 1000, 4096, 5000, 30_000, 32 << 10];
    let large = [
        (32 << 10) + 1,
        48 << 10,
        100_000,
        (128 << 10) + 1,
        200_000,
        LARGE - 1,
        LARGE,
        LARGE + 1,
        600_000,
        1 << 20,
        (1 << 20) + 1,
    ];
    for options in [UNCHECKED, CHECKED] {
        let (over_system, over_pages) =
            (SharedPool::with_options_in(options, System), SharedPool::with_options(options));
        for size in small.into_iter().chain(large) {
            for power in [0, 3, 4, 5, 6, 10, 12, 14, 15, 16, 18, 19] {
                check_usable(&over_system, layout(size, 1 << power));
                check_usable(&over_pages, layout(size, 1 << power));
            }
        }
    }
}

/// With a large align a small block comes from the parent, and must not be mistaken for a block of a class because of its size.
#[test]
fn layouts_of_small_blocks_with_large_aligns_fit() {
    for options in [UNCHECKED, CHECKED] {
        let pool = SharedPool::with_options_in(options, Stats::new(System));
        for power in [20, 21, 22] {
            for size in [1, 8, 4096, 5000, 100_000, 200_000] {
                check_usable(&pool, layout(size, 1 << power));
            }
        }
        pool.collect();
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

#[test]
fn good_size_is_the_size_of_the_class() {
    for (size, align, good) in [
        (0, 8, 0),
        (1, 1, 8),
        (8, 8, 8),
        (9, 1, 16),
        (65, 1, 72),
        (128, 8, 128),
        (129, 8, 144),
        (1, 64, 64),
        (65, 64, 128),
        (32 << 10, 8, 32 << 10),
        ((32 << 10) + 1, 8, 36 << 10),
        (100_000, 8, 104 << 10),
        (1, 64 << 10, 64 << 10),
        (128 << 10, 8, 128 << 10),
        ((128 << 10) + 1, 8, 9 * SLICE),
        (200_000, 8, 13 * SLICE),
        (1, 256 << 10, 16 * SLICE),
        (LARGE, 8, LARGE),
        (LARGE + 1, 8, LARGE + PAGE),
    ] {
        assert_eq!(good_size(layout(size, align)), good, "{size} {align}");
    }
    assert_eq!(good_size(Layout::new::<[u64; 20]>()), 160);
    // At most an eighth is wasted above 64 bytes; below, no more than 7 bytes.
    for size in (1..40 << 10).chain(100 << 10..160 << 10) {
        let waste = good_size(layout(size, 1)) - size;
        assert!(waste < 8 || waste * 8 <= size + waste, "{size}");
    }
    assert_eq!(good_size(layout(isize::MAX as usize, 1)), isize::MAX as usize + 1);
}

#[test]
fn a_pool_owns_its_blocks_and_no_others() {
    for options in [UNCHECKED, CHECKED] {
        let (pool, other) = (counted(options), counted(options));
        for size in [1, 8, 100, 32 << 10, 40 << 10, 500_000, 600_000, 3 << 20] {
            let layout = layout(size, 8);
            let own = Block::allocate(&pool, layout, 1).unwrap();
            let others = Block::allocate(&other, layout, 1).unwrap();
            let foreign = System.allocate(layout).unwrap().cast();
            for (block, owner) in [(own.start, &pool), (others.start, &other)] {
                for pool in [&pool, &other] {
                    let expected = std::ptr::eq(pool, owner);
                    assert_eq!(pool.owns(block), expected, "{size}");
                    assert_eq!(Owns::owns(pool, block, layout), expected, "{size}");
                }
            }
            assert!(!pool.owns(foreign) && !other.owns(foreign), "{size}");
            // SAFETY: the block is live and has that layout.
            unsafe { System.deallocate(foreign, layout) };
            let (large, start) = (size >= LARGE, own.start);
            own.free(&pool);
            others.free(&other);
            // For a freed block the answer is unspecified, but a freed large block is known not to be owned.
            assert!(!large || !pool.owns(start), "{size}");
        }
        let local = 0_u64;
        assert!(!pool.owns(NonNull::from(&local).cast()) && !pool.owns(NonNull::from(&pool).cast()));
        pool.collect();
    }
}

#[test]
fn capabilities_pass_through_both_faces() {
    static BOTH: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::with_options(Options::new().checked(false)));
    let own = block(&&BOTH, 100);
    assert!(Owns::owns(&&BOTH, own, layout(100, 8)) && BOTH.owns(own));
    // SAFETY: the block is live and of this pool.
    assert_eq!(unsafe { (&BOTH).usable_size(own) }, 104);
    free(&&BOTH, own, 100);
}
