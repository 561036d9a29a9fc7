//! Other threads use a pool while it returns pages to the system. This program defines `madvise`, in which they run.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::undocumented_unsafe_blocks, reason = "blocks are allocated and freed as in C")]

use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use janus_alloc::SharedPool;
use janus_alloc::api::{Allocator, Layout};
use janus_alloc::pools::Options;

/// Work that another thread does, once, while the page at `ADDRESS` is returned.
static WORK: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);
/// The address of a page, or 0.
static ADDRESS: AtomicUsize = AtomicUsize::new(0);

#[unsafe(no_mangle)]
unsafe extern "C" fn madvise(start: *mut u8, length: usize, advice: i32) -> i32 {
    let address = ADDRESS.load(SeqCst);
    if advice == libc::MADV_DONTNEED && (start.addr()..start.addr() + length).contains(&address) {
        ADDRESS.store(0, SeqCst);
        let work = WORK.lock().unwrap().take().unwrap();
        thread::spawn(work).join().unwrap();
    }
    unsafe { libc::syscall(libc::SYS_madvise, start, length, advice) as i32 }
}

const SIZE: usize = 6656;
/// The size of a span of 19 blocks, with a tail of one page in which no block lies.
const SPAN: usize = 128 << 10;
const BLOCK: Layout = Layout::new::<[u8; SIZE]>();
const RUN: Layout = Layout::new::<[u8; 192 << 10]>();

fn take(pool: &SharedPool, layout: Layout) -> NonNull<u8> {
    pool.allocate(layout).unwrap().cast()
}

fn free(pool: &SharedPool, block: usize, layout: Layout) {
    unsafe { pool.deallocate(NonNull::new(std::ptr::with_exposed_provenance_mut(block)).unwrap(), layout) };
}

/// Keeps other tests of this program from running at the same time.
fn lock_tests() -> MutexGuard<'static, ()> {
    static TESTS: Mutex<()> = Mutex::new(());
    TESTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a pool with a span whose slices were used before and of which only the third block is free, so the tail is its only free
/// page, and with `others` blocks in another span. Also returns the addresses of all blocks of the first span.
fn pool_with_a_tail(others: usize) -> (&'static SharedPool, Vec<usize>) {
    let pool: &SharedPool = Box::leak(Box::new(SharedPool::with_options(Options::new().checked(true))));
    // Keeps the chunk, or a new one, whose slices were never used, would take its place.
    take(pool, Layout::new::<[u8; 64]>());
    let all = || -> Vec<usize> { (0..19).map(|_| take(pool, BLOCK).as_ptr().expose_provenance()).collect() };
    all().into_iter().for_each(|block| free(pool, block, BLOCK));
    pool.collect();
    let blocks = all();
    let first = blocks[0];
    assert!(first % SPAN == 0 && blocks.iter().enumerate().all(|(at, &block)| block == first + at * SIZE));
    (0..others).for_each(|_| _ = take(pool, BLOCK));
    free(pool, blocks[2], BLOCK);
    (pool, blocks)
}

/// Collects, and has another thread do `work` while the tail of the span is returned.
fn collect_with(pool: &SharedPool, blocks: &[usize], work: impl FnOnce() + Send + 'static) {
    *WORK.lock().unwrap() = Some(Box::new(work));
    ADDRESS.store(blocks[0] + SPAN - 4096, SeqCst);
    pool.collect();
    // If the pool kept the tail, which it may, the work is done now.
    ADDRESS.store(0, SeqCst);
    if let Some(work) = WORK.lock().unwrap().take() {
        work();
    }
}

#[test]
fn a_span_may_be_released_meanwhile() {
    let _alone = lock_tests();
    let (pool, blocks) = pool_with_a_tail(1);
    let all = blocks.clone();
    static RUNS: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    collect_with(pool, &blocks, move || {
        all.iter().filter(|&&block| block != all[2]).for_each(|&block| free(pool, block, BLOCK));
        for _ in 0..8 {
            let run = take(pool, RUN);
            unsafe { run.write_bytes(0xaa, RUN.size()) };
            RUNS.lock().unwrap().push(run.as_ptr().expose_provenance());
        }
    });
    for &run in RUNS.lock().unwrap().iter() {
        let bytes = unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance::<u8>(run), RUN.size()) };
        assert!(bytes.iter().all(|&byte| byte == 0xaa), "a live block lost its contents");
    }
}

#[test]
fn a_span_may_become_full_meanwhile() {
    let _alone = lock_tests();
    let (pool, blocks) = pool_with_a_tail(0);
    let free_one = blocks[2];
    collect_with(pool, &blocks, move || assert_eq!(take(pool, BLOCK).as_ptr().expose_provenance(), free_one));
    free(pool, free_one, BLOCK);
    let (first, second) = (take(pool, BLOCK), take(pool, BLOCK));
    assert_ne!(first, second);
}

#[test]
fn a_span_may_be_emptied_meanwhile() {
    let _alone = lock_tests();
    let (pool, blocks) = pool_with_a_tail(0);
    let all = blocks.clone();
    collect_with(pool, &blocks, move || {
        all.iter().filter(|&&block| block != all[2]).for_each(|&block| free(pool, block, BLOCK));
    });
    pool.collect();
    assert_eq!(pool.stats().live_bytes(), 64);
}
