//! Each request to the parent fails once, and all from each on: an `Err` or another way, nothing lost, and a pool that goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::pools::{Options, Retain};
use janus_alloc::testing::conformance::{self, check};
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::{Block, Random};
use crate::parents::{Indices, Limit, OneOf, Ruled};
use crate::{CHECKED, CHUNK, LARGE, RETAINS, UNCHECKED, assert_everything_is_back, block, free, layout};

type Parent<'a> = Ruled<Indices, &'a Stats<System>>;

/// What there is at a time, and which calls failed.
struct Session<'a> {
    pool: SharedPool<&'a Parent<'a>>,
    live: Vec<Block>,
    calls: usize,
    failed: Vec<usize>,
}

impl Session<'_> {
    fn count(&mut self, ok: bool) {
        if !ok {
            self.failed.push(self.calls);
        }
        self.calls += 1;
    }

    fn take(&mut self, block: Result<Block, AllocError>) {
        self.count(block.is_ok());
        self.live.extend(block);
    }

    fn allocate(&mut self, size: usize, align: usize) {
        let block = Block::allocate(&self.pool, layout(size, align), self.calls as u64);
        self.take(block);
    }

    fn allocate_zeroed(&mut self, size: usize, align: usize) {
        let block = Block::allocate_zeroed(&self.pool, layout(size, align), self.calls as u64);
        self.take(block);
    }

    /// Of the newest block, if there is one.
    fn resize(&mut self, size: usize, zeroed: bool) {
        let Some(mut block) = self.live.pop() else { return self.calls += 1 };
        let new = layout(size, block.layout.align());
        let ok = block.resize(&self.pool, new, zeroed).is_ok();
        self.count(ok);
        self.live.push(block);
    }

    fn check(&self) {
        self.live.iter().for_each(Block::check);
    }

    fn free_all_but(&mut self, keep: usize) {
        let first = keep.min(self.live.len());
        self.live.drain(first..).for_each(|block| block.free(&self.pool));
    }

    /// Small, medium and large blocks of many classes, zeroed ones, growth and shrinking in both directions.
    fn work(&mut self) {
        for round in 0..2 {
            for size in [1, 8, 24, 100, 1000, 5000, 32 << 10] {
                self.allocate(size, 8);
                self.allocate_zeroed(size, 1);
            }
            for size in [40 << 10, 200_000, 512 << 10] {
                self.allocate(size, 8);
                self.allocate_zeroed(size, 16);
            }
            self.allocate(100, 4096);
            self.allocate(40_000, 64 << 10);
            self.allocate(140_000, 128 << 10);
            self.check();
            for size in [600_000, 3 << 20] {
                self.allocate_zeroed(size, 8);
                self.allocate(size, 8);
            }
            self.allocate(1 << 20, 1 << 20);
            // Up through all kinds and down again.
            self.allocate(10, 8);
            for size in [100, 4000, 40_000, 90_000, 300_000, 700_000, 5 << 20, 5 << 20, 2 << 20, 500_000, 100, 7] {
                self.resize(size, size % 3 == 0);
            }
            // More chunks.
            (0..12).for_each(|_| self.allocate(400 << 10, 8));
            (0..20).for_each(|n| self.allocate(20_000 + n, 8));
            self.check();
            self.free_all_but(10 * (round + 1));
            self.allocate(600_000, 8);
            self.resize(1_300_000, true);
            self.pool.collect();
            self.check();
        }
    }
}

fn with_each_failure(options: Options) {
    let stats = Stats::new(System);
    // Which calls failed, and how many requests there were until the parent was healed.
    let run = |rule| {
        let parent = Ruled { rule, parent: &stats };
        let pool = SharedPool::with_options_in(options, &parent);
        let mut session = Session { pool, live: Vec::new(), calls: 0, failed: Vec::new() };
        session.work();
        let count = parent.rule.count();
        parent.rule.heal();
        let failed = std::mem::take(&mut session.failed);
        session.work();
        assert!(session.failed.is_empty(), "there is memory again, and yet {:?} failed", session.failed);
        session.free_all_but(0);
        let held = session.pool.stats();
        assert_eq!(held.live_bytes(), 0, "{held}");
        drop(session);
        assert_everything_is_back(&stats);
        (failed, count)
    };
    let (failed, count) = run(Indices::none());
    assert!(failed.is_empty() && count > 20, "{failed:?} {count}");
    for index in 0..count {
        let (failed, _) = run(Indices::only(index));
        assert!(failed.len() <= 1, "{index}: {failed:?}");
        let (failed, _) = run(Indices::from(index));
        assert!(index > 0 || failed.len() > 30, "without memory {failed:?} failed");
    }
}

#[test]
fn with_caches() {
    with_each_failure(UNCHECKED);
    with_each_failure(UNCHECKED.whole_pages(true).retain(Retain::Everything));
}

#[test]
fn with_nothing_retained() {
    with_each_failure(UNCHECKED.retain(Retain::Nothing));
}

#[test]
fn checked() {
    with_each_failure(CHECKED);
}

#[test]
fn a_parent_with_a_budget() {
    for bytes in [100_000, 3 << 20, 10 << 20, 40 << 20] {
        for options in [UNCHECKED, CHECKED, UNCHECKED.retain(Retain::Nothing), UNCHECKED.retain(Retain::Everything)] {
            let parent = Ruled { rule: Limit::new(bytes), parent: System };
            let pool = SharedPool::with_options_in(options, &parent);
            let requests = conformance::Options { operations: 15_000, seed: bytes as u64, ..Default::default() };
            let report = check(&pool, &requests).unwrap_or_else(|violation| panic!("{violation}"));
            assert!(report.failures > 0 || bytes > 4 << 20, "{report}");
            assert!(report.allocations > 1000 || bytes < 3 << 20, "{report}");
            assert_eq!(pool.stats().held_bytes(), bytes - parent.rule.left());
            drop(pool);
            assert_eq!(parent.rule.left(), bytes, "memory was lost");
        }
    }
}

/// What is kept goes back, and then the block grows where it is: for a copy there would be too little.
#[test]
fn a_growth_that_fails_is_tried_again() {
    let parent = Ruled { rule: Limit::new(13 << 20), parent: System };
    let pool = SharedPool::with_options_in(UNCHECKED, &parent);
    let (before, after) = (layout(6 << 20, 8), layout(9 << 20, 8));
    let (live, kept) = (block(&pool, before.size()), block(&pool, 5 << 20));
    free(&pool, kept, 5 << 20);
    // SAFETY: the block is live, with that layout.
    let grown = unsafe { pool.grow(live, before, after) }.unwrap();
    free(&pool, grown.cast(), after.size());
}

/// Counts what it is asked for beside chunks, which it has; all else it has not.
#[derive(Default)]
struct ChunksOnly {
    requests: AtomicUsize,
}

impl ChunksOnly {
    fn refuse(&self) -> Result<NonNull<[u8]>, AllocError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Err(AllocError)
    }
}

// SAFETY: forwards to `Pages`, or fails.
unsafe impl Allocator for ChunksOnly {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() <= CHUNK { Pages::new().allocate(layout) } else { self.refuse() }
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { Pages::new().deallocate(block, layout) };
    }

    unsafe fn grow(&self, _: NonNull<u8>, _: Layout, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.refuse()
    }

    unsafe fn grow_zeroed(&self, _: NonNull<u8>, _: Layout, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.refuse()
    }
}

/// For far more than the pool has nothing that it keeps is of use, so the parent is asked once.
#[test]
fn a_huge_request_that_fails_is_made_once() {
    for options in [UNCHECKED, CHECKED].into_iter().flat_map(|options| [options, options.whole_pages(true)]) {
        let pool = SharedPool::with_options_in(options, ChunksOnly::default());
        // There is something to give back.
        free(&pool, block(&pool, 2 * LARGE), 2 * LARGE);
        let (small, large) = (layout(100, 16), layout(2 * LARGE, 16));
        let blocks = [small, large].map(|layout| (pool.allocate(layout).unwrap().cast(), layout));
        let requests = |request: &dyn Fn() -> bool| {
            assert!(request(), "there is so much");
            pool.parent().requests.swap(0, Ordering::Relaxed)
        };
        for size in [(1 << 30) + 1, 3 << 30, (3 << 30) + 5] {
            let huge = layout(size, 16);
            assert_eq!(requests(&|| pool.allocate(huge).is_err()), 1, "{size} {options:?}");
            assert_eq!(requests(&|| pool.allocate_zeroed(huge).is_err()), 1, "{size} {options:?}");
            for (block, before) in blocks {
                // SAFETY: the block is live, with that layout, and not used again if it is gone.
                let grow = || unsafe { pool.grow(block, before, huge) }.is_err();
                // To grow a large one where it is, is another request.
                let most = if before == large { 2 } else { 1 };
                assert_eq!(requests(&grow), most, "{size} {before:?} {options:?}");
            }
        }
        // What is just too much is asked for again, when nothing is kept any more.
        assert!(requests(&|| pool.allocate(layout(CHUNK + 1, 8)).is_err()) > 1);
        // SAFETY: live, with that layout.
        blocks.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block, layout) });
    }
}

/// Most of a budget can be used.
#[test]
fn a_budget_of_blocks() {
    for size in [1000, 30_000, 100_000, 200_000] {
        let budget = 300 << 20;
        let parent = Ruled { rule: Limit::new(budget), parent: Pages::new() };
        let pool = SharedPool::with_options_in(UNCHECKED, &parent);
        let count = core::iter::from_fn(|| pool.allocate(layout(size, 8)).ok()).count();
        assert!(count * size > budget / 2, "{count} blocks of {size}");
        drop(pool);
        assert_eq!(parent.rule.left(), budget, "memory was lost");
    }
}

#[test]
fn threads_whose_requests_fail_now_and_then() {
    let stats = Stats::new(System);
    for (number, retain) in RETAINS.into_iter().enumerate() {
        for many in [1, 2, 5] {
            let parent = Ruled { rule: OneOf::new(many), parent: &stats };
            let pool =
                SharedPool::with_options_in(if number % 2 == 0 { UNCHECKED } else { CHECKED }.retain(retain), &parent);
            thread::scope(|scope| {
                for seed in 0..4 {
                    let pool = &pool;
                    scope.spawn(move || {
                        let (mut live, mut random) = (Vec::new(), Random(seed));
                        for number in 0..600 {
                            match random.below(4) {
                                0..2 => live.extend(Block::allocate(pool, random.layout(), number)),
                                2 if !live.is_empty() => {
                                    let at = random.below(live.len());
                                    let _ = live[at].resize(pool, random.layout(), number % 2 == 0);
                                }
                                _ if !live.is_empty() => live.swap_remove(random.below(live.len())).free(pool),
                                _ => {}
                            }
                        }
                        assert!(many > 1 || live.is_empty());
                        live.into_iter().for_each(|block| block.free(pool));
                    });
                }
            });
            assert_eq!(pool.stats().live_bytes(), 0);
            drop(pool);
            assert_eq!((stats.snapshot().live_blocks(), stats.snapshot().live_bytes), (0, 0));
        }
    }
}

/// When there is no more memory, a thread takes from what others left.
#[test]
fn the_spans_of_others_serve_when_there_is_no_memory() {
    for options in [UNCHECKED, CHECKED] {
        let parent = Ruled { rule: Limit::new(3 << 20), parent: Pages::new() };
        let pool = SharedPool::with_options_in(options, &parent);
        let fill = |size| {
            let mut blocks = Vec::new();
            while let Ok(block) = Block::allocate(&pool, layout(size, 8), 0) {
                blocks.push(block);
            }
            blocks
        };
        let blocks = fill(1000);
        assert!(blocks.len() > 1500, "{}", blocks.len());
        thread::scope(|scope| {
            scope.spawn(|| {
                // Those of the first thread; all come back, but for what stays in its cache.
                blocks.into_iter().for_each(|block| block.free(&pool));
                let again = fill(1000);
                assert!(again.len() > 1400, "{}", again.len());
                again.into_iter().for_each(|block| block.free(&pool));
            });
        });
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

/// `System`, which takes a while.
struct Slow;

// SAFETY: forwards to `System`.
unsafe impl Allocator for Slow {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        thread::sleep(Duration::from_micros(50));
        System.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        thread::sleep(Duration::from_micros(50));
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.deallocate(block, layout) };
    }
}

/// Threads that need a chunk at once are given one each, and where there is but one some may fail: nothing is lost by that.
#[test]
fn threads_that_need_a_chunk_at_once() {
    const THREADS: usize = 4;
    for (size, retain) in [100, 100_000, 300_000].into_iter().flat_map(|size| RETAINS.map(|retain| (size, retain))) {
        for (chunks, _) in [THREADS, 1].into_iter().flat_map(|chunks| (0..5).map(move |round| (chunks, round))) {
            let parent = Ruled { rule: Limit::new(chunks * CHUNK + LARGE), parent: Slow };
            let pool = SharedPool::with_options_in(CHECKED.retain(retain), &parent);
            let start = Barrier::new(THREADS);
            thread::scope(|threads| {
                for _ in 0..THREADS {
                    threads.spawn(|| {
                        start.wait();
                        for number in 0..5 {
                            let block = Block::allocate(&pool, layout(size, 8), number);
                            assert!(block.is_ok() || chunks < THREADS);
                            block.into_iter().for_each(|block| block.free(&pool));
                        }
                    });
                }
            });
            assert_eq!(pool.stats().live_bytes(), 0);
            Block::allocate(&pool, layout(size, 8), 1).expect("there is a chunk").free(&pool);
        }
    }
}

/// A large block, of which there is one at a time, and a thread that collects, which may be giving another one back.
#[test]
fn one_large_block_at_a_time() {
    for retain in RETAINS {
        let parent = Ruled { rule: Limit::new(9 << 20), parent: Slow };
        let pool = SharedPool::with_options_in(CHECKED.retain(retain), &parent);
        let (one, working) = (Mutex::new(Random(3)), AtomicUsize::new(2));
        thread::scope(|threads| {
            threads.spawn(|| {
                while working.load(Ordering::Relaxed) > 0 {
                    pool.collect();
                }
            });
            for _ in 0..2 {
                threads.spawn(|| {
                    let work = || {
                        for number in 0..100 {
                            let mut random = one.lock().unwrap();
                            let layout = layout(LARGE * 2 + random.below(LARGE * 6), 8);
                            Block::allocate(&pool, layout, number).expect("there is room for one").free(&pool);
                        }
                    };
                    let result = catch_unwind(AssertUnwindSafe(work));
                    working.fetch_sub(1, Ordering::Relaxed);
                    result.unwrap();
                });
            }
        });
    }
}
