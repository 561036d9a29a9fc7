//! Jobs for any number of threads and one arena. Each thread does the same, so that with ideal threads the time does not
//! grow with their number, as long as each has a processor.

use std::alloc::{Layout, handle_alloc_error};
use std::hint::black_box;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_benches::arenas::SharedArena;

/// The time from the first thread's start of `work` to the last one's end.
fn time<S: SharedArena>(arena: &S, threads: usize, work: fn(&S)) -> Duration {
    let missing = AtomicUsize::new(threads);
    let timed = || {
        missing.fetch_sub(1, Ordering::Relaxed);
        // Not a barrier: waking up from one takes as long as the job.
        while missing.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        work(arena);
        (start, Instant::now())
    };
    let times: std::vec::Vec<(Instant, Instant)> = thread::scope(|scope| {
        let threads: std::vec::Vec<_> = (0..threads).map(|_| scope.spawn(timed)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no work panics")).collect()
    });
    let start = times.iter().map(|(start, _)| *start).min().expect("a thread");
    let end = times.iter().map(|(_, end)| *end).max().expect("a thread");
    end - start
}

/// The time of `work`, done for the fifth time in an arena that is reset between. By then it has all the memory it needs: what an
/// arena keeps at a reset is seldom the memory it has touched.
fn warm<S: SharedArena>(threads: usize, work: fn(&S)) -> Duration {
    let mut arena = S::new();
    for _ in 0..4 {
        time(&arena, threads, work);
        arena = arena.reset();
    }
    time(&arena, threads, work)
}

/// Small blocks, in an arena that has had the memory before.
pub(super) fn blocks<S: SharedArena>(threads: usize) -> Duration {
    warm(threads, allocate_blocks::<S>)
}

/// Small blocks, in a new arena.
pub(super) fn first_blocks<S: SharedArena>(threads: usize) -> Duration {
    time(&S::new(), threads, allocate_blocks::<S>)
}

/// Vectors that grow, two by two: one of them is never the thread's last block.
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

/// Allocates small blocks, each with the address of the one before in it; frees them if that is needed.
fn allocate_blocks<S: SharedArena>(arena: &S) {
    const BLOCKS: usize = 100_000;
    let layouts = black_box([Layout::new::<[usize; 3]>(), Layout::new::<[usize; 4]>(), Layout::new::<[usize; 7]>()]);
    let layouts = layouts.iter().cycle().copied().take(BLOCKS);
    let mut last: Option<NonNull<Block>> = None;
    for layout in layouts {
        let Ok(block) = arena.handle().allocate(layout) else { handle_alloc_error(layout) };
        let block = block.cast();
        // SAFETY: the block is large enough, and aligned.
        unsafe { block.write(Block { before: last, layout }) };
        last = Some(block);
    }
    while let Some(block) = last.filter(|_| !S::RESETS) {
        // SAFETY: the block was written and is not freed.
        let Block { before, layout } = unsafe { block.read() };
        // SAFETY: the block was allocated with this layout.
        unsafe { arena.handle().deallocate(block.cast(), layout) };
        last = before;
    }
}

/// What stands in a block.
#[derive(Clone, Copy)]
struct Block {
    before: Option<NonNull<Block>>,
    layout: Layout,
}
