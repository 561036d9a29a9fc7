//! Free memory that has not been used lately is returned in small steps: by calls, by `purge`, and by a background thread.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::api::Allocator;
use janus_alloc::pools::Options;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::alone;
use crate::retain::{blocks, free_all};
use crate::{CHECKED, CHUNK, UNCHECKED, block, counted, free};

/// Enough time for a pool to look for unused memory twice and return it.
const IDLE_TIME: Duration = Duration::from_secs(3);

/// Returns a pool over counted pages, without huge pages, so that exactly the pages that were touched are resident.
fn over_pages(options: Options) -> SharedPool<Stats<Pages>> {
    SharedPool::with_options_in(options.huge_pages(false), Stats::new(Pages::new()))
}

/// Allocates blocks and touches each of their pages. Returns their addresses.
fn allocate_touched(pool: &impl Allocator, size: usize, count: usize) -> Vec<usize> {
    let touch = |_| {
        let block = block(pool, size);
        for at in (0..size).step_by(4096) {
            // SAFETY: `at` is less than the size of the block.
            let place = unsafe { block.add(at) };
            // SAFETY: the place is in a live block, which nothing else uses.
            unsafe { place.write_volatile(1) };
        }
        block.as_ptr().expose_provenance()
    };
    (0..count).map(touch).collect()
}

fn free_touched(pool: &impl Allocator, blocks: impl IntoIterator<Item = usize>, size: usize) {
    let pointer = |address| std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(address)).unwrap();
    blocks.into_iter().for_each(|address| free(pool, pointer(address), size));
}

/// Purges the pool from time to time, like a loop that waits for work.
fn wait_for_work<A: Allocator>(pool: &SharedPool<A>, how_long: Duration) {
    let start = Instant::now();
    while start.elapsed() < how_long {
        while !pool.purge().is_done() {}
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn purging_returns_the_memory_of_an_idle_pool() {
    alone("purging::purging_returns_the_memory_of_an_idle_pool", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options);
            assert!(pool.purge().is_done() && pool.purge().bytes() == 0);
            let kept = blocks(&pool, 3000, 10);
            for size in [64, 1000, 10_000, 200_000] {
                free_all(&pool, blocks(&pool, size, (10 << 20) / size));
            }
            let held = pool.stats().held_bytes();
            assert!(held > 10 << 20, "memory used lately was not kept");
            wait_for_work(&pool, IDLE_TIME);
            let stats = pool.stats();
            // The live blocks are of one class, so they lie in one chunk, or in two if the first was full.
            assert!(stats.held_bytes() < 4 * CHUNK && stats.cached_bytes() == 0, "{options:?} {stats}");
            free_all(&pool, kept);
        }
    });
}

/// A call that allocates or frees returns a little unused memory, and no more.
#[test]
fn one_call_returns_little_memory() {
    const SIZE: usize = 150_000;
    alone("purging::one_call_returns_little_memory", || {
        let pool = over_pages(UNCHECKED);
        let kept = allocate_touched(&pool, SIZE, 1);
        free_touched(&pool, allocate_touched(&pool, SIZE, 2000), SIZE);
        let at_first = pool.stats().held_bytes();
        assert!(at_first > 250 << 20);
        let (mut before, mut most, mut calls) = (at_first, 0, 0);
        let start = Instant::now();
        while before > 4 * CHUNK && start.elapsed() < 20 * IDLE_TIME {
            free(&pool, block(&pool, SIZE), SIZE);
            let held = pool.stats().held_bytes();
            most = most.max(before - held);
            calls += usize::from(held < before);
            before = held;
        }
        assert!(before <= 4 * CHUNK, "{}", pool.stats());
        assert!(most <= at_first / 4 && calls > 4, "{most} at once of {at_first}, in {calls} calls");
        free_touched(&pool, kept, SIZE);
    });
}

/// Bins that a thread no longer uses are emptied by its calls for other sizes.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn unused_bins_of_a_running_thread_are_emptied() {
    alone("purging::unused_bins_of_a_running_thread_are_emptied", || {
        let pool = counted(UNCHECKED);
        for _ in 0..8 {
            (1..128).for_each(|number| free_all(&pool, blocks(&pool, number * 1000, 100)));
        }
        let at_first = pool.stats().cached_bytes();
        assert!(at_first > 4 << 20, "{at_first}");
        let start = Instant::now();
        while start.elapsed() < IDLE_TIME {
            free_all(&pool, blocks(&pool, 100, 2000));
            thread::sleep(Duration::from_millis(10));
        }
        let stats = pool.stats();
        assert!(stats.cached_bytes() <= 256 << 10, "{stats}");
    });
}

/// The caches of all threads together keep to the budget, even if no thread has much and all only wait.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn caches_share_one_budget() {
    const THREADS: usize = 60;
    alone("purging::caches_share_one_budget", || {
        for (bytes, most) in [(4 << 20, 16 << 20), (0, 10 << 20)] {
            let pool = &counted(UNCHECKED.caches(bytes));
            let barrier = &Barrier::new(THREADS + 1);
            thread::scope(|threads| {
                let start = |lane| {
                    threads.spawn(move || {
                        let mut random = Random(lane as u64);
                        let some: Vec<Block> = (0..400)
                            .map(|number| {
                                let limit = 1 << (5 + random.below(12));
                                let size = 16 + random.below(limit);
                                Block::allocate(pool, crate::layout(size, 8), number).unwrap()
                            })
                            .collect();
                        free_all(pool, some);
                        barrier.wait();
                        barrier.wait();
                    })
                };
                let started: Vec<_> = (0..THREADS).map(start).collect();
                barrier.wait();
                let stats = pool.stats();
                barrier.wait();
                // `join` also waits for the destructors of a thread.
                started.into_iter().for_each(|thread| thread.join().unwrap());
                // Each thread may have a few small blocks beyond the budget.
                assert!(stats.cached_bytes() < most, "{bytes} {stats}");
            });
            // The memory can be used again.
            free_all(pool, blocks(pool, 100_000, 10));
            pool.collect();
            assert_eq!((pool.stats().live_bytes(), pool.stats().cached_bytes()), (0, 0));
        }
    });
}

/// Threads use memory that another thread is returning, over pages and over `System`.
#[test]
fn threads_use_a_pool_while_it_is_purged() {
    alone("purging::threads_use_a_pool_while_it_is_purged", || {
        for options in [UNCHECKED, CHECKED] {
            let (over_pages, over_system) = (&over_pages(options), &counted(options));
            use_while_purged(over_pages);
            use_while_purged(over_system);
        }
    });
}

fn use_while_purged<A: Allocator + Sync>(pool: &SharedPool<A>) {
    let stop = &AtomicBool::new(false);
    let work = |lane: usize| {
        let mut random = Random(lane as u64);
        let mut live: Vec<Block> = Vec::new();
        let mut number = 0;
        while !stop.load(Ordering::Relaxed) {
            number += 1;
            live.push(Block::allocate(pool, random.layout(), number).unwrap());
            // The number of live blocks rises and falls.
            while live.len() > 100 + (number as usize / 300 % 4) * 300 {
                live.swap_remove(random.below(live.len())).free(pool);
            }
        }
        free_all(pool, live);
    };
    thread::scope(|threads| {
        let started = [0, 1].map(|lane| threads.spawn(move || work(lane)));
        let start = Instant::now();
        while start.elapsed() < IDLE_TIME {
            for _ in 0..50 {
                _ = pool.purge();
            }
            _ = pool.collect();
            thread::sleep(Duration::from_millis(1));
        }
        stop.store(true, Ordering::Relaxed);
        // `join` also waits for the destructors of a thread.
        started.into_iter().for_each(|thread| thread.join().unwrap());
    });
    pool.collect();
    let stats = pool.stats();
    assert_eq!((stats.live_bytes(), stats.cached_bytes()), (0, 0), "{stats}");
    assert!(stats.held_bytes() < CHUNK, "{stats}");
}

/// A child can allocate and return memory although a thread of its parent was returning memory at the fork.
#[test]
#[cfg(unix)]
fn a_fork_while_memory_is_returned() {
    alone("purging::a_fork_while_memory_is_returned", || {
        let pool = &over_pages(UNCHECKED);
        // Initialises the contents of the test's blocks before the first fork.
        free_all(pool, blocks(pool, 1, 1));
        let stop = &AtomicBool::new(false);
        thread::scope(|threads| {
            threads.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let kept = blocks(pool, 100, 200);
                    free_all(pool, blocks(pool, 5000, 2000));
                    (0..10).for_each(|_| _ = pool.purge());
                    _ = pool.collect();
                    free_all(pool, kept);
                }
            });
            let in_child = || {
                free_all(pool, blocks(pool, 5000, 500));
                _ = pool.purge();
                pool.collect() > 0
            };
            let all = (0..40).all(|_| {
                thread::sleep(Duration::from_millis(5));
                crate::fork::holds_in_fork(in_child)
            });
            stop.store(true, Ordering::Relaxed);
            assert!(all);
        });
    });
}

#[cfg(target_os = "linux")]
mod resident_memory {
    use super::*;
    use crate::process_memory::{page_faults, resident_bytes};

    /// A batch that is repeated keeps its memory.
    #[test]
    fn a_repeated_batch_causes_no_more_page_faults() {
        const SIZE: usize = 100 << 10;
        alone("purging::resident_memory::a_repeated_batch_causes_no_more_page_faults", || {
            for (size, bytes) in [(SIZE, 200 << 20), (1000, 150 << 20), (200_000, 150 << 20)] {
                let pool = over_pages(UNCHECKED);
                let mut rounds = [0; 5];
                for round in &mut rounds {
                    let before = page_faults(libc::RUSAGE_SELF);
                    let mut taken = allocate_touched(&pool, size, bytes / size);
                    free_touched(&pool, taken.drain(..), size);
                    *round = page_faults(libc::RUSAGE_SELF) - before;
                }
                let pages = (bytes / Pages::page_size()) as libc::c_long;
                // The first round faults on every page; later ones only on pages of the test's own list.
                let later = rounds[2..].iter().min().unwrap();
                assert!(rounds[0] > pages / 2 && *later < pages / 50, "{size}: {rounds:?}");
            }
        });
    }

    /// Free pages of spans in which a few blocks are live are returned.
    #[test]
    fn pages_between_live_blocks_are_returned() {
        alone("purging::resident_memory::pages_between_live_blocks_are_returned", || {
            for options in [UNCHECKED, CHECKED] {
                let pool = over_pages(options);
                let mut survivors = Vec::new();
                free_all(&System, blocks(&System, 1000, 1));
                let before = resident_bytes();
                // Large enough for the addresses of all blocks of a size, so that it does not grow.
                let mut list = Vec::with_capacity(400_000);
                for size in [100, 700, 2000, 5000] {
                    list.extend(allocate_touched(&pool, size, (20 << 20) / size));
                    let every = (64 << 10) / size;
                    let mut number = 0;
                    let survives = |_: &usize| {
                        number += 1;
                        number % every == 0
                    };
                    let (kept, freed): (Vec<usize>, Vec<usize>) = list.drain(..).partition(survives);
                    free_touched(&pool, freed, size);
                    survivors.push((size, kept));
                }
                drop(list);
                let full = resident_bytes();
                assert!(full > before + (16 << 20), "{before} {full}");
                wait_for_work(&pool, IDLE_TIME);
                let after = resident_bytes();
                // One page in 16 is in use.
                assert!(after < before + (10 << 20), "{before} {full} {after} {}", pool.stats());
                assert!(pool.stats().held_bytes() > 50 << 20, "the chunks were returned, not only their pages");
                // The rest of the pages and those that were returned can be used again.
                let again = blocks(&pool, 700, 20_000);
                again.iter().for_each(Block::check);
                free_all(&pool, again);
                survivors.into_iter().for_each(|(size, kept)| free_touched(&pool, kept, size));
                pool.collect();
                assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
            }
        });
    }

    /// A program that sleeps, or is served by its caches, makes no calls that could return memory.
    #[test]
    fn a_background_thread_returns_memory_of_an_idle_pool() {
        static POOL: SharedPool = SharedPool::with_options(UNCHECKED.huge_pages(false));
        alone("purging::resident_memory::a_background_thread_returns_memory_of_an_idle_pool", || {
            POOL.purge_in_background().unwrap();
            let kept = allocate_touched(&POOL, 10_000, 1000);
            free_all(&System, blocks(&System, 1000, 1));
            let before = resident_bytes();
            for size in [64, 1000, 10_000, 200_000] {
                free_touched(&POOL, allocate_touched(&POOL, size, (40 << 20) / size), size);
            }
            let full = resident_bytes();
            let start = Instant::now();
            while resident_bytes() > before + (12 << 20) && start.elapsed() < 20 * IDLE_TIME {
                thread::sleep(Duration::from_millis(100));
            }
            let after = resident_bytes();
            assert!(after <= before + (12 << 20), "{before} {full} {after}");
            free_touched(&POOL, kept, 10_000);
        });
    }

    /// With huge pages, the system would combine the remaining pages into a huge one and so bring the returned memory back.
    #[test]
    fn a_chunk_with_returned_pages_has_no_huge_pages_until_it_is_full() {
        use crate::reuse::pages::{has_huge_pages, is_advised};
        alone("purging::resident_memory::a_chunk_with_returned_pages_has_no_huge_pages_until_it_is_full", || {
            if !has_huge_pages() {
                return;
            }
            let pool = SharedPool::with_options(UNCHECKED);
            let pointer = |address| std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(address)).unwrap();
            let mut taken = allocate_touched(&pool, 1000, 20_000);
            let last = taken.split_off(18_000);
            assert!(is_advised(pointer(last[0])), "the test needs a chunk with huge pages");
            // A few blocks stay live.
            let (kept, freed): (Vec<_>, Vec<_>) = last.into_iter().partition(|address| address % 7 == 0);
            free_touched(&pool, freed, 1000);
            wait_for_work(&pool, IDLE_TIME);
            assert!(!is_advised(pointer(kept[0])));
            let again = allocate_touched(&pool, 1000, 4000);
            wait_for_work(&pool, IDLE_TIME);
            assert!(is_advised(pointer(kept[0])), "the full chunk got no huge pages");
            [taken, kept, again].into_iter().for_each(|blocks| free_touched(&pool, blocks, 1000));
        });
    }
}
