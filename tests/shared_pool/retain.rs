//! When free memory is returned to the parent, with each `Retain`.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use janus_alloc::api::Allocator;
use janus_alloc::pools::Retain;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::Block;
use crate::children::alone;
use crate::{CACHE, CHECKED, CHUNK, SLICE, UNCHECKED, block, counted, free, layout};

const MEDIUM: usize = 200 << 10;
const BIG: usize = 5 << 20;

pub(crate) fn blocks(pool: &impl Allocator, size: usize, count: usize) -> Vec<Block> {
    (0..count).map(|number| Block::allocate(pool, layout(size, 8), number as u64).unwrap()).collect()
}

pub(crate) fn free_all(pool: &impl Allocator, blocks: Vec<Block>) {
    blocks.into_iter().for_each(|block| block.free(pool));
}

/// Asserts that the pool holds no chunk and no large block.
#[track_caller]
fn assert_holds_little<A: Allocator>(pool: &SharedPool<A>) {
    assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
}

/// Uses the pool for long enough that memory which is not needed meanwhile is returned.
fn use_for_a_while(pool: &impl Allocator) {
    for _ in 0..13 {
        thread::sleep(Duration::from_millis(200));
        // Each of these calls returns a part of what is to be returned.
        (0..100).for_each(|_| free(pool, block(pool, MEDIUM), MEDIUM));
    }
}

/// Repeats a batch, so that the pool keeps its memory for the next time.
fn use_often(pool: &impl Allocator, size: usize, count: usize) {
    (0..4).for_each(|_| free_all(pool, blocks(pool, size, count)));
}

#[test]
fn retain_nothing_returns_memory_at_once() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options.retain(Retain::Nothing));
        for size in [MEDIUM, BIG] {
            let allocated = blocks(&pool, size, 40);
            assert!(pool.stats().held_bytes() >= 40 * size);
            free_all(&pool, allocated);
            assert_holds_little(&pool);
        }
        // Each freed block is returned at once.
        let mut allocated = blocks(&pool, BIG, 10);
        let before = pool.stats().held_bytes();
        allocated.pop().unwrap().free(&pool);
        assert!(pool.stats().held_bytes() + BIG <= before);
        free_all(&pool, allocated);
    }
    // Small blocks are returned too, except those in a cache.
    let pool = counted(CHECKED.retain(Retain::Nothing));
    let allocated = blocks(&pool, 1000, 10_000);
    assert!(pool.stats().held_bytes() > 10_000_000);
    free_all(&pool, allocated);
    assert_holds_little(&pool);
    let pool = counted(UNCHECKED.retain(Retain::Nothing));
    let allocated = blocks(&pool, 1000, 10_000);
    free_all(&pool, allocated);
    // The blocks in the cache are in two chunks.
    assert!(pool.stats().held_bytes() < 2 * CHUNK + CACHE, "{}", pool.stats());
    assert!(pool.stats().cached_bytes() <= 256 << 10, "{}", pool.stats());
}

#[test]
fn retain_everything_keeps_memory_until_collect() {
    alone("retain::retain_everything_keeps_memory_until_collect", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options.retain(Retain::Everything));
            let allocated = [blocks(&pool, 1000, 5000), blocks(&pool, MEDIUM, 40), blocks(&pool, BIG, 10)];
            let held = pool.stats().held_bytes();
            allocated.into_iter().for_each(|allocated| free_all(&pool, allocated));
            assert_eq!(pool.stats().held_bytes(), held);
            thread::sleep(Duration::from_millis(1200));
            // Use of the pool returns nothing.
            (0..100).for_each(|_| free(&pool, block(&pool, MEDIUM), MEDIUM));
            assert_eq!(pool.stats().held_bytes(), held);
            let collected = pool.collect();
            assert_eq!(pool.stats().held_bytes(), held - collected);
            assert_holds_little(&pool);
            assert_eq!(pool.collect(), 0, "the first collection left memory");
            // The pool can be used again.
            free_all(&pool, blocks(&pool, MEDIUM, 40));
        }
    });
}

#[test]
fn unused_memory_is_returned_after_a_while() {
    alone("retain::unused_memory_is_returned_after_a_while", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options.retain(Retain::Bounded(1 << 30)));
            let allocated = [blocks(&pool, 1000, 5000), blocks(&pool, 100_000, 100), blocks(&pool, MEDIUM, 40)];
            use_often(&pool, BIG, 10);
            allocated.into_iter().for_each(|allocated| free_all(&pool, allocated));
            assert!(pool.stats().held_bytes() > 50 << 20);
            use_for_a_while(&pool);
            // The cache may hold blocks of two classes, which keep their chunks.
            let most = if pool.stats().cached_bytes() == 0 { 2 * CHUNK } else { 5 * CHUNK };
            assert!(pool.stats().held_bytes() <= most, "{}", pool.stats());
        }
    });
}

/// Caches are emptied as by a collection.
#[test]
fn caches_of_ended_threads_are_emptied() {
    alone("retain::caches_of_ended_threads_are_emptied", || {
        for retain in [Retain::Nothing, Retain::Bounded(1 << 30), Retain::Everything] {
            let pool = &counted(UNCHECKED.retain(retain));
            let barrier = &Barrier::new(21);
            thread::scope(|threads| {
                // At the same time, so that each thread has its own cache.
                let leave_blocks = || {
                    [100, 1000, 10_000, 100_000].into_iter().for_each(|size| free_all(pool, blocks(pool, size, 100)));
                    barrier.wait();
                    barrier.wait();
                };
                (0..20).for_each(|_| drop(threads.spawn(leave_blocks)));
                barrier.wait();
                let cached = pool.stats().cached_bytes();
                assert!(cached > 8 << 20, "{cached}");
                barrier.wait();
            });
            let held = pool.stats().held_bytes();
            use_for_a_while(pool);
            let stats = pool.stats();
            assert_eq!((stats.cached_bytes(), stats.threads().count()), (0, 0), "{stats}");
            if retain == Retain::Everything {
                // The memory serves all threads again, and none of it was returned to the parent.
                assert_eq!(stats.held_bytes(), held, "{stats}");
                free_all(pool, blocks(pool, 100_000, 80));
                assert!(pool.stats().held_bytes() < held + CHUNK, "{}", pool.stats());
            } else {
                assert!(stats.held_bytes() < 20 * CACHE + 2 * CHUNK, "{stats}");
            }
        }
    });
}

/// A pool also looks for unused memory if only small blocks are used.
#[test]
fn use_of_small_blocks_returns_unused_memory() {
    alone("retain::use_of_small_blocks_returns_unused_memory", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options.retain(Retain::Bounded(1 << 30)));
            free_all(&pool, blocks(&pool, BIG, 10));
            for _ in 0..8 {
                thread::sleep(Duration::from_millis(200));
                free_all(&pool, blocks(&pool, 1000, 3000));
            }
            assert!(pool.stats().held_bytes() < 2 * CHUNK + (4 << 20), "{options:?} {}", pool.stats());
        }
    });
}

#[test]
fn memory_above_the_bound_is_returned_at_once() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options.retain(Retain::Bounded(20 << 20)));
        use_often(&pool, BIG, 20);
        let held = pool.stats().held_bytes();
        assert!((10 << 20..22 << 20).contains(&held), "{held}");
        free_all(&pool, blocks(&pool, MEDIUM, 400));
        let held = pool.stats().held_bytes();
        // Chunks have a bound of their own, as high.
        assert!(held < 46 << 20, "{held}");
    }
}

/// A block that was freed in some chunk can be allocated again, whatever else is free in other chunks.
#[test]
fn chunks_with_holes_do_not_hide_free_slices() {
    for options in [UNCHECKED, CHECKED] {
        let pool = SharedPool::with_options(options.retain(Retain::Everything));
        let live: Vec<_> = (0..1500).map(|_| block(&pool, 100_000)).collect();
        for size in [500_000, 300_000, 150_000, 40_000] {
            free(&pool, block(&pool, size), size);
            let held = pool.stats().held_bytes();
            for _ in 0..100 {
                free(&pool, block(&pool, size), size);
            }
            assert_eq!(pool.stats().held_bytes(), held, "{size}");
        }
        live.into_iter().for_each(|live| free(&pool, live, 100_000));
    }
}

/// Empty spans that shards keep count towards the bound.
#[test]
fn the_bound_includes_empty_spans() {
    for (bytes, chunks) in [(0, 0), (1 << 20, 12)] {
        let pool = counted(CHECKED.retain(Retain::Bounded(bytes)));
        let allocated: Vec<_> = (1..32).flat_map(|number| blocks(&pool, number * 4096, 30)).collect();
        assert!(pool.stats().held_bytes() > 25 * CHUNK);
        free_all(&pool, allocated);
        let held = pool.stats().held_bytes();
        assert!(held < (chunks + 1) * CHUNK, "{held}");
    }
}

#[test]
fn collect_returns_the_number_of_released_bytes() {
    alone("retain::collect_returns_the_number_of_released_bytes", || {
        for retain in [Retain::Bounded(128 << 20), Retain::Everything] {
            for options in [UNCHECKED, CHECKED] {
                let pool = counted(options.retain(retain));
                let kept = blocks(&pool, 3000, 10);
                free_all(&pool, blocks(&pool, 1000, 5000));
                free_all(&pool, blocks(&pool, 140_000, 100));
                free_all(&pool, blocks(&pool, BIG, 3));
                let (before, parents) = (pool.stats(), pool.parent().snapshot().live_bytes);
                let collected = pool.collect();
                let after = pool.stats();
                assert!(collected > 8_000_000, "{collected}");
                assert_eq!(after.held_bytes() + collected, before.held_bytes());
                assert_eq!(pool.parent().snapshot().live_bytes + collected as u64, parents);
                assert_eq!((after.live_bytes(), after.cached_bytes()), (before.live_bytes(), 0));
                kept.iter().for_each(Block::check);
                assert!(pool.stats().held_bytes() < 2 * CHUNK, "{}", pool.stats());
                free_all(&pool, kept);
            }
        }
    });
}

/// A pool with `Retain::Nothing` still has blocks in caches; `collect` returns and counts them too.
#[test]
fn collect_counts_the_bytes_of_caches() {
    alone("retain::collect_counts_the_bytes_of_caches", || {
        let pool = counted(UNCHECKED.retain(Retain::Nothing));
        free_all(&pool, blocks(&pool, 1000, 5000));
        let before = pool.stats().held_bytes();
        assert!(before >= CHUNK);
        let collected = pool.collect();
        assert_holds_little(&pool);
        assert_eq!(pool.stats().held_bytes() + collected, before);
    });
}

#[cfg(target_os = "linux")]
mod resident_memory {
    use super::*;
    use crate::process_memory::resident_bytes;

    /// Returns the resident bytes before a pool is used, with the memory that the tests themselves need.
    fn resident_at_first() -> usize {
        free_all(&System, blocks(&System, 1000, 1));
        resident_bytes()
    }

    /// Free pages of a chunk are returned to the system although other blocks in the chunk are live.
    #[test]
    fn falls_with_chunks_in_use() {
        alone("retain::resident_memory::falls_with_chunks_in_use", || {
            // Without huge pages, which would change the figures.
            let options = UNCHECKED.huge_pages(false).retain(Retain::Everything);
            let pool = SharedPool::with_options_in(options, Stats::new(Pages::new()));
            let before = resident_at_first();
            let mut kept = Vec::new();
            let mut allocated = Vec::new();
            for _ in 0..50 {
                // These blocks fill a chunk.
                kept.extend(blocks(&pool, 9 * SLICE, 1));
                allocated.extend(blocks(&pool, MEDIUM, 9));
            }
            let full = resident_bytes();
            assert!(full - before > 80 << 20, "{before} {full}");
            free_all(&pool, allocated);
            assert!(resident_bytes() + (10 << 20) > full);
            let held = pool.stats().held_bytes();
            let collected = pool.collect();
            let after = resident_bytes();
            assert!(collected > 80 << 20, "{collected}");
            assert!(after < before + (16 << 20), "{before} {full} {after}");
            assert!(pool.stats().held_bytes() > held / 2, "the chunks were returned, not only their pages");
            free_all(&pool, kept);
        });
    }

    #[test]
    fn falls_at_once_with_retain_nothing() {
        alone("retain::resident_memory::falls_at_once_with_retain_nothing", || {
            let pool = SharedPool::with_options(UNCHECKED.retain(Retain::Nothing));
            let before = resident_at_first();
            let kept = blocks(&pool, 140_000, 1);
            let allocated = blocks(&pool, MEDIUM, 400);
            assert!(resident_bytes() - before > 70 << 20);
            free_all(&pool, allocated);
            assert!(resident_bytes() < before + (6 << 20), "{before} {}", resident_bytes());
            free_all(&pool, kept);
        });
    }

    #[test]
    fn falls_after_a_while() {
        alone("retain::resident_memory::falls_after_a_while", || {
            let pool = SharedPool::with_options(UNCHECKED);
            let before = resident_at_first();
            let kept = blocks(&pool, 140_000, 1);
            let allocated = blocks(&pool, MEDIUM, 400);
            use_often(&pool, BIG, 8);
            assert!(resident_bytes() - before > 110 << 20);
            free_all(&pool, allocated);
            use_for_a_while(&pool);
            assert!(resident_bytes() < before + (8 << 20), "{before} {}", resident_bytes());
            free_all(&pool, kept);
        });
    }

    #[test]
    fn falls_when_a_pool_is_dropped() {
        alone("retain::resident_memory::falls_when_a_pool_is_dropped", || {
            let other = SharedPool::with_options(UNCHECKED);
            let others = blocks(&other, 1000, 1000);
            let before = resident_at_first();
            for _ in 0..5 {
                let pool = SharedPool::with_options(UNCHECKED);
                let mut allocated = blocks(&pool, 1000, 10_000);
                allocated.extend(blocks(&pool, MEDIUM, 100));
                allocated.extend(blocks(&pool, BIG, 4));
                assert!(resident_bytes() - before > 40 << 20);
                // The pool frees the blocks that are still live.
                drop((pool, allocated));
                assert!(resident_bytes() < before + (4 << 20), "{before} {}", resident_bytes());
            }
            free_all(&other, others);
        });
    }
}
