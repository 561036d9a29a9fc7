//! Memory goes back when the options say so.

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

/// What a pool keeps for itself: no chunk, and nothing for a block.
#[track_caller]
fn assert_lean<A: Allocator>(pool: &SharedPool<A>) {
    assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
}

/// All the time, for long enough that what was not needed meanwhile has gone.
fn use_a_little(pool: &impl Allocator) {
    for _ in 0..13 {
        thread::sleep(Duration::from_millis(200));
        // Each comes by, and goes on with what there is to do.
        (0..100).for_each(|_| free(pool, block(pool, MEDIUM), MEDIUM));
    }
}

/// A batch again and again, so that the pool keeps it for the next time.
fn use_often(pool: &impl Allocator, size: usize, count: usize) {
    (0..4).for_each(|_| free_all(pool, blocks(pool, size, count)));
}

#[test]
fn nothing_retained_goes_at_once() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options.retain(Retain::Nothing));
        for size in [MEDIUM, BIG] {
            let taken = blocks(&pool, size, 40);
            assert!(pool.stats().held_bytes() >= 40 * size);
            free_all(&pool, taken);
            assert_lean(&pool);
        }
        // One by one.
        let mut taken = blocks(&pool, BIG, 10);
        let before = pool.stats().held_bytes();
        taken.pop().unwrap().free(&pool);
        assert!(pool.stats().held_bytes() + BIG <= before);
        free_all(&pool, taken);
    }
    // Small ones as well, but for those in a cache.
    let pool = counted(CHECKED.retain(Retain::Nothing));
    let taken = blocks(&pool, 1000, 10_000);
    assert!(pool.stats().held_bytes() > 10_000_000);
    free_all(&pool, taken);
    assert_lean(&pool);
    let pool = counted(UNCHECKED.retain(Retain::Nothing));
    let taken = blocks(&pool, 1000, 10_000);
    free_all(&pool, taken);
    // What the cache holds lies in two chunks.
    assert!(pool.stats().held_bytes() < 2 * CHUNK + CACHE, "{}", pool.stats());
    assert!(pool.stats().cached_bytes() <= 256 << 10, "{}", pool.stats());
}

#[test]
fn everything_retained_stays_until_it_is_collected() {
    alone("giving_back::everything_retained_stays_until_it_is_collected", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options.retain(Retain::Everything));
            let taken = [blocks(&pool, 1000, 5000), blocks(&pool, MEDIUM, 40), blocks(&pool, BIG, 10)];
            let held = pool.stats().held_bytes();
            taken.into_iter().for_each(|taken| free_all(&pool, taken));
            assert_eq!(pool.stats().held_bytes(), held);
            thread::sleep(Duration::from_millis(1200));
            // Used a little, and nothing goes.
            (0..100).for_each(|_| free(&pool, block(&pool, MEDIUM), MEDIUM));
            assert_eq!(pool.stats().held_bytes(), held);
            let collected = pool.collect();
            assert_eq!(pool.stats().held_bytes(), held - collected);
            assert_lean(&pool);
            assert_eq!(pool.collect(), 0, "there is no more");
            // Again from the start.
            free_all(&pool, blocks(&pool, MEDIUM, 40));
        }
    });
}

#[test]
fn what_is_not_needed_for_a_while_goes() {
    alone("giving_back::what_is_not_needed_for_a_while_goes", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options.retain(Retain::Bounded(1 << 30)));
            let taken = [blocks(&pool, 1000, 5000), blocks(&pool, 100_000, 100), blocks(&pool, MEDIUM, 40)];
            use_often(&pool, BIG, 10);
            taken.into_iter().for_each(|taken| free_all(&pool, taken));
            assert!(pool.stats().held_bytes() > 50 << 20);
            use_a_little(&pool);
            // Of each of two classes a cache may hold some, which keep chunks.
            let most = if pool.stats().cached_bytes() == 0 { 2 * CHUNK } else { 5 * CHUNK };
            assert!(pool.stats().held_bytes() <= most, "{}", pool.stats());
        }
    });
}

/// As if somebody had collected.
#[test]
fn what_ended_threads_left_goes() {
    alone("giving_back::what_ended_threads_left_goes", || {
        for retain in [Retain::Nothing, Retain::Bounded(1 << 30), Retain::Everything] {
            let pool = &counted(UNCHECKED.retain(retain));
            let barrier = &Barrier::new(21);
            thread::scope(|threads| {
                // All at once, so each has a cache of its own.
                let leave = || {
                    [100, 1000, 10_000, 100_000].into_iter().for_each(|size| free_all(pool, blocks(pool, size, 100)));
                    barrier.wait();
                    barrier.wait();
                };
                (0..20).for_each(|_| drop(threads.spawn(leave)));
                barrier.wait();
                let cached = pool.stats().cached_bytes();
                assert!(cached > 8 << 20, "{cached}");
                barrier.wait();
            });
            let held = pool.stats().held_bytes();
            use_a_little(pool);
            let stats = pool.stats();
            assert_eq!((stats.cached_bytes(), stats.threads().count()), (0, 0), "{stats}");
            if retain == Retain::Everything {
                // It is for all threads again, and none of it went to the parent.
                assert_eq!(stats.held_bytes(), held, "{stats}");
                free_all(pool, blocks(pool, 100_000, 80));
                assert!(pool.stats().held_bytes() < held + CHUNK, "{}", pool.stats());
            } else {
                assert!(stats.held_bytes() < 20 * CACHE + 2 * CHUNK, "{stats}");
            }
        }
    });
}

/// Small blocks alone make it look as well.
#[test]
fn small_blocks_let_time_pass() {
    alone("giving_back::small_blocks_let_time_pass", || {
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
fn what_exceeds_the_bound_goes_at_once() {
    for options in [UNCHECKED, CHECKED] {
        let pool = counted(options.retain(Retain::Bounded(20 << 20)));
        use_often(&pool, BIG, 20);
        let held = pool.stats().held_bytes();
        assert!((10 << 20..22 << 20).contains(&held), "{held}");
        free_all(&pool, blocks(&pool, MEDIUM, 400));
        let held = pool.stats().held_bytes();
        // As much again in chunks.
        assert!(held < 46 << 20, "{held}");
    }
}

/// Whatever is free in whichever chunk: what comes and goes finds its room again.
#[test]
fn chunks_with_holes_hide_no_others() {
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

/// What shards keep counts as well.
#[test]
fn empty_spans_are_bounded() {
    for (bytes, chunks) in [(0, 0), (1 << 20, 12)] {
        let pool = counted(CHECKED.retain(Retain::Bounded(bytes)));
        let taken: Vec<_> = (1..32).flat_map(|number| blocks(&pool, number * 4096, 30)).collect();
        assert!(pool.stats().held_bytes() > 25 * CHUNK);
        free_all(&pool, taken);
        let held = pool.stats().held_bytes();
        assert!(held < (chunks + 1) * CHUNK, "{held}");
    }
}

#[test]
fn collect_says_what_it_gave_back() {
    alone("giving_back::collect_says_what_it_gave_back", || {
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
                assert_lean_but_for(&pool, &kept);
                free_all(&pool, kept);
            }
        }
    });
}

/// One that was chosen to give back at once still has what is in the caches: that is given back, and said too.
#[test]
fn collect_says_what_it_gave_back_of_caches() {
    alone("giving_back::collect_says_what_it_gave_back_of_caches", || {
        let pool = counted(UNCHECKED.retain(Retain::Nothing));
        free_all(&pool, blocks(&pool, 1000, 5000));
        let before = pool.stats().held_bytes();
        assert!(before >= CHUNK);
        let collected = pool.collect();
        assert_lean(&pool);
        assert_eq!(pool.stats().held_bytes() + collected, before);
    });
}

#[track_caller]
fn assert_lean_but_for<A: Allocator>(pool: &SharedPool<A>, kept: &[Block]) {
    kept.iter().for_each(Block::check);
    assert!(pool.stats().held_bytes() < 2 * CHUNK, "{}", pool.stats());
}

/// The bytes of this process that are in memory.
#[cfg(target_os = "linux")]
pub(crate) fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * Pages::page_size()
}

/// The page faults of this process (`RUSAGE_SELF`), or of the children that it has waited for.
#[cfg(target_os = "linux")]
pub(crate) fn faults(who: libc::c_int) -> i64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: writes the whole struct.
    assert_eq!(unsafe { libc::getrusage(who, usage.as_mut_ptr()) }, 0);
    // SAFETY: written above.
    unsafe { usage.assume_init() }.ru_minflt
}

#[cfg(target_os = "linux")]
mod resident_memory {
    use super::*;

    /// What is there without the pool: with what the tests need.
    fn resident_at_first() -> usize {
        free_all(&System, blocks(&System, 1000, 1));
        resident()
    }

    /// Whole pages of a chunk go to the system though something in it lives.
    #[test]
    fn falls_with_chunks_in_use() {
        alone("giving_back::resident_memory::falls_with_chunks_in_use", || {
            // By hand, so the numbers are not those of huge pages.
            let options = UNCHECKED.huge_pages(false).retain(Retain::Everything);
            let pool = SharedPool::with_options_in(options.whole_pages(true), Stats::new(Pages::new()));
            let before = resident_at_first();
            let mut kept = Vec::new();
            let mut taken = Vec::new();
            for _ in 0..50 {
                // Together they fill a chunk.
                kept.extend(blocks(&pool, 9 * SLICE, 1));
                taken.extend(blocks(&pool, MEDIUM, 9));
            }
            let full = resident();
            assert!(full - before > 80 << 20, "{before} {full}");
            free_all(&pool, taken);
            assert!(resident() + (10 << 20) > full);
            let held = pool.stats().held_bytes();
            let collected = pool.collect();
            let after = resident();
            assert!(collected > 80 << 20, "{collected}");
            assert!(after < before + (16 << 20), "{before} {full} {after}");
            assert!(pool.stats().held_bytes() > held / 2, "the chunks are there, but not their pages");
            free_all(&pool, kept);
        });
    }

    #[test]
    fn falls_at_once_with_nothing_retained() {
        alone("giving_back::resident_memory::falls_at_once_with_nothing_retained", || {
            let pool = SharedPool::with_options(UNCHECKED.retain(Retain::Nothing));
            let before = resident_at_first();
            let kept = blocks(&pool, 140_000, 1);
            let taken = blocks(&pool, MEDIUM, 400);
            assert!(resident() - before > 70 << 20);
            free_all(&pool, taken);
            assert!(resident() < before + (6 << 20), "{before} {}", resident());
            free_all(&pool, kept);
        });
    }

    #[test]
    fn falls_after_a_while() {
        alone("giving_back::resident_memory::falls_after_a_while", || {
            let pool = SharedPool::with_options(UNCHECKED);
            let before = resident_at_first();
            let kept = blocks(&pool, 140_000, 1);
            let taken = blocks(&pool, MEDIUM, 400);
            use_often(&pool, BIG, 8);
            assert!(resident() - before > 110 << 20);
            free_all(&pool, taken);
            use_a_little(&pool);
            assert!(resident() < before + (8 << 20), "{before} {}", resident());
            free_all(&pool, kept);
        });
    }

    #[test]
    fn falls_when_a_pool_is_dropped() {
        alone("giving_back::resident_memory::falls_when_a_pool_is_dropped", || {
            let other = SharedPool::with_options(UNCHECKED);
            let others = blocks(&other, 1000, 1000);
            let before = resident_at_first();
            for _ in 0..5 {
                let pool = SharedPool::with_options(UNCHECKED);
                let mut taken = blocks(&pool, 1000, 10_000);
                taken.extend(blocks(&pool, MEDIUM, 100));
                taken.extend(blocks(&pool, BIG, 4));
                assert!(resident() - before > 40 << 20);
                // With all its blocks.
                drop((pool, taken));
                assert!(resident() < before + (4 << 20), "{before} {}", resident());
            }
            free_all(&other, others);
        });
    }
}
