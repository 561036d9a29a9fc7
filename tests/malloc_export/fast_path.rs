//! The fast path of the exported functions, in which a pool serves them from its bins: it keeps the same rules, and agrees with the
//! traits of the pool.

use std::ffi::c_int;
use std::ptr::{self, NonNull};
use std::thread;

use janus_alloc::adapters::c_malloc::{self as export, FastPath};
use janus_alloc::api::UsableSize;
use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, SharedPool};

use crate::calls::{Calls, SlowFunctions};
use crate::{edges, random_calls};

fn new_pool(checked: bool) -> SharedPool {
    SharedPool::with_options(Options::new().checked(checked))
}

/// The functions that `export_malloc!` defines, with their fast path.
struct Exported<F, A>(export::CFunctions<F, A>);

impl<F: FastPath, A: UsableSize + Copy> Exported<F, A> {
    fn slow(&self) -> SlowFunctions<A> {
        SlowFunctions(self.0.allocator)
    }
}

impl<F: FastPath, A: UsableSize + Copy> Calls for Exported<F, A> {
    fn malloc(&self, size: usize) -> *mut u8 {
        self.0.malloc(size).cast()
    }
    fn calloc(&self, count: usize, size: usize) -> *mut u8 {
        self.0.calloc(count, size).cast()
    }
    unsafe fn free(&self, block: *mut u8) {
        unsafe { self.0.free(block.cast()) };
    }
    unsafe fn realloc(&self, block: *mut u8, size: usize) -> *mut u8 {
        unsafe { self.0.realloc(block.cast(), size) }.cast()
    }
    unsafe fn reallocarray(&self, block: *mut u8, count: usize, size: usize) -> *mut u8 {
        let realloc = |size| unsafe { self.0.realloc(block.cast(), size) };
        export::by_symbol::reallocarray(realloc, count, size).cast()
    }
    fn aligned_alloc(&self, align: usize, size: usize) -> *mut u8 {
        self.slow().aligned_alloc(align, size)
    }
    fn memalign(&self, align: usize, size: usize) -> *mut u8 {
        self.slow().memalign(align, size)
    }
    fn posix_memalign(&self, block: *mut u8, align: usize, size: usize) -> (*mut u8, c_int) {
        self.slow().posix_memalign(block, align, size)
    }
    fn valloc(&self, size: usize) -> *mut u8 {
        self.slow().valloc(size)
    }
    fn pvalloc(&self, size: usize) -> *mut u8 {
        self.slow().pvalloc(size)
    }
    unsafe fn malloc_usable_size(&self, block: *mut u8) -> usize {
        unsafe { self.0.malloc_usable_size(block.cast()) }
    }
}

/// Prepares the exported functions, as `export_malloc!` does before `main`.
fn note() {
    // The address of none: with a sanitizer in the program, its functions would be mistaken for those of the allocator.
    export::prepare(std::ptr::null());
}

fn keep_the_rules<F: FastPath + Send, A: UsableSize + Copy + Send>(over: export::CFunctions<F, A>) {
    note();
    edges::check_all(&Exported(over));
    thread::scope(|threads| {
        for seed in 0..8 {
            threads.spawn(move || random_calls::run(&Exported(over), seed, 5_000));
        }
    });
}

#[test]
fn functions_keep_the_rules() {
    let pool = &new_pool(false);
    keep_the_rules(export::CFunctions { fast_path: pool, allocator: pool });
    let pool = &AsGlobal::new(new_pool(false));
    keep_the_rules(export::CFunctions { fast_path: pool, allocator: pool });
    let pool = &new_pool(true);
    keep_the_rules(export::CFunctions { fast_path: pool, allocator: pool });
    keep_the_rules(export::CFunctions { fast_path: export::NoFastPath, allocator: &new_pool(false) });
}

#[test]
fn sizes_of_the_fast_path_agree_with_the_trait() {
    note();
    let pool = &new_pool(false);
    let over = export::CFunctions { fast_path: pool, allocator: pool };
    for size in (0..3000).chain((3000..200_000).step_by(999)) {
        // The first call refills the bin, and so does every few calls after it.
        let blocks = [(); 9].map(|()| NonNull::new(over.malloc(size).cast::<u8>()).unwrap());
        for block in blocks {
            let known = unsafe { pool.layout_of(block) };
            assert!(known.size() >= size && block.addr().get() % 16 == 0);
            for reported in
                unsafe { [pool.size_of(block.as_ptr()), FastPath::size_of_any(pool, block)] }.into_iter().flatten()
            {
                assert_eq!(reported, known.size(), "{size}");
            }
            unsafe { over.free(block.as_ptr().cast()) };
        }
    }
    assert_eq!(pool.stats().live_bytes(), 0);
    unsafe { over.free(ptr::null_mut()) };
}

/// In a thread with a cache, most requests are served by the fast path.
#[test]
#[cfg(all(target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn the_fast_path_serves_blocks_of_a_bin() {
    note();
    let pool = &new_pool(false);
    let over = export::CFunctions { fast_path: pool, allocator: pool };
    assert!(
        pool.try_allocate(100).is_none() && pool.try_allocate_any(100).is_none(),
        "a pool without memory served a request"
    );
    let kept = [(); 2].map(|()| over.malloc(100));
    let block = pool.try_allocate(100).expect("the bin has blocks");
    assert_eq!(unsafe { pool.size_of(block.as_ptr()) }, Some(112));
    assert!(unsafe { pool.try_free(block.as_ptr()) }, "the bin has no room");
    assert_eq!(pool.try_allocate(112), Some(block), "the block went to another bin");
    assert!(unsafe { pool.try_free_any(block) });
    kept.into_iter().for_each(|block| unsafe { over.free(block) });
    // The first block of a span is aligned to a page, as a large block may be, so the fast path cannot tell them apart.
    let page = NonNull::new(over.malloc(8192)).unwrap().cast::<u8>();
    assert!(unsafe { !pool.try_free(page.as_ptr()) && pool.try_free_any(page) });
    for size in [200_000, 1 << 20] {
        let block = NonNull::new(over.malloc(size)).unwrap().cast::<u8>();
        assert!(
            unsafe { !pool.try_free(block.as_ptr()) && !pool.try_free_any(block) },
            "a block without a bin was put into one"
        );
        assert_eq!(unsafe { FastPath::size_of_any(pool, block) }, None);
        unsafe { over.free(block.as_ptr().cast()) };
    }
    assert_eq!(pool.stats().live_bytes(), 0);
}

#[test]
fn the_fast_path_of_a_checked_pool_serves_nothing() {
    note();
    let pool = &new_pool(true);
    let over = export::CFunctions { fast_path: pool, allocator: pool };
    let blocks = [(); 40].map(|()| over.malloc(100).cast::<u8>());
    let block = NonNull::new(blocks[20]).unwrap();
    assert!(pool.try_allocate(100).is_none() && pool.try_allocate_any(100).is_none());
    assert!(unsafe { !pool.try_free(block.as_ptr()) && !pool.try_free_any(block) });
    assert_eq!(unsafe { (pool.size_of(block.as_ptr()), pool.size_of_any(block)) }, (None, None));
    blocks.into_iter().for_each(|block| unsafe { over.free(block.cast()) });
    assert_eq!(pool.stats().live_bytes(), 0);
}
