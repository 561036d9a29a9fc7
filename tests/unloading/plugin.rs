//! A library with pools in its statics, which `host.c` loads and unloads, for `tests/unloading.rs`.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::ffi::c_int;
use std::ptr::null_mut;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::collections::Vec;
use janus_alloc::pools::Options;
use janus_alloc::{SharedPool, Stats, System};

static POOL: SharedPool = SharedPool::with_options(Options::new().checked(false));
static CHECKED: SharedPool = SharedPool::with_options(Options::new().checked(true));
static COUNTED: LazyLock<SharedPool<Stats<System>>> =
    LazyLock::new(|| SharedPool::with_options_in(Options::new().checked(false), Stats::new(System)));

/// The place where the [last destructor](last) writes its result, or null.
static RESULT: AtomicPtr<c_int> = AtomicPtr::new(null_mut());

/// Allocates and frees blocks of each kind in `pool`. Returns the sum of the numbers below `count`.
fn use_pool<A: Allocator>(pool: &SharedPool<A>, count: usize) -> usize {
    let mut lists = Vec::new_in(pool);
    for number in 0..count {
        let mut list = Vec::with_capacity_in(number % 700 + 1, pool);
        list.push(number);
        lists.push(list);
    }
    let run: Vec<u8, _> = Vec::with_capacity_in(200_000, pool);
    let large: Vec<u8, _> = Vec::with_capacity_in(1_000_000, pool);
    lists.iter().map(|list| list[0]).sum::<usize>() + run.len() + large.len()
}

/// Uses all pools. Returns three times the sum of the numbers below `count`.
#[unsafe(no_mangle)]
extern "C" fn work(count: usize) -> usize {
    use_pool(&POOL, count) + use_pool(&CHECKED, count) + use_pool(&COUNTED, count)
}

/// Allocates a block of `size` bytes for the host, each of them `size % 251`.
#[unsafe(no_mangle)]
extern "C" fn keep(size: usize) -> *mut u8 {
    let block = POOL.allocate(Layout::from_size_align(size, 8).unwrap()).unwrap().cast::<u8>();
    // SAFETY: the block is live and has that many bytes.
    unsafe { block.write_bytes((size % 251) as u8, size) };
    block.as_ptr()
}

/// Makes the [last destructor](last) use the pool and write its result to `result`.
#[unsafe(no_mangle)]
extern "C" fn report_to(result: *mut c_int) {
    RESULT.store(result, Relaxed);
}

#[used]
// SAFETY: the functions in this section are called without arguments.
#[unsafe(link_section = ".fini_array.00000")]
static LAST: extern "C" fn() = last;

/// Runs after all other destructors of this library, and uses the pool. The result is 2 if the pool held no memory before, 1 if it held
/// some, and 3 if it did not work.
extern "C" fn last() {
    let result = RESULT.load(Relaxed);
    if !result.is_null() {
        let held = POOL.stats().held_bytes();
        // Large blocks, which create no cache for this thread: a cache would have to outlive the library.
        let blocks = [200_000, 1_000_000].map(|size| {
            let mut block = Vec::with_capacity_in(size, &POOL);
            block.resize(size, 1_u8);
            block
        });
        let code = if POOL.stats().live_bytes() < 1_200_000 {
            3
        } else if held == 0 {
            2
        } else {
            1
        };
        drop(blocks);
        // SAFETY: the host passed a pointer that is valid until the library is unloaded.
        unsafe { result.write(code) };
    }
}
