//! The functions behind `export_malloc!` keep C's rules, over allocators of several kinds.
#![cfg(all(feature = "std", target_os = "linux"))]
#![allow(
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    reason = "calls as C would make them, on purpose"
)]

mod calls;
mod edges;
mod fast_path;
mod headed;
#[path = "../arenas/random.rs"]
mod random;
mod random_calls;

use std::ptr::NonNull;
use std::sync::atomic::Ordering::SeqCst;

use janus_alloc::adapters::c_malloc as export;
use janus_alloc::api::{Allocator, Layout, UsableSize};
use janus_alloc::{AsGlobal, Malloc, Pages, SharedPool, Stats, System};

use calls::{Calls, SlowFunctions, assert_refused, assert_served};
use headed::HeaderAllocator;

/// Checks C's rules over any allocator.
fn keeps_the_rules<A: UsableSize + Copy>(allocator: A) {
    edges::check_all(&SlowFunctions(allocator));
    for seed in 0..20 {
        random_calls::run(&SlowFunctions(allocator), seed, 5_000);
    }
}

#[test]
fn functions_keep_the_rules_over_headers() {
    let headed = HeaderAllocator::new(System);
    keeps_the_rules(&headed);
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

#[test]
fn functions_keep_the_rules_over_malloc() {
    keeps_the_rules(Malloc);
}

#[test]
fn functions_keep_the_rules_over_shared_pools() {
    keeps_the_rules(&SharedPool::new());
    keeps_the_rules(&SharedPool::new_in(System));
    keeps_the_rules(&AsGlobal::new(SharedPool::new()));
}

#[test]
fn a_block_with_room_is_resized_in_place() {
    let headed = HeaderAllocator::new(System);
    let c = SlowFunctions(&headed);
    for align in [16, 64, 4096] {
        for size in [10_000, 100_000, 1 << 20] {
            // With a large align too, if the block is much larger.
            let align = if align > size / 8 { 16 } else { align };
            let block = assert_served(align, || c.aligned_alloc(align, size));
            assert_eq!(
                assert_served(align, || unsafe { c.realloc(block, size + size / 3) }),
                block,
                "it moved on growth"
            );
            assert_eq!(
                assert_served(align, || unsafe { c.realloc(block, size - size / 3) }),
                block,
                "it moved on shrinking"
            );
            assert_eq!(
                assert_served(align, || unsafe { c.realloc(block, size / 3 * 4) }),
                block,
                "it moved on the second growth"
            );
            unsafe { c.free(block) };
        }
    }
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

#[test]
fn a_failed_resize_keeps_the_block() {
    let headed = HeaderAllocator::new(System);
    let c = SlowFunctions(&headed);
    for size in [1, 20, 1000, 100_000] {
        let block = assert_served(16, || c.malloc(size));
        unsafe { edges::fill(block, size, 3) };
        headed.failing.store(true, SeqCst);
        assert_refused(libc::ENOMEM, || c.malloc(1));
        assert_refused(libc::ENOMEM, || c.calloc(1, 1));
        assert_refused(libc::ENOMEM, || c.memalign(32, 1));
        assert_refused(libc::ENOMEM, || unsafe { c.realloc(block, 4 * size + 100) });
        assert_eq!(
            assert_served(16, || unsafe { c.realloc(block, size / 10 + 1) }),
            block,
            "a block that is large enough moved"
        );
        headed.failing.store(false, SeqCst);
        unsafe { edges::check_contents(block, size, 3) };
        unsafe { c.free(block) };
    }
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

/// C's functions may get blocks that Rust allocated, even with a smaller align than C's.
#[test]
fn functions_accept_blocks_of_the_allocator() {
    let headed = HeaderAllocator::new(System);
    let c = SlowFunctions(&headed);
    for size in [1, 8, 40, 1000, 100_000] {
        for align in [1, 8, 16, 4096] {
            let allocate = || headed.allocate(Layout::from_size_align(size, align).unwrap()).unwrap().cast::<u8>();
            let block = allocate().as_ptr();
            assert_eq!(block.addr() % 16 != 0, align < 16);
            unsafe { edges::fill(block, size, 4) };
            for new_size in [size, size + 1, 2 * size, size / 3 + 1] {
                let block = allocate().as_ptr();
                unsafe { edges::fill(block, size, 4) };
                let resized = assert_served(16, || unsafe { c.realloc(block, new_size) });
                unsafe { edges::check_contents(resized, size.min(new_size), 4) };
                // The allocator accepts the result too.
                let resized = NonNull::new(resized).unwrap();
                unsafe { headed.deallocate(resized, headed.layout_of(resized)) };
            }
            unsafe { c.free(block) };
        }
    }
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

/// The functions that report figures report those of a `SharedPool`, and zeros for an allocator that has none.
#[test]
fn figures_are_those_of_the_allocator() {
    use export::ProbeFallback as _;

    static HEADED: HeaderAllocator<System> = HeaderAllocator::new(System);
    let control = || export::TypeProbe(&HEADED).control();
    let block = assert_served(16, || SlowFunctions(&HEADED).malloc(100));
    assert_eq!(export::mallinfo2(control()), export::MallInfo::default());
    assert_eq!(export::mallinfo(control()), export::MallInfo::default());
    assert_eq!(export::malloc_trim(control()), 0);
    assert!(
        export::is_foreign(control, block.cast()),
        "the allocator claims a block although it cannot know its blocks"
    );
    unsafe { SlowFunctions(&HEADED).free(block) };

    static POOL: AsGlobal<SharedPool<Stats<Pages>>> = AsGlobal::new(SharedPool::new_in(Stats::new(Pages::new())));
    let control = || export::TypeProbe(&POOL).control();
    for size in [1, 1000, 200_000, 1 << 20] {
        let block = assert_served(16, || SlowFunctions(&POOL).malloc(size));
        let info = export::mallinfo2(control());
        assert!(info.uordblks >= size && info.arena >= info.uordblks, "{info:?}");
        assert!(!export::is_foreign(control, block.cast()));
        assert!(export::is_foreign(control, block.wrapping_add(1).cast()));
        assert!(export::is_foreign(control, (&raw const info).cast_mut().cast()));
        unsafe { SlowFunctions(&POOL).free(block) };
    }
    assert!(export::is_foreign(control, std::ptr::null_mut()));
    assert_eq!(export::malloc_trim(control()), 1);
    assert_eq!(export::malloc_trim(control()), 0);
    assert_eq!(export::mallinfo2(control()).uordblks, 0);
}
