//! Allocators of one generation in the collections of another.
#![cfg(feature = "std")]
#![cfg_attr(feature = "nightly", feature(allocator_api))]
#![cfg(any(feature = "allocator-api2-03", feature = "allocator-api2-04", feature = "nightly"))]

use janus_alloc::api::Allocator;
use janus_alloc::collections::{HashMap, Vec};
use janus_alloc::{Stats, System, generations};

/// Grows, shrinks and drops collections of this crate in `allocator`.
fn use_in_our_collections<A: Allocator + Clone>(allocator: A) {
    let mut numbers = Vec::new_in(allocator.clone());
    numbers.extend(0..10_000_u64);
    numbers.truncate(10);
    numbers.shrink_to_fit();
    assert_eq!(numbers, (0..10).collect::<std::vec::Vec<u64>>()[..]);
    let mut map = HashMap::new_in(allocator);
    map.extend(numbers.iter().map(|&n| (n, n * n)));
    assert_eq!(map[&9], 81);
}

/// Asserts that `stats` counted exactly the calls of a `Vec` that grew, shrank and was dropped, and of a zeroed box.
#[allow(dead_code, reason = "the bridges depend on the features")]
fn assert_used(stats: &Stats<System>) {
    let snapshot = stats.snapshot();
    assert_eq!((snapshot.allocations, snapshot.deallocations, snapshot.live_bytes), (2, 2, 0));
    assert_eq!((snapshot.grows(), snapshot.shrinks()), (1, 1));
}

#[cfg(feature = "allocator-api2-03")]
#[test]
fn allocators_work_in_collections_of_api2_03() {
    use allocator_api2_03::vec::Vec as Vec03;
    use generations::{From03, To03};

    let stats = Stats::new(System);
    let mut numbers = Vec03::with_capacity_in(10, To03(&stats));
    numbers.extend(0..11);
    numbers.shrink_to_fit();
    drop((numbers, allocator_api2_03::boxed::Box::<[u64], _>::new_zeroed_slice_in(8, To03(&stats))));
    assert_used(&stats);
    use_in_our_collections(From03(To03(System)));
    // Size 0, with dangling pointers that no allocator returned.
    drop(Vec03::<u64, _>::new_in(To03(&stats)).into_boxed_slice());
    drop(allocator_api2_03::boxed::Box::slice(allocator_api2_03::boxed::Box::new_in([0_u64; 0], To03(&stats))).clone());
    assert_used(&stats);
}

#[cfg(feature = "allocator-api2-04")]
#[test]
fn allocators_work_in_collections_of_api2_04() {
    use allocator_api2_04::vec::Vec as Vec04;
    use generations::{From04, To04};

    let stats = Stats::new(System);
    let mut numbers = Vec04::with_capacity_in(10, To04(&stats));
    numbers.extend(0..11);
    numbers.shrink_to_fit();
    drop((numbers, allocator_api2_04::boxed::Box::<[u64], _>::new_zeroed_slice_in(8, To04(&stats))));
    assert_used(&stats);
    use_in_our_collections(From04(To04(System)));
    // Size 0, with dangling pointers that no allocator returned.
    drop(Vec04::<u64, _>::new_in(To04(&stats)).into_boxed_slice());
    drop(allocator_api2_04::boxed::Box::slice(allocator_api2_04::boxed::Box::new_in([0_u64; 0], To04(&stats))).clone());
    assert_used(&stats);
}

/// blink-alloc 0.4 implements the trait of allocator-api2 0.4.
#[cfg(feature = "allocator-api2-04")]
#[test]
fn allocators_of_api2_04_work_in_our_collections() {
    let arena = blink_alloc::BlinkAlloc::new();
    use_in_our_collections(generations::From04(&arena));
}

#[cfg(feature = "nightly")]
#[test]
fn allocators_work_in_collections_of_std() {
    use generations::{FromStd, ToStd};

    let stats = Stats::new(System);
    let mut numbers = std::vec::Vec::with_capacity_in(10, ToStd(&stats));
    numbers.extend(0..11);
    numbers.shrink_to_fit();
    drop((numbers, std::boxed::Box::<[u64], _>::new_zeroed_slice_in(8, ToStd(&stats))));
    assert_used(&stats);
    // `System` through one bridge, and through both.
    use_in_our_collections(FromStd(System));
    use_in_our_collections(FromStd(ToStd(System)));
    let mut letters = std::vec::Vec::new_in(ToStd(FromStd(System)));
    letters.extend('a'..='z');
    assert_eq!(letters.len(), 26);
}

/// The conversion keeps the block, which is freed once.
#[cfg(feature = "nightly")]
#[test]
fn boxes_convert_from_and_into_those_of_std() {
    use generations::{FromStd, ToStd};
    use janus_alloc::collections::Box;

    let stats = Stats::new(System);
    let ours = Box::new_in(String::from("Janus"), &stats);
    let block = Box::as_ptr(&ours);
    let theirs = Box::into_std_in(ours);
    assert_eq!(&raw const *theirs, block);
    let ours: Box<String, FromStd<ToStd<&Stats<System>>>> = theirs.into();
    assert_eq!((Box::as_ptr(&ours), stats.snapshot().allocations), (block, 1));
    drop(ours);
    assert_eq!((stats.snapshot().deallocations, stats.snapshot().live_bytes), (1, 0));

    let slice = std::boxed::Box::<[u8], _>::new_zeroed_slice_in(3, System);
    // SAFETY: the bytes are zeroed.
    let slice: Box<[u8], FromStd<System>> = unsafe { slice.assume_init() }.into();
    assert_eq!(*slice, [0; 3]);
    let text: Box<str> = std::boxed::Box::<str>::from("Janus").into();
    assert_eq!(&*Box::into_std(text), "Janus");
}

// Without any bridge that uses it, the import above would be unused.
#[allow(unused_imports, reason = "the bridges depend on the features")]
use generations as _;
