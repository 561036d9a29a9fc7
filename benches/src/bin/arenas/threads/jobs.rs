//! Jobs for any number of threads and one arena. Each thread does the same work, so the time would not grow with their number if they
//! did not disturb each other and each had a processor.

use std::alloc::{Layout, handle_alloc_error};
use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_benches::arenas::SharedArena;

/// Runs `work` in all threads, and returns the time from the first start to the last end.
fn time<S: SharedArena>(arena: &S, threads: usize, work: fn(&S)) -> Duration {
    let not_started = AtomicUsize::new(threads);
    let timed = || {
        not_started.fetch_sub(1, Ordering::Relaxed);
        // No barrier: to wake up from one takes as long as the job.
        while not_started.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        work(arena);
        (start, Instant::now())
    };
    let times: std::vec::Vec<(Instant, Instant)> = thread::scope(|scope| {
        let threads: std::vec::Vec<_> = (0..threads).map(|_| scope.spawn(timed)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a job panicked")).collect()
    });
    let start = times.iter().map(|(start, _)| *start).min().expect("a thread");
    let end = times.iter().map(|(_, end)| *end).max().expect("a thread");
    end - start
}

/// Runs `work` five times in an arena that is reset in between, and returns the fifth time. By then the arena has and has touched its
/// memory: what it keeps at the first resets is seldom all of that.
fn warm<S: SharedArena>(threads: usize, work: fn(&S)) -> Duration {
    let mut arena = S::new();
    for _ in 0..4 {
        time(&arena, threads, work);
        arena = arena.reset();
    }
    time(&arena, threads, work)
}

/// Allocates small blocks in an arena that has its memory already.
pub(super) fn blocks<S: SharedArena>(threads: usize) -> Duration {
    warm(threads, allocate_blocks::<S>)
}

/// Allocates small blocks in a new arena.
pub(super) fn first_blocks<S: SharedArena>(threads: usize) -> Duration {
    time(&S::new(), threads, allocate_blocks::<S>)
}

/// Grows two vectors at a time, so that the block of one is never the thread's last.
pub(super) fn vectors<S: SharedArena>(threads: usize) -> Duration {
    warm(threads, |arena: &S| {
        for _ in 0..1000 {
            let mut numbers = Vec::new_in(arena.handle());
            let mut squares = Vec::new_in(arena.handle());
            for number in 0..100_u64 {
                numbers.push(number);
                squares.push(number * number);
            }
            black_box((&numbers, &squares));
        }
    })
}

/// Allocates small blocks, each of which holds the address of the one before, and frees them if a reset does not.
fn allocate_blocks<S: SharedArena>(arena: &S) {
    const BLOCKS: usize = 100_000;
    let layouts = black_box([Layout::new::<[usize; 3]>(), Layout::new::<[usize; 4]>(), Layout::new::<[usize; 7]>()]);
    let layouts = layouts.iter().cycle().copied().take(BLOCKS);
    let mut last: Option<NonNull<Block>> = None;
    for layout in layouts {
        let Ok(block) = arena.handle().allocate(layout) else { handle_alloc_error(layout) };
        let block = block.cast();
        // SAFETY: each of the layouts has at least the size and the alignment of `Block`.
        unsafe { block.write(Block { before: last, layout }) };
        last = Some(block);
    }
    while let Some(block) = last.filter(|_| !S::RESETS) {
        // SAFETY: the block is live, and was written at its allocation.
        let Block { before, layout } = unsafe { block.read() };
        // SAFETY: the block was allocated with this layout.
        unsafe { arena.handle().deallocate(block.cast(), layout) };
        last = before;
    }
}

/// The contents of a block.
#[derive(Clone, Copy)]
struct Block {
    before: Option<NonNull<Block>>,
    layout: Layout,
}
