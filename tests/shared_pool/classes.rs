//! Every size and align that a class serves, and larger aligns.

use janus_alloc::api::Allocator;
use janus_alloc::pools::Options;
use janus_alloc::{Pages, SharedPool, System};

use crate::blocks::Block;
use crate::{CHECKED, UNCHECKED, layout};

const LARGEST_CLASS: usize = 32 << 10;

/// Asserts that no two blocks overlap.
#[track_caller]
fn assert_disjoint(blocks: &[Block]) {
    let mut ranges: Vec<_> =
        blocks.iter().map(|block| (block.start.addr().get(), block.start.addr().get() + block.layout.size())).collect();
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        assert!(pair[0].1 <= pair[1].0, "{pair:?}");
    }
}

/// Allocates blocks of all sizes, or of every `step`th, with one align, 512 alive at a time.
fn check_all_sizes<A: Allocator>(pool: &SharedPool<A>, align: usize, step: usize) {
    let mut blocks = Vec::new();
    for size in (1..=LARGEST_CLASS).step_by(step).chain([LARGEST_CLASS]) {
        let layout = layout(size, align);
        let block = pool.allocate(layout).unwrap();
        assert_eq!(block.len(), size);
        assert!(pool.good_size(layout) >= size.max(align));
        blocks.push(Block::from_raw(block.cast(), layout, size as u64));
        if blocks.len() == 512 {
            assert_disjoint(&blocks);
            blocks.drain(..).rev().for_each(|block| block.free(pool));
        }
    }
    assert_disjoint(&blocks);
    blocks.into_iter().for_each(|block| block.free(pool));
}

#[test]
fn every_size_with_every_align() {
    let pool = SharedPool::with_options(UNCHECKED);
    for power in 0..=15 {
        // Aligns from 2 to 32 are tested with every seventh size, since most classes are aligned to them anyway.
        check_all_sizes(&pool, 1 << power, if (1..6).contains(&power) { 7 } else { 1 });
    }
    assert_eq!(pool.stats().live_bytes(), 0);
    let checked = SharedPool::with_options(CHECKED);
    for power in 0..=15 {
        check_all_sizes(&checked, 1 << power, 37);
    }
    assert_eq!(checked.stats().live_bytes(), 0);
}

fn check_large_aligns<A: Allocator>(pool: &SharedPool<A>) {
    let mut blocks = Vec::new();
    for power in 0..=22 {
        let align = 1 << power;
        for size in [
            1,
            2,
            8,
            100,
            4096,
            5000,
            32 << 10,
            (32 << 10) + 1,
            100_000,
            128 << 10,
            (128 << 10) + 1,
            200_000,
            511 << 10,
            512 << 10,
            1 << 20,
        ] {
            blocks.push(Block::allocate(pool, layout(size, align), power).unwrap());
            blocks.push(Block::allocate_zeroed(pool, layout(size + 7, align), power).unwrap());
        }
    }
    assert_disjoint(&blocks);
    // Each block is grown and shrunk, then freed, in reverse order.
    for mut block in blocks.into_iter().rev() {
        let (size, align) = (block.layout.size(), block.layout.align());
        block.resize(pool, layout(size + size / 2, align), true).unwrap();
        block.resize(pool, layout(size + 1, align), false).unwrap();
        block.resize(pool, layout(size, 1), false).unwrap();
        block.resize(pool, layout(size.div_ceil(3), align), false).unwrap();
        block.free(pool);
    }
    assert_eq!(pool.stats().live_bytes(), 0);
}

#[test]
fn aligns_up_to_4_mib_are_served() {
    for options in [UNCHECKED, CHECKED] {
        check_large_aligns(&SharedPool::with_options_in(options, System));
        check_large_aligns(&SharedPool::with_options_in(options, Pages::new()));
    }
}

#[test]
fn too_large_layouts_are_errors() {
    let pool = SharedPool::with_options(Options::new());
    for size in [isize::MAX as usize - 8192, isize::MAX as usize - 7] {
        assert!(pool.allocate(layout(size, 1)).is_err() && pool.allocate_zeroed(layout(size, 8)).is_err());
    }
    assert!(pool.allocate(layout(1, isize::MAX as usize / 2 + 1)).is_err());
    let block = Block::allocate(&pool, layout(100, 8), 1).unwrap();
    // SAFETY: the block is live and has that layout.
    assert!(unsafe { pool.grow(block.start, block.layout, layout(isize::MAX as usize - 7, 8)) }.is_err());
    block.free(&pool);
    assert_eq!(pool.stats().live_bytes(), 0);
}
