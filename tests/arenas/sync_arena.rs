//! `SyncArena`, which threads share. As the default of a process it is tested in `tests/sync_arena_default.rs`.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;

use janus_alloc::api::{AllocError, Allocator, Layout, Owns};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Null, Pages, Stats, SyncArena, System};

use crate::children::alone;
use crate::live::LiveBlocks;
use crate::parents::{ByteLimit, RuledParent};
use crate::shared::{owned_arenas_move, use_from_threads};
use crate::{address, block, bytes, fill, layout};

const FIRST: usize = 256 << 10;
const LARGEST: usize = 4 << 20;
const SPAN: usize = 32 << 10;

type Counted = SyncArena<Stats<System>>;

fn counted() -> Counted {
    SyncArena::new_in(Stats::new(System))
}

fn live_chunks(arena: &Counted) -> u64 {
    arena.parent().snapshot().live_blocks()
}

#[test]
fn chunks_double_up_to_the_cap_and_go_back() {
    let parent = Stats::new(System);
    let arena = SyncArena::new_in(&parent);
    assert_eq!((arena.capacity_bytes(), parent.snapshot().allocations), (0, 0));
    let mut expected = FIRST;
    for count in 1..10 {
        let before = arena.capacity_bytes();
        while parent.snapshot().allocations < count {
            block(&arena, 100);
        }
        assert_eq!(arena.capacity_bytes() - before, expected);
        expected = (2 * expected).min(LARGEST);
    }
    assert_eq!(arena.capacity_bytes() as u64, parent.snapshot().live_bytes);
    drop(arena);
    assert_eq!((parent.snapshot().live_bytes, parent.snapshot().live_blocks()), (0, 0));
}

#[test]
fn large_blocks_are_cut_from_the_chunk_and_the_largest_have_their_own() {
    let arena = counted();
    let small = block(&arena, 16);
    let large = block(&arena, 40_000);
    assert!(address(large) >= address(small) + SPAN - 64, "the large block does not lie behind the span");
    let next = block(&arena, 50_000);
    assert_eq!(address(next), address(large) + 40_000);
    assert_eq!(address(block(&arena, 16)), address(small) + 16);
    let own = block(&arena, 10 << 20);
    assert!(arena.parent().snapshot().largest_request - (10 << 20) < 64);
    assert_eq!(live_chunks(&arena), 2);
    assert_eq!(address(block(&arena, 40_000)), address(next) + 50_000, "the arena left its previous chunk");
    for (block, size) in [(small, 16), (large, 40_000), (next, 50_000), (own, 10 << 20)] {
        assert!(arena.owns(block) && Owns::owns(&arena, block, layout(size, 8)));
        fill(block, 1, size);
    }
    assert!(!arena.owns(NonNull::from(&arena).cast()) && !arena.owns(NonNull::dangling()));
}

#[test]
fn the_last_large_block_is_resized_and_freed_in_place() {
    let arena = counted();
    let mut last = block(&arena, 40_000);
    fill(last, 3, 40_000);
    for _ in 0..100 {
        for (old, new) in [(40_000, 60_000), (60_000, 100_001), (100_001, 100_002)] {
            // SAFETY: the block is live and has that layout.
            let grown = unsafe { arena.grow(last, layout(old, 8), layout(new, 8)) }.unwrap().cast();
            assert_eq!(grown, last);
        }
        // SAFETY: the block is live and has that layout.
        unsafe { arena.shrink(last, layout(100_002, 8), layout(40_000, 8)) }.unwrap();
        assert!(crate::all_equal(bytes(last, 40_000), 3));
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(last, layout(40_000, 8)) };
        last = block(&arena, 40_000);
        fill(last, 3, 40_000);
    }
    assert_eq!(live_chunks(&arena), 1);
    // A block that is not the last moves when it grows.
    let after = block(&arena, 40_000);
    // SAFETY: the block is live and has that layout.
    let moved = unsafe { arena.grow(last, layout(40_000, 8), layout(50_000, 8)) }.unwrap().cast();
    assert!(moved != last && crate::all_equal(bytes(moved, 40_000), 3));
    fill(after, 1, 40_000);
}

#[test]
fn blocks_are_aligned_and_zeroed() {
    let arena = SyncArena::new();
    let mut live = LiveBlocks::default();
    for align in (0..=22).map(|power| 1_usize << power) {
        for size in [0, 1, 100, 8191, 8192, 100_000] {
            live.allocate(&arena, layout(size, align)).unwrap();
            live.allocate_zeroed(&arena, layout(size, align)).unwrap();
        }
    }
    let zeroed = arena.allocate_zeroed(layout(50 << 20, 8)).unwrap();
    assert!(crate::all_equal(bytes(zeroed.cast(), zeroed.len()), 0));
    live.check();
    let dirty = block(&arena, 5000);
    fill(dirty, 1, 5000);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(dirty, layout(5000, 8)) };
    let again = arena.allocate_zeroed(layout(5000, 8)).unwrap();
    assert_eq!(again.cast(), dirty);
    assert!(crate::all_equal(bytes(dirty, 5000), 0));
}

#[test]
fn without_memory_requests_are_errors() {
    let arena = SyncArena::new_in(Null);
    for size in [1, 100, 10_000, 10 << 20] {
        assert!(arena.allocate(layout(size, 8)).is_err());
        assert!(arena.allocate_zeroed(layout(size, 8)).is_err());
    }
    assert!(arena.allocate(layout(0, 8)).is_ok());
    assert_eq!(arena.reset().capacity_bytes(), 0);
}

#[test]
fn near_a_limit_a_span_is_as_small_as_a_block() {
    let limited = RuledParent { rule: ByteLimit::new(10_000), parent: System };
    let arena = SyncArena::new_in(&limited);
    let mut live = LiveBlocks::default();
    while live.allocate(&arena, layout(40, 8)).is_ok() {}
    assert!(live.size() > 4000 && limited.rule.remaining() < 100, "{} {}", live.size(), limited.rule.remaining());
    live.check();
    // The rest of a chunk that has no room for a full span is used too.
    let limited = RuledParent { rule: ByteLimit::new(FIRST), parent: System };
    let arena = SyncArena::new_in(&limited);
    let mut live = LiveBlocks::default();
    while live.allocate(&arena, layout(40, 8)).is_ok() {}
    assert!(live.size() > FIRST - 1000, "{}", live.size());
    live.check();
    drop(arena);
    assert_eq!(limited.rule.remaining(), FIRST);
}

/// A parent that serves the first request once a second is running, and refuses the second after the first thread has its block.
struct OneChunk {
    calls: AtomicUsize,
    both_requested: Barrier,
    first_returned: Barrier,
}

// SAFETY: each call is forwarded to `System` or refused.
unsafe impl Allocator for OneChunk {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        match self.calls.fetch_add(1, Ordering::Relaxed) {
            0 => {
                self.both_requested.wait();
                return System.allocate(layout);
            }
            1 => {
                self.both_requested.wait();
                self.first_returned.wait();
            }
            _ => {}
        }
        Err(AllocError)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.deallocate(block, layout) };
    }
}

#[test]
fn a_refused_thread_uses_the_chunk_of_another_thread() {
    let parent =
        OneChunk { calls: AtomicUsize::new(0), both_requested: Barrier::new(2), first_returned: Barrier::new(2) };
    let arena = SyncArena::new_in(&parent);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                block(&arena, 100);
                // Only the first thread to get here waits: the refusal of the other thread's request waits for it.
                if arena.parent().calls.fetch_add(1 << 16, Ordering::Relaxed) < 1 << 16 {
                    arena.parent().first_returned.wait();
                }
            });
        }
    });
    assert_eq!(arena.capacity_bytes(), FIRST);
}

#[test]
fn threads_do_not_write_to_each_others_blocks() {
    let mut arena = counted();
    for threads in [2, 4, 16] {
        use_from_threads(&arena, threads, 2000);
        arena = arena.reset();
        assert_eq!(live_chunks(&arena), 1);
    }
}

#[test]
fn more_threads_than_thread_indices() {
    // In its own process, since it takes all thread indices, and so all spans, from the threads of other tests.
    alone("sync_arena::more_threads_than_thread_indices", || {
        let arena = counted();
        for _ in 0..2 {
            use_from_threads(&arena, 600, 30);
        }
    });
}

#[test]
fn blocks_may_be_freed_grown_and_shrunk_by_other_threads() {
    let arena = counted();
    let lines = |n: usize| {
        let mut lines = Vec::new_in(&arena);
        lines.extend((0..n).map(|line| line * n));
        lines
    };
    let (to_second, second) = mpsc::channel::<Vec<usize, &Counted>>();
    let (to_third, third) = mpsc::channel::<Vec<usize, &Counted>>();
    thread::scope(|scope| {
        scope.spawn(move || (0..2000).for_each(|n| to_second.send(lines(n)).unwrap()));
        scope.spawn(move || {
            for mut lines in second {
                let n = lines.len();
                if n % 3 == 0 {
                    lines.extend(n..2 * n);
                } else if n % 3 == 1 {
                    lines.truncate(n / 2);
                    lines.shrink_to_fit();
                }
                to_third.send(lines).unwrap();
            }
        });
        scope.spawn(move || {
            let mut kept = std::vec::Vec::new();
            for (n, lines) in third.into_iter().enumerate() {
                let ok = lines.iter().enumerate().all(|(line, &value)| value == if line < n { line * n } else { line });
                assert!(ok, "{n}");
                if n % 2 == 0 {
                    kept.push((n, lines));
                }
            }
            for (n, lines) in kept {
                assert!(lines.iter().enumerate().all(|(line, &value)| value == if line < n { line * n } else { line }));
            }
        });
    });
}

/// Runs so many threads in sequence that a new span for each would take about a hundred times the memory.
#[test]
fn a_thread_that_ends_leaves_its_span_to_the_next() {
    let arena = SyncArena::new_in(Stats::new(System));
    for n in 0..2000 {
        thread::scope(|scope| {
            scope.spawn(|| {
                let block = block(&arena, 100);
                fill(block, n as u8, 100);
            });
        });
    }
    assert!(arena.capacity_bytes() <= 3 * LARGEST / 2, "{}", arena.capacity_bytes());
}

#[test]
fn an_owned_arena_may_move_while_in_use() {
    owned_arenas_move(SyncArena::new);
    owned_arenas_move(|| SyncArena::new_in(System));
}

#[test]
fn many_instances_at_a_time() {
    let parent = Stats::new(System);
    let arenas: std::vec::Vec<_> = (0..300).map(|_| SyncArena::new_in(&parent)).collect();
    let boxes: std::vec::Vec<_> = arenas.iter().enumerate().map(|(n, arena)| Box::new_in(n, arena)).collect();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| arenas.iter().enumerate().for_each(|(n, arena)| assert_eq!(*Box::new_in(n, arena), n)));
        }
    });
    assert!(boxes.iter().enumerate().all(|(n, boxed)| **boxed == n));
    drop(boxes);
    drop(arenas);
    assert_eq!(parent.snapshot().live_bytes, 0);
}

#[test]
fn reset_keeps_the_largest_chunk() {
    let mut arena = counted();
    arena = arena.reset();
    assert_eq!(live_chunks(&arena), 0, "nothing to keep");
    for size in [100, 100_000, 10 << 20, 1 << 20] {
        (0..20).for_each(|_| {
            block(&arena, size);
        });
        let largest = arena.capacity_bytes();
        arena = arena.reset();
        assert_eq!(live_chunks(&arena), 1);
        assert!(arena.capacity_bytes() <= largest);
        // The kept chunk is in use from its start.
        let before = arena.parent().snapshot();
        block(&arena, arena.capacity_bytes() - 64);
        assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
        arena = arena.reset();
    }
    use_from_threads(&arena, 4, 500);
    let shown = format!("{arena:?}");
    assert!(shown.contains("SyncArena {") && shown.contains("capacity_bytes: "), "{shown}");
}

#[test]
fn a_cap_keeps_the_largest_chunk_that_fits() {
    let mut arena = counted();
    for cap in [0, 100, FIRST - 1, FIRST, 700_000, 3 << 20, LARGEST, 20 << 20, usize::MAX] {
        let (mut largest, mut fitting) = (0, 0);
        for size in [100, 100_000, 1 << 20, 10 << 20] {
            (0..20).for_each(|_| {
                let before = arena.capacity_bytes();
                block(&arena, size);
                let chunk = arena.capacity_bytes() - before;
                largest = largest.max(chunk);
                fitting = fitting.max(if chunk <= cap { chunk } else { 0 });
            });
        }
        arena = arena.reset_keep_at_most(cap);
        assert!(largest > 10 << 20);
        assert_eq!((arena.capacity_bytes(), live_chunks(&arena)), (fitting, u64::from(fitting > 0)), "{cap}");
        assert_eq!(arena.parent().snapshot().live_bytes, fitting as u64);
        // The kept chunk is in use from its start; without one, the next chunk has the size of a first chunk.
        let before = arena.parent().snapshot();
        if fitting > 0 {
            block(&arena, fitting - 64);
            assert_eq!(arena.parent().snapshot().since(&before).allocations, 0);
        } else {
            block(&arena, 100);
            assert_eq!(arena.capacity_bytes(), FIRST);
        }
        arena = arena.reset_keep_at_most(0);
        assert_eq!((arena.capacity_bytes(), live_chunks(&arena)), (0, 0));
    }
}

#[test]
fn another_thread_may_drop_the_arena() {
    static PARENT: Stats<Pages> = Stats::new(Pages::new());
    let arena = SyncArena::new_in(&PARENT);
    use_from_threads(&arena, 3, 100);
    thread::spawn(move || drop(arena)).join().unwrap();
    assert_eq!(PARENT.snapshot().live_bytes, 0);
}

#[test]
fn thread_locals_may_allocate_while_they_are_dropped() {
    static ARENA: SyncArena = SyncArena::new();
    struct AllocatesOnDrop(Vec<u64, &'static SyncArena>);
    impl Drop for AllocatesOnDrop {
        fn drop(&mut self) {
            self.0.extend(0..1000);
            let copy = self.0.clone();
            assert!(self.0.iter().eq(copy.iter()));
        }
    }
    thread_local! {
        static FIRST: AllocatesOnDrop = AllocatesOnDrop(Vec::new_in(&ARENA));
        static SECOND: AllocatesOnDrop = AllocatesOnDrop(Vec::new_in(&ARENA));
    }
    for _ in 0..50 {
        thread::spawn(|| {
            // One is registered before this thread has an index and one after, since the order of destructors is not specified.
            FIRST.with(|_| ());
            block(&&ARENA, 100);
            SECOND.with(|_| ());
        })
        .join()
        .unwrap();
    }
}
