//! A library with pools of its own in statics, which `host.c` loads and unloads: for `tests/unloading.rs`.
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

/// Where the host wants to be told what the last destructor found.
static LAST: AtomicPtr<c_int> = AtomicPtr::new(null_mut());

/// Blocks of each kind come and go in `pool`, which may have some left for later.
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

/// The sum of the numbers below `count`, three times.
#[unsafe(no_mangle)]
extern "C" fn work(count: usize) -> usize {
    use_pool(&POOL, count) + use_pool(&CHECKED, count) + use_pool(&COUNTED, count)
}

/// A block of so many bytes for the host, each of them `size % 251`.
#[unsafe(no_mangle)]
extern "C" fn keep(size: usize) -> *mut u8 {
    let block = POOL.allocate(Layout::from_size_align(size, 8).unwrap()).unwrap().cast::<u8>();
    // SAFETY: it has so many bytes.
    unsafe { block.write_bytes((size % 251) as u8, size) };
    block.as_ptr()
}

/// From now on the [last] destructor uses the pool.
#[unsafe(no_mangle)]
extern "C" fn tell(found: *mut c_int) {
    LAST.store(found, Relaxed);
}

#[used]
// SAFETY: the functions there are called without arguments.
#[unsafe(link_section = ".fini_array.00000")]
static AT_THE_END: extern "C" fn() = last;

/// Behind all other destructors of this library: tells that it was here, 2 if the pool had nothing and 1 if it had.
extern "C" fn last() {
    let found = LAST.load(Relaxed);
    if !found.is_null() {
        let had = POOL.stats().held_bytes();
        // Without a cache for this thread, which would need it to live as long as the library.
        let blocks = [200_000, 1_000_000].map(|size| {
            let mut block = Vec::with_capacity_in(size, &POOL);
            block.resize(size, 1_u8);
            block
        });
        let says = if POOL.stats().live_bytes() < 1_200_000 {
            3
        } else if had == 0 {
            2
        } else {
            1
        };
        drop(blocks);
        // SAFETY: the host waits for it.
        unsafe { found.write(says) };
    }
}
