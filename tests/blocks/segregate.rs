use janus_alloc::api::{Allocator, Layout, Owns};
use janus_alloc::collections::Vec;
use janus_alloc::{Arena, Null, Pool, Segregate, Stats, System};
use proptest::prelude::*;

use crate::conformance::{keeps_the_rules, options};
use crate::shadow;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

#[test]
fn keeps_the_rules_with_any_border() {
    keeps_the_rules(Segregate::<256, _, _>::new(System, System), &options(200_000));
    keeps_the_rules(Segregate::<0, _, _>::new(System, Pool::new()), &options(50_000));
    keeps_the_rules(Segregate::<{ usize::MAX }, _, _>::new(Pool::new(), Null), &options(50_000));
    keeps_the_rules(Segregate::<32, _, _>::new(Arena::new(), Pool::new()), &options(50_000));
}

#[test]
fn the_border_belongs_to_the_small() {
    let by_size = Segregate::<256, _, _>::new(Stats::new(System), Stats::new(System));
    let live = || (by_size.small().snapshot().live_bytes, by_size.large().snapshot().live_bytes);
    for (size, expected) in [(1, (1, 0)), (256, (256, 0)), (257, (0, 257)), (5000, (0, 5000))] {
        let block = by_size.allocate(layout(size)).unwrap();
        assert_eq!(live(), expected);
        // SAFETY: live, with that layout.
        unsafe { by_size.deallocate(block.cast(), layout(size)) };
        assert_eq!(live(), (0, 0));
    }
}

#[test]
fn growth_and_shrinking_over_the_border_move_the_block() {
    let by_size = Segregate::<256, _, _>::new(Stats::new(System), Stats::new(System));
    let live = || (by_size.small().snapshot().live_bytes, by_size.large().snapshot().live_bytes);
    let mut bytes = Vec::<u8, _>::with_capacity_in(200, &by_size);
    bytes.extend(0..200);
    assert_eq!(live(), (200, 0));
    bytes.reserve_exact(400);
    assert_eq!(live(), (0, 600));
    assert!(bytes.iter().copied().eq(0..200));
    bytes.shrink_to_fit();
    assert_eq!(live(), (200, 0));
    assert!(bytes.iter().copied().eq(0..200));
    let moves = by_size.small().snapshot().grows() + by_size.large().snapshot().shrinks();
    assert_eq!(moves, 0, "neither part resizes a block that is not its own any more");
}

#[test]
fn resizes_on_one_side_are_the_parts_own() {
    let by_size = Segregate::<256, _, _>::new(Stats::new(System), Stats::new(System));
    let mut bytes = Vec::<u8, _>::with_capacity_in(100, &by_size);
    bytes.reserve_exact(200);
    assert_eq!(by_size.small().snapshot().grows(), 1);
    bytes.reserve_exact(1000);
    bytes.reserve_exact(2000);
    assert_eq!(by_size.large().snapshot().grows(), 1);
    bytes.shrink_to(1000);
    assert_eq!(by_size.large().snapshot().shrinks(), 1);
}

#[test]
fn a_failed_move_leaves_the_block() {
    let by_size = Segregate::<256, _, _>::new(System, Null);
    let mut bytes = Vec::<u8, _>::with_capacity_in(200, &by_size);
    bytes.extend(0..200);
    assert!(bytes.try_reserve(1000).is_err());
    assert!(bytes.iter().copied().eq(0..200));

    let by_size = Segregate::<256, _, _>::new(Null, System);
    let block = by_size.allocate_zeroed(layout(300)).unwrap().cast::<u8>();
    // SAFETY: live, with that layout.
    assert!(unsafe { by_size.shrink(block, layout(300), layout(100)) }.is_err());
    // SAFETY: the block is as it was.
    unsafe { by_size.deallocate(block, layout(300)) };
}

/// Every size that fits a small block is small, even if the small part returns more than the border.
#[cfg(any(unix, windows))]
#[test]
fn excess_does_not_cross_the_border() {
    use janus_alloc::Pages;

    let by_size = Segregate::<100, _, _>::new(Pages::new(), System);
    let block = by_size.allocate(layout(50)).unwrap();
    assert_eq!(block.len(), 100);
    // SAFETY: live; hashbrown would free with the length, too.
    unsafe { by_size.deallocate(block.cast(), layout(block.len())) };
    keeps_the_rules(Segregate::<1000, _, _>::new(Pages::new(), System), &options(20_000));
    keeps_the_rules(Segregate::<1000, _, _>::new(System, Pages::new()), &options(20_000));
}

#[test]
fn the_part_of_the_size_answers() {
    let by_size = Segregate::<256, _, _>::new(Arena::new(), Pool::new());
    let (small, large) = (by_size.allocate(layout(10)).unwrap().cast(), by_size.allocate(layout(1000)).unwrap().cast());
    assert!(Owns::owns(&by_size, small, layout(10)) && Owns::owns(&by_size, large, layout(1000)));
    assert!(by_size.small().owns(small) && by_size.large().owns(large));
    let other = System.allocate(layout(1000)).unwrap().cast();
    assert!(!Owns::owns(&by_size, other, layout(1000)));
    // SAFETY: live, with that layout.
    unsafe { System.deallocate(other, layout(1000)) };
}

type Counted = Stats<System>;
type Ladder = Segregate<64, Counted, Segregate<256, Counted, Segregate<1024, Counted, Counted>>>;

fn ladder() -> Ladder {
    let counted = || Stats::new(System);
    Segregate::new(counted(), Segregate::new(counted(), Segregate::new(counted(), counted())))
}

#[test]
fn a_ladder_keeps_the_rules() {
    keeps_the_rules(ladder(), &options(100_000));
}

#[test]
fn a_vector_climbs_the_ladder() {
    let ladder = ladder();
    let rungs =
        [ladder.small(), ladder.large().small(), ladder.large().large().small(), ladder.large().large().large()];
    let live = || rungs.map(|rung| rung.snapshot().live_bytes);
    let mut bytes = Vec::<u8, _>::new_in(&ladder);
    for (capacity, expected) in
        [(64, [64, 0, 0, 0]), (65, [0, 65, 0, 0]), (1024, [0, 0, 1024, 0]), (9000, [0, 0, 0, 9000])]
    {
        bytes.reserve_exact(capacity - bytes.len());
        assert_eq!(live(), expected);
        bytes.extend((bytes.len()..capacity).map(|n| n as u8));
    }
    assert!(bytes.iter().copied().eq((0..9000).map(|n| n as u8)));
    bytes.truncate(200);
    bytes.shrink_to_fit();
    assert_eq!(live(), [0, 200, 0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn like_the_model(operations in shadow::operations()) {
        let by_size = Segregate::<256, _, _>::new(Stats::new(System), Stats::new(System));
        prop_assert_eq!(shadow::run(&by_size, &operations), 0);
        let ladder = ladder();
        prop_assert_eq!(shadow::run(&ladder, &operations), 0);
        prop_assert_eq!(by_size.small().snapshot().live_bytes + by_size.large().snapshot().live_bytes, 0);
        prop_assert_eq!(ladder.large().large().large().snapshot().live_bytes, 0);
    }
}
