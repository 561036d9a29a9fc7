//! What is kept follows what was used lately, and goes a little at a time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::api::Allocator;
use janus_alloc::pools::Options;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::alone;
use crate::giving_back::{blocks, free_all};
use crate::{CHECKED, CHUNK, UNCHECKED, block, counted, free};

/// Long enough for two looks and what they find.
const A_WHILE: Duration = Duration::from_secs(3);

/// Over pages, counted, and on small ones, so that what is resident is what was touched.
fn over_pages(options: Options) -> SharedPool<Stats<Pages>> {
    SharedPool::with_options_in(options.whole_pages(true).huge_pages(false), Stats::new(Pages::new()))
}

/// Blocks of which each page is touched.
fn touched(pool: &impl Allocator, size: usize, count: usize) -> Vec<usize> {
    let touch = |_| {
        let block = block(pool, size);
        for at in (0..size).step_by(4096) {
            // SAFETY: within the block.
            let place = unsafe { block.add(at) };
            // SAFETY: as above; the block is live, and nobody reads it.
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

/// As a loop that waits for work.
fn wait_for_work<A: Allocator>(pool: &SharedPool<A>, how_long: Duration) {
    let start = Instant::now();
    while start.elapsed() < how_long {
        while !pool.purge().is_done() {}
        thread::sleep(Duration::from_millis(50));
    }
}

/// A pool that is idle need not be asked for anything.
#[test]
fn a_loop_that_waits_gives_back_what_was_used() {
    alone("purging::a_loop_that_waits_gives_back_what_was_used", || {
        for options in [UNCHECKED, CHECKED] {
            let pool = counted(options);
            assert!(pool.purge().is_done() && pool.purge().bytes() == 0);
            let kept = blocks(&pool, 3000, 10);
            for size in [64, 1000, 10_000, 200_000] {
                free_all(&pool, blocks(&pool, size, (10 << 20) / size));
            }
            let held = pool.stats().held_bytes();
            assert!(held > 10 << 20, "what was used lately is kept");
            wait_for_work(&pool, A_WHILE);
            let stats = pool.stats();
            // The blocks that live are of one class, so in one chunk, or two if the first was full.
            assert!(stats.held_bytes() < 4 * CHUNK && stats.cached_bytes() == 0, "{options:?} {stats}");
            free_all(&pool, kept);
        }
    });
}

/// Who comes by for something else gives back a little, and no more.
#[test]
fn one_call_gives_back_a_little() {
    const SIZE: usize = 150_000;
    alone("purging::one_call_gives_back_a_little", || {
        let pool = over_pages(UNCHECKED);
        let kept = touched(&pool, SIZE, 1);
        free_touched(&pool, touched(&pool, SIZE, 2000), SIZE);
        let at_first = pool.stats().held_bytes();
        assert!(at_first > 250 << 20);
        let (mut before, mut most, mut calls) = (at_first, 0, 0);
        let start = Instant::now();
        while before > 4 * CHUNK && start.elapsed() < 20 * A_WHILE {
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

/// Bins that a thread does not use any more are emptied when it comes by for others.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_thread_that_changed_its_sizes_keeps_those() {
    alone("purging::a_thread_that_changed_its_sizes_keeps_those", || {
        let pool = counted(UNCHECKED);
        for _ in 0..8 {
            (1..128).for_each(|number| free_all(&pool, blocks(&pool, number * 1000, 100)));
        }
        let at_first = pool.stats().cached_bytes();
        assert!(at_first > 4 << 20, "{at_first}");
        let start = Instant::now();
        while start.elapsed() < A_WHILE {
            free_all(&pool, blocks(&pool, 100, 2000));
            thread::sleep(Duration::from_millis(10));
        }
        let stats = pool.stats();
        assert!(stats.cached_bytes() <= 256 << 10, "{stats}");
    });
}

/// Though no thread has much, and they only wait.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn caches_have_one_budget() {
    const THREADS: usize = 60;
    alone("purging::caches_have_one_budget", || {
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
                // To the end, and not only of what they do.
                started.into_iter().for_each(|thread| thread.join().unwrap());
                // Beside the budget a few small blocks each.
                assert!(stats.cached_bytes() < most, "{bytes} {stats}");
            });
            // All of it can be used again.
            free_all(pool, blocks(pool, 100_000, 10));
            pool.collect();
            assert_eq!((pool.stats().live_bytes(), pool.stats().cached_bytes()), (0, 0));
        }
    });
}

/// Threads use what another gives back meanwhile, with and without pages of the system.
#[test]
fn what_goes_can_be_used_meanwhile() {
    alone("purging::what_goes_can_be_used_meanwhile", || {
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
            // It rises and falls.
            while live.len() > 100 + (number as usize / 300 % 4) * 300 {
                live.swap_remove(random.below(live.len())).free(pool);
            }
        }
        free_all(pool, live);
    };
    thread::scope(|threads| {
        let started = [0, 1].map(|lane| threads.spawn(move || work(lane)));
        let start = Instant::now();
        while start.elapsed() < A_WHILE {
            for _ in 0..50 {
                _ = pool.purge();
            }
            _ = pool.collect();
            thread::sleep(Duration::from_millis(1));
        }
        stop.store(true, Ordering::Relaxed);
        // To the end, and not only of what they do.
        started.into_iter().for_each(|thread| thread.join().unwrap());
    });
    pool.collect();
    let stats = pool.stats();
    assert_eq!((stats.live_bytes(), stats.cached_bytes()), (0, 0), "{stats}");
    assert!(stats.held_bytes() < CHUNK, "{stats}");
}

/// The child of a process in which a thread gives back has all that is free.
#[test]
#[cfg(unix)]
fn a_fork_while_memory_goes() {
    alone("purging::a_fork_while_memory_goes", || {
        let pool = &over_pages(UNCHECKED);
        // What the test's blocks are made of is there before a fork.
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
                crate::fork::says_yes(in_child)
            });
            stop.store(true, Ordering::Relaxed);
            assert!(all);
        });
    });
}

#[cfg(target_os = "linux")]
mod resident_memory {
    use super::*;
    use crate::giving_back::{faults, resident};

    /// It is used again and again, so it stays.
    #[test]
    fn a_batch_that_is_repeated_faults_no_more() {
        const SIZE: usize = 100 << 10;
        alone("purging::resident_memory::a_batch_that_is_repeated_faults_no_more", || {
            for (size, bytes) in [(SIZE, 200 << 20), (1000, 150 << 20), (200_000, 150 << 20)] {
                let pool = over_pages(UNCHECKED);
                let mut rounds = [0; 5];
                for round in &mut rounds {
                    let before = faults(libc::RUSAGE_SELF);
                    let mut taken = touched(&pool, size, bytes / size);
                    free_touched(&pool, taken.drain(..), size);
                    *round = faults(libc::RUSAGE_SELF) - before;
                }
                let pages = (bytes / Pages::page_size()) as i64;
                // The first round; in others no page but those of the test's own list.
                let later = rounds[2..].iter().min().unwrap();
                assert!(rounds[0] > pages / 2 && *later < pages / 50, "{size}: {rounds:?}");
            }
        });
    }

    /// The pages of spans go as well, in which a few blocks live.
    #[test]
    fn pages_between_survivors_go() {
        alone("purging::resident_memory::pages_between_survivors_go", || {
            for options in [UNCHECKED, CHECKED] {
                let pool = over_pages(options);
                let mut survivors = Vec::new();
                free_all(&System, blocks(&System, 1000, 1));
                let before = resident();
                // The largest lists there are.
                let mut list = Vec::with_capacity(400_000);
                for size in [100, 700, 2000, 5000] {
                    list.extend(touched(&pool, size, (20 << 20) / size));
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
                let full = resident();
                assert!(full > before + (16 << 20), "{before} {full}");
                wait_for_work(&pool, A_WHILE);
                let after = resident();
                // A page of 16 is in use.
                assert!(after < before + (10 << 20), "{before} {full} {after} {}", pool.stats());
                assert!(pool.stats().held_bytes() > 50 << 20, "the chunks are there, but not their pages");
                // What is there still, and what comes into the place of what went.
                let again = blocks(&pool, 700, 20_000);
                again.iter().for_each(Block::check);
                free_all(&pool, again);
                survivors.into_iter().for_each(|(size, kept)| free_touched(&pool, kept, size));
                pool.collect();
                assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
            }
        });
    }

    /// A program whose caches serve it, or that sleeps, asks the pool for nothing.
    #[test]
    fn a_thread_gives_back_for_those_that_sleep() {
        static POOL: SharedPool = SharedPool::with_options(UNCHECKED.huge_pages(false));
        alone("purging::resident_memory::a_thread_gives_back_for_those_that_sleep", || {
            POOL.purge_in_background().unwrap();
            let kept = touched(&POOL, 10_000, 1000);
            free_all(&System, blocks(&System, 1000, 1));
            let before = resident();
            for size in [64, 1000, 10_000, 200_000] {
                free_touched(&POOL, touched(&POOL, size, (40 << 20) / size), size);
            }
            let full = resident();
            let start = Instant::now();
            while resident() > before + (12 << 20) && start.elapsed() < 20 * A_WHILE {
                thread::sleep(Duration::from_millis(100));
            }
            let after = resident();
            assert!(after <= before + (12 << 20), "{before} {full} {after}");
            free_touched(&POOL, kept, 10_000);
        });
    }

    /// The system would make one again of what is left, and bring all of it back.
    #[test]
    fn a_chunk_of_which_pages_went_has_no_huge_ones_till_it_is_full() {
        use crate::reuse::pages::{has_huge_pages, is_advised};
        alone("purging::resident_memory::a_chunk_of_which_pages_went_has_no_huge_ones_till_it_is_full", || {
            if !has_huge_pages() {
                return;
            }
            let pool = SharedPool::with_options(UNCHECKED);
            let pointer = |address| std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(address)).unwrap();
            let mut taken = touched(&pool, 1000, 20_000);
            let last = taken.split_off(18_000);
            assert!(is_advised(pointer(last[0])), "for the test");
            // One of some pages stays.
            let (kept, freed): (Vec<_>, Vec<_>) = last.into_iter().partition(|address| address % 7 == 0);
            free_touched(&pool, freed, 1000);
            wait_for_work(&pool, A_WHILE);
            assert!(!is_advised(pointer(kept[0])));
            let again = touched(&pool, 1000, 4000);
            wait_for_work(&pool, A_WHILE);
            assert!(is_advised(pointer(kept[0])), "it is full again");
            [taken, kept, again].into_iter().for_each(|blocks| free_touched(&pool, blocks, 1000));
        });
    }
}
