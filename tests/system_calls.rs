//! The system calls of pages and pools: which there are, and that one which is refused, as sandboxes do and as locked memory does, changes
//! nothing but speed.
//!
//! The C library's functions are replaced by the ones below, which count, refuse or forward. So this is one test after the other.
#![cfg(all(feature = "std", target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::testing::conformance::{self, check};
use janus_alloc::{Pages, SharedPool};
use libc::{c_char, c_int, c_long, c_void, off_t};

/// A system call that can be refused to one thread: std needs some to start others.
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
/// What there is another way for.
const REFUSABLE: [&Call; 4] = [&MADVISE, &MINCORE, &MPROTECT, &MREMAP];

impl Call {
    const fn new(name: &'static str) -> Self {
        Self { name, refused_to: AtomicUsize::new(0), count: AtomicUsize::new(0) }
    }

    /// Makes the call, if it is not refused.
    fn make(&self, number: c_long, arguments: [usize; 6]) -> c_long {
        self.count.fetch_add(1, Relaxed);
        if self.refused_to.load(Relaxed) == this_thread() {
            // SAFETY: without conditions.
            let errno = unsafe { libc::__errno_location() };
            // SAFETY: it is this thread's.
            unsafe { errno.write(libc::EPERM) };
            return -1;
        }
        let [a, b, c, d, e, f] = arguments;
        // SAFETY: by whoever calls the function that this is.
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
    // SAFETY: without conditions.
    unsafe { libc::pthread_self() as usize }
}

/// Some calls are refused, in the test that has this.
struct Refused(Vec<&'static Call>, #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

fn refuse(calls: Vec<&'static Call>) -> Refused {
    static ONE_TEST: Mutex<()> = Mutex::new(());
    let alone = ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner);
    ALL.iter().for_each(|call| call.count.store(0, Relaxed));
    calls.iter().for_each(|call| call.refused_to.store(this_thread(), Relaxed));
    Refused(calls, alone)
}

impl Refused {
    fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|call| call.name).collect()
    }

    fn no_more(&self) {
        self.0.iter().for_each(|call| call.refused_to.store(0, Relaxed));
    }
}

impl Drop for Refused {
    fn drop(&mut self) {
        self.no_more();
    }
}

/// Each subset of what can be refused.
fn subsets() -> impl Iterator<Item = Vec<&'static Call>> {
    (0..1 << REFUSABLE.len()).map(|set| {
        let calls = REFUSABLE.iter().enumerate();
        calls.filter(|(at, _)| set >> at & 1 == 1).map(|(_, &call)| call).collect()
    })
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// Blocks of a MiB and more come and go, grow and shrink, and half of them are written to.
fn use_large_blocks(pool: &impl Allocator) {
    for round in 0..4_usize {
        let blocks: Vec<_> = (0..5)
            .map(|number| {
                let mut layout = layout((1 + number + round % 3) << 20, 16);
                let mut block = pool.allocate_zeroed(layout).unwrap().cast::<u8>();
                assert_zero(block, layout.size());
                if number % 2 == 0 {
                    // SAFETY: it has so many bytes.
                    unsafe { block.write_bytes(7, layout.size()) };
                }
                for size in [layout.size() * 5 / 2, layout.size() * 3] {
                    let new = self::layout(size, 16);
                    // SAFETY: live, with that layout, and the new one is larger.
                    block = unsafe { pool.grow_zeroed(block, layout, new) }.unwrap().cast();
                    // SAFETY: it has so many bytes.
                    let rest = unsafe { block.add(layout.size()) };
                    assert_zero(rest, size - layout.size());
                    layout = new;
                }
                (block, layout)
            })
            .collect();
        // SAFETY: live, with that layout.
        blocks.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block, layout) });
    }
}

fn assert_zero(start: NonNull<u8>, length: usize) {
    // SAFETY: callers pass live bytes that are initialised.
    let bytes = unsafe { NonNull::slice_from_raw_parts(start, length).as_ref() };
    let zeros = [0_u8; 4096];
    assert!(bytes.chunks(zeros.len()).all(|part| part == &zeros[..part.len()]), "not zero");
}

/// What glibc, mimalloc and jemalloc do without, filters of sandboxes do not list.
#[test]
fn only_calls_that_others_make_too() {
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
fn large_blocks_without_some_calls() {
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
fn the_contract_without_some_calls() {
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

/// A guard is what was asked for, so there is no block without one.
#[test]
fn no_block_without_its_guards() {
    let refused = refuse(vec![&MPROTECT]);
    let guarded = Pages::new().guard_pages(true);
    assert!(guarded.allocate(layout(100, 8)).is_err());
    refused.no_more();
    let block = guarded.allocate(layout(100, 8)).unwrap();
    // SAFETY: live, with that layout.
    unsafe { guarded.deallocate(block.cast(), layout(100, 8)) };
}

/// What the system would not take is free memory still: it goes the next time.
#[test]
fn what_was_not_discarded_can_be_later() {
    const SIZE: usize = 200 << 10;
    let refused = refuse(vec![&MADVISE]);
    let pool = SharedPool::with_options(Options::new().checked(false).huge_pages(false));
    let block = || {
        let block = pool.allocate(layout(SIZE, 8)).unwrap().cast::<u8>();
        // SAFETY: it has so many bytes.
        unsafe { block.write_bytes(1, SIZE) };
        block
    };
    let blocks: Vec<_> = (0..200).map(|_| block()).collect();
    // One in three stays, so that no chunk is empty.
    let (kept, freed): (Vec<_>, Vec<_>) = blocks.into_iter().enumerate().partition(|(number, _)| number % 3 == 0);
    let free = |(_, block): (usize, NonNull<u8>)| {
        // SAFETY: live, with that layout.
        unsafe { pool.deallocate(block, layout(SIZE, 8)) };
    };
    let count = freed.len();
    freed.into_iter().for_each(free);
    let before = resident();
    assert_eq!(pool.collect(), 0, "nothing went");
    assert!(MADVISE.count.load(Relaxed) > 0, "it was tried");
    assert!(resident() + (4 << 20) > before);
    refused.no_more();
    let collected = pool.collect();
    assert!(collected >= count * SIZE, "{collected} bytes of {}", count * SIZE);
    assert!(resident() + count * SIZE - (4 << 20) < before, "{before} {}", resident());
    kept.into_iter().for_each(free);
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * Pages::page_size()
}
