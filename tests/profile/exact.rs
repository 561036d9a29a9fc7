//! With each block sampled, every number is exact.

use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout, Reset, UsableSize};
use janus_alloc::blocks::profile::{Report, Sampling, Site};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Arena, FixedArena, Profile, SharedPool, System};

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

/// Bytes and blocks that are live, at the peak, and in total.
fn counts(report: &Report) -> [u64; 6] {
    let sum = |number: fn(&Site) -> u64| report.sites().iter().map(number).sum();
    [
        report.live_bytes(),
        report.live_blocks(),
        report.peak_bytes(),
        sum(|site| site.peak_blocks),
        report.total_bytes(),
        report.total_blocks(),
    ]
}

#[test]
fn each_call_changes_its_counts() {
    let profile = Profile::with_sampling(System, Sampling::All);
    assert_eq!(counts(&profile.report()), [0; 6]);
    let a = profile.allocate(layout(1000)).unwrap();
    let b = profile.allocate_zeroed(layout(500)).unwrap();
    assert_eq!(counts(&profile.report()), [1500, 2, 1500, 2, 1500, 2]);
    // SAFETY: live with that layout.
    let a = unsafe { profile.grow(a.cast(), layout(1000), layout(100_000)) }.unwrap();
    assert_eq!(counts(&profile.report()), [100_500, 2, 100_500, 2, 100_500, 2]);
    // SAFETY: live with that layout.
    unsafe { profile.deallocate(b.cast(), layout(500)) };
    assert_eq!(counts(&profile.report()), [100_000, 1, 100_500, 2, 100_500, 2]);
    // SAFETY: live with that layout.
    let a = unsafe { profile.shrink(a.cast(), layout(100_000), layout(10)) }.unwrap();
    assert_eq!(counts(&profile.report()), [10, 1, 100_500, 2, 100_500, 2]);
    // SAFETY: live with that layout; the align changes, so it moves.
    let a = unsafe { profile.grow_zeroed(a.cast(), layout(10), Layout::from_size_align(20, 64).unwrap()) }.unwrap();
    assert_eq!(counts(&profile.report()), [20, 1, 100_500, 2, 100_510, 2]);
    assert_eq!(profile.report().samples(), 1);
    // SAFETY: live with that layout.
    unsafe { profile.deallocate(a.cast(), Layout::from_size_align(20, 64).unwrap()) };
    assert_eq!(counts(&profile.report()), [0, 0, 100_500, 2, 100_510, 2]);
    assert_eq!(profile.report().samples(), 0);
}

/// Collections send back at size 0 what no allocator gave out, even the address of another block.
#[test]
fn size_zero_is_no_block() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let live = profile.allocate(layout(100)).unwrap().cast::<u8>();
    let before = counts(&profile.report());
    for block in [live, NonNull::<u64>::dangling().cast()] {
        // SAFETY: rule 6 of `api`, here and below.
        unsafe { profile.deallocate(block, layout(0)) };
        // SAFETY: as above.
        unsafe { profile.shrink(block, layout(0), layout(0)) }.unwrap();
        // SAFETY: as above.
        unsafe { profile.grow(block, layout(0), layout(0)) }.unwrap();
        profile.allocate(layout(0)).unwrap();
        assert_eq!(counts(&profile.report()), before);
    }
    // SAFETY: as above.
    let grown = unsafe { profile.grow(live, layout(0), layout(10)) }.unwrap();
    assert_eq!(counts(&profile.report()), [110, 2, 110, 2, 110, 2]);
    // SAFETY: live with that layout.
    unsafe { profile.shrink(grown.cast(), layout(10), layout(0)) }.unwrap();
    // SAFETY: live with that layout.
    unsafe { profile.deallocate(live, layout(100)) };
    assert_eq!(counts(&profile.report()), [0, 0, 110, 2, 110, 2]);
}

#[inline(never)]
fn here<A: Allocator>(allocator: A) -> Box<[u8; 100], A> {
    Box::new_in(std::hint::black_box([1; 100]), allocator)
}

#[inline(never)]
fn there<A: Allocator>(allocator: A) -> Vec<u16, A> {
    let mut vec = Vec::with_capacity_in(1000, allocator);
    vec.push(std::hint::black_box(2));
    vec
}

#[test]
fn sites_are_told_apart() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let (mut boxes, mut vecs) = (std::vec::Vec::new(), std::vec::Vec::new());
    // Not unrolled: each call would be a site of its own.
    for n in 0..std::hint::black_box(10) {
        boxes.push(here(&profile));
        if n % 2 == 0 {
            vecs.push(there(&profile));
        }
    }
    boxes.truncate(3);
    let report = profile.report();
    let [boxes_site, vecs_site] = report.sites() else { panic!("{:?}", report.sites()) };
    assert_ne!(boxes_site.stack(), vecs_site.stack());
    assert_eq!((boxes_site.live_bytes, boxes_site.live_blocks), (300, 3));
    assert_eq!((boxes_site.total_bytes, boxes_site.total_blocks), (1000, 10));
    assert_eq!((boxes_site.max_bytes, boxes_site.max_blocks), (1000, 10));
    assert_eq!((vecs_site.live_bytes, vecs_site.live_blocks), (10_000, 5));
    // At the peak of both: ten boxes and five vectors.
    assert_eq!((boxes_site.peak_bytes, vecs_site.peak_bytes), (1000, 10_000));
}

/// The peak is that of all sites together, not the sum of their maxima.
#[test]
fn the_peak_is_one_moment() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let first = here(&profile);
    drop(first);
    let second = there(&profile);
    let third = here(&profile);
    drop((second, third));
    for _ in 0..3 {
        drop(std::hint::black_box(here(&profile)));
    }
    let report = profile.report();
    let sum = |number: fn(&Site) -> u64| report.sites().iter().map(number).sum::<u64>();
    assert_eq!((sum(|site| site.peak_bytes), sum(|site| site.peak_blocks)), (2100, 2));
    assert_eq!(report.live_bytes(), 0);
}

#[test]
fn a_block_that_grows_stays_where_it_was_allocated() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let mut vec = there(&profile);
    let before = profile.report().sites()[0].stack().to_vec();
    for _ in 0..10 {
        vec.reserve_exact(vec.capacity() + 1000);
        let report = profile.report();
        let [site] = report.sites() else { panic!("{:?}", report.sites()) };
        assert_eq!(site.stack(), before);
        assert_eq!((site.live_bytes, site.live_blocks), (2 * vec.capacity() as u64, 1));
    }
    vec.shrink_to_fit();
    let report = profile.report();
    assert_eq!((report.sites().len(), report.live_bytes(), report.samples()), (1, 2, 1));
    drop(vec);
    assert_eq!(profile.report().samples(), 0);
}

/// A growth that fails leaves the block in the sample.
#[test]
fn failures_change_nothing() {
    let mut bytes = [std::mem::MaybeUninit::uninit(); 1000];
    let arena = FixedArena::new(&mut bytes);
    let profile = Profile::with_sampling(&arena, Sampling::All);
    let block = profile.allocate(layout(600)).unwrap().cast::<u8>();
    let other = profile.allocate(layout(100)).unwrap().cast::<u8>();
    let before = counts(&profile.report());
    assert!(profile.allocate(layout(600)).is_err());
    // SAFETY: live with that layout.
    assert!(unsafe { profile.grow(block, layout(600), layout(800)) }.is_err());
    // SAFETY: live with that layout.
    assert!(unsafe { profile.grow_zeroed(block, layout(600), layout(800)) }.is_err());
    assert_eq!(counts(&profile.report()), before);
    // SAFETY: live with that layout.
    unsafe { profile.deallocate(block, layout(600)) };
    // SAFETY: live with that layout.
    unsafe { profile.deallocate(other, layout(100)) };
    assert_eq!((profile.report().live_bytes(), profile.report().samples()), (0, 0));
}

#[test]
fn a_reset_frees_all() {
    for sampling in [Sampling::All, Sampling::EveryBytes(10)] {
        let mut profile = Profile::with_sampling(Arena::new(), sampling);
        for round in 1..=3 {
            (0..1000).for_each(|_| std::mem::forget(here(&profile)));
            assert!(profile.report().samples() > 900);
            profile.reset();
            let report = profile.report();
            assert_eq!((report.live_bytes(), report.live_blocks(), report.samples()), (0, 0, 0));
            assert!(sampling != Sampling::All || report.total_bytes() == 100_000 * round);
        }
    }
}

/// C frees without a layout, and resizes with the usable size.
#[test]
fn a_block_is_found_without_its_layout() {
    let profile = Profile::with_sampling(SharedPool::new(), Sampling::All);
    let block = profile.allocate(layout(100)).unwrap().cast::<u8>();
    // SAFETY: the block is live.
    let usable = unsafe { profile.layout_of(block) };
    assert!(usable.size() >= 100);
    // SAFETY: the layout fits.
    let block = unsafe { profile.grow(block, usable, layout(5000)) }.unwrap().cast::<u8>();
    assert_eq!((profile.report().live_bytes(), profile.report().total_blocks()), (5000, 1));
    // SAFETY: the block is live.
    unsafe { profile.deallocate_without_layout(block) };
    assert_eq!((profile.report().live_bytes(), profile.report().samples()), (0, 0));
}

#[test]
fn lifetimes_add_up() {
    let profile = Profile::with_sampling(System, Sampling::All);
    let start = std::time::Instant::now();
    let live = here(&profile);
    let freed = here(&profile);
    std::thread::sleep(std::time::Duration::from_millis(20));
    drop(freed);
    std::thread::sleep(std::time::Duration::from_millis(20));
    let report = profile.report();
    let most = start.elapsed().as_micros() as u64 * 2;
    let sum: u64 = report.sites().iter().map(|site| site.lifetimes).sum();
    assert!((60_000..=most).contains(&sum), "{sum} µs");
    drop(live);
}

#[test]
fn off_is_off() {
    let profile = Profile::with_sampling(System, Sampling::Off);
    let boxes: std::vec::Vec<_> = (0..1000).map(|_| here(&profile)).collect();
    let report = profile.report();
    assert_eq!((counts(&report), report.sites().len()), ([0; 6], 0));
    drop(boxes);
}
