//! Threads hand blocks over to other threads, and blocks outlive the threads that allocated them.

use std::ptr::NonNull;
use std::sync::{Barrier, Mutex};
use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::pools::Options;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::alone;
use crate::{CACHE, CHECKED, RETAINS, UNCHECKED, assert_all_returned, block, counted, free, layout};

/// For each lane, the blocks that other threads have handed to it.
type Piles = Vec<Mutex<Vec<Block>>>;

/// Runs one short-lived thread: allocates blocks, hands some over, resizes and frees blocks of others, and leaves the rest behind.
fn use_in_a_thread<A: Allocator>(pool: &SharedPool<A>, piles: &Piles, lane: usize, random: &mut Random, steps: usize) {
    let mut own: Vec<Block> = Vec::new();
    let number = random.below(1 << 30) as u64;
    for step in 0..steps {
        let number = number << 32 | step as u64;
        match random.below(10) {
            0..4 => own.push(Block::allocate(pool, random.layout(), number).unwrap()),
            4 => own.push(Block::allocate_zeroed(pool, random.layout(), number).unwrap()),
            5..7 => {
                // To the pile of another lane, or of its own, for the next thread.
                let to = &piles[random.below(piles.len())];
                let count = own.len().min(3);
                to.lock().unwrap().extend(own.drain(..count));
            }
            7..9 => {
                let taken = piles[lane].lock().unwrap().split_off(0);
                for mut block in taken {
                    match random.below(4) {
                        0 => {
                            block.resize(pool, random.layout(), step % 2 == 0).unwrap();
                            own.push(block);
                        }
                        1 => own.push(block),
                        _ => block.free(pool),
                    }
                }
            }
            _ if !own.is_empty() => {
                let at = random.below(own.len());
                own.swap_remove(at).free(pool);
            }
            _ => {}
        }
        // Bounds the live blocks of a thread.
        while own.len() > 40 {
            own.swap_remove(random.below(own.len())).free(pool);
        }
    }
    piles[lane].lock().unwrap().append(&mut own);
}

/// Runs `lanes` lanes at the same time, each of which runs threads one after the other.
fn use_in_lanes<A: Allocator + Sync>(pool: &SharedPool<A>, lanes: usize, seed: u64, steps: usize) {
    let piles: Piles = (0..lanes).map(|_| Mutex::default()).collect();
    thread::scope(|scope| {
        for lane in 0..lanes {
            let piles = &piles;
            scope.spawn(move || {
                let mut random = Random(seed << 8 | lane as u64);
                for _ in 0..6 {
                    thread::scope(|inner| {
                        let random = &mut random;
                        // `join` returns after the last destructor of the thread.
                        inner.spawn(move || use_in_a_thread(pool, piles, lane, random, steps)).join().unwrap();
                    });
                }
            });
        }
    });
    for block in piles.into_iter().flat_map(|pile| pile.into_inner().unwrap()) {
        block.free(pool);
    }
}

/// Runs the lanes over a counting parent, and asserts that all blocks return to the pool, and all memory to the parent on drop.
fn check_hand_over(options: Options, lanes: usize, seed: u64, steps: usize) {
    let parent = Stats::new(System);
    let pool = SharedPool::with_options_in(options, &parent);
    use_in_lanes(&pool, lanes, seed, steps);
    let stats = pool.stats();
    assert_eq!(stats.live_bytes(), 0, "{stats}");
    assert!(stats.classes().all(|class| class.live_blocks == 0), "{stats}");
    pool.collect();
    let stats = pool.stats();
    assert_eq!((stats.live_bytes(), stats.cached_bytes()), (0, 0), "{stats}");
    // The caches of two threads in each lane are left: one of the two may not have ended yet.
    assert!(stats.held_bytes() < (2 * lanes + 1) * CACHE, "{stats}");
    drop(pool);
    assert_all_returned(&parent);
}

#[test]
fn two_threads_hand_blocks_over() {
    alone("hand_over::two_threads_hand_blocks_over", || {
        for (seed, retain) in (0..).zip(RETAINS) {
            check_hand_over(UNCHECKED.retain(retain), 2, seed, 1500);
            check_hand_over(CHECKED.retain(retain), 2, seed, 300);
        }
    });
}

#[test]
fn four_threads_hand_blocks_over() {
    alone("hand_over::four_threads_hand_blocks_over", || {
        for (seed, retain) in (100..).zip(RETAINS) {
            check_hand_over(UNCHECKED.retain(retain), 4, seed, 1500);
            check_hand_over(CHECKED.retain(retain), 4, seed, 300);
        }
    });
}

#[test]
fn threads_hand_blocks_over_pages() {
    alone("hand_over::threads_hand_blocks_over_pages", || {
        for (seed, retain) in (200..).zip(RETAINS) {
            let pool = SharedPool::with_options(UNCHECKED.retain(retain));
            use_in_lanes(&pool, 3, seed, 1500);
            pool.collect();
            let stats = pool.stats();
            assert_eq!(stats.live_bytes(), 0, "{stats}");
            assert!(stats.held_bytes() < (2 * 3 + 1) * CACHE, "{stats}");
        }
        let pool = SharedPool::with_options_in(UNCHECKED, Stats::new(Pages::new()));
        use_in_lanes(&pool, 3, 210, 1500);
        pool.collect();
        assert_eq!(pool.stats().held_bytes() as u64, pool.parent().snapshot().live_bytes);
    });
}

/// One thread allocates and the other frees, so freed blocks have to return to the first.
#[test]
fn blocks_handed_over_in_one_direction_are_reused() {
    alone("hand_over::blocks_handed_over_in_one_direction_are_reused", || {
        for (options, most) in [(UNCHECKED, 64 << 20), (CHECKED, 200 << 20)] {
            let pool = SharedPool::with_options_in(options, Stats::new(System));
            let (sender, receiver) = std::sync::mpsc::sync_channel::<Vec<Block>>(4);
            thread::scope(|scope| {
                let pool = &pool;
                scope.spawn(move || {
                    let mut random = Random(7);
                    for number in 0..1200 {
                        let batch = (0..50).map(|_| Block::allocate(pool, random.layout(), number).unwrap());
                        sender.send(batch.collect()).unwrap();
                    }
                });
                scope.spawn(move || receiver.into_iter().flatten().for_each(|block| block.free(pool)));
            });
            // A hundredth of the blocks is alive at a time. Without a cache, a thread chooses a shard by an address in its stack, so it
            // may use spans of all classes in many shards.
            let peak = pool.parent().snapshot().peak_bytes;
            assert!(peak < most, "{peak}");
            assert_eq!(pool.stats().live_bytes(), 0);
        }
    });
}

/// Threads that free objects which share a line of the processor's cache do not allocate these objects again: they would share the line
/// for as long as they live.
#[test]
fn threads_stop_sharing_a_cache_line() {
    const LINE: usize = 64;
    let line_of = |block: std::ptr::NonNull<u8>| block.addr().get() / LINE;
    for size in [8, 24, 32] {
        let pool = counted(UNCHECKED);
        let objects: Vec<_> = (0..8).map(|_| block(&pool, size).as_ptr().expose_provenance()).collect();
        let next = Mutex::new(objects.chunks(2));
        // All threads run at the same time, so that none inherits the cache of another.
        let all = Barrier::new(4);
        let lines_of_a_thread = || {
            all.wait();
            for &object in next.lock().unwrap().next().unwrap() {
                free(&pool, std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(object)).unwrap(), size);
            }
            let own: Vec<_> = (0..20).map(|_| block(&pool, size)).collect();
            let lines: Vec<usize> = own.iter().copied().map(line_of).collect();
            all.wait();
            own.into_iter().for_each(|own| free(&pool, own, size));
            lines
        };
        let lines: Vec<Vec<usize>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(lines_of_a_thread)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for (number, mine) in lines.iter().enumerate() {
            let others = lines[number + 1..].iter().flatten();
            assert!(others.clone().all(|line| !mine.contains(line)), "{size} bytes: two threads share a line");
        }
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

/// A destructor that C registers with `pthread_key_create` runs after those of thread-locals, and may be the first use of a pool in its
/// thread.
#[cfg(unix)]
#[test]
fn a_key_destructor_may_be_the_first_use_of_a_pool() {
    static POOL: SharedPool = SharedPool::with_options(UNCHECKED);

    unsafe extern "C" fn free_on_exit(start: *mut libc::c_void) {
        free(&POOL, NonNull::new(start.cast()).unwrap(), 8192);
        (0..8).map(|_| block(&POOL, 8192)).collect::<Vec<_>>().into_iter().for_each(|block| free(&POOL, block, 8192));
    }

    alone("hand_over::a_key_destructor_may_be_the_first_use_of_a_pool", || {
        let mut key = 0;
        // SAFETY: the pointer is to the key, and the destructor accepts the values that are set below.
        assert_eq!(unsafe { libc::pthread_key_create(&raw mut key, Some(free_on_exit)) }, 0);
        // More threads than there are thread indices.
        for _ in 0..600 {
            let start = block(&POOL, 8192).as_ptr().expose_provenance();
            let begin = move || {
                // SAFETY: the key exists. The destructor frees the block.
                let error = unsafe { libc::pthread_setspecific(key, std::ptr::with_exposed_provenance(start)) };
                assert_eq!(error, 0);
            };
            thread::spawn(begin).join().unwrap();
        }
        POOL.collect();
        assert_eq!((POOL.stats().live_bytes(), POOL.stats().cached_bytes()), (0, 0), "{}", POOL.stats());
        let cached = || {
            free(&POOL, block(&POOL, 8192), 8192);
            POOL.stats().cached_bytes()
        };
        assert!(thread::spawn(cached).join().unwrap() > 0, "a new thread got no index");
    });
}

/// A thread still has its cache when its thread-locals are dropped, in any order: a block freed there goes to the cache.
#[test]
fn destructors_of_thread_locals_use_the_cache() {
    static POOL: SharedPool = SharedPool::with_options(UNCHECKED);

    struct FreesOnDrop;

    impl Drop for FreesOnDrop {
        fn drop(&mut self) {
            let block = block(&POOL, 8192);
            let before = POOL.stats().cached_bytes();
            free(&POOL, block, 8192);
            assert_eq!(POOL.stats().cached_bytes(), before + 8192);
        }
    }

    thread_local!(static LATE: FreesOnDrop = const { FreesOnDrop });

    alone("hand_over::destructors_of_thread_locals_use_the_cache", || {
        // More threads than there are thread indices. In half of them the destructor is the first use of the pool.
        for n in 0..1200 {
            let work = move || {
                LATE.with(|_| ());
                if n % 2 == 0 {
                    free(&POOL, block(&POOL, 8192), 8192);
                }
            };
            thread::spawn(work).join().unwrap();
        }
        // The threads used one cache, one after the other.
        assert_eq!(POOL.stats().threads().count(), 1, "{}", POOL.stats());
    });
}

/// Threads that free adjacent blocks of another thread allocate blocks of different lines of the processor's cache from then on.
#[test]
fn freed_foreign_blocks_do_not_share_a_cache_line() {
    const LINE: usize = 64;
    const THREADS: usize = 2;
    alone("hand_over::freed_foreign_blocks_do_not_share_a_cache_line", || {
        for size in [8, 16, 32] {
            let pool = &SharedPool::with_options(UNCHECKED);
            let foreign: Vec<_> = (0..THREADS).map(|_| Block::allocate(pool, layout(size, 8), 1).unwrap()).collect();
            let barrier = &Barrier::new(THREADS);
            let lines: Vec<Vec<usize>> = thread::scope(|threads| {
                let use_own = |foreign: Block| {
                    barrier.wait();
                    foreign.free(pool);
                    let mut lines = Vec::new();
                    for _ in 0..100 {
                        let block = block(pool, size);
                        lines.push(block.addr().get() / LINE);
                        barrier.wait();
                        free(pool, block, size);
                    }
                    lines
                };
                let spawn = |foreign| threads.spawn(move || use_own(foreign));
                let threads: Vec<_> = foreign.into_iter().map(spawn).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(lines[0].iter().all(|line| !lines[1].contains(line)), "{size}");
        }
    });
}
