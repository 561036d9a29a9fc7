//! A program whose `malloc` is what `export_malloc!` defined.
#![cfg(all(feature = "std", target_os = "linux"))]
#![allow(
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    reason = "calls as C would make them, on purpose"
)]

#[path = "malloc_export/calls.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod calls;
#[path = "malloc_export/edges.rs"]
mod edges;
#[path = "shared_pool/fork.rs"]
mod fork;
#[path = "malloc_export/random.rs"]
mod random;

use std::ffi::{CStr, CString, c_int, c_void};
use std::fs;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use janus_alloc::{SharedPool, export_malloc};

use calls::Calls;
use fork::says_yes;

static POOL: SharedPool = SharedPool::new();
export_malloc!(POOL);

fn is_ours<T>(block: *const T) -> bool {
    POOL.owns(NonNull::new(block.cast_mut()).unwrap().cast())
}

/// The process's own functions.
pub(crate) struct OfTheProcess;

mod c {
    use std::ffi::{c_char, c_void};

    unsafe extern "C" {
        pub(crate) fn reallocarray(block: *mut c_void, count: usize, size: usize) -> *mut c_void;
        pub(crate) fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
        pub(crate) fn memalign(align: usize, size: usize) -> *mut c_void;
        pub(crate) fn valloc(size: usize) -> *mut c_void;
        pub(crate) fn pvalloc(size: usize) -> *mut c_void;
        pub(crate) fn getline(line: *mut *mut c_char, length: *mut usize, file: *mut libc::FILE) -> isize;
    }
}

/// Keeps the compiler from knowing where a pointer came from, and from leaving pairs of calls out.
fn opaque(block: *mut c_void) -> *mut u8 {
    std::hint::black_box(block).cast()
}

impl Calls for OfTheProcess {
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
fn keeps_the_rules() {
    edges::all(&OfTheProcess);
    (0..20).for_each(|seed| random::run(&OfTheProcess, seed, 5_000));
}

/// What Rust, std and the C library allocate.
#[test]
fn everybody_gets_its_blocks() {
    assert!(is_ours(&raw const *Box::new(1)));
    assert!(is_ours(String::from("std's default").as_ptr()));
    let copied = unsafe { libc::strdup(c"the C library's".as_ptr()) };
    assert!(is_ours(copied));
    unsafe { libc::free(copied.cast()) };
    let path = unsafe { libc::realpath(c"/".as_ptr(), std::ptr::null_mut()) };
    assert!(is_ours(path));
    unsafe { libc::free(path.cast()) };
}

#[test]
fn threads_at_once() {
    let threads: Vec<_> = (10..18).map(|seed| thread::spawn(move || random::run(&OfTheProcess, seed, 1_000))).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Threads that read lines, flush all streams, and fork: the C library holds the lock of a stream while it allocates, and one of all
/// streams while it waits for that of each, and in a fork.
#[test]
fn forks_beside_streams() {
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
            is_ours(copied)
        };
        let locks_are_free = (0..300).all(|_| says_yes(child));
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
