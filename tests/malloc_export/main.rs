//! What `export_malloc!` calls keeps C's rules, over allocators of several kinds.
#![cfg(all(feature = "std", target_os = "linux"))]
#![allow(
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    reason = "calls as C would make them, on purpose"
)]

mod at_hand;
mod calls;
mod edges;
mod headed;
mod random;

use std::ptr::NonNull;
use std::sync::atomic::Ordering::SeqCst;

use janus_alloc::adapters::c_malloc as export;
use janus_alloc::api::{Allocator, Layout, UsableSize};
use janus_alloc::{AsGlobal, Malloc, Pages, SharedPool, Stats, System};

use calls::{Calls, Over, given, refused};
use headed::Headed;

/// What is asked of every allocator.
fn keeps_the_rules<A: UsableSize + Copy>(allocator: A) {
    edges::all(&Over(allocator));
    for seed in 0..20 {
        random::run(&Over(allocator), seed, 5_000);
    }
}

#[test]
fn over_a_header() {
    let headed = Headed::new(System);
    keeps_the_rules(&headed);
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

#[test]
fn over_malloc() {
    keeps_the_rules(Malloc);
}

#[test]
fn over_a_pool() {
    keeps_the_rules(&SharedPool::new());
    keeps_the_rules(&SharedPool::new_in(System));
    keeps_the_rules(&AsGlobal::new(SharedPool::new()));
}

#[test]
fn a_block_with_room_stays_where_it_is() {
    let headed = Headed::new(System);
    let c = Over(&headed);
    for align in [16, 64, 4096] {
        for size in [10_000, 100_000, 1 << 20] {
            // Whatever the align, if only the block is large enough for it.
            let align = if align > size / 8 { 16 } else { align };
            let block = given(align, || c.aligned_alloc(align, size));
            assert_eq!(given(align, || unsafe { c.realloc(block, size + size / 3) }), block, "up");
            assert_eq!(given(align, || unsafe { c.realloc(block, size - size / 3) }), block, "down");
            assert_eq!(given(align, || unsafe { c.realloc(block, size / 3 * 4) }), block, "and up again");
            unsafe { c.free(block) };
        }
    }
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

#[test]
fn a_failed_resize_keeps_the_block() {
    let headed = Headed::new(System);
    let c = Over(&headed);
    for size in [1, 20, 1000, 100_000] {
        let block = given(16, || c.malloc(size));
        unsafe { edges::fill(block, size, 3) };
        headed.failing.store(true, SeqCst);
        refused(libc::ENOMEM, || c.malloc(1));
        refused(libc::ENOMEM, || c.calloc(1, 1));
        refused(libc::ENOMEM, || c.memalign(32, 1));
        refused(libc::ENOMEM, || unsafe { c.realloc(block, 4 * size + 100) });
        assert_eq!(given(16, || unsafe { c.realloc(block, size / 10 + 1) }), block, "it is large enough as it is");
        headed.failing.store(false, SeqCst);
        unsafe { edges::check(block, size, 3) };
        unsafe { c.free(block) };
    }
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

/// C may be handed what the Rust face gave, though Rust may have asked for a smaller align.
#[test]
fn blocks_of_the_other_face() {
    let headed = Headed::new(System);
    let c = Over(&headed);
    for size in [1, 8, 40, 1000, 100_000] {
        for align in [1, 8, 16, 4096] {
            let allocate = || headed.allocate(Layout::from_size_align(size, align).unwrap()).unwrap().cast::<u8>();
            let block = allocate().as_ptr();
            assert_eq!(block.addr() % 16 != 0, align < 16);
            unsafe { edges::fill(block, size, 4) };
            for new_size in [size, size + 1, 2 * size, size / 3 + 1] {
                let block = allocate().as_ptr();
                unsafe { edges::fill(block, size, 4) };
                let resized = given(16, || unsafe { c.realloc(block, new_size) });
                unsafe { edges::check(resized, size.min(new_size), 4) };
                // And back.
                let resized = NonNull::new(resized).unwrap();
                unsafe { headed.deallocate(resized, headed.layout_of(resized)) };
            }
            unsafe { c.free(block) };
        }
    }
    assert_eq!((headed.live.load(SeqCst), headed.wrong_layouts.load(SeqCst)), (0, 0));
}

/// An allocator that nothing is known of has nothing to tell, and one that can tell does.
#[test]
fn figures() {
    use export::ProbeFallback as _;

    static HEADED: Headed<System> = Headed::new(System);
    let control = || export::TypeProbe(&HEADED).control();
    let block = given(16, || Over(&HEADED).malloc(100));
    assert_eq!(export::mallinfo2(control()), export::MallInfo::default());
    assert_eq!(export::mallinfo(control()), export::MallInfo::default());
    assert_eq!(export::malloc_trim(control()), 0);
    assert!(export::is_foreign(control, block.cast()), "it cannot tell");
    unsafe { Over(&HEADED).free(block) };

    static POOL: AsGlobal<SharedPool<Stats<Pages>>> = AsGlobal::new(SharedPool::new_in(Stats::new(Pages::new())));
    let control = || export::TypeProbe(&POOL).control();
    for size in [1, 1000, 200_000, 1 << 20] {
        let block = given(16, || Over(&POOL).malloc(size));
        let info = export::mallinfo2(control());
        assert!(info.uordblks >= size && info.arena >= info.uordblks, "{info:?}");
        assert!(!export::is_foreign(control, block.cast()));
        assert!(export::is_foreign(control, block.wrapping_add(1).cast()));
        assert!(export::is_foreign(control, (&raw const info).cast_mut().cast()));
        unsafe { Over(&POOL).free(block) };
    }
    assert!(export::is_foreign(control, std::ptr::null_mut()));
    assert_eq!(export::malloc_trim(control()), 1);
    assert_eq!(export::malloc_trim(control()), 0);
    assert_eq!(export::mallinfo2(control()).uordblks, 0);
}
