//! Blocks above the largest class, which come from the parent one by one.

use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::{Pages, Pool, Stats, System};

use crate::live::{LiveBlocks, Random};
use crate::parents::{FailingRequests, RuledParent};
use crate::{all_equal, block, bytes, counted, fill, free, held_in_parent, layout, resize};

const LARGEST: usize = 32 << 10;

#[test]
fn each_freed_large_block_returns_to_the_parent() {
    let pool = counted();
    let blocks: Vec<NonNull<u8>> = (1..=20).map(|n| block(&pool, layout(LARGEST + n, 8))).collect();
    assert_eq!(held_in_parent(&pool).0, 20);
    // From the middle of the list and from either end.
    for (gone, n) in [10, 1, 20, 2, 19].into_iter().enumerate() {
        free(&pool, blocks[n - 1], layout(LARGEST + n, 8));
        assert_eq!(held_in_parent(&pool).0, 19 - gone as u64);
        assert!(!pool.owns(blocks[n - 1]) && pool.owns(blocks[4]));
    }
    assert_eq!(held_in_parent(&pool).1, pool.held_bytes());
    drop(pool);
}

#[test]
fn a_large_align_adds_no_bytes() {
    let pool = counted();
    for align in [1, 64 << 10, 1 << 20] {
        let small = block(&pool, layout(100, align));
        let large = block(&pool, layout(100_000, align));
        fill(large, 1, 100_000);
        free(&pool, small, layout(100, align));
        free(&pool, large, layout(100_000, align));
        // Each block takes its size, rounded up to a multiple of 8, and the overhead of the pool: nothing for the align.
        assert!(align == 1 || pool.parent().snapshot().total_bytes < 400_000);
    }
    assert_eq!(pool.live_bytes(), 0);
}

/// Asserts that the parent grows and shrinks a large block.
fn resized_by_the_parent(parent: &Stats<impl Allocator>, align: usize) {
    let pool = Pool::new_in(parent);
    // With one block before it and one after it in the pool's list.
    let older = block(&pool, layout(50_000, 8));
    let mut here = block(&pool, layout(50_001, align));
    let newer = block(&pool, layout(50_000, 8));
    let before = parent.snapshot();
    let mut size = 50_001;
    for more in [1, 7, 100, 50_000, 1 << 20, 3] {
        fill(here, 7, size);
        here = resize(&pool, here, layout(size, align), layout(size + more, align));
        assert!(all_equal(bytes(here, size), 7));
        size += more;
    }
    fill(here, 9, size);
    // SAFETY: the block is live and has that layout; the new size is not smaller.
    let zeroed = unsafe { pool.grow_zeroed(here, layout(size, align), layout(2 * size, align)) }.unwrap();
    here = zeroed.cast();
    assert!(all_equal(bytes(here, size), 9) && all_equal(&bytes(here, 2 * size)[size..], 0));
    for shorter in [2 * size - 1, size, 60_000, LARGEST + 1] {
        here = resize(&pool, here, layout(2 * size, align), layout(shorter, align));
        assert!(all_equal(bytes(here, shorter.min(size)), 9));
        here = resize(&pool, here, layout(shorter, align), layout(2 * size, align));
        fill(here, 9, 2 * size);
    }
    let after = parent.snapshot().since(&before);
    assert_eq!((after.allocations, after.deallocations), (0, 0), "the pool moved the block");
    assert!(after.grows() > 4 && after.shrinks() > 2, "{after}");
    free(&pool, here, layout(2 * size, align));
    free(&pool, older, layout(50_000, 8));
    free(&pool, newer, layout(50_000, 8));
    assert_eq!((parent.snapshot().live_bytes, pool.held_bytes()), (0, 0));
}

#[test]
fn the_parent_grows_and_shrinks_large_blocks() {
    for align in [1, 8, 16, 4096, 64 << 10] {
        resized_by_the_parent(&Stats::new(System), align);
        resized_by_the_parent(&Stats::new(Pages::new()), align);
    }
}

#[test]
fn grow_zeroed_zeroes_the_excess_of_the_parent() {
    // `Pages` returns whole pages, so a block may grow into memory it already has.
    let pages = Pool::new_in(Pages::new());
    let system = Pool::new_in(System);
    let pools: [&dyn Allocator; 2] = [&pages, &system];
    for pool in pools {
        let mut random = Random(8);
        for _ in 0..200 {
            let size = LARGEST + 1 + random.below(20_000);
            let grown = size + random.below(6000);
            let here = pool.allocate_zeroed(layout(size, 1)).unwrap().cast();
            assert!(all_equal(bytes(here, size), 0));
            fill(here, 1, size);
            // SAFETY: the block is live and has that layout; the new size is not smaller.
            let there = unsafe { pool.grow_zeroed(here, layout(size, 1), layout(grown, 1)) }.unwrap().cast();
            assert!(all_equal(bytes(there, size), 1) && all_equal(&bytes(there, grown)[size..], 0), "{size} {grown}");
            // SAFETY: the block is live, has that layout, and is not used again.
            unsafe { pool.deallocate(there, layout(grown, 1)) };
        }
    }
    assert_eq!((pages.held_bytes(), system.held_bytes()), (0, 0));
}

#[test]
fn blocks_move_between_classes_and_the_parent() {
    let pool = counted();
    let mut here = block(&pool, layout(1, 8));
    fill(here, 3, 1);
    let mut size = 1;
    while size < 1 << 20 {
        here = resize(&pool, here, layout(size, 8), layout(2 * size, 8));
        assert!(all_equal(bytes(here, size), 3));
        size *= 2;
        fill(here, 3, size);
    }
    while size > 0 {
        here = resize(&pool, here, layout(size, 8), layout(size / 2, 8));
        size /= 2;
        assert!(all_equal(bytes(here, size), 3));
    }
    assert_eq!((pool.live_bytes(), held_in_parent(&pool).1), (0, pool.held_bytes()));
}

#[test]
fn a_large_block_shrinks_in_place_without_memory() {
    let stats = Stats::new(System);
    let parent = RuledParent { rule: FailingRequests::from(1), parent: &stats };
    let pool = Pool::new_in(&parent);
    let here = block(&pool, layout(1 << 20, 8));
    fill(here, 5, 1 << 20);
    // A shrink succeeds without memory, in the block it has.
    let shrunk = resize(&pool, here, layout(1 << 20, 8), layout(100_000, 8));
    assert_eq!(shrunk, here);
    assert!(all_equal(bytes(here, 100_000), 5));
    // A shrink to a class needs another block, and there is none.
    // SAFETY: the block is live and has that layout.
    assert!(unsafe { pool.shrink(here, layout(100_000, 8), layout(100, 8)) }.is_err());
    // A grow fails too.
    // SAFETY: the block is live and has that layout.
    assert!(unsafe { pool.grow(here, layout(100_000, 8), layout(2 << 20, 8)) }.is_err());
    assert!(all_equal(bytes(here, 100_000), 5));
    assert_eq!((pool.live_bytes(), stats.snapshot().live_blocks()), (100_000, 1));
    free(&pool, here, layout(100_000, 8));
    assert_eq!((pool.held_bytes(), stats.snapshot().live_bytes), (0, 0));
}

#[test]
fn random_use_of_large_blocks_keeps_contents() {
    let pool = counted();
    let (mut live, mut random) = (LiveBlocks::default(), Random(9));
    for _ in 0..300 {
        match random.below(4) {
            0 | 1 => {
                let size = LARGEST + 1 + random.below(LARGEST);
                live.allocate(&pool, layout(size, 1 << random.below(13))).unwrap();
            }
            2 if live.len() > 0 => live.free(&pool, random.below(live.len())),
            _ if live.len() > 0 => {
                let at = random.below(live.len());
                live.resize(&pool, at, LARGEST / 2 + random.below(3 * LARGEST)).unwrap();
            }
            _ => {}
        }
    }
    live.check();
    (0..live.len()).for_each(|_| live.free(&pool, 0));
    assert_eq!(pool.live_bytes(), 0);
}
