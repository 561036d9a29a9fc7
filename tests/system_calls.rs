//! The system calls of `Pages` and pools: which ones are made, and that a refused one, as in a sandbox or for locked memory, changes
//! speed only.
//!
//! The functions below replace those of the C library, and count, refuse or forward each call. The tests run one at a time.
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

#[path = "shared_pool/process_memory.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod process_memory;

use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::testing::conformance::{self, check};
use janus_alloc::{Pages, SharedPool};
use libc::{c_char, c_int, c_long, c_void, off_t};
use process_memory::resident_bytes;

/// A system call that can be refused to one thread. (std needs some of them to start others.)
struct Call {
    name: &'static str,
    refused_to: AtomicUsize,
    count: AtomicUsize,
}

static MADVISE: Call = Call::new("madvise");
static MINCORE: Call = Call::new("mincore");
static MPROTECT: Call = Call::new("mprotect");
static MREMAP: Call = Call::new("mremap");
static MMAP: Call = Call::new("mmap");
static MUNMAP: Call = Call::new("munmap");

const ALL: [&Call; 6] = [&MADVISE, &MINCORE, &MPROTECT, &MREMAP, &MMAP, &MUNMAP];
/// The calls without which allocations still succeed.
const REFUSABLE: [&Call; 4] = [&MADVISE, &MINCORE, &MPROTECT, &MREMAP];

impl Call {
    const fn new(name: &'static str) -> Self {
        Self { name, refused_to: AtomicUsize::new(0), count: AtomicUsize::new(0) }
    }

    /// Counts the call, and makes it unless it is refused to this thread.
    fn make(&self, number: c_long, arguments: [usize; 6]) -> c_long {
        self.count.fetch_add(1, Relaxed);
        if self.refused_to.load(Relaxed) == this_thread() {
            // SAFETY: `__errno_location` has no conditions.
            let errno = unsafe { libc::__errno_location() };
            // SAFETY: the pointer is to the `errno` of this thread.
            unsafe { errno.write(libc::EPERM) };
            return -1;
        }
        let [a, b, c, d, e, f] = arguments;
        // SAFETY: the caller of the replaced function keeps the conditions of the system call.
        unsafe { libc::syscall(number, a, b, c, d, e, f) }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int {
    MADVISE.make(libc::SYS_madvise, [start.addr(), length, advice as usize, 0, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mincore(start: *mut c_void, length: usize, pages: *mut c_char) -> c_int {
    MINCORE.make(libc::SYS_mincore, [start.addr(), length, pages.expose_provenance(), 0, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mprotect(start: *mut c_void, length: usize, protection: c_int) -> c_int {
    MPROTECT.make(libc::SYS_mprotect, [start.addr(), length, protection as usize, 0, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mremap(start: *mut c_void, old: usize, new: usize, flags: c_int, to: *mut c_void) -> *mut c_void {
    let moved = MREMAP.make(libc::SYS_mremap, [start.addr(), old, new, flags as usize, to.addr(), 0]);
    std::ptr::with_exposed_provenance_mut(moved as usize)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    start: *mut c_void,
    length: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: off_t,
) -> *mut c_void {
    let arguments = [start.addr(), length, protection as usize, flags as usize, file as usize, offset as usize];
    std::ptr::with_exposed_provenance_mut(MMAP.make(libc::SYS_mmap, arguments) as usize)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn munmap(start: *mut c_void, length: usize) -> c_int {
    MUNMAP.make(libc::SYS_munmap, [start.addr(), length, 0, 0, 0, 0]) as c_int
}

fn this_thread() -> usize {
    // SAFETY: `pthread_self` has no conditions.
    unsafe { libc::pthread_self() as usize }
}

/// Refuses some calls to this thread while it lives, and keeps other tests from running.
struct RefusedCalls(Vec<&'static Call>, #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

fn refuse(calls: Vec<&'static Call>) -> RefusedCalls {
    static ONE_TEST: Mutex<()> = Mutex::new(());
    let alone = ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner);
    ALL.iter().for_each(|call| call.count.store(0, Relaxed));
    calls.iter().for_each(|call| call.refused_to.store(this_thread(), Relaxed));
    RefusedCalls(calls, alone)
}

impl RefusedCalls {
    fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|call| call.name).collect()
    }

    fn allow(&self) {
        self.0.iter().for_each(|call| call.refused_to.store(0, Relaxed));
    }
}

impl Drop for RefusedCalls {
    fn drop(&mut self) {
        self.allow();
    }
}

/// Returns each subset of the calls that can be refused.
fn subsets() -> impl Iterator<Item = Vec<&'static Call>> {
    (0..1 << REFUSABLE.len()).map(|set| {
        let calls = REFUSABLE.iter().enumerate();
        calls.filter(|(at, _)| set >> at & 1 == 1).map(|(_, &call)| call).collect()
    })
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// Allocates, grows and frees blocks of a MiB and more, and writes to half of them.
fn use_large_blocks(pool: &impl Allocator) {
    for round in 0..4_usize {
        let blocks: Vec<_> = (0..5)
            .map(|number| {
                let mut layout = layout((1 + number + round % 3) << 20, 16);
                let mut block = pool.allocate_zeroed(layout).unwrap().cast::<u8>();
                assert_zero(block, layout.size());
                if number % 2 == 0 {
                    // SAFETY: the block is live and has that many bytes.
                    unsafe { block.write_bytes(7, layout.size()) };
                }
                for size in [layout.size() * 5 / 2, layout.size() * 3] {
                    let new = self::layout(size, 16);
                    // SAFETY: the block is live and has that layout; the new size is larger.
                    block = unsafe { pool.grow_zeroed(block, layout, new) }.unwrap().cast();
                    // SAFETY: the old size is less than the size of the block.
                    let rest = unsafe { block.add(layout.size()) };
                    assert_zero(rest, size - layout.size());
                    layout = new;
                }
                (block, layout)
            })
            .collect();
        // SAFETY: the block is live and has that layout.
        blocks.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block, layout) });
    }
}

fn assert_zero(start: NonNull<u8>, length: usize) {
    // SAFETY: callers pass initialised bytes of a live block.
    let bytes = unsafe { NonNull::slice_from_raw_parts(start, length).as_ref() };
    let zeros = [0_u8; 4096];
    assert!(bytes.chunks(zeros.len()).all(|part| part == &zeros[..part.len()]), "bytes are not zero");
}

/// System calls that glibc, mimalloc and jemalloc do not make are missing from the filters of sandboxes.
#[test]
fn pools_make_only_common_system_calls() {
    let _alone = refuse(vec![]);
    for retain in [Retain::Nothing, Retain::Bounded(128 << 20), Retain::Everything] {
        let pool = SharedPool::with_options(Options::new().checked(false).retain(retain));
        use_large_blocks(&pool);
        pool.collect();
    }
    assert_eq!(MINCORE.count.load(Relaxed), 0);
    assert!([&MADVISE, &MREMAP, &MMAP, &MUNMAP].iter().all(|call| call.count.load(Relaxed) > 0));
}

#[test]
fn large_blocks_work_without_some_calls() {
    for calls in subsets() {
        let refused = refuse(calls);
        for retain in [Retain::Nothing, Retain::Bounded(128 << 20)] {
            let pool = SharedPool::with_options(Options::new().checked(false).retain(retain));
            use_large_blocks(&pool);
        }
        println!("without {:?}", refused.names());
    }
}

#[test]
fn pools_and_pages_keep_the_rules_without_some_calls() {
    for calls in subsets() {
        let refused = refuse(calls);
        for (number, options) in
            [Options::new(), Options::new().checked(false).retain(Retain::Nothing)].into_iter().enumerate()
        {
            let requests = conformance::Options { operations: 1000, seed: number as u64, ..Default::default() };
            let pool = SharedPool::with_options(options);
            check(&pool, &requests).unwrap_or_else(|violation| panic!("without {:?}: {violation}", refused.names()));
            let requests = conformance::Options { max_align: 4 << 20, ..requests };
            for pages in [Pages::new(), Pages::new().huge_pages(true), Pages::new().populate(true)] {
                let report = check(pages, &requests);
                let report = report.unwrap_or_else(|violation| panic!("without {:?}: {violation}", refused.names()));
                assert_eq!(report.failures, 0, "without {:?}", refused.names());
            }
        }
    }
}

/// Guard pages were requested, so a block without them is not returned.
#[test]
fn without_guards_a_request_is_an_error() {
    let refused = refuse(vec![&MPROTECT]);
    let guarded = Pages::new().guard_pages(true);
    assert!(guarded.allocate(layout(100, 8)).is_err());
    refused.allow();
    let block = guarded.allocate(layout(100, 8)).unwrap();
    // SAFETY: the block is live and has that layout.
    unsafe { guarded.deallocate(block.cast(), layout(100, 8)) };
}

/// Free pages that the system refused to discard are discarded by the next collection.
#[test]
fn pages_that_were_not_discarded_are_discarded_later() {
    const SIZE: usize = 200 << 10;
    let refused = refuse(vec![&MADVISE]);
    let pool = SharedPool::with_options(Options::new().checked(false).huge_pages(false));
    let block = || {
        let block = pool.allocate(layout(SIZE, 8)).unwrap().cast::<u8>();
        // SAFETY: the block is live and has that many bytes.
        unsafe { block.write_bytes(1, SIZE) };
        block
    };
    let blocks: Vec<_> = (0..200).map(|_| block()).collect();
    // One block in three stays live, so that no chunk is empty.
    let (kept, freed): (Vec<_>, Vec<_>) = blocks.into_iter().enumerate().partition(|(number, _)| number % 3 == 0);
    let free = |(_, block): (usize, NonNull<u8>)| {
        // SAFETY: the block is live and has that layout.
        unsafe { pool.deallocate(block, layout(SIZE, 8)) };
    };
    let count = freed.len();
    freed.into_iter().for_each(free);
    let before = resident_bytes();
    assert_eq!(pool.collect(), 0, "memory was counted although the system refused it");
    assert!(MADVISE.count.load(Relaxed) > 0, "the pool did not try");
    assert!(resident_bytes() + (4 << 20) > before);
    refused.allow();
    let collected = pool.collect();
    assert!(collected >= count * SIZE, "{collected} bytes of {}", count * SIZE);
    assert!(resident_bytes() + count * SIZE - (4 << 20) < before, "{before} {}", resident_bytes());
    kept.into_iter().for_each(free);
}
