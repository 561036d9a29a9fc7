//! The promises of a guard apart from its reports.

use janus_alloc::api::{Allocator, Owns, Reset, UsableSize};
use janus_alloc::collections::Box as BoxIn;
use janus_alloc::{Arena, AsGlobal, Guard, Null, Pages, SharedPool, Stats, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use super::*;

mod traits {
    use janus_alloc::api::{AllocatorClone, GlobalAlloc, GlobalAllocator, StaticAllocator, WholePages};
    use janus_alloc::blocks::guard::CallSite;
    use janus_alloc::{FixedArena, Global, Malloc};

    use super::*;

    assert_impl_all!(Guard<System>: Allocator, GlobalAllocator, StaticAllocator, Owns, UsableSize, Send, Sync, Default);
    assert_impl_all!(Guard<SharedPool>: GlobalAllocator, Send, Sync);
    assert_impl_all!(Guard<Pages>: GlobalAllocator, StaticAllocator);
    assert_impl_all!(Guard<Malloc>: GlobalAllocator, StaticAllocator);
    assert_impl_all!(AsGlobal<Guard<SharedPool>>: GlobalAlloc);
    assert_impl_all!(&'static Guard<System>: GlobalAllocator, StaticAllocator, AllocatorClone, Owns, UsableSize);
    assert_impl_all!(Guard<Arena>: Allocator, Reset, Send);
    assert_impl_all!(Guard<&'static FixedArena<'static>>: Allocator, Owns);
    assert_impl_all!(CallSite<'static, System>: Copy, AllocatorClone, StaticAllocator, Owns, UsableSize, Send, Sync);
    // No more than the parent.
    assert_not_impl_any!(Guard<Arena>: Sync, StaticAllocator, GlobalAllocator);
    assert_not_impl_any!(Guard<&'static Arena>: Send, Sync, Reset);
    assert_not_impl_any!(Guard<SharedPool>: StaticAllocator, Reset);
    assert_not_impl_any!(Guard<Global>: GlobalAllocator);
    assert_not_impl_any!(AsGlobal<Guard<Global>>: GlobalAlloc);
    assert_not_impl_any!(CallSite<'static, Arena>: Send, Sync, StaticAllocator);
    assert_eq_size!(Guard<System>, [usize; 6]);
    // Red zones leave no whole pages.
    assert_not_impl_any!(Guard<Pages>: WholePages);
    // The records are one value's.
    assert_not_impl_any!(Guard<System>: Clone);
}

/// Fresh bytes and freed bytes have fixed values, but where zeros were asked for.
#[test]
fn contents() {
    let guard = Guard::new(System);
    let fresh = block(&guard, 1000);
    assert!((0..1000).all(|offset| read(fresh, offset) == 0xa5));
    (0..1000).for_each(|offset| write(fresh, offset, offset as u8));
    // SAFETY: live with that layout.
    let grown = unsafe { guard.grow(fresh, layout(1000, 8), layout(2000, 8)) }.unwrap().cast();
    assert_ne!(fresh, grown, "a resize moves");
    assert!((0..1000).all(|offset| read(grown, offset) == offset as u8));
    assert!((1000..2000).all(|offset| read(grown, offset) == 0xa5));
    assert!((0..1000).all(|offset| read(fresh, offset) == 0xde), "the old block is in quarantine");
    // SAFETY: live with that layout.
    let zeroed = unsafe { guard.grow_zeroed(grown, layout(2000, 8), layout(3000, 16)) }.unwrap().cast();
    assert!((1000..2000).all(|offset| read(zeroed, offset) == 0xa5));
    assert!((2000..3000).all(|offset| read(zeroed, offset) == 0));
    // SAFETY: live with that layout.
    let shrunk = unsafe { guard.shrink(zeroed, layout(3000, 16), layout(500, 16)) }.unwrap().cast();
    assert!((0..500).all(|offset| read(shrunk, offset) == offset as u8));
    assert!((0..3000).all(|offset| read(zeroed, offset) == 0xde));
    // SAFETY: live with that layout.
    unsafe { guard.deallocate(shrunk, layout(500, 16)) };
}

/// A failed resize leaves a block as it was.
#[test]
fn failures() {
    let parent = Arena::new_in(Null);
    assert!(Guard::new(&parent).allocate(layout(1, 1)).is_err());
    let guard = Guard::new(System);
    let kept = block(&guard, 100);
    write(kept, 50, 7);
    let huge = layout(isize::MAX as usize - 4096, 8);
    // SAFETY: live with that layout.
    assert!(unsafe { guard.grow(kept, layout(100, 8), huge) }.is_err());
    // SAFETY: as above.
    assert!(unsafe { guard.grow_zeroed(kept, layout(100, 8), layout(isize::MAX as usize - 7, 8)) }.is_err());
    assert_eq!((read(kept, 50), guard.live_blocks(), guard.live_bytes()), (7, 1, 100));
    free(&guard, kept, 100);
}

#[test]
fn the_quarantine_is_bounded() {
    let outer = 100 + 2 * 64;
    let stats = Stats::new(System);
    let guard = Guard::new(&stats).quarantine_bytes(10 * outer);
    let blocks = [0; 30].map(|_| block(&guard, 100));
    for (index, &each) in blocks.iter().enumerate() {
        free(&guard, each, 100);
        assert_eq!(guard.quarantined_bytes(), outer * (index + 1).min(10));
        assert_eq!(stats.snapshot().deallocations, (index as u64 + 1).saturating_sub(10), "the oldest go back");
    }
    // One that is too large does not drive the others out.
    let large = block(&guard, 100_000);
    free(&guard, large, 100_000);
    assert_eq!((guard.quarantined_bytes(), stats.snapshot().deallocations), (10 * outer, 21));
    drop(guard);
    assert_eq!(stats.snapshot().live_blocks(), 0);
}

#[test]
fn capabilities() {
    let guard = Guard::new(System);
    let own = block(&guard, 100);
    let other = System.allocate(layout(100, 8)).unwrap().cast();
    assert!(guard.owns(own, layout(100, 8)) && guard.call_site().owns(own, layout(100, 8)));
    assert!(!guard.owns(other, layout(100, 8)) && !Guard::new(System).owns(own, layout(100, 8)));
    // SAFETY: live.
    assert_eq!(unsafe { guard.layout_of(own) }, layout(100, 8));
    // SAFETY: live.
    assert_eq!(unsafe { guard.usable_size(own) }, 100);
    // SAFETY: live.
    unsafe { guard.deallocate_without_layout(own) };
    assert!(!guard.owns(own, layout(100, 8)));
    assert_eq!(guard.live_blocks(), 0);
    // SAFETY: live with that layout.
    unsafe { System.deallocate(other, layout(100, 8)) };
}

#[test]
fn a_reset_ends_all_blocks() {
    let mut guard = Guard::new(Arena::new());
    for _ in 0..3 {
        let blocks = [0; 100].map(|_| block(&guard, 100));
        free(&guard, blocks[3], 100);
        assert_eq!(guard.live_blocks(), 99);
        guard.reset();
        assert_eq!((guard.live_blocks(), guard.live_bytes(), guard.quarantined_bytes()), (0, 0, 0));
        assert_eq!(guard.parent().allocated_bytes(), 0);
    }
}

/// Its blocks and records stay where they are.
#[test]
fn a_guard_moves() {
    let guard = Guard::new(System);
    let kept = block(&guard, 100);
    let moved = Box::new(guard);
    free(&moved, kept, 100);
    // An option that comes too late changes nothing.
    let late = block(&moved, 100);
    let moved = (*moved).red_zone_bytes(1).quarantine_bytes(0);
    free(&moved, late, 100);
    moved.check();
    assert_eq!(moved.quarantined_bytes(), 2 * (100 + 2 * 64));
}

#[test]
fn debug() {
    let guard = Guard::new(System);
    let boxed = BoxIn::new_in(1_u64, &guard);
    let text = format!("{guard:?}");
    assert!(text.contains("live_blocks: 1") && text.contains("live_bytes: 8"), "{text}");
    assert!(format!("{:?}", guard.call_site()).contains("options.rs"));
    drop(boxed);
}
