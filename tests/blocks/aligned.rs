use janus_alloc::api::{Allocator, Layout};
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{Aligned, Arena, AsGlobal, Fallback, Null, Stats, System};
use proptest::prelude::*;

use crate::conformance::{keeps_the_rules, options};
use crate::inspect::Inspect;
use crate::shadow;

#[test]
fn keeps_the_rules_for_each_align() {
    keeps_the_rules(Aligned::<1, _>::new(System), &options(50_000));
    keeps_the_rules(Aligned::<64, _>::new(System), &options(200_000));
    keeps_the_rules(Aligned::<4096, _>::new(System), &options(50_000));
    keeps_the_rules(Aligned::<16, _>::new(Aligned::<64, _>::new(Arena::new())), &options(50_000));
}

#[test]
fn every_block_is_aligned() {
    let aligned = Aligned::<64, _>::new(System);
    for size in [0, 1, 7, 64, 1000] {
        for align in [1, 8, 32, 64, 256] {
            let layout = Layout::from_size_align(size, align).unwrap();
            let block = aligned.allocate(layout).unwrap();
            assert_eq!(block.addr().get() % align.max(64), 0, "{layout:?}");
            // SAFETY: live, with that layout.
            unsafe { aligned.deallocate(block.cast(), layout) };
        }
    }
    let mut map = HashMap::new_in(aligned);
    map.extend((0..1000).map(|n| (n, Box::new_in(n, aligned))));
    assert!(map.values().all(|number| (&raw const **number).addr() % 64 == 0));
}

#[test]
fn the_parent_sees_the_raised_align_and_the_requested_size() {
    let aligned = Aligned::<64, _>::new(Inspect::new(System));
    let seen = |layout: (usize, usize)| {
        let layout = Layout::from_size_align(layout.0, layout.1).unwrap();
        let block = aligned.allocate_zeroed(layout).unwrap();
        // SAFETY: live, with that layout.
        unsafe { aligned.deallocate(block.cast(), layout) };
        aligned.parent().last.take().map(|layout| (layout.size(), layout.align()))
    };
    assert_eq!(seen((100, 8)), Some((100, 64)));
    assert_eq!(seen((100, 128)), Some((100, 128)));
    assert_eq!(seen((0, 8)), None, "size 0 with a smaller align stays here");
    assert_eq!(seen((0, 64)), Some((0, 64)));
}

#[test]
fn growth_in_place_is_the_parents() {
    let arena = Arena::new();
    let mut bytes = Vec::<u8, _>::with_capacity_in(100, Aligned::<64, _>::new(&arena));
    let start = bytes.as_ptr();
    bytes.reserve_exact(1000);
    assert_eq!(bytes.as_ptr(), start, "the last block of an arena");
}

#[test]
fn layouts_that_cannot_be_raised_fail() {
    let aligned = Aligned::<4096, _>::new(Null);
    let largest = Layout::from_size_align(isize::MAX as usize, 1).unwrap();
    assert!(aligned.allocate(largest).is_err() && aligned.allocate_zeroed(largest).is_err());
    let aligned = Aligned::<4096, _>::new(System);
    let layout = Layout::from_size_align(100, 1).unwrap();
    let block = aligned.allocate(layout).unwrap().cast::<u8>();
    // SAFETY: live, with that layout.
    assert!(unsafe { aligned.grow(block, layout, largest) }.is_err());
    // SAFETY: as above.
    assert!(unsafe { aligned.grow_zeroed(block, layout, largest) }.is_err());
    // SAFETY: as above.
    unsafe { aligned.deallocate(block, layout) };
}

#[test]
fn as_the_first_of_a_fallback_it_knows_its_blocks() {
    let (arena, heap) = (Arena::new(), Stats::new(System));
    let both = Fallback::new(Aligned::<64, _>::new(&arena), &heap);
    let boxed = Box::new_in([1_u8; 100], &both);
    assert!(arena.owns(std::ptr::NonNull::from(&*boxed).cast()));
    drop(boxed);
    assert!(arena.allocated_bytes() < 64, "no more than padding");
    assert_eq!(heap.snapshot().allocations, 0);
}

#[test]
fn as_a_global_allocator() {
    static DEFAULT: AsGlobal<Aligned<128, Stats<System>>> = AsGlobal::new(Aligned::new(Stats::new(System)));
    keeps_the_rules(janus_alloc::AsAllocatorRef::new(&DEFAULT), &options(50_000));
    assert_eq!(DEFAULT.parent().snapshot().live_blocks(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn like_the_model(operations in shadow::operations()) {
        let aligned = Aligned::<32, _>::new(Stats::new(System));
        prop_assert_eq!(shadow::run(&aligned, &operations), 0);
        prop_assert_eq!(aligned.parent().snapshot().live_bytes, 0);
    }
}
