//! `Locked` lets threads share an allocator for one thread, also as the default of this process, and says what it cannot do.

use std::cell::Cell;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::api::{AllocError, Allocator, GlobalAllocator, IndependentAllocator, Layout, Owns, Reset, UsableSize};
use janus_alloc::collections::{Arc, Box, HashMapIn, Vec as VecIn};
use janus_alloc::{Arena, FixedArena, Global, Limit, Locked, Malloc, Pages, Pool, SharedPool, Stats, System};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::DEFAULT;
use crate::any_default::work;

assert_impl_all!(Locked<Pool>: Send, Sync);
assert_impl_all!(Locked<Pool<System>>: GlobalAllocator, IndependentAllocator);
assert_impl_all!(Locked<Stats<Limit<Arena<Pool<Malloc>>>>>: GlobalAllocator);
assert_impl_all!(Locked<Pool<Locked<FixedArena<'static>>>>: GlobalAllocator);
assert_impl_all!(Locked<SharedPool>: UsableSize, Owns, GlobalAllocator);
assert_impl_all!(Locked<Arena>: Reset, Owns);
assert_not_impl_any!(Locked<Pool>: GlobalAllocator, IndependentAllocator, Clone);
assert_not_impl_any!(Locked<FixedArena<'static>>: UsableSize);
assert_not_impl_any!(Locked<&'static Pool<System>>: Sync, GlobalAllocator);
assert_not_impl_any!(Locked<std::rc::Rc<u8>>: Send, Sync);

#[test]
fn a_program_runs_on_it() {
    let boxed = std::boxed::Box::new([7_u8; 100]);
    let start = NonNull::from(&*boxed).cast();
    assert!(DEFAULT.with(|pool| pool.owns(start)), "it is the default");
    assert_eq!(work(3), work(3));
    assert_eq!(*boxed, [7; 100]);
}

/// An allocator that is not thread-safe: it detects two threads inside at the same time, and loses counts then.
struct ForOneThread {
    inside: Cell<bool>,
    calls: Cell<usize>,
    live: Cell<usize>,
}

impl ForOneThread {
    fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        assert!(!self.inside.replace(true), "two threads are inside");
        let calls = self.calls.get();
        let result = work();
        std::hint::black_box(&self.calls);
        self.calls.set(calls + 1);
        self.inside.set(false);
        result
    }
}

// SAFETY: forwards to `System`.
unsafe impl Allocator for ForOneThread {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.enter(|| {
            self.live.set(self.live.get() + 1);
            System.allocate(layout)
        })
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.enter(|| {
            self.live.set(self.live.get() + 1);
            System.allocate_zeroed(layout)
        })
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.enter(|| {
            self.live.set(self.live.get() - 1);
            // SAFETY: by `# Safety` of this fn.
            unsafe { System.deallocate(block, layout) };
        });
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.enter(|| unsafe { System.grow(block, old, new) })
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.enter(|| unsafe { System.grow_zeroed(block, old, new) })
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        self.enter(|| unsafe { System.shrink(block, old, new) })
    }
}

// SAFETY: asked, it says yes to every block, which is true here.
unsafe impl Owns for ForOneThread {
    fn owns(&self, _: NonNull<u8>, _: Layout) -> bool {
        self.enter(|| true)
    }
}

#[test]
fn one_thread_at_a_time_is_inside() {
    const THREADS: usize = 6;
    const ROUNDS: usize = 2000;
    let new = || ForOneThread { inside: Cell::new(false), calls: Cell::new(0), live: Cell::new(0) };
    let locked = Locked::new(new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let layout = |size| Layout::from_size_align(size, 8).unwrap();
                for _ in 0..ROUNDS {
                    let block = locked.allocate(layout(100)).unwrap();
                    // SAFETY: live with that layout.
                    let block = unsafe { locked.grow(block.cast(), layout(100), layout(200)) }.unwrap();
                    // SAFETY: live with that layout.
                    let block = unsafe { locked.shrink(block.cast(), layout(200), layout(50)) }.unwrap();
                    // SAFETY: live with that layout.
                    let block = unsafe { locked.grow_zeroed(block.cast(), layout(50), layout(300)) }.unwrap();
                    let zeroed = locked.allocate_zeroed(layout(20)).unwrap();
                    assert!(locked.owns(block.cast(), layout(300)));
                    assert_eq!(locked.with(|inner| inner.enter(|| 5)), 5);
                    // SAFETY: live with that layout.
                    unsafe { locked.deallocate(zeroed.cast(), layout(20)) };
                    // SAFETY: live with that layout.
                    unsafe { locked.deallocate(block.cast(), layout(300)) };
                }
            });
        }
    });
    locked.with(|inner| assert_eq!((inner.calls.get(), inner.live.get()), (THREADS * ROUNDS * 9, 0)));
}

#[test]
fn threads_share_a_pool() {
    let pool = Locked::new(Pool::new_in(Stats::new(System)));
    let kept = thread::scope(|scope| {
        let work = |seed: u64| {
            let pool = &pool;
            move || {
                let mut maps = VecIn::new_in(pool);
                for round in 0..20 {
                    let mut map = HashMapIn::new_in(pool);
                    map.extend((0..100 + round).map(|n| (n * seed, VecIn::from_iter_in(0..n % 7, pool))));
                    maps.push(map);
                    if round % 3 == 0 {
                        maps.swap_remove((round % 2) as usize % maps.len());
                    }
                }
                maps
            }
        };
        let threads: Vec<_> = (1..7).map(|seed| scope.spawn(work(seed))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    for map in kept.iter().flatten() {
        assert!(map.values().all(|list| list.iter().copied().eq(0..list.len() as u64)));
    }
    drop(kept); // by another thread
    pool.with(|pool| assert_eq!(pool.live_bytes(), 0));
}

/// Threads that outlive the scope share it by an `Arc` that lies in it.
#[test]
fn shared_by_a_pointer() {
    let pool = Arc::new_in(Locked::new(Pool::new()), System);
    let threads: Vec<_> = (0..4)
        .map(|seed| {
            let pool = pool.clone();
            thread::spawn(move || VecIn::from_iter_in((0..100).map(|n| n * seed), pool))
        })
        .collect();
    drop(pool);
    for (seed, thread) in threads.into_iter().enumerate() {
        assert!(thread.join().unwrap().iter().copied().eq((0..100).map(|n| n * seed)));
    }
}

#[test]
fn a_panic_inside_releases_the_lock() {
    let pool = Locked::new(Pool::new());
    let panic = || pool.with(|_| std::panic::resume_unwind(std::boxed::Box::new(())));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panic)).is_err());
    assert_eq!(*Box::new_in(5, &pool), 5);
}

#[test]
fn a_reset_takes_no_lock() {
    let mut arena = Locked::new(Arena::new());
    std::mem::forget(Box::new_in([0_u8; 100], &arena));
    assert_eq!(arena.with(|arena| arena.allocated_bytes()), 104);
    arena.reset();
    assert_eq!(arena.with(|arena| arena.allocated_bytes()), 0);
    assert_eq!(format!("{arena:?}"), "Locked { .. }");
}

#[test]
fn sizes_of_blocks() {
    let pool: Locked<SharedPool> = Locked::default();
    let block = pool.allocate(Layout::new::<[u64; 10]>()).unwrap().cast::<u8>();
    // SAFETY: live, here and below.
    assert!(unsafe { pool.usable_size(block) } >= 80);
    // SAFETY: as above.
    assert_eq!(unsafe { pool.layout_of(block) }.size(), unsafe { pool.usable_size(block) });
    // SAFETY: as above, and not used again.
    unsafe { pool.deallocate_without_layout(block) };
    assert_eq!(pool.with(|pool| pool.stats().live_bytes()), 0);
}

/// In children of this process, whose default is a `Locked`, too.
#[cfg(unix)]
mod in_children {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::*;
    use crate::aborts::aborts;
    use crate::children::{alone, is_child, run_alone};
    use crate::fork::holds_in_fork;

    static POOL: Locked<Pool<Pages>> = Locked::new(Pool::new_in(Pages::new()));

    const RE_ENTERED: &str = "a `Locked` was called by the thread that is inside it";
    const FORKED: &str = "forked while another thread was inside a `Locked`";

    #[test]
    fn re_entry() {
        aborts("locked::in_children::re_entry", RE_ENTERED, || {
            POOL.with(|_| drop(Box::new_in(1, &POOL)));
        });
    }

    #[test]
    fn re_entry_of_the_default() {
        aborts("locked::in_children::re_entry_of_the_default", RE_ENTERED, || {
            DEFAULT.with(|_| drop(std::hint::black_box(String::from("one more"))));
        });
    }

    #[test]
    fn a_signal_handler_that_allocates() {
        extern "C" fn handler(_: libc::c_int) {
            drop(Box::new_in(1, &POOL));
        }
        aborts("locked::in_children::a_signal_handler_that_allocates", RE_ENTERED, || {
            let handler: extern "C" fn(libc::c_int) = handler;
            // SAFETY: the handler has the right type.
            unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) };
            // SAFETY: while nobody is inside, the handler may allocate.
            unsafe { libc::raise(libc::SIGUSR1) };
            // SAFETY: now it interrupts this thread inside.
            POOL.with(|_| unsafe { libc::raise(libc::SIGUSR1) });
        });
    }

    #[test]
    fn a_child_of_a_process_where_nobody_is_inside() {
        alone("locked::in_children::a_child_of_a_process_where_nobody_is_inside", || {
            let before = VecIn::from_iter_in(0..1000, &POOL);
            let expected = work(5);
            // A child, a child of that, and so on, each with threads.
            fn generation(depth: usize, before: &[i32], expected: usize) -> bool {
                let threads: Vec<_> = (0..4).map(|seed| thread::spawn(move || (seed, work(seed)))).collect();
                let sums: usize = threads.into_iter().map(|thread| thread.join().unwrap().1).sum();
                let own = VecIn::from_iter_in(0..1000, &POOL);
                sums > 0
                    && own == *before
                    && work(5) == expected
                    && (depth == 0 || holds_in_fork(|| generation(depth - 1, before, expected)))
            }
            assert!(holds_in_fork(|| generation(3, &before, expected)));
            assert_eq!(work(5), expected);
        });
    }

    #[test]
    fn a_child_of_a_process_where_a_thread_is_inside() {
        aborts("locked::in_children::a_child_of_a_process_where_a_thread_is_inside", FORKED, || {
            let barrier = Barrier::new(2);
            thread::scope(|scope| {
                scope.spawn(|| {
                    POOL.with(|_| {
                        barrier.wait();
                        barrier.wait();
                    });
                });
                barrier.wait();
                // The default can be used in the child, since nobody is inside that.
                let child = holds_in_fork(|| {
                    let text = format!("{}", work(1));
                    // Ends the child.
                    drop(Box::new_in(1, &POOL));
                    text.is_empty()
                });
                barrier.wait();
                assert!(!child);
            });
            // The parent goes on. It ends as the test wants it to.
            assert_eq!(*Box::new_in(1, &POOL), 1);
            // SAFETY: without conditions.
            unsafe { libc::abort() };
        });
    }

    /// The thread that forks is inside itself, and goes on there.
    #[test]
    fn a_child_of_a_thread_that_is_inside() {
        alone("locked::in_children::a_child_of_a_thread_that_is_inside", || {
            assert!(holds_in_fork(|| {
                let inner = POOL.with(|_| {
                    holds_in_fork(|| {
                        // Still inside, as its parent was, whose frames it has.
                        true
                    })
                });
                inner && *Box::new_in(1, &POOL) == 1
            }));
            let process = POOL.with(|_| {
                // SAFETY: the child goes on in this thread, which is the only one that used the pool.
                unsafe { libc::fork() }
            });
            if process == 0 {
                let waiting = thread::spawn(|| *Box::new_in(7, &POOL));
                let is_right = waiting.join().unwrap() == 7 && *Box::new_in(5, &POOL) == 5;
                // SAFETY: ends the child without running anything else.
                unsafe { libc::_exit(i32::from(!is_right)) };
            }
            let mut status = 0;
            // SAFETY: the status may be written.
            let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
            assert_eq!((waited, status), (process, 0));
        });
    }

    /// No child waits for ever: it can use the default, or ends with a message.
    #[test]
    fn children_of_a_process_whose_threads_allocate() {
        if !is_child() {
            let output = run_alone("locked::in_children::children_of_a_process_whose_threads_allocate");
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {message}", output.status);
            let ended = message.lines().filter(|line| line.starts_with("janus-alloc: ")).count();
            assert_eq!(ended, message.matches(FORKED).count(), "{message}");
            return;
        }
        let stop = std::sync::atomic::AtomicBool::new(false);
        thread::scope(|scope| {
            for seed in 0..3 {
                let stop = &stop;
                scope.spawn(move || {
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        work(seed);
                    }
                });
            }
            for _ in 0..50 {
                // SAFETY: the child uses nothing but the default, which says whether it can be used.
                let process = unsafe { libc::fork() };
                assert!(process >= 0);
                if process == 0 {
                    // SAFETY: may be called whenever.
                    unsafe { libc::alarm(60) };
                    let sum: u64 = (0..1000).map(|n| *std::boxed::Box::new(n)).sum();
                    // SAFETY: ends the child without running anything else.
                    unsafe { libc::_exit(i32::from(sum != 499_500)) };
                }
                let mut status = 0;
                // SAFETY: the status may be written.
                let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
                let is_ended = libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGABRT;
                assert!(waited == process && (status == 0 || is_ended), "{status:#x}");
                thread::sleep(Duration::from_micros(100));
            }
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }

    /// The main job of a program in a process of its own.
    #[test]
    fn the_default_of_a_child_process() {
        alone("locked::in_children::the_default_of_a_child_process", || {
            let live = || DEFAULT.with(|pool| pool.live_bytes());
            let before = live();
            let threads: Vec<_> = (0..8).map(|seed| thread::spawn(move || (seed, work(seed)))).collect();
            for thread in threads {
                let (seed, result) = thread.join().unwrap();
                assert_eq!(result, work(seed));
            }
            assert!(live() < before + 10_000, "{before} {}", live());
            // The process itself starts another.
            let output = std::process::Command::new("true").output();
            assert!(output.is_ok_and(|output| output.status.success()));
        });
    }

    #[test]
    fn counts_of_global() {
        // `Global` is the default here, so it is behind the lock, too.
        alone("locked::in_children::counts_of_global", || {
            let before = DEFAULT.with(|pool| pool.live_bytes());
            let block = Box::new_in([0_u8; 1000], Global);
            assert!(DEFAULT.with(|pool| pool.live_bytes()) >= before + 1000);
            drop(block);
        });
    }
}
