//! `TaskArena`, a light arena that threads share.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use janus_alloc::api::{AllocError, Allocator, Layout, Owns, Reset};
use janus_alloc::collections::{Arc, Box, HashMap, Vec};
use janus_alloc::{Arena, Null, Pages, Stats, System, TaskArena};
use proptest::prelude::*;

use crate::each_parent::{self, ParentCheck};
use crate::live::{LiveBlocks, Random};
use crate::parents::{ByteLimit, RuledParent};
use crate::shared::{owned_arenas_move, use_from_threads};
use crate::{address, all_equal, block, bytes, fill, layout};

const FIRST: usize = 4 << 10;
const LARGEST: usize = 1 << 20;

type Counted = TaskArena<Stats<System>>;

fn counted() -> Counted {
    TaskArena::new_in(Stats::new(System))
}

fn live_chunks(arena: &Counted) -> u64 {
    arena.parent().snapshot().live_blocks()
}

#[test]
fn chunks_grow_as_those_of_an_arena() {
    let (task, arena) = (counted(), crate::counted());
    assert_eq!((task.capacity_bytes(), task.parent().snapshot().allocations), (0, 0));
    for turn in 0..40_000 {
        let size = if turn % 100 == 99 { 3000 } else { 100 };
        block(&task, size);
        block(&&arena, size);
        assert_eq!(task.capacity_bytes(), arena.capacity_bytes(), "{turn}");
        assert_eq!(task.allocated_bytes(), arena.allocated_bytes(), "{turn}");
    }
    assert_eq!(task.parent().snapshot().live_bytes, arena.parent().snapshot().live_bytes);
    let mut sizes: std::vec::Vec<usize> = task.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes[..3], [FIRST, 2 * FIRST, 4 * FIRST]);
    assert!(sizes.len() > 8 && sizes.last() == Some(&LARGEST));
}

#[test]
fn a_block_of_more_than_16_kib_gets_a_chunk_of_its_own_and_returns_it() {
    let arena = counted();
    let small = block(&arena, 16);
    let capacity = arena.capacity_bytes();
    for size in [17 << 10, 100_000, 10 << 20] {
        let own = block(&arena, size);
        assert_eq!((live_chunks(&arena), arena.capacity_bytes()), (2, capacity + size));
        assert!(arena.owns(own) && Owns::owns(&arena, own, layout(size, 8)));
        fill(own, 1, size);
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(own, layout(size, 8)) };
        assert_eq!((live_chunks(&arena), arena.capacity_bytes()), (1, capacity));
    }
    assert_eq!(address(block(&arena, 16)), address(small) + 16, "the arena left its chunk for a large block");
    // Only the newest one returns its chunk.
    let (lower, upper) = (block(&arena, 50_000), block(&arena, 60_000));
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(lower, layout(50_000, 8)) };
    assert_eq!(live_chunks(&arena), 3);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(upper, layout(60_000, 8)) };
    assert_eq!(live_chunks(&arena), 2);
}

#[test]
fn a_large_block_grows_with_its_chunk() {
    let arena = counted();
    let mut bytes = Vec::new_in(&arena);
    (0..100_000_u32).for_each(|n| bytes.push(n as u8));
    bytes.reserve_exact(10_000_000);
    let before = arena.parent().snapshot();
    (100_000..9_000_000_u32).for_each(|n| {
        bytes.push(n as u8);
        if n % 1_000_000 == 0 {
            bytes.reserve_exact(10_000_000);
        }
    });
    bytes.shrink_to_fit();
    assert!(bytes.iter().zip(0_u32..).all(|(&byte, n)| byte == n as u8));
    // One chunk for the vector, and those that it left while it was small.
    assert_eq!(arena.parent().snapshot().since(&before).allocations, 0, "the vector moved to another chunk");
    let capacity = arena.capacity_bytes();
    assert!((9_000_000..9_500_000).contains(&capacity), "{capacity}");
    drop(bytes);
    assert!(arena.capacity_bytes() < 500_000);
}

#[test]
fn a_large_block_that_is_over_aligned_or_not_the_newest_moves() {
    let arena = counted();
    for align in [8, 16, 32, 4096, 1 << 16] {
        let old = layout(100_000, align);
        let first = arena.allocate(old).unwrap().cast::<u8>();
        fill(first, 7, 100_000);
        let _newer = block(&arena, 50_000);
        // SAFETY: the block is live and has that layout.
        let grown = unsafe { arena.grow(first, old, layout(200_000, align)) }.unwrap().cast::<u8>();
        assert!(grown != first && address(grown) % align == 0 && all_equal(bytes(grown, 100_000), 7));
        fill(grown, 8, 200_000);
        // SAFETY: the block is live and has that layout.
        let shrunk = unsafe { arena.shrink(grown, layout(200_000, align), layout(70_000, align)) }.unwrap();
        let shrunk = shrunk.cast::<u8>();
        assert!(address(shrunk) % align == 0 && all_equal(bytes(shrunk, 70_000), 8));
    }
}

#[test]
fn no_chunk_leaves_while_the_chunks_are_iterated() {
    let arena = counted();
    let size = 100_000;
    let own = block(&arena, size);
    fill(own, 3, size);
    let mut chunks = arena.chunks();
    // SAFETY: the block is live and has that layout.
    let moved = unsafe { arena.grow(own, layout(size, 8), layout(2 * size, 8)) }.unwrap().cast();
    assert!(moved != own && all_equal(bytes(moved, size), 3));
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(moved, layout(2 * size, 8)) };
    assert_eq!(live_chunks(&arena), 2);
    assert!(chunks.by_ref().all(|chunk| chunk.end.addr() - chunk.start.addr() >= size));
    drop(chunks);
    // They stay until the reset. A leaked iterator keeps all chunks, and ends with the reset, too.
    let own = block(&arena, size);
    std::mem::forget(arena.chunks());
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(own, layout(size, 8)) };
    assert_eq!(live_chunks(&arena), 3);
    let mut arena = arena;
    arena.reset_release();
    let own = block(&arena, size);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(own, layout(size, 8)) };
    assert_eq!(live_chunks(&arena), 0);
}

#[test]
fn blocks_are_aligned_and_zeroed() {
    let arena = TaskArena::new();
    let mut live = LiveBlocks::default();
    for align in (0..=22).map(|power| 1_usize << power) {
        for size in [0, 1, 100, 8191, 8192, 100_000] {
            live.allocate(&arena, layout(size, align)).unwrap();
            live.allocate_zeroed(&arena, layout(size, align)).unwrap();
        }
    }
    live.check();
    let dirty = block(&arena, 500);
    fill(dirty, 1, 500);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(dirty, layout(500, 8)) };
    let again = arena.allocate_zeroed(layout(500, 8)).unwrap();
    assert_eq!(again.cast(), dirty);
    assert!(all_equal(bytes(dirty, 500), 0));
}

#[test]
fn without_memory_requests_are_errors() {
    let mut arena = TaskArena::new_in(Null);
    for size in [1, 100, 10_000, 10 << 20] {
        assert!(arena.allocate(layout(size, 8)).is_err());
        assert!(arena.allocate_zeroed(layout(size, 8)).is_err());
    }
    assert!(arena.allocate(layout(0, 8)).is_ok());
    arena.reset();
    assert_eq!(arena.capacity_bytes(), 0);
}

#[test]
fn near_a_limit_a_chunk_is_as_small_as_a_block() {
    for bytes in [1000, 10_000, 300_000] {
        let limited = RuledParent { rule: ByteLimit::new(bytes), parent: System };
        let mut arena = TaskArena::new_in(&limited);
        for _ in 0..3 {
            let mut live = LiveBlocks::default();
            while live.allocate(&arena, layout(40, 8)).is_ok() {}
            assert!(limited.rule.remaining() < 100 && live.size() > bytes * 2 / 5, "{} {bytes}", live.size());
            live.check();
            arena.reset_release();
            assert_eq!(limited.rule.remaining(), bytes);
        }
    }
}

#[test]
fn a_growth_that_fails_leaves_the_block() {
    let limited = RuledParent { rule: ByteLimit::new(250_000), parent: System };
    let arena = TaskArena::new_in(&limited);
    let own = block(&arena, 200_000);
    fill(own, 5, 200_000);
    for size in [300_000, usize::MAX / 2 - 64] {
        // SAFETY: the block is live and has that layout.
        assert!(unsafe { arena.grow(own, layout(200_000, 8), layout(size, 8)) }.is_err());
        assert!(all_equal(bytes(own, 200_000), 5));
    }
    // It is still the newest one.
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(own, layout(200_000, 8)) };
    assert_eq!(limited.rule.remaining(), 250_000);
}

#[test]
fn reset_keeps_the_largest_chunk_and_soon_one_is_enough() {
    let mut arena = counted();
    arena.reset();
    assert_eq!(live_chunks(&arena), 0, "nothing to keep");
    for size in [100, 10_000, 3_000_000] {
        let round = |arena: &Counted| (0..50).for_each(|_| _ = block(arena, size / 50));
        for _ in 0..4 {
            round(&arena);
            arena.reset();
            assert_eq!((live_chunks(&arena), arena.allocated_bytes()), (1, 0));
        }
        let before = arena.parent().snapshot();
        for _ in 0..100 {
            round(&arena);
            Reset::reset(&mut arena);
        }
        assert_eq!(arena.parent().snapshot().since(&before).allocations, 0, "{size}");
        assert!(arena.capacity_bytes() < 2 * size + 2 * FIRST, "{size} {}", arena.capacity_bytes());
    }
    let shown = format!("{arena:?}");
    assert!(shown.contains("TaskArena {") && shown.contains("capacity_bytes: "), "{shown}");
}

#[test]
fn a_cap_keeps_the_largest_chunk_that_fits() {
    let mut arena = counted();
    for cap in [0, 100, FIRST - 1, FIRST, 70_000, 3 << 20, 20 << 20, usize::MAX] {
        (0..2000).for_each(|_| _ = block(&arena, 100));
        [50_000, 1 << 20, 10 << 20].into_iter().for_each(|size| _ = block(&arena, size));
        let capacities = arena.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr());
        let fitting = capacities.filter(|&capacity| capacity <= cap).max().unwrap_or(0);
        arena.reset_keep_at_most(cap);
        assert_eq!((arena.capacity_bytes(), live_chunks(&arena)), (fitting, u64::from(fitting > 0)), "{cap}");
        // The kept chunk is in use from its start; the next new one is not raised above the cap.
        if fitting > 0 {
            let before = arena.parent().snapshot();
            block(&arena, fitting);
            assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
        }
        block(&arena, 100);
        assert!(arena.capacity_bytes() - fitting <= (cap.max(FIRST)).max(2 * fitting), "{cap}");
        arena.reset_release();
        assert_eq!((arena.capacity_bytes(), live_chunks(&arena)), (0, 0));
        block(&arena, 100);
        assert_eq!(arena.capacity_bytes(), FIRST);
    }
}

struct UsedAtRandom;

impl ParentCheck for UsedAtRandom {
    fn check<A: Allocator>(parent: impl Fn() -> A) {
        let mut arena = TaskArena::new_in(parent());
        for seed in 0..5 {
            let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
            (0..300).for_each(|_| live.step(&arena, &mut random).unwrap());
            live.check();
            assert!(arena.allocated_bytes() >= live.size() && arena.capacity_bytes() >= arena.allocated_bytes());
            arena.reset();
        }
    }
}

#[test]
fn any_allocator_is_a_parent() {
    each_parent::sources_and_adapters::<UsedAtRandom>();
    each_parent::arenas_and_pools::<UsedAtRandom>();
}

/// A parent that allocates from the arena over it while it serves a request of that arena.
#[derive(Default)]
struct Reentrant {
    arena: std::sync::OnceLock<&'static TaskArena<Reentrant>>,
    is_inside: AtomicBool,
    inner: AtomicUsize,
}

impl Reentrant {
    fn enter(&self) {
        if let Some(arena) = self.arena.get() {
            if !self.is_inside.swap(true, Ordering::Relaxed) {
                let size = 24 << (self.inner.fetch_add(1, Ordering::Relaxed) % 12);
                let inner = block(arena, size);
                fill(inner, 0xee, size);
                // SAFETY: the block is live and has that layout.
                unsafe { arena.deallocate(inner, layout(size, 8)) };
                self.is_inside.store(false, Ordering::Relaxed);
            }
        }
    }
}

// SAFETY: each call is forwarded to `System`.
unsafe impl Allocator for Reentrant {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.enter();
        System.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.enter();
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.enter();
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.grow(block, old, new) }
    }
}

#[test]
fn the_parent_may_use_the_arena() {
    let owned = std::boxed::Box::into_raw(std::boxed::Box::new(TaskArena::new_in(Reentrant::default())));
    // SAFETY: the box is freed below, after the last use of the reference.
    let arena: &'static TaskArena<Reentrant> = unsafe { &*owned };
    assert!(arena.parent().arena.set(arena).is_ok());
    let (mut live, mut random) = (LiveBlocks::default(), Random(4));
    for _ in 0..10_000 {
        live.step(&arena, &mut random).unwrap();
    }
    live.check();
    assert!(arena.parent().inner.load(Ordering::Relaxed) > 20);
    // The drop calls the parent, too, which must not use the arena then.
    arena.parent().is_inside.store(true, Ordering::Relaxed);
    // SAFETY: the pointer is that of a box, and the arena in it is not used any more.
    drop(unsafe { std::boxed::Box::from_raw(owned) });
}

#[test]
fn threads_do_not_write_to_each_others_blocks() {
    let mut arena = counted();
    for threads in [2, 4, 16] {
        use_from_threads(&arena, threads, 2000);
        arena.reset();
        assert_eq!(live_chunks(&arena), 1);
    }
    let stats = Stats::new(System);
    let arena = TaskArena::new_in(&stats);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2000 {
                assert!(arena.allocated_bytes() < 1 << 40 && !arena.owns(NonNull::from(&stats).cast()));
            }
        });
        use_from_threads(&arena, 3, 1000);
    });
    drop(arena);
    assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
}

#[test]
fn large_blocks_pass_from_thread_to_thread() {
    let arena = counted();
    let (to_second, second) = mpsc::channel::<Vec<u8, &Counted>>();
    thread::scope(|scope| {
        let arena = &arena;
        scope.spawn(move || {
            for n in 0..500_usize {
                let mut bytes = Vec::new_in(arena);
                bytes.resize(n * 500, n as u8);
                to_second.send(bytes).unwrap();
            }
        });
        scope.spawn(move || {
            for (n, mut bytes) in second.into_iter().enumerate() {
                assert!(bytes.len() == n * 500 && all_equal(&bytes, n as u8));
                bytes.extend(std::iter::repeat_n(n as u8, 20_000));
                assert!(all_equal(&bytes, n as u8));
            }
        });
    });
}

#[test]
fn an_owned_arena_may_move_while_in_use() {
    owned_arenas_move(TaskArena::new);
    owned_arenas_move(|| TaskArena::new_in(Pages::new()));

    let shared = Arc::new(TaskArena::new_in(Pages::new()));
    let mut map = HashMap::new_in(shared.clone());
    map.extend((0..1000).map(|n| (n, Box::new_in(n * n, shared.clone()))));
    drop(shared);
    let map = thread::spawn(move || map).join().unwrap();
    assert!((0..1000).all(|n| *map[&n] == n * n));
}

#[test]
fn an_arena_over_it_places_values() {
    let task = TaskArena::new();
    thread::scope(|threads| {
        for n in 0..4 {
            let task = &task;
            threads.spawn(move || {
                let arena = Arena::new_in(task);
                assert_eq!(arena.alloc_fmt(format_args!("thread {n}")).len(), 8);
            });
        }
    });
    assert!(task.capacity_bytes() > 0);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Allocate { size: usize, align: u32, zeroed: bool },
    Free(prop::sample::Index),
    FreeLast,
    Resize(prop::sample::Index, usize),
    ResizeLast(usize),
    Reset,
    KeepAtMost(usize),
}

fn steps() -> impl Strategy<Value = Step> {
    let size =
        || prop_oneof![8 => 0..200_usize, 3 => 0..5000_usize, 2 => 10_000..60_000_usize, 1 => 0..2_000_000_usize];
    prop_oneof![
        6 => (size(), 0..8_u32, any::<bool>()).prop_map(|(size, align, zeroed)| Step::Allocate { size, align, zeroed }),
        1 => any::<prop::sample::Index>().prop_map(Step::Free),
        2 => Just(Step::FreeLast),
        1 => (any::<prop::sample::Index>(), size()).prop_map(|(at, size)| Step::Resize(at, size)),
        3 => size().prop_map(Step::ResizeLast),
        1 => Just(Step::Reset),
        1 => size().prop_map(Step::KeepAtMost),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_keep_their_contents(steps in prop::collection::vec(steps(), 1..80)) {
        let parent = Stats::new(System);
        let mut arena = TaskArena::new_in(&parent);
        let mut live = LiveBlocks::default();
        for step in steps {
            match (step, live.len()) {
                (Step::Allocate { size, align, zeroed: false }, _) => live.allocate(&arena, layout(size, 1 << align)).unwrap(),
                (Step::Allocate { size, align, zeroed: true }, _) => {
                    live.allocate_zeroed(&arena, layout(size, 1 << align)).unwrap();
                }
                (Step::Reset, _) => {
                    live.check();
                    live = LiveBlocks::default();
                    arena.reset();
                    prop_assert!(parent.snapshot().live_blocks() <= 1);
                }
                (Step::KeepAtMost(bytes), _) => {
                    live.check();
                    live = LiveBlocks::default();
                    arena.reset_keep_at_most(bytes);
                    prop_assert!(arena.capacity_bytes() <= bytes && parent.snapshot().live_blocks() <= 1);
                }
                (_, 0) => {}
                (Step::Free(at), length) => live.free(&arena, at.index(length)),
                (Step::FreeLast, length) => live.free(&arena, length - 1),
                (Step::Resize(at, size), length) => live.resize(&arena, at.index(length), size).unwrap(),
                (Step::ResizeLast(size), length) => live.resize(&arena, length - 1, size).unwrap(),
            }
            prop_assert!(live.size() <= arena.allocated_bytes());
            prop_assert!(arena.allocated_bytes() <= arena.capacity_bytes());
            prop_assert_eq!(arena.chunks().count() as u64, parent.snapshot().live_blocks());
        }
        live.check();
        drop(arena);
        prop_assert_eq!((parent.snapshot().live_blocks(), parent.snapshot().live_bytes), (0, 0));
    }
}
