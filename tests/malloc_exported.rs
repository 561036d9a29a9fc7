//! A program whose `malloc` is defined by `export_malloc!`.
#![cfg(all(feature = "std", target_os = "linux"))]
#![allow(
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    reason = "calls as C would make them, on purpose"
)]

#[path = "malloc_export/calls.rs"]
#[allow(dead_code, reason = "other test binaries use more of it")]
mod calls;
#[path = "malloc_export/edges.rs"]
mod edges;
#[path = "shared_pool/fork.rs"]
mod fork;
#[path = "arenas/random.rs"]
mod random;
#[path = "malloc_export/random_calls.rs"]
mod random_calls;

use std::ffi::{CStr, CString, c_int, c_void};
use std::fs;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use janus_alloc::adapters::c_malloc::MallInfo;
use janus_alloc::{SharedPool, export_malloc};

use calls::{Calls, errno_of};
use fork::holds_in_fork;

static POOL: SharedPool = SharedPool::new();
export_malloc!(POOL);

fn is_from_pool<T>(block: *const T) -> bool {
    POOL.owns(NonNull::new(block.cast_mut()).unwrap().cast())
}

/// The functions of this process, called by name.
pub(crate) struct ProcessFunctions;

mod c {
    use std::ffi::{c_char, c_int, c_void};

    use janus_alloc::adapters::c_malloc::MallInfo;

    unsafe extern "C" {
        pub(crate) fn reallocarray(block: *mut c_void, count: usize, size: usize) -> *mut c_void;
        pub(crate) fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
        pub(crate) fn memalign(align: usize, size: usize) -> *mut c_void;
        pub(crate) fn valloc(size: usize) -> *mut c_void;
        pub(crate) fn pvalloc(size: usize) -> *mut c_void;
        pub(crate) fn free_sized(block: *mut c_void, size: usize);
        pub(crate) fn free_aligned_sized(block: *mut c_void, align: usize, size: usize);
        pub(crate) fn cfree(block: *mut c_void);
        pub(crate) fn malloc_trim(pad: usize) -> c_int;
        pub(crate) fn mallopt(parameter: c_int, value: c_int) -> c_int;
        pub(crate) fn mallinfo2() -> MallInfo<usize>;
        pub(crate) fn mallinfo() -> MallInfo<c_int>;
        pub(crate) fn malloc_info(options: c_int, stream: *mut libc::FILE) -> c_int;
        pub(crate) fn malloc_stats();
        pub(crate) fn open_memstream(text: *mut *mut c_char, length: *mut usize) -> *mut libc::FILE;
        pub(crate) fn getline(line: *mut *mut c_char, length: *mut usize, file: *mut libc::FILE) -> isize;
    }
}

/// Hides the origin of a pointer from the compiler, so that it does not remove pairs of calls.
fn opaque(block: *mut c_void) -> *mut u8 {
    std::hint::black_box(block).cast()
}

impl Calls for ProcessFunctions {
    fn malloc(&self, size: usize) -> *mut u8 {
        opaque(unsafe { libc::malloc(size) })
    }
    fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        opaque(unsafe { libc::calloc(count, size) })
    }
    unsafe fn free(&self, block: *mut u8) {
        unsafe { libc::free(block.cast()) };
    }
    unsafe fn realloc(&self, block: *mut u8, size: usize) -> *mut u8 {
        opaque(unsafe { libc::realloc(block.cast(), size) })
    }
    unsafe fn reallocarray(&self, block: *mut u8, count: usize, size: usize) -> *mut u8 {
        opaque(unsafe { c::reallocarray(block.cast(), count, size) })
    }
    fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        opaque(unsafe { c::aligned_alloc(align, size) })
    }
    fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        opaque(unsafe { c::memalign(align, size) })
    }
    fn posix_memalign(&self, block: *mut u8, align: usize, size: usize) -> (*mut u8, c_int) {
        let mut block: *mut c_void = block.cast();
        let error = unsafe { libc::posix_memalign(&raw mut block, align, size) };
        (opaque(block), error)
    }
    fn valloc(&self, size: usize) -> *mut u8 {
        opaque(unsafe { c::valloc(size) })
    }
    fn pvalloc(&self, size: usize) -> *mut u8 {
        opaque(unsafe { c::pvalloc(size) })
    }
    unsafe fn malloc_usable_size(&self, block: *mut u8) -> usize {
        unsafe { libc::malloc_usable_size(block.cast()) }
    }
}

#[test]
fn exported_functions_keep_the_rules_of_c() {
    edges::check_all(&ProcessFunctions);
    (0..20).for_each(|seed| random_calls::run(&ProcessFunctions, seed, 5_000));
}

#[test]
fn rust_std_and_the_c_library_use_the_pool() {
    assert!(is_from_pool(&raw const *Box::new(1)));
    assert!(is_from_pool(String::from("std's default").as_ptr()));
    let copied = unsafe { libc::strdup(c"the C library's".as_ptr()) };
    assert!(is_from_pool(copied));
    unsafe { libc::free(copied.cast()) };
    let path = unsafe { libc::realpath(c"/".as_ptr(), std::ptr::null_mut()) };
    assert!(is_from_pool(path));
    unsafe { libc::free(path.cast()) };
}

#[test]
fn threads_use_the_functions_at_the_same_time() {
    let threads: Vec<_> =
        (10..18).map(|seed| thread::spawn(move || random_calls::run(&ProcessFunctions, seed, 1_000))).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Threads read lines, flush all streams, and fork. The C library holds the lock of a stream while it allocates, and the lock of all
/// streams while it waits for the lock of each, and during a fork.
#[test]
fn forked_children_find_the_locks_of_streams_free() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lines");
    fs::write(&path, format!("{}\n", "x".repeat(400_000)).repeat(4)).unwrap();
    let name = &CString::new(path.to_str().unwrap()).unwrap();
    let done = &AtomicBool::new(false);
    let until_done = |work: fn(&CStr)| while_not(done, move || work(name));
    thread::scope(|threads| {
        threads.spawn(until_done(|name| unsafe {
            let file = libc::fopen(name.as_ptr(), c"r".as_ptr());
            let (mut line, mut length, mut lines) = (std::ptr::null_mut(), 0, 0);
            while c::getline(&raw mut line, &raw mut length, file) > 0 {
                lines += 1;
                libc::free(line.cast());
                (line, length) = (std::ptr::null_mut(), 0);
            }
            libc::free(line.cast());
            libc::fclose(file);
            assert_eq!(lines, 4);
        }));
        threads.spawn(until_done(|_| unsafe {
            libc::fflush(std::ptr::null_mut());
        }));
        let child = || {
            let copied = unsafe { libc::strdup(c"in the child".as_ptr()) };
            unsafe { libc::fflush(std::ptr::null_mut()) };
            is_from_pool(copied)
        };
        let locks_are_free = (0..300).all(|_| holds_in_fork(child));
        done.store(true, Ordering::Relaxed);
        assert!(locks_are_free);
    });
}

fn while_not(done: &AtomicBool, work: impl Fn()) -> impl FnOnce() {
    move || {
        while !done.load(Ordering::Relaxed) {
            work();
        }
    }
}

/// The size of a large block that is never touched.
const HUGE: usize = 256 << 20;

#[test]
fn every_free_function_frees() {
    // In a fork, so that no other test allocates or frees meanwhile.
    assert!(holds_in_fork(|| {
        check_every_free_function();
        true
    }));
}

fn check_every_free_function() {
    let in_use = || unsafe { c::mallinfo2() }.uordblks;
    let frees: [unsafe fn(*mut c_void); 3] = [
        |block| unsafe { c::free_sized(block, HUGE) },
        |block| unsafe { c::free_aligned_sized(block, 64, HUGE) },
        |block| unsafe {
            c::cfree(block);
        },
    ];
    for free in frees {
        assert_eq!(errno_of(|| unsafe { free(std::ptr::null_mut()) }), ((), 0));
        let before = in_use();
        let block = opaque(unsafe { c::aligned_alloc(64, HUGE) });
        assert!(in_use() >= before + HUGE);
        assert_eq!(errno_of(|| unsafe { free(block.cast()) }), ((), 0));
        assert_eq!(in_use(), before);
    }
}

#[test]
fn figures_are_those_of_the_pool() {
    // In a fork, so that nothing changes meanwhile.
    assert!(holds_in_fork(|| {
        let block = opaque(unsafe { libc::malloc(HUGE) });
        let (info, stats) = (unsafe { c::mallinfo2() }, POOL.stats());
        assert_eq!(info.arena, stats.held_bytes());
        assert_eq!(info.uordblks, stats.live_bytes());
        assert_eq!(info.fordblks, info.arena - info.uordblks);
        assert_eq!(info.fsmblks, stats.cached_bytes());
        assert_eq!(info.smblks, stats.classes().map(|class| class.cached_blocks).sum());
        assert!(info.uordblks >= HUGE);
        let int = |bytes| c_int::try_from(bytes).unwrap();
        let expected = MallInfo {
            arena: int(info.arena),
            smblks: int(info.smblks),
            fsmblks: int(info.fsmblks),
            uordblks: int(info.uordblks),
            fordblks: int(info.fordblks),
            ..MallInfo::default()
        };
        assert_eq!(unsafe { c::mallinfo() }, expected);
        let huger = opaque(unsafe { libc::malloc(3 << 30) });
        assert!(huger.is_null() || unsafe { c::mallinfo() }.uordblks == c_int::MAX);
        unsafe { libc::free(huger.cast()) };
        unsafe { libc::free(block.cast()) };
        true
    }));
}

#[test]
fn malloc_trim_returns_memory() {
    assert!(holds_in_fork(|| {
        unsafe { c::malloc_trim(0) };
        let held = || unsafe { c::mallinfo2() }.arena;
        // Chunks of small blocks may contain blocks of other tests. A large block is returned as a whole, and is kept after a size has
        // been requested repeatedly.
        for _ in 0..4 {
            unsafe { libc::free(opaque(libc::malloc(32 << 20)).cast()) };
        }
        let before = held();
        assert_eq!(errno_of(|| unsafe { c::malloc_trim(0) }), (1, 0));
        assert!(held() < before);
        // The first call may itself free some memory.
        let nothing_is_left = (0..10).any(|_| errno_of(|| unsafe { c::malloc_trim(usize::MAX) }) == (0, 0));
        assert!(nothing_is_left);
        true
    }));
    assert_eq!(errno_of(|| unsafe { c::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20) }), (1, 0));
    assert_eq!(errno_of(|| unsafe { c::mallopt(12345, -1) }), (1, 0));
}

#[test]
fn malloc_info_prints_xml() {
    // In a fork, so that the figures are consistent.
    assert!(holds_in_fork(|| {
        check_malloc_info();
        true
    }));
}

fn check_malloc_info() {
    let (mut text, mut length) = (std::ptr::null_mut(), 0);
    let stream = unsafe { c::open_memstream(&raw mut text, &raw mut length) };
    assert_eq!(errno_of(|| unsafe { c::malloc_info(1, stream) }), (libc::EINVAL, 0));
    assert_eq!(unsafe { libc::fflush(stream) }, 0);
    assert_eq!(length, 0);
    let block = opaque(unsafe { libc::malloc(HUGE) });
    assert_eq!(unsafe { c::malloc_info(0, stream) }, 0);
    unsafe { libc::free(block.cast()) };
    assert_eq!(unsafe { libc::fclose(stream) }, 0);
    let table = unsafe { CStr::from_ptr(text) }.to_str().unwrap();
    assert_eq!(table.len(), length);
    // Elements are nested correctly, and the totals are at the end.
    let mut open = Vec::new();
    for line in table.lines() {
        let line = line.trim();
        assert!(line.starts_with('<') && line.ends_with('>'), "{table}");
        match line.strip_prefix("</") {
            Some(end) => assert_eq!(open.pop(), end.strip_suffix('>'), "{table}"),
            None if line.ends_with("/>") => assert_eq!(line.matches('"').count() % 2, 0, "{table}"),
            None => open.push(line[1..line.len() - 1].split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{table}");
    assert!(table.starts_with("<malloc version=\"1\">\n") && table.ends_with("</malloc>\n"), "{table}");
    let size = |element: &str| -> usize {
        let start = table.rfind(element).unwrap() + element.len();
        let (_, size) = table[start..].split_once("size=\"").unwrap();
        size.split_once('"').unwrap().0.parse().unwrap()
    };
    let held = size("<system type=\"current\"");
    assert!(held - size("<total type=\"rest\"") - size("<total type=\"fast\"") >= HUGE, "{table}");
    unsafe { libc::free(text.cast()) };
}

#[test]
fn malloc_stats_prints_a_table() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("malloc_stats");
    let name = CString::new(path.to_str().unwrap()).unwrap();
    assert!(holds_in_fork(|| {
        unsafe { libc::close(2) };
        // Standard error is closed: the function must not fail.
        assert_eq!(errno_of(|| unsafe { c::malloc_stats() }), ((), 0));
        let file = unsafe { libc::open(name.as_ptr(), libc::O_CREAT | libc::O_TRUNC | libc::O_WRONLY, 0o600) };
        assert_eq!(file, 2);
        assert_eq!(errno_of(|| unsafe { c::malloc_stats() }), ((), 0));
        true
    }));
    let table = fs::read_to_string(path).unwrap();
    let mut lines = table.lines().skip_while(|line| !line.starts_with("held "));
    assert!(table.starts_with("janus-alloc\n") && lines.next().is_some(), "{table}");
    assert!(lines.next().unwrap().split_whitespace().eq(["size", "live", "cached"]), "{table}");
    assert!(lines.all(|line| line.split_whitespace().count() == 3), "{table}");
}
