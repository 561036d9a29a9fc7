//! Blocks go from thread to thread, and outlive the threads that allocated them.

use std::ptr::NonNull;
use std::sync::{Barrier, Mutex};
use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::pools::Options;
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::alone;
use crate::{CACHE, CHECKED, RETAINS, UNCHECKED, assert_everything_is_back, block, counted, free, layout};

/// What lies ready for each thread to take.
type Piles = Vec<Mutex<Vec<Block>>>;

/// A short life: allocates, hands over, resizes and frees what others handed over, and leaves things behind.
fn life<A: Allocator>(pool: &SharedPool<A>, piles: &Piles, lane: usize, random: &mut Random, steps: usize) {
    let mut own: Vec<Block> = Vec::new();
    let number = random.below(1 << 30) as u64;
    for step in 0..steps {
        let number = number << 32 | step as u64;
        match random.below(10) {
            0..4 => own.push(Block::allocate(pool, random.layout(), number).unwrap()),
            4 => own.push(Block::allocate_zeroed(pool, random.layout(), number).unwrap()),
            5..7 => {
                // To another thread's pile, or to the own one, for the successor.
                let to = &piles[random.below(piles.len())];
                let given = own.len().min(3);
                to.lock().unwrap().extend(own.drain(..given));
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
        // More are freed than allocated.
        while own.len() > 40 {
            own.swap_remove(random.below(own.len())).free(pool);
        }
    }
    piles[lane].lock().unwrap().append(&mut own);
}

/// Threads one after the other in each of `lanes`, all lanes at a time.
fn run<A: Allocator + Sync>(pool: &SharedPool<A>, lanes: usize, seed: u64, steps: usize) {
    let piles: Piles = (0..lanes).map(|_| Mutex::default()).collect();
    thread::scope(|scope| {
        for lane in 0..lanes {
            let piles = &piles;
            scope.spawn(move || {
                let mut random = Random(seed << 8 | lane as u64);
                for _ in 0..6 {
                    thread::scope(|inner| {
                        let random = &mut random;
                        // Joined, and so after its last destructor.
                        inner.spawn(move || life(pool, piles, lane, random, steps)).join().unwrap();
                    });
                }
            });
        }
    });
    for block in piles.into_iter().flat_map(|pile| pile.into_inner().unwrap()) {
        block.free(pool);
    }
}

/// With a parent that counts: all blocks come back to the pool, and on drop everything to the parent.
fn hand_over(options: Options, lanes: usize, seed: u64, steps: usize) {
    let parent = Stats::new(System);
    let pool = SharedPool::with_options_in(options, &parent);
    run(&pool, lanes, seed, steps);
    let stats = pool.stats();
    assert_eq!(stats.live_bytes(), 0, "{stats}");
    assert!(stats.classes().all(|class| class.live_blocks == 0), "{stats}");
    pool.collect();
    let stats = pool.stats();
    assert_eq!((stats.live_bytes(), stats.cached_bytes()), (0, 0), "{stats}");
    // The caches of its threads are left: those of two in each lane, one of which may still be about to end.
    assert!(stats.held_bytes() < (2 * lanes + 1) * CACHE, "{stats}");
    drop(pool);
    assert_everything_is_back(&parent);
}

#[test]
fn by_two_threads() {
    alone("hand_over::by_two_threads", || {
        for (seed, retain) in (0..).zip(RETAINS) {
            hand_over(UNCHECKED.retain(retain), 2, seed, 1500);
            hand_over(CHECKED.retain(retain), 2, seed, 300);
        }
    });
}

#[test]
fn by_four_threads() {
    alone("hand_over::by_four_threads", || {
        for (seed, retain) in (100..).zip(RETAINS) {
            hand_over(UNCHECKED.retain(retain), 4, seed, 1500);
            hand_over(CHECKED.retain(retain).whole_pages(true), 4, seed, 300);
        }
    });
}

#[test]
fn over_pages() {
    alone("hand_over::over_pages", || {
        for (seed, retain) in (200..).zip(RETAINS) {
            let pool = SharedPool::with_options(UNCHECKED.retain(retain));
            run(&pool, 3, seed, 1500);
            pool.collect();
            let stats = pool.stats();
            assert_eq!(stats.live_bytes(), 0, "{stats}");
            assert!(stats.held_bytes() < (2 * 3 + 1) * CACHE, "{stats}");
        }
        let pool = SharedPool::with_options_in(UNCHECKED.whole_pages(true), Stats::new(Pages::new()));
        run(&pool, 3, 210, 1500);
        pool.collect();
        assert_eq!(pool.stats().held_bytes() as u64, pool.parent().snapshot().live_bytes);
    });
}

/// One thread allocates, the other frees: what goes one way must come back some other.
#[test]
fn one_way() {
    alone("hand_over::one_way", || {
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
            // A hundredth is alive at a time. A thread without a cache takes from a shard by where it is in its stack, so it may
            // come to have spans of all classes in many.
            let peak = pool.parent().snapshot().peak_bytes;
            assert!(peak < most, "{peak}");
            assert_eq!(pool.stats().live_bytes(), 0);
        }
    });
}

/// Threads that were given objects of one line of the processor's cache, and free them, get others: or they would go on to share
/// the line for as long as they live.
#[test]
fn a_line_is_not_shared_for_long() {
    const LINE: usize = 64;
    let line_of = |block: std::ptr::NonNull<u8>| block.addr().get() / LINE;
    for size in [8, 24, 32] {
        let pool = counted(UNCHECKED);
        let objects: Vec<_> = (0..8).map(|_| block(&pool, size).as_ptr().expose_provenance()).collect();
        let next = Mutex::new(objects.chunks(2));
        // One that has ended leaves its blocks to the next.
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
            assert!(others.clone().all(|line| !mine.contains(line)), "{size} bytes: a line of two threads");
        }
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

/// What C registers with `pthread_key_create` runs after the destructors of thread-locals, and may be a thread's first use of a pool.
#[cfg(unix)]
#[test]
fn threads_that_begin_when_they_end() {
    static POOL: SharedPool = SharedPool::with_options(UNCHECKED);

    unsafe extern "C" fn late(start: *mut libc::c_void) {
        free(&POOL, NonNull::new(start.cast()).unwrap(), 8192);
        (0..8).map(|_| block(&POOL, 8192)).collect::<Vec<_>>().into_iter().for_each(|block| free(&POOL, block, 8192));
    }

    alone("hand_over::threads_that_begin_when_they_end", || {
        let mut key = 0;
        // SAFETY: writes the key.
        assert_eq!(unsafe { libc::pthread_key_create(&raw mut key, Some(late)) }, 0);
        // More than there are numbers.
        for _ in 0..600 {
            let start = block(&POOL, 8192).as_ptr().expose_provenance();
            let begin = move || {
                // SAFETY: the key lives; the destructor frees the block.
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
        assert!(thread::spawn(cached).join().unwrap() > 0, "a new thread has a number");
    });
}

/// The cache of a thread is still its own when its thread-locals are dropped, in whatever order: what one frees there stays in it.
#[test]
fn thread_locals_have_the_cache() {
    static POOL: SharedPool = SharedPool::with_options(UNCHECKED);

    struct Late;

    impl Drop for Late {
        fn drop(&mut self) {
            let block = block(&POOL, 8192);
            let before = POOL.stats().cached_bytes();
            free(&POOL, block, 8192);
            assert_eq!(POOL.stats().cached_bytes(), before + 8192);
        }
    }

    thread_local!(static LATE: Late = const { Late });

    alone("hand_over::thread_locals_have_the_cache", || {
        // More than there are numbers; also those whose first use of the pool that is.
        for n in 0..1200 {
            let work = move || {
                LATE.with(|_| ());
                if n % 2 == 0 {
                    free(&POOL, block(&POOL, 8192), 8192);
                }
            };
            thread::spawn(work).join().unwrap();
        }
        // One after the other they had one cache.
        assert_eq!(POOL.stats().threads().count(), 1, "{}", POOL.stats());
    });
}

/// Threads that free what another one made for each, side by side: no two of them write to one line of the processor's cache then.
#[test]
fn lines_are_not_shared_by_what_was_handed_over() {
    const LINE: usize = 64;
    const THREADS: usize = 2;
    alone("hand_over::lines_are_not_shared_by_what_was_handed_over", || {
        for size in [8, 16, 32] {
            let pool = &SharedPool::with_options(UNCHECKED);
            let given: Vec<_> = (0..THREADS).map(|_| Block::allocate(pool, layout(size, 8), 1).unwrap()).collect();
            let barrier = &Barrier::new(THREADS);
            let lines: Vec<Vec<usize>> = thread::scope(|threads| {
                let use_own = |given: Block| {
                    barrier.wait();
                    given.free(pool);
                    let mut lines = Vec::new();
                    for _ in 0..100 {
                        let block = block(pool, size);
                        lines.push(block.addr().get() / LINE);
                        barrier.wait();
                        free(pool, block, size);
                    }
                    lines
                };
                let spawn = |given| threads.spawn(move || use_own(given));
                let threads: Vec<_> = given.into_iter().map(spawn).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(lines[0].iter().all(|line| !lines[1].contains(line)), "{size}");
        }
    });
}
