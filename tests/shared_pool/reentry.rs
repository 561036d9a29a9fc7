//! A parent may use the pool that is calling it, through a reference to that pool.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use janus_alloc::SharedPool;
use janus_alloc::api::{Allocator, Layout};
use janus_alloc::pools::{Options, Retain};

use crate::blocks::{Block, Random};
use crate::children::alone;
#[cfg(unix)]
use crate::fork::holds_in_fork;
use crate::hooked::{Hooked, depth, hook, hook_nested, unhook, with_pool};
use crate::parents::{ByteLimit, RuledParent};
use crate::retain::{blocks, free_all};
use crate::{CHECKED, CHUNK, LARGE, RETAINS, UNCHECKED, layout};

type Pool = SharedPool<Hooked>;

fn pool(options: Options) -> Pool {
    SharedPool::with_options_in(options, Hooked)
}

fn each_option() -> impl Iterator<Item = Options> {
    RETAINS.into_iter().flat_map(|retain| [UNCHECKED, CHECKED].map(|options| options.retain(retain)))
}

/// Asserts that no memory is lost: nothing is live, and a collection returns everything.
fn assert_nothing_is_lost(pool: &Pool) {
    assert_eq!(pool.stats().live_bytes(), 0, "{}", pool.stats());
    pool.collect();
    assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
}

/// Allocates and frees a block.
fn allocate_and_free(pool: &impl Allocator, layout: Layout) {
    Block::allocate(pool, layout, 1).unwrap().free(pool);
}

/// Allocates, resizes and frees blocks, with a hook that does the same, and checks their contents. Returns the number of calls of the
/// parent.
fn work(pool: &'static Pool, seed: u64, steps: u64) -> usize {
    let kept = Rc::new(RefCell::new(Vec::<Block>::new()));
    hook({
        let (kept, random) = (Rc::clone(&kept), RefCell::new(Random(!seed)));
        move || {
            let (mut kept, mut random) = (kept.borrow_mut(), random.borrow_mut());
            for size in [24, 24, random.below(600) + 1, random.below(200 << 10) + 1] {
                kept.push(Block::allocate(pool, layout(size, 8), size as u64).unwrap());
            }
            match random.below(12) {
                0 => drop(pool.collect()),
                1..4 => kept.drain(..).for_each(|block| block.free(pool)),
                4 => allocate_and_free(pool, random.layout()),
                5 => kept[0].resize(pool, random.layout(), false).unwrap(),
                _ => {}
            }
        }
    });
    let mut random = Random(seed);
    for _ in 0..3 {
        let mut blocks = Vec::new();
        for number in 0..steps {
            let layout = if number % 3 == 0 { crate::layout(random.below(200 << 10) + 1, 16) } else { random.layout() };
            if blocks.is_empty() || random.below(10) < 7 {
                blocks.push(Block::allocate(pool, layout, number).unwrap());
                continue;
            }
            let at = random.below(blocks.len());
            match random.below(3) {
                0 => blocks.swap_remove(at).free(pool),
                _ => blocks[at].resize(pool, layout, number % 2 == 0).unwrap(),
            }
        }
        free_all(pool, blocks);
        pool.collect();
    }
    let calls = unhook();
    free_all(pool, kept.take());
    calls
}

#[test]
fn a_hook_may_use_the_pool() {
    for (seed, options) in each_option().enumerate() {
        with_pool(pool(options), |pool| {
            assert!(work(pool, seed as u64, 300) > 10);
            assert_nothing_is_lost(pool);
        });
    }
}

#[test]
fn hooks_of_several_threads_may_use_the_pool() {
    // In its own process, or threads of other tests could get the thread indices of these threads, and with them their caches.
    alone("reentry::hooks_of_several_threads_may_use_the_pool", || {
        for (seed, options) in each_option().enumerate() {
            with_pool(pool(options), |pool| {
                let calls: usize = thread::scope(|threads| {
                    let spawn = |thread| threads.spawn(move || work(pool, (seed * 10 + thread) as u64, 150));
                    let threads: Vec<_> = (0..4).map(spawn).collect();
                    threads.into_iter().map(|thread| thread.join().unwrap()).sum()
                });
                assert!(calls > 10);
                assert_nothing_is_lost(pool);
            });
        }
    });
}

/// While the parent serves a request for a cache or a chunk, the hook fills or empties the bin for which the request is made.
#[test]
fn a_hook_may_fill_or_empty_the_bin_being_refilled() {
    // The size of a class; a chunk has 252 such blocks.
    const SIZE: usize = 8192;
    for options in [UNCHECKED, CHECKED] {
        for count in [1, 2, 4, 5, 8, 100] {
            with_pool(pool(options), |pool| {
                let kept = Rc::new(RefCell::new(Vec::new()));
                hook({
                    let kept = Rc::clone(&kept);
                    move || {
                        let mut new = blocks(pool, SIZE, count);
                        kept.borrow_mut().push(new.pop().unwrap());
                        free_all(pool, new);
                    }
                });
                let mut blocks = blocks(pool, SIZE, 1000);
                assert!(unhook() > 2);
                blocks.extend(kept.take());
                assert_eq!(pool.stats().live_bytes(), SIZE * blocks.len());
                free_all(pool, blocks);
                assert_nothing_is_lost(pool);
            });
        }
    }
}

/// A parent that is freeing a large block frees another block of the pool, which the pool keeps. This does not go on forever.
#[test]
fn a_hook_may_free_large_blocks_while_others_are_returned() {
    for options in each_option() {
        with_pool(pool(options), |pool| {
            hook(|| allocate_and_free(pool, layout(LARGE + 1, 8)));
            free_all(pool, blocks(pool, LARGE * 2, 20));
            pool.collect();
            assert!(unhook() > 10);
            assert_nothing_is_lost(pool);
        });
    }
}

/// A parent uses the pool while it holds its own lock. No thread waits forever, whichever of the two locks it takes first.
#[test]
fn a_parent_may_use_the_pool_under_its_own_lock() {
    static LOCK: Mutex<()> = Mutex::new(());
    for options in [CHECKED, UNCHECKED].map(|options| options.retain(Retain::Nothing)) {
        with_pool(pool(options), |pool| {
            let run = |size: usize| {
                let under_the_lock = move || {
                    let _guard = LOCK.lock().unwrap();
                    for size in [LARGE - 100, LARGE / 2, 100] {
                        allocate_and_free(pool, layout(size, 8));
                    }
                };
                hook(under_the_lock);
                (0..4).for_each(|_| free_all(pool, blocks(pool, size, 6)));
                unhook()
            };
            let calls: usize = thread::scope(|threads| {
                let spawn = |size| threads.spawn(move || run(size));
                let threads = [LARGE - 100, LARGE + 100, LARGE - 100, LARGE + 100].map(spawn);
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert!(calls > 10);
            assert_eq!(pool.stats().live_bytes(), 0, "{}", pool.stats());
        });
    }
}

/// A hook uses the pool while many blocks are returned. Its own calls do not return the rest one within another.
#[test]
fn returns_within_a_hook_do_not_nest_deeply() {
    for (options, collects) in each_option().flat_map(|options| [(options, false), (options, true)]) {
        with_pool(pool(options), |pool| {
            let sizes = (0..100).map(|number| if number % 2 == 0 { LARGE - 100 } else { LARGE + 100 });
            let blocks = sizes.map(|size| Block::allocate(pool, layout(size, 8), size as u64).unwrap());
            let mut blocks: Vec<Block> = blocks.collect();
            // This block keeps a chunk that has room for the blocks of the hook.
            blocks.push(Block::allocate(pool, layout(LARGE - 100, 8), 1).unwrap());
            let last = blocks.pop().unwrap();
            hook_nested(1000, move || {
                assert!(depth() < 10);
                allocate_and_free(pool, layout(LARGE / 2, 8));
                if collects {
                    pool.collect();
                }
            });
            free_all(pool, blocks);
            pool.collect();
            assert!(unhook() > 10);
            last.free(pool);
            assert_nothing_is_lost(pool);
        });
    }
}

/// A parent that is freeing a chunk frees the blocks of another chunk, which is returned too.
#[test]
fn memory_freed_by_a_hook_is_returned_at_once() {
    with_pool(pool(CHECKED.retain(Retain::Nothing)), |pool| {
        // A chunk has room for three of these blocks.
        let [first, others] = [(); 2].map(|()| blocks(pool, LARGE - 100, 3));
        let others = RefCell::new(others);
        hook(move || free_all(pool, others.take()));
        free_all(pool, first);
        assert!(unhook() > 1);
        assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
    });
}

/// Memory that the pool is about to return can be allocated by a hook.
#[test]
fn kept_memory_serves_a_hook() {
    for options in [CHECKED, UNCHECKED].map(|options| options.retain(Retain::Everything)) {
        let parent = RuledParent { rule: ByteLimit::new(17 << 20), parent: Hooked };
        with_pool(SharedPool::with_options_in(options, parent), |pool| {
            for size in [3 << 20, LARGE - 100] {
                let blocks = (0..).map_while(|number| Block::allocate(pool, layout(size, 8), number).ok());
                let blocks: Vec<Block> = blocks.collect();
                assert!(blocks.len() > 3);
                // Also before the parent got the first block back, when all memory is in use.
                let served = Rc::new(Cell::new(0));
                hook({
                    let served = Rc::clone(&served);
                    move || {
                        if let Ok(block) = Block::allocate(pool, layout(size / 2, 8), 1) {
                            block.free(pool);
                            served.set(served.get() + 1);
                        }
                    }
                });
                free_all(pool, blocks);
                pool.collect();
                let calls = unhook();
                assert!(calls > 3 && served.get() == calls * 2, "{} in {calls}", served.get());
            }
        });
    }
}

/// The hook frees a block of the class for which the pool requests memory. The new memory is not needed then, and is returned.
#[test]
fn memory_not_needed_after_a_hook_is_returned() {
    with_pool(pool(CHECKED.retain(Retain::Nothing)), |pool| {
        let for_the_hook = Rc::new(RefCell::new(Vec::new()));
        hook({
            let for_the_hook = Rc::clone(&for_the_hook);
            move || {
                let block: Option<Block> = for_the_hook.borrow_mut().pop();
                block.into_iter().for_each(|block| block.free(pool));
            }
        });
        let mut blocks = Vec::new();
        for number in 0..200 {
            blocks.push(Block::allocate(pool, layout(100_000, 8), number).unwrap());
            let block = Block::allocate(pool, layout(100_000, 8), number).unwrap();
            for_the_hook.borrow_mut().push(block);
        }
        assert!(unhook() > 5);
        blocks.into_iter().chain(for_the_hook.take()).for_each(|block| block.free(pool));
        assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
    });
}

/// A fork handler is the first to use a pool of the process, and all handlers create and drop others.
#[cfg(unix)]
#[test]
fn fork_handlers_may_use_pools() {
    static FIRST: SharedPool = SharedPool::new();

    extern "C" fn handler() {
        let other = SharedPool::with_options(UNCHECKED);
        for size in [100, 10_000, 200_000, LARGE] {
            allocate_and_free(&FIRST, layout(size, 8));
            allocate_and_free(&other, layout(size, 8));
        }
    }

    alone("reentry::fork_handlers_may_use_pools", || {
        // SAFETY: the handlers use pools only, which is allowed around a fork.
        let error = unsafe { libc::pthread_atfork(Some(handler), Some(handler), Some(handler)) };
        assert_eq!(error, 0);
        for _ in 0..3 {
            assert!(holds_in_fork(|| {
                allocate_and_free(&FIRST, layout(100, 8));
                FIRST.stats().live_bytes() == 0
            }));
        }
        // Threads create pools while this thread holds all locks.
        let done = &AtomicBool::new(false);
        thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        handler();
                    }
                });
            }
            let all_hold = (0..50).all(|_| holds_in_fork(|| FIRST.stats().held_bytes() > 0));
            done.store(true, Ordering::Relaxed);
            assert!(all_hold);
        });
    });
}

#[cfg(unix)]
#[test]
fn a_hook_may_fork() {
    alone("reentry::a_hook_may_fork", || {
        with_pool(pool(UNCHECKED), |pool| {
            hook(move || {
                let works = || {
                    allocate_and_free(pool, layout(LARGE / 2, 8));
                    true
                };
                assert!(holds_in_fork(|| works() && pool.stats().live_bytes() == 0) && works());
            });
            allocate_and_free(pool, layout(100, 8));
            pool.collect();
            assert!(unhook() > 1);
            assert_nothing_is_lost(pool);
        });
    });
}

/// Lets a thread run `calls`, whose call of the parent waits for a lock, and forks meanwhile; asserts that `child` returns true.
#[cfg(unix)]
#[track_caller]
fn fork_beside_a_waiting_thread(calls: impl FnOnce(fn()) + Send, child: impl FnOnce() -> bool) {
    static LOCK: Mutex<()> = Mutex::new(());
    static WAITING: AtomicBool = AtomicBool::new(false);

    let hooked = || {
        hook(|| {
            WAITING.store(true, Ordering::Relaxed);
            drop(LOCK.lock());
        });
    };
    let guard = LOCK.lock().unwrap();
    thread::scope(|threads| {
        threads.spawn(move || calls(hooked));
        while !WAITING.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        assert!(holds_in_fork(child));
        drop(guard);
    });
}

/// A child can return a chunk although another thread was returning one at the fork.
#[cfg(unix)]
#[test]
fn a_fork_while_another_thread_returns_memory() {
    alone("reentry::a_fork_while_another_thread_returns_memory", || {
        with_pool(pool(UNCHECKED.retain(Retain::Nothing)), |pool| {
            let returns_a_chunk = |hooked: fn()| {
                let block = Block::allocate(pool, layout(LARGE - 100, 8), 1).unwrap();
                hooked();
                block.free(pool);
                assert_eq!(unhook(), 1);
            };
            fork_beside_a_waiting_thread(returns_a_chunk, || {
                let before = pool.stats().held_bytes();
                (0..3).for_each(|_| allocate_and_free(pool, layout(LARGE - 100, 8)));
                pool.stats().held_bytes() == before
            });
            assert_nothing_is_lost(pool);
        });
    });
}

/// A child can request a chunk although another thread was requesting one at the fork.
#[cfg(unix)]
#[test]
fn a_fork_while_another_thread_requests_memory() {
    alone("reentry::a_fork_while_another_thread_requests_memory", || {
        with_pool(pool(UNCHECKED), |pool| {
            let requests_a_chunk = |hooked: fn()| {
                hooked();
                allocate_and_free(pool, layout(LARGE - 100, 8));
                assert!(unhook() > 0);
            };
            fork_beside_a_waiting_thread(requests_a_chunk, || {
                allocate_and_free(pool, layout(LARGE - 100, 8));
                true
            });
            assert_nothing_is_lost(pool);
        });
    });
}
