//! `ArenaPool`, which keeps arenas between requests.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use janus_alloc::api::{AllocError, Allocator, Layout, Owns};
use janus_alloc::arenas::{ArenaGuard, OwnedArenaGuard};
use janus_alloc::collections::{BTreeMap, Box, Vec};
use janus_alloc::{Arena, ArenaPool, Stats, System, TaskArena};

use crate::live::{LiveBlocks, Random};
use crate::{block, fill};

/// Returns the address of the arena's first chunk.
fn chunk<A: Allocator>(arena: &TaskArena<A>) -> usize {
    arena.chunks().next().map_or(0, |chunk| chunk.start.addr())
}

#[test]
fn an_arena_comes_back_reset_with_its_memory() {
    let parent = Stats::new(System);
    let pool = ArenaPool::with_arenas(4, 1 << 20, || TaskArena::new_in(&parent));
    let first = {
        let arena = pool.get();
        block(&*arena, 1000);
        chunk(&arena)
    };
    let before = parent.snapshot();
    for _ in 0..100 {
        let arena = pool.get();
        assert_eq!((arena.allocated_bytes(), chunk(&arena)), (0, first));
        block(&*arena, 4000);
    }
    assert_eq!(parent.snapshot().since(&before).allocations, 0);
    assert_eq!((pool.hits(), pool.misses(), pool.idle()), (100, 1, 1));
    let shown = format!("{pool:?} {:?}", pool.get());
    assert!(
        shown.contains("ArenaPool {") && shown.contains("hits: 101,") && shown.contains("ArenaGuard(TaskArena {"),
        "{shown}"
    );
    drop(pool);
    assert_eq!((parent.snapshot().live_blocks(), parent.snapshot().live_bytes), (0, 0));
}

#[test]
fn at_most_so_many_arenas_are_kept() {
    for max in [0, 1, 3, 63, 64, 65, 200] {
        let parent = Stats::new(System);
        let pool = ArenaPool::with_arenas(max, 1 << 20, || TaskArena::new_in(&parent));
        for _ in 0..3 {
            let arenas: std::vec::Vec<_> = (0..max + 10).map(|_| pool.get()).collect();
            arenas.iter().for_each(|arena| fill(block(&**arena, 100), 1, 100));
            let mut chunks: std::vec::Vec<usize> = arenas.iter().map(|arena| chunk(arena)).collect();
            chunks.sort_unstable();
            chunks.dedup();
            assert_eq!(chunks.len(), max + 10);
            assert_eq!(pool.idle(), 0);
            drop(arenas);
            assert_eq!((pool.idle(), parent.snapshot().live_blocks()), (max, max as u64));
        }
        assert_eq!((pool.hits(), pool.misses()), (2 * max, max + 30));
        pool.release_idle();
        assert_eq!((pool.idle(), parent.snapshot().live_blocks()), (0, 0));
    }
}

#[test]
fn a_huge_request_does_not_hold_its_memory() {
    fn check<'a, T: janus_alloc::arenas::PooledArena>(parent: &'a Stats<System>, make: impl Fn() -> T + 'a) {
        const MAX: usize = 100_000;
        let pool = ArenaPool::with_arenas(4, MAX, make);
        for size in [1000, 100 << 20, 1000, 30_000, 10 << 20] {
            let arena = pool.get();
            for part in [1, 7, 50] {
                fill(block(&*arena, size / part), 1, size / part);
            }
            let memory = parent.snapshot().live_bytes;
            assert!(memory > size as u64);
            drop(arena);
            assert!(parent.snapshot().live_bytes <= (MAX + 32 * 20) as u64, "{size}");
        }
        // The largest chunks of small requests are kept.
        assert_eq!(pool.idle(), 1);
    }
    let parent = Stats::new(System);
    check(&parent, || TaskArena::new_in(&parent));
    check(&parent, || Arena::new_in(&parent));
    assert_eq!(parent.snapshot().live_bytes, 0);
}

#[test]
fn a_leaked_guard_costs_its_arena_alone() {
    // The outer arena frees what the leaked ones have.
    let parent = Stats::new(Arena::new());
    let pool = ArenaPool::with_arenas(2, 1 << 20, || TaskArena::new_in(&parent));
    for n in 1..10 {
        let arena = pool.get();
        let leaked = block(&*arena, 100);
        fill(leaked, 3, 100);
        std::mem::forget(arena);
        assert_eq!(parent.snapshot().live_blocks(), n);
    }
    // Both places are free.
    let both = [pool.get(), pool.get()];
    both.iter().for_each(|arena| _ = block(&**arena, 8));
    drop(both);
    assert_eq!(pool.idle(), 2);
}

#[test]
fn guards_are_allocators_that_collections_own() {
    let pool = Arc::new(ArenaPool::new(4, 1 << 20));
    let numbers = {
        let mut numbers = Vec::new_in(pool.get_owned());
        numbers.extend(0..1000);
        numbers
    };
    let numbers = thread::spawn(move || {
        let mut numbers = numbers;
        numbers.extend(1000..2000);
        numbers
    })
    .join()
    .unwrap();
    assert!(numbers.iter().copied().eq(0..2000));
    assert!(Owns::owns(numbers.allocator(), NonNull::from(&numbers[0]).cast(), Layout::new::<u8>()));
    assert_eq!(pool.idle(), 0);
    drop(numbers);
    assert_eq!(pool.idle(), 1);

    let mut map = BTreeMap::new_in(pool.get());
    (0..1000).for_each(|n| _ = map.insert(n, n));
    assert!((0..1000).all(|n| map[&n] == n));
    drop(map);
    assert_eq!((pool.idle(), pool.hits(), pool.misses()), (1, 1, 1));
}

#[test]
fn the_guard_may_be_reset_and_its_arena_replaced() {
    let pool = ArenaPool::new(4, 1 << 20);
    let mut arena = pool.get();
    block(&*arena, 100);
    arena.reset();
    assert_eq!(arena.allocated_bytes(), 0);
    let mut other = TaskArena::new();
    block(&other, 10_000);
    std::mem::swap(&mut *arena, &mut other);
    drop(arena);
    assert_eq!(pool.get().capacity_bytes(), 32_768);
}

#[test]
fn the_pool_lives_as_long_as_an_owned_guard() {
    static PARENT: Stats<System> = Stats::new(System);
    let pool = Arc::new(ArenaPool::with_arenas(4, 1 << 20, || TaskArena::new_in(&PARENT)));
    let arena = pool.get_owned();
    drop(Box::new_in(1, &*pool.get()));
    drop(pool);
    assert_eq!(PARENT.snapshot().live_blocks(), 1, "the pool was dropped");
    let task = thread::spawn(move || {
        let boxed = Box::new_in(2, &*arena);
        assert_eq!(*boxed, 2);
    });
    task.join().unwrap();
    assert_eq!(PARENT.snapshot().live_blocks(), 0);
}

/// A parent that unwinds when it is asked to free, which no parent may do.
struct Unwinds<'a>(&'a AtomicUsize);

// SAFETY: each call is forwarded to `System`, or does not return.
unsafe impl Allocator for Unwinds<'_> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        System.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.deallocate(block, layout) };
        if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
            panic!("the parent unwinds");
        }
    }
}

#[test]
fn no_place_is_lost_if_something_unwinds() {
    let frees = AtomicUsize::new(0);
    let made = AtomicUsize::new(0);
    let pool = ArenaPool::with_arenas(1, 0, || {
        assert!(made.fetch_add(1, Ordering::Relaxed) != 1, "the second arena cannot be made");
        TaskArena::new_in(Unwinds(&frees))
    });
    let arena = pool.get();
    block(&*arena, 100);
    let unwound = |work: &mut dyn FnMut()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err();
    assert!(unwound(&mut || drop(pool.get())));
    let mut arena = Some(arena);
    // A maximum of 0 bytes makes the drop of the guard free the chunk.
    assert!(unwound(&mut || drop(arena.take())));
    for _ in 0..10 {
        block(&*pool.get(), 100);
    }
    assert_eq!((pool.idle(), pool.hits(), pool.misses()), (0, 0, 11));
}

#[test]
fn threads_never_share_an_idle_arena() {
    let parent = Stats::new(System);
    let pool = ArenaPool::with_arenas(3, 64 << 10, || TaskArena::new_in(&parent));
    let barrier = Barrier::new(5);
    thread::scope(|threads| {
        for seed in 0..4 {
            let (pool, barrier) = (&pool, &barrier);
            threads.spawn(move || {
                barrier.wait();
                let mut random = Random(seed);
                for _ in 0..400 {
                    let arena = pool.get();
                    let mut live = LiveBlocks::default();
                    for _ in 0..random.below(20) {
                        live.step(&*arena, &mut random).unwrap();
                    }
                    live.check();
                }
            });
        }
        threads.spawn(|| {
            barrier.wait();
            for _ in 0..200 {
                assert!(pool.idle() <= 3);
                pool.release_idle();
                thread::yield_now();
            }
        });
    });
    assert_eq!(pool.hits() + pool.misses(), 1600);
    assert!(pool.idle() <= 3 && parent.snapshot().live_bytes <= 3 * (65 << 10));
    drop(pool);
    assert_eq!((parent.snapshot().live_blocks(), parent.snapshot().live_bytes), (0, 0));
}

#[test]
fn an_arena_may_come_back_in_another_thread() {
    let pool = Arc::new(ArenaPool::new(8, 1 << 20));
    let (sender, receiver) = mpsc::channel::<OwnedArenaGuard>();
    let returns = thread::spawn(move || {
        for arena in receiver {
            let mut numbers = Vec::new_in(&*arena);
            numbers.extend(0..100);
            assert_eq!(numbers.iter().sum::<i32>(), 4950);
        }
    });
    for n in 0..1000 {
        let arena = pool.get_owned();
        assert_eq!(*Box::new_in(n, &*arena), n);
        sender.send(arena).unwrap();
    }
    drop(sender);
    returns.join().unwrap();
    assert_eq!(pool.hits() + pool.misses(), 1000);
    assert!((1..=8).contains(&pool.idle()));
}

/// An `Arena` moves between threads with its guard, although it serves one at a time.
#[test]
fn a_pool_of_arenas_for_one_thread() {
    static ARENAS: ArenaPool<Arena> = ArenaPool::with_arenas(2, 1 << 20, Arena::new);
    let arena: ArenaGuard<'_, Arena> = ARENAS.get();
    arena.alloc_str("in one thread");
    let arena = thread::spawn(move || {
        assert_eq!(arena.alloc_str("then in another"), "then in another");
        arena
    })
    .join()
    .unwrap();
    drop(arena);
    assert_eq!((ARENAS.idle(), ARENAS.get().allocated_bytes()), (1, 0));
}
