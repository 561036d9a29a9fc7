//! Failed requests to the parent: a call returns an error or succeeds in another way, no block is lost, and the pool stays usable.

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
use crate::parents::{ByteLimit, FailingRequests, OneIn, RuledParent};
use crate::{CHECKED, CHUNK, LARGE, RETAINS, UNCHECKED, assert_all_returned, block, free, layout};

type Parent<'a> = RuledParent<FailingRequests, &'a Stats<System>>;

/// A pool, its live blocks, and the indices of the calls that failed.
struct Session<'a> {
    pool: SharedPool<&'a Parent<'a>>,
    live: Vec<Block>,
    calls: usize,
    failed: Vec<usize>,
}

impl Session<'_> {
    fn count_call(&mut self, ok: bool) {
        if !ok {
            self.failed.push(self.calls);
        }
        self.calls += 1;
    }

    fn record(&mut self, block: Result<Block, AllocError>) {
        self.count_call(block.is_ok());
        self.live.extend(block);
    }

    fn allocate(&mut self, size: usize, align: usize) {
        let block = Block::allocate(&self.pool, layout(size, align), self.calls as u64);
        self.record(block);
    }

    fn allocate_zeroed(&mut self, size: usize, align: usize) {
        let block = Block::allocate_zeroed(&self.pool, layout(size, align), self.calls as u64);
        self.record(block);
    }

    /// Resizes the newest block, if there is one.
    fn resize(&mut self, size: usize, zeroed: bool) {
        let Some(mut block) = self.live.pop() else { return self.calls += 1 };
        let new = layout(size, block.layout.align());
        let ok = block.resize(&self.pool, new, zeroed).is_ok();
        self.count_call(ok);
        self.live.push(block);
    }

    fn check(&self) {
        self.live.iter().for_each(Block::check);
    }

    fn free_all_but(&mut self, keep: usize) {
        let first = keep.min(self.live.len());
        self.live.drain(first..).for_each(|block| block.free(&self.pool));
    }

    /// Allocates small, medium and large blocks, zeroed or not, and resizes them in both directions.
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
            // A block grows through all kinds and shrinks again.
            self.allocate(10, 8);
            for size in [100, 4000, 40_000, 90_000, 300_000, 700_000, 5 << 20, 5 << 20, 2 << 20, 500_000, 100, 7] {
                self.resize(size, size % 3 == 0);
            }
            // Enough blocks for more chunks.
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
    // Returns the calls that failed, and the number of requests until the parent was healed.
    let run = |rule| {
        let parent = RuledParent { rule, parent: &stats };
        let pool = SharedPool::with_options_in(options, &parent);
        let mut session = Session { pool, live: Vec::new(), calls: 0, failed: Vec::new() };
        session.work();
        let count = parent.rule.count();
        parent.rule.heal();
        let failed = std::mem::take(&mut session.failed);
        session.work();
        assert!(session.failed.is_empty(), "calls {:?} failed although there is memory again", session.failed);
        session.free_all_but(0);
        let held = session.pool.stats();
        assert_eq!(held.live_bytes(), 0, "{held}");
        drop(session);
        assert_all_returned(&stats);
        (failed, count)
    };
    let (failed, count) = run(FailingRequests::none());
    assert!(failed.is_empty() && count > 20, "{failed:?} {count}");
    for index in 0..count {
        let (failed, _) = run(FailingRequests::only(index));
        assert!(failed.len() <= 1, "{index}: {failed:?}");
        let (failed, _) = run(FailingRequests::from(index));
        assert!(index > 0 || failed.len() > 30, "without memory only calls {failed:?} failed");
    }
}

#[test]
fn each_failed_request_with_caches() {
    with_each_failure(UNCHECKED);
    with_each_failure(UNCHECKED.retain(Retain::Everything));
}

#[test]
fn each_failed_request_with_nothing_retained() {
    with_each_failure(UNCHECKED.retain(Retain::Nothing));
}

#[test]
fn each_failed_request_in_a_checked_pool() {
    with_each_failure(CHECKED);
}

#[test]
fn a_pool_keeps_the_rules_over_a_limited_parent() {
    for bytes in [100_000, 3 << 20, 10 << 20, 40 << 20] {
        for options in [UNCHECKED, CHECKED, UNCHECKED.retain(Retain::Nothing), UNCHECKED.retain(Retain::Everything)] {
            let parent = RuledParent { rule: ByteLimit::new(bytes), parent: System };
            let pool = SharedPool::with_options_in(options, &parent);
            let requests = conformance::Options { operations: 15_000, seed: bytes as u64, ..Default::default() };
            let report = check(&pool, &requests).unwrap_or_else(|violation| panic!("{violation}"));
            assert!(report.failures > 0 || bytes > 4 << 20, "{report}");
            assert!(report.allocations > 1000 || bytes < 3 << 20, "{report}");
            assert_eq!(pool.stats().held_bytes(), bytes - parent.rule.remaining());
            drop(pool);
            assert_eq!(parent.rule.remaining(), bytes, "memory was lost");
        }
    }
}

/// The pool returns the block it keeps, and then the parent can grow the other in place. There is too little memory for a copy.
#[test]
fn a_growth_is_retried_after_kept_blocks_are_returned() {
    let parent = RuledParent { rule: ByteLimit::new(13 << 20), parent: System };
    let pool = SharedPool::with_options_in(UNCHECKED, &parent);
    let (before, after) = (layout(6 << 20, 8), layout(9 << 20, 8));
    let (live, kept) = (block(&pool, before.size()), block(&pool, 5 << 20));
    free(&pool, kept, 5 << 20);
    // SAFETY: the block is live, with that layout.
    let grown = unsafe { pool.grow(live, before, after) }.unwrap();
    free(&pool, grown.cast(), after.size());
}

/// Serves chunks, and refuses and counts larger requests.
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

// SAFETY: each call is forwarded to `Pages` or refused.
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

/// No memory that the pool keeps can help to serve far more than it has, so the parent is called once.
#[test]
fn a_huge_request_that_fails_is_made_once() {
    for options in [UNCHECKED, CHECKED] {
        let pool = SharedPool::with_options_in(options, ChunksOnly::default());
        // The pool keeps a block that it could return.
        free(&pool, block(&pool, 2 * LARGE), 2 * LARGE);
        let (small, large) = (layout(100, 16), layout(2 * LARGE, 16));
        let blocks = [small, large].map(|layout| (pool.allocate(layout).unwrap().cast(), layout));
        let requests = |request: &dyn Fn() -> bool| {
            assert!(request(), "the huge request was served");
            pool.parent().requests.swap(0, Ordering::Relaxed)
        };
        for size in [(1 << 30) + 1, 3 << 30, (3 << 30) + 5] {
            let huge = layout(size, 16);
            assert_eq!(requests(&|| pool.allocate(huge).is_err()), 1, "{size} {options:?}");
            assert_eq!(requests(&|| pool.allocate_zeroed(huge).is_err()), 1, "{size} {options:?}");
            for (block, before) in blocks {
                // SAFETY: the block is live and has that layout; the new size is larger. It fails, so the block stays live.
                let grow = || unsafe { pool.grow(block, before, huge) }.is_err();
                // Growing a large block in place is another request.
                let most = if before == large { 2 } else { 1 };
                assert_eq!(requests(&grow), most, "{size} {before:?} {options:?}");
            }
        }
        // A request for slightly too much is repeated after the pool has returned what it keeps.
        assert!(requests(&|| pool.allocate(layout(CHUNK + 1, 8)).is_err()) > 1);
        // SAFETY: the block is live, has that layout, and is not used again.
        blocks.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block, layout) });
    }
}

#[test]
fn most_of_a_limit_can_be_allocated() {
    for size in [1000, 30_000, 100_000, 200_000] {
        let limit = 300 << 20;
        let parent = RuledParent { rule: ByteLimit::new(limit), parent: Pages::new() };
        let pool = SharedPool::with_options_in(UNCHECKED, &parent);
        let count = core::iter::from_fn(|| pool.allocate(layout(size, 8)).ok()).count();
        assert!(count * size > limit / 2, "{count} blocks of {size}");
        drop(pool);
        assert_eq!(parent.rule.remaining(), limit, "memory was lost");
    }
}

#[test]
fn threads_survive_failed_requests() {
    let stats = Stats::new(System);
    for (number, retain) in RETAINS.into_iter().enumerate() {
        for n in [1, 2, 5] {
            let parent = RuledParent { rule: OneIn::new(n), parent: &stats };
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
                        assert!(n > 1 || live.is_empty());
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

#[test]
fn without_memory_a_thread_uses_spans_of_other_threads() {
    for options in [UNCHECKED, CHECKED] {
        let parent = RuledParent { rule: ByteLimit::new(3 << 20), parent: Pages::new() };
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
                // These blocks are of the first thread. All of them can be allocated again, except those in its cache.
                blocks.into_iter().for_each(|block| block.free(&pool));
                let again = fill(1000);
                assert!(again.len() > 1400, "{}", again.len());
                again.into_iter().for_each(|block| block.free(&pool));
            });
        });
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

/// `System`, with a delay in each call.
struct SlowParent;

// SAFETY: each call is forwarded to `System`.
unsafe impl Allocator for SlowParent {
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

/// If there is a chunk for each thread, no request fails; if there is only one, some may, but the chunk is not lost.
#[test]
fn threads_may_request_chunks_at_once() {
    const THREADS: usize = 4;
    for (size, retain) in [100, 100_000, 300_000].into_iter().flat_map(|size| RETAINS.map(|retain| (size, retain))) {
        for (chunks, _) in [THREADS, 1].into_iter().flat_map(|chunks| (0..5).map(move |round| (chunks, round))) {
            let parent = RuledParent { rule: ByteLimit::new(chunks * CHUNK + LARGE), parent: SlowParent };
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

/// There is memory for one large block at a time. A request finds it even if another thread, which collects, is returning it.
#[test]
fn a_large_block_fits_while_another_is_returned() {
    for retain in RETAINS {
        let parent = RuledParent { rule: ByteLimit::new(9 << 20), parent: SlowParent };
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
                            Block::allocate(&pool, layout, number).expect("there is memory for one block").free(&pool);
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
