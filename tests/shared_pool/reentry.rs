//! A parent may use the pool that asks it, through a reference it came by.

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
use crate::fork::says_yes;
use crate::giving_back::{blocks, free_all};
use crate::hooked::{Hooked, depth, hook, hook_deep, unhook, with_pool};
use crate::parents::{Limit, Ruled};
use crate::{CHECKED, CHUNK, LARGE, RETAINS, UNCHECKED, layout};

type Pool = SharedPool<Hooked>;

fn pool(options: Options) -> Pool {
    SharedPool::with_options_in(options, Hooked)
}

fn each_option() -> impl Iterator<Item = Options> {
    let retains = RETAINS.into_iter().flat_map(|retain| [UNCHECKED, CHECKED].map(|options| options.retain(retain)));
    retains.flat_map(|options| [options, options.whole_pages(true)])
}

/// That nothing is lost: neither in use nor where nobody finds it.
fn assert_nothing_is_left(pool: &Pool) {
    assert_eq!(pool.stats().live_bytes(), 0, "{}", pool.stats());
    pool.collect();
    assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
}

/// A block is made and freed.
fn come_and_go(pool: &impl Allocator, layout: Layout) {
    Block::allocate(pool, layout, 1).unwrap().free(pool);
}

/// Makes, changes and frees blocks, with a hook that does so too. What is in them is checked.
/// Returns how often the parent was asked.
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
                4 => come_and_go(pool, random.layout()),
                5 => kept[0].resize(pool, random.layout(), false).unwrap(),
                _ => {}
            }
        }
    });
    let mut random = Random(seed);
    for _ in 0..3 {
        let mut blocks = Vec::new();
        for number in 0..steps {
            let wanted = if number % 3 == 0 { layout(random.below(200 << 10) + 1, 16) } else { random.layout() };
            if blocks.is_empty() || random.below(10) < 7 {
                blocks.push(Block::allocate(pool, wanted, number).unwrap());
                continue;
            }
            let at = random.below(blocks.len());
            match random.below(3) {
                0 => blocks.swap_remove(at).free(pool),
                _ => blocks[at].resize(pool, wanted, number % 2 == 0).unwrap(),
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
fn in_one_thread() {
    for (seed, options) in each_option().enumerate() {
        with_pool(pool(options), |pool| {
            assert!(work(pool, seed as u64, 300) > 10);
            assert_nothing_is_left(pool);
        });
    }
}

#[test]
fn in_several_threads() {
    // Or threads of other tests get the numbers of these, and with them the caches.
    alone("reentry::in_several_threads", || {
        for (seed, options) in each_option().enumerate() {
            with_pool(pool(options), |pool| {
                let calls: usize = thread::scope(|threads| {
                    let spawn = |thread| threads.spawn(move || work(pool, (seed * 10 + thread) as u64, 150));
                    let threads: Vec<_> = (0..4).map(spawn).collect();
                    threads.into_iter().map(|thread| thread.join().unwrap()).sum()
                });
                assert!(calls > 10);
                assert_nothing_is_left(pool);
            });
        }
    });
}

/// Whenever the parent is asked, for the thread's cache and for chunks, the hook fills, or empties, the bin that it is asked for.
#[test]
fn the_bin_that_is_being_filled() {
    // Of a class; a chunk has 252.
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
                assert_nothing_is_left(pool);
            });
        }
    }
}

/// A parent that, told to free a large block, frees another one of the pool, which that keeps: this ends all the same.
#[test]
fn large_blocks_that_come_back_meanwhile() {
    for options in each_option() {
        with_pool(pool(options), |pool| {
            hook(|| come_and_go(pool, layout(LARGE + 1, 8)));
            free_all(pool, blocks(pool, LARGE * 2, 20));
            pool.collect();
            assert!(unhook() > 10);
            assert_nothing_is_left(pool);
        });
    }
}

/// A parent with a lock of its own, under which it uses the pool: no thread waits for ever, whichever of the two it gets first.
#[test]
fn a_parent_with_a_lock() {
    static LOCK: Mutex<()> = Mutex::new(());
    for options in [CHECKED, UNCHECKED].map(|options| options.retain(Retain::Nothing)) {
        with_pool(pool(options), |pool| {
            let run = |size: usize| {
                let under_the_lock = move || {
                    let _guard = LOCK.lock().unwrap();
                    for size in [LARGE - 100, LARGE / 2, 100] {
                        come_and_go(pool, layout(size, 8));
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

/// A hook that uses the pool while much goes back: it is not called once more for each block of that, within itself.
#[test]
fn what_goes_back_within_the_hook() {
    for (options, collects) in each_option().flat_map(|options| [(options, false), (options, true)]) {
        with_pool(pool(options), |pool| {
            let sizes = (0..100).map(|number| if number % 2 == 0 { LARGE - 100 } else { LARGE + 100 });
            let blocks = sizes.map(|size| Block::allocate(pool, layout(size, 8), size as u64).unwrap());
            let mut blocks: Vec<Block> = blocks.collect();
            // In a chunk that has room for what the hook takes.
            blocks.push(Block::allocate(pool, layout(LARGE - 100, 8), 1).unwrap());
            let last = blocks.pop().unwrap();
            hook_deep(1000, move || {
                assert!(depth() < 10);
                come_and_go(pool, layout(LARGE / 2, 8));
                if collects {
                    pool.collect();
                }
            });
            free_all(pool, blocks);
            pool.collect();
            assert!(unhook() > 10);
            last.free(pool);
            assert_nothing_is_left(pool);
        });
    }
}

/// The parent, told to free a chunk, frees what is in others: these go too.
#[test]
fn what_the_hook_frees_goes_at_once() {
    with_pool(pool(CHECKED.retain(Retain::Nothing)), |pool| {
        // A chunk has room for three.
        let [first, others] = [(); 2].map(|()| blocks(pool, LARGE - 100, 3));
        let others = RefCell::new(others);
        hook(move || free_all(pool, others.take()));
        free_all(pool, first);
        assert!(unhook() > 1);
        assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
    });
}

/// What is to go back next can be had at once.
#[test]
fn what_is_kept_serves_the_hook() {
    for options in [CHECKED, UNCHECKED].map(|options| options.retain(Retain::Everything)) {
        let parent = Ruled { rule: Limit::new(17 << 20), parent: Hooked };
        with_pool(SharedPool::with_options_in(options, parent), |pool| {
            for size in [3 << 20, LARGE - 100] {
                let blocks = (0..).map_while(|number| Block::allocate(pool, layout(size, 8), number).ok());
                let blocks: Vec<Block> = blocks.collect();
                assert!(blocks.len() > 3);
                // Before the parent has the first one back, of all that there is, too.
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

/// The hook frees a block of the class that memory is asked for: then what comes is not needed, and goes.
#[test]
fn nothing_is_kept() {
    with_pool(pool(CHECKED.retain(Retain::Nothing)), |pool| {
        let given = Rc::new(RefCell::new(Vec::new()));
        hook({
            let given = Rc::clone(&given);
            move || {
                let block: Option<Block> = given.borrow_mut().pop();
                block.into_iter().for_each(|block| block.free(pool));
            }
        });
        let mut blocks = Vec::new();
        for number in 0..200 {
            blocks.push(Block::allocate(pool, layout(100_000, 8), number).unwrap());
            let for_the_hook = Block::allocate(pool, layout(100_000, 8), number).unwrap();
            given.borrow_mut().push(for_the_hook);
        }
        assert!(unhook() > 5);
        blocks.into_iter().chain(given.take()).for_each(|block| block.free(pool));
        assert!(pool.stats().held_bytes() < CHUNK, "{}", pool.stats());
    });
}

/// The first pool of a process is made by a handler of a fork, and others come and go in all of them.
#[cfg(unix)]
#[test]
fn pools_in_the_handlers_of_a_fork() {
    static FIRST: SharedPool = SharedPool::new();

    extern "C" fn handler() {
        let other = SharedPool::with_options(UNCHECKED);
        for size in [100, 10_000, 200_000, LARGE] {
            come_and_go(&FIRST, layout(size, 8));
            come_and_go(&other, layout(size, 8));
        }
    }

    alone("reentry::pools_in_the_handlers_of_a_fork", || {
        // SAFETY: the handlers use pools, and nothing else.
        let error = unsafe { libc::pthread_atfork(Some(handler), Some(handler), Some(handler)) };
        assert_eq!(error, 0);
        for _ in 0..3 {
            assert!(says_yes(|| {
                come_and_go(&FIRST, layout(100, 8));
                FIRST.stats().live_bytes() == 0
            }));
        }
        // Threads make pools of their own while this one has all locks.
        let done = &AtomicBool::new(false);
        thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        handler();
                    }
                });
            }
            let well = (0..50).all(|_| says_yes(|| FIRST.stats().held_bytes() > 0));
            done.store(true, Ordering::Relaxed);
            assert!(well);
        });
    });
}

/// A fork from within the parent.
#[cfg(unix)]
#[test]
fn a_fork_in_the_hook() {
    alone("reentry::a_fork_in_the_hook", || {
        with_pool(pool(UNCHECKED), |pool| {
            hook(move || {
                let works = || {
                    come_and_go(pool, layout(LARGE / 2, 8));
                    true
                };
                assert!(says_yes(|| works() && pool.stats().live_bytes() == 0) && works());
            });
            come_and_go(pool, layout(100, 8));
            pool.collect();
            assert!(unhook() > 1);
            assert_nothing_is_left(pool);
        });
    });
}

/// Has a thread do what calls the parent, there to wait for a lock that the forking thread has; and asks `child` meanwhile.
#[cfg(unix)]
#[track_caller]
fn fork_beside_one_that_waits(calls: impl FnOnce(fn()) + Send, child: impl FnOnce() -> bool) {
    static LOCK: Mutex<()> = Mutex::new(());
    static WAITS: AtomicBool = AtomicBool::new(false);

    let hooked = || {
        hook(|| {
            WAITS.store(true, Ordering::Relaxed);
            drop(LOCK.lock());
        });
    };
    let guard = LOCK.lock().unwrap();
    thread::scope(|threads| {
        threads.spawn(move || calls(hooked));
        while !WAITS.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        assert!(says_yes(child));
        drop(guard);
    });
}

/// A fork beside a thread that is giving a chunk back: that does not keep the child from doing so.
#[cfg(unix)]
#[test]
fn a_fork_beside_a_parent_that_is_given_something() {
    alone("reentry::a_fork_beside_a_parent_that_is_given_something", || {
        with_pool(pool(UNCHECKED.retain(Retain::Nothing)), |pool| {
            let gives_back = |hooked: fn()| {
                let block = Block::allocate(pool, layout(LARGE - 100, 8), 1).unwrap();
                hooked();
                block.free(pool);
                assert_eq!(unhook(), 1);
            };
            fork_beside_one_that_waits(gives_back, || {
                let before = pool.stats().held_bytes();
                (0..3).for_each(|_| come_and_go(pool, layout(LARGE - 100, 8)));
                pool.stats().held_bytes() == before
            });
            assert_nothing_is_left(pool);
        });
    });
}

/// The child is served. That turns are free in a child is tested with them.
#[cfg(unix)]
#[test]
fn a_fork_beside_a_parent_that_waits() {
    alone("reentry::a_fork_beside_a_parent_that_waits", || {
        with_pool(pool(UNCHECKED), |pool| {
            let asks = |hooked: fn()| {
                hooked();
                come_and_go(pool, layout(LARGE - 100, 8));
                assert!(unhook() > 0);
            };
            fork_beside_one_that_waits(asks, || {
                come_and_go(pool, layout(LARGE - 100, 8));
                true
            });
            assert_nothing_is_left(pool);
        });
    });
}
