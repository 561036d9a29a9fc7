//! Many pools at a time: created, moved and dropped while others live, and while threads that used them run on.

use std::mem;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use janus_alloc::collections::{Box as BoxIn, HashMap, Vec as VecIn};
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::children::alone;
use crate::{CACHE, CHECKED, UNCHECKED, assert_all_returned, block, blocks_in_parent, counted, free, layout};

#[test]
fn thousands_of_pools_live_at_a_time() {
    let parent = Stats::new(Pages::new());
    let mut random = Random(3);
    // Each pool needs address space for a chunk.
    let count = if cfg!(target_pointer_width = "64") { 1200 } else { 300 };
    let mut pools: Vec<_> = (0..count)
        .map(|number| {
            let pool = SharedPool::with_options_in(UNCHECKED, &parent);
            let blocks: Vec<_> =
                (0..3).map(|n| Block::allocate(&pool, layout(10 + 40 * n, 8), number).unwrap()).collect();
            (pool, blocks)
        })
        .collect();
    // Threads use the pools in random order.
    thread::scope(|scope| {
        for thread in 0..2 {
            let pools = &pools;
            scope.spawn(move || {
                let mut random = Random(thread);
                for number in 0..4000 {
                    let (pool, blocks) = &pools[random.below(pools.len())];
                    blocks.iter().for_each(Block::check);
                    Block::allocate(pool, layout(1 + random.below(300), 8), number).unwrap().free(pool);
                }
            });
        }
    });
    while !pools.is_empty() {
        let (pool, blocks) = pools.swap_remove(random.below(pools.len()));
        // Some pools are dropped with live blocks, and free them.
        if random.below(2) == 0 {
            blocks.into_iter().for_each(|block| block.free(&pool));
            assert_eq!(pool.stats().live_bytes(), 0);
        }
        drop(pool);
        if pools.len() % 100 == 0 {
            pools.iter().flat_map(|(_, blocks)| blocks).for_each(Block::check);
        }
    }
    assert_eq!(parent.snapshot().live_blocks(), 0);
}

/// Threads outlive the pools they use, and drop some of them.
#[test]
fn pools_are_dropped_in_any_order_while_threads_run() {
    static PARENT: Stats<System> = Stats::new(System);
    type Pool = SharedPool<&'static Stats<System>>;
    type Job = (Arc<Pool>, Vec<Block>);
    for options in [UNCHECKED, CHECKED] {
        let back: Arc<Mutex<Vec<Job>>> = Arc::default();
        let workers: Vec<_> = (0..3)
            .map(|seed| {
                let (sender, receiver) = mpsc::channel::<Job>();
                let back = Arc::clone(&back);
                let run = move || {
                    let mut random = Random(seed);
                    for (pool, mut blocks) in receiver {
                        for number in 0..20 {
                            let block = Block::allocate(&*pool, layout(1 + random.below(3000), 8), number).unwrap();
                            blocks.push(block);
                        }
                        for _ in 0..random.below(20) {
                            blocks.swap_remove(random.below(blocks.len())).free(&*pool);
                        }
                        if random.below(3) > 0 {
                            back.lock().unwrap().push((pool, blocks));
                        }
                        // Otherwise the pool is dropped here.
                    }
                };
                (sender, thread::spawn(run))
            })
            .collect();
        let mut random = Random(77);
        for _ in 0..1500 {
            let mut waiting = back.lock().unwrap();
            let job = match waiting.len() {
                length if length > 40 || length > 0 && random.below(3) > 0 => waiting.swap_remove(random.below(length)),
                _ => (Arc::new(SharedPool::with_options_in(options, &PARENT)), Vec::new()),
            };
            drop(waiting);
            match random.below(6) {
                0 => drop(job),
                1 => {
                    let (pool, blocks) = job;
                    blocks.into_iter().for_each(|block| block.free(&*pool));
                    assert_eq!(pool.stats().live_bytes(), 0);
                }
                _ => workers[random.below(workers.len())].0.send(job).unwrap(),
            }
        }
        for (sender, worker) in workers {
            drop(sender);
            worker.join().unwrap();
        }
        back.lock().unwrap().clear();
        assert_all_returned(&PARENT);
    }
}

#[test]
fn a_pool_may_move_between_calls() {
    for options in [UNCHECKED, CHECKED] {
        let parent = Stats::new(System);
        let pool = SharedPool::with_options_in(options, &parent);
        let mut blocks = vec![Block::allocate(&pool, layout(100, 8), 1).unwrap()];
        let mut add = |pool: &SharedPool<_>| {
            for size in [1, 100, 3000, 50_000, 200_000, 700_000] {
                blocks.push(Block::allocate(pool, layout(size, 8), 2).unwrap());
            }
            blocks.swap_remove(1).free(pool);
            blocks.iter().for_each(Block::check);
        };
        // The pool moves into a box, within a vector that grows, and to another thread and back.
        let boxed = Box::new(pool);
        add(&boxed);
        let mut pools = vec![*boxed];
        add(&pools[0]);
        (0..20).for_each(|_| pools.push(SharedPool::with_options_in(options, &parent)));
        add(&pools[0]);
        let last = pools.len() - 1;
        pools.swap(0, last);
        add(&pools[last]);
        let pool = pools.pop().unwrap();
        let pool = thread::scope(|scope| {
            scope
                .spawn(move || {
                    free(&pool, block(&pool, 100), 100);
                    Some(pool)
                })
                .join()
                .unwrap()
                .unwrap()
        });
        add(&pool);
        blocks.into_iter().for_each(|block| block.free(&pool));
        assert_eq!(pool.stats().live_bytes(), 0);
        drop((pool, pools));
        assert_all_returned(&parent);
    }
}

#[test]
fn pools_may_be_swapped() {
    for options in [UNCHECKED, CHECKED] {
        let (mut a, mut b) = (counted(options), counted(options));
        let mut random = Random(1);
        let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
        for round in 0..50 {
            for (pool, blocks) in [(&a, &mut of_a), (&b, &mut of_b)] {
                (0..20).for_each(|_| blocks.push(Block::allocate(pool, random.layout(), round).unwrap()));
                (0..random.below(20)).for_each(|_| blocks.swap_remove(random.below(blocks.len())).free(pool));
            }
            mem::swap(&mut a, &mut b);
            mem::swap(&mut of_a, &mut of_b);
        }
        of_a.into_iter().for_each(|block| block.free(&a));
        of_b.into_iter().for_each(|block| block.free(&b));
        assert_eq!((a.stats().live_bytes(), b.stats().live_bytes()), (0, 0));
        a = counted(options);
        assert_eq!(blocks_in_parent(&a), 0);
    }
}

/// Collections own pools, move with them, and drop them last.
#[test]
fn collections_own_pools() {
    for options in [UNCHECKED, CHECKED] {
        let mut numbers: VecIn<u64, SharedPool> = VecIn::new_in(SharedPool::with_options(options));
        numbers.extend(0..1000);
        let mut moved = Box::new(numbers);
        moved.extend(1000..2000);
        let mut back = thread::spawn(move || {
            moved.extend(2000..100_000);
            moved
        })
        .join()
        .unwrap();
        back.extend(100_000..120_000);
        back.shrink_to_fit();
        assert!(back.iter().copied().eq(0..120_000));
        let mut map = HashMap::new_in(SharedPool::with_options_in(options, System));
        map.extend((0..1000).map(|n| (n, n * n)));
        let map = thread::spawn(move || Box::new(map)).join().unwrap();
        assert!((0..1000).all(|n| map[&n] == n * n));
        assert_eq!(*BoxIn::new_in(7, SharedPool::with_options(options)), 7);
    }
}

#[test]
fn more_threads_than_slots() {
    const THREADS: usize = 700;
    // In its own process, since it takes the slots of the threads of other tests.
    alone("many_pools::more_threads_than_slots", || {
        let parent = Stats::new(System);
        let pool = Arc::new(SharedPool::with_options_in(UNCHECKED, parent));
        for round in 0..2 {
            let barrier = Arc::new(Barrier::new(THREADS));
            let threads: Vec<_> = (0..THREADS)
                .map(|seed| {
                    let (pool, barrier) = (Arc::clone(&pool), Arc::clone(&barrier));
                    let run = move || {
                        let mut random = Random((round * THREADS + seed) as u64);
                        let size =
                            |random: &mut Random| if random.below(20) == 0 { 50_000 } else { 1 + random.below(500) };
                        let mut blocks: Vec<_> = (0..20)
                            .map(|n| Block::allocate(&*pool, layout(size(&mut random), 8), n).unwrap())
                            .collect();
                        barrier.wait();
                        for n in 0..100 {
                            let at = random.below(blocks.len());
                            blocks.swap_remove(at).free(&*pool);
                            blocks.push(Block::allocate(&*pool, layout(size(&mut random), 8), n).unwrap());
                        }
                        barrier.wait();
                        blocks.into_iter().for_each(|block| block.free(&*pool));
                    };
                    thread::Builder::new().stack_size(128 << 10).spawn(run).unwrap()
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert_eq!(pool.stats().live_bytes(), 0);
        }
        let pool = Arc::into_inner(pool).unwrap();
        pool.collect();
    });
}

/// A thread allocates the blocks that it freed, however many other threads there are.
#[test]
fn each_of_many_threads_has_a_cache() {
    const THREADS: usize = 600;
    alone("many_pools::each_of_many_threads_has_a_cache", || {
        let pool = SharedPool::with_options(UNCHECKED);
        let (all, one) = (Barrier::new(THREADS), Mutex::new(()));
        let work = &|number: usize| {
            free(&pool, block(&pool, 1024), 1024);
            all.wait();
            let mut cached = [0; 3];
            // Some of the threads, and the last ones, which have no slot.
            if number % 32 == 0 || number > THREADS - 32 {
                // No other thread uses the pool meanwhile.
                let _one = one.lock().unwrap();
                cached[0] = pool.stats().cached_bytes();
                let own = block(&pool, 1024);
                cached[1] = pool.stats().cached_bytes() + 1024;
                free(&pool, own, 1024);
                cached[2] = pool.stats().cached_bytes();
            }
            all.wait();
            assert_eq!(cached, [cached[0]; 3], "thread {number}");
        };
        for _ in 0..2 {
            thread::scope(|scope| {
                let start = |number| {
                    let thread = thread::Builder::new().stack_size(128 << 10);
                    thread.spawn_scoped(scope, move || work(number)).unwrap()
                };
                let threads: Vec<_> = (0..THREADS).map(start).collect();
                // A scope alone does not wait for the destructors that release the cache of a thread.
                threads.into_iter().for_each(|thread| thread.join().unwrap());
            });
        }
        let stats = pool.stats();
        assert_eq!(stats.threads().map(|thread| thread.cached_bytes).sum::<usize>(), stats.cached_bytes());
        assert!(stats.threads().any(|thread| thread.number == 512), "{stats}");
        assert!(stats.live_bytes() == 0 && stats.cached_bytes() >= THREADS * 1024, "{stats}");
        // The threads of the second round used the caches of the first.
        let caches = THREADS * CACHE;
        assert!(stats.held_bytes() < caches + (64 << 20), "{stats}");
        pool.collect();
        assert_eq!(pool.stats().cached_bytes(), 0, "caches of ended threads were not emptied");
    });
}

/// Pools over a pool that threads also use directly.
#[test]
fn a_pool_may_be_the_parent_of_others() {
    let parent = Stats::new(System);
    let outer = SharedPool::with_options_in(UNCHECKED, &parent);
    for options in [UNCHECKED, CHECKED] {
        let (one, other) = (SharedPool::with_options_in(options, &outer), SharedPool::with_options_in(options, &outer));
        thread::scope(|scope| {
            for seed in 0..3 {
                let pools = (&one, &other, &outer);
                scope.spawn(move || {
                    let mut random = Random(seed);
                    let mut blocks: [Vec<Block>; 3] = Default::default();
                    for number in 0..800 {
                        let which = random.below(3);
                        let layout = random.layout();
                        let allocate = random.below(5) < 3;
                        let of = &mut blocks[which];
                        match (allocate || of.is_empty(), which) {
                            (true, 0) => of.push(Block::allocate(pools.0, layout, number).unwrap()),
                            (true, 1) => of.push(Block::allocate(pools.1, layout, number).unwrap()),
                            (true, _) => of.push(Block::allocate(pools.2, layout, number).unwrap()),
                            (false, 0) => of.swap_remove(random.below(of.len())).free(pools.0),
                            (false, 1) => of.swap_remove(random.below(of.len())).free(pools.1),
                            (false, _) => of.swap_remove(random.below(of.len())).free(pools.2),
                        }
                    }
                    let [first, second, third] = blocks;
                    first.into_iter().for_each(|block| block.free(pools.0));
                    second.into_iter().for_each(|block| block.free(pools.1));
                    third.into_iter().for_each(|block| block.free(pools.2));
                });
            }
        });
        assert_eq!((one.stats().live_bytes(), other.stats().live_bytes()), (0, 0));
        drop((one, other));
        assert_eq!(outer.stats().live_bytes(), 0);
    }
    drop(outer);
    assert_all_returned(&parent);
}

#[test]
fn thread_locals_may_allocate_while_they_are_dropped() {
    static POOL: SharedPool = SharedPool::with_options(UNCHECKED);
    struct AllocatesOnDrop(VecIn<u64, &'static SharedPool>);
    impl Drop for AllocatesOnDrop {
        fn drop(&mut self) {
            self.0.extend(0..1000);
            let copy = self.0.clone();
            assert!(self.0.iter().eq(copy.iter()));
        }
    }
    thread_local! {
        static FIRST: AllocatesOnDrop = AllocatesOnDrop(VecIn::new_in(&POOL));
        static SECOND: AllocatesOnDrop = AllocatesOnDrop(VecIn::new_in(&POOL));
    }
    for _ in 0..50 {
        thread::spawn(|| {
            // One is registered before this thread has an index and one after, since the order of destructors is not specified.
            FIRST.with(|_| ());
            free(&POOL, block(&POOL, 100), 100);
            SECOND.with(|_| ());
        })
        .join()
        .unwrap();
    }
    assert_eq!(POOL.stats().live_bytes(), 0);
}

/// Runs so many threads in sequence that a new cache for each would take about a hundred times the memory.
#[test]
fn a_thread_that_ends_leaves_its_cache_to_the_next() {
    let pool = counted(UNCHECKED);
    for n in 0..2000 {
        thread::scope(|scope| {
            scope.spawn(|| {
                let blocks: Vec<_> =
                    (0..20).map(|size| Block::allocate(&pool, layout(100 * size + 1, 8), n).unwrap()).collect();
                blocks.into_iter().for_each(|block| block.free(&pool));
            });
        });
    }
    assert_eq!(pool.stats().live_bytes(), 0);
    let peak = pool.parent().snapshot().peak_bytes;
    assert!(peak < 64 << 20, "{peak}");
}

/// Each page that is written to around a fork is copied, in both processes. A pool has one such page, however many locks.
#[cfg(target_os = "linux")]
#[test]
fn a_fork_writes_to_a_page_of_each_pool() {
    const POOLS: libc::c_long = 100;
    const FORKS: libc::c_long = 10;

    fn faults_of_forks() -> [libc::c_long; 2] {
        let both = || [libc::RUSAGE_SELF, libc::RUSAGE_CHILDREN].map(crate::process_memory::page_faults);
        let before = both();
        (0..FORKS).for_each(|_| assert!(crate::fork::holds_in_fork(|| true)));
        let after = both();
        [after[0] - before[0], after[1] - before[1]]
    }

    alone("many_pools::a_fork_writes_to_a_page_of_each_pool", || {
        let first = SharedPool::with_options(UNCHECKED);
        Block::allocate(&first, layout(100, 8), 1).unwrap().free(&first);
        let compare = || {
            faults_of_forks();
            let without = faults_of_forks();
            let pools: Vec<SharedPool> = (0..POOLS).map(|_| SharedPool::with_options(UNCHECKED)).collect();
            pools.iter().for_each(|pool| Block::allocate(pool, layout(100, 8), 1).unwrap().free(pool));
            faults_of_forks();
            let with = faults_of_forks();
            [0, 1].map(|side| (with[side] - without[side]) as f64 / (POOLS * FORKS) as f64)
        };
        let of_a_pool = thread::scope(|threads| {
            let (sender, receiver) = mpsc::channel::<()>();
            threads.spawn(move || receiver.recv().unwrap_err());
            let of_a_pool = compare();
            drop(sender);
            of_a_pool
        });
        assert!(of_a_pool.into_iter().all(|faults| faults < 2.0), "{of_a_pool:?}");
    });
}
