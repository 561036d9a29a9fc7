//! `BlockPool` serves one layout and no other.

use std::collections::HashSet;
use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout, Owns};
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::{BlockPool, Stats, System};

use crate::{address, all_equal, block, bytes, fill, free, layout};

#[test]
fn a_freed_block_is_allocated_next() {
    let pool = BlockPool::new(layout(20, 4));
    let blocks: Vec<NonNull<u8>> = (0..200).map(|_| block(&pool, layout(20, 4))).collect();
    assert_eq!(blocks.iter().collect::<HashSet<_>>().len(), 200);
    blocks.iter().enumerate().for_each(|(n, &block)| fill(block, n as u8, 20));
    assert!(blocks.iter().enumerate().all(|(n, &block)| all_equal(bytes(block, 20), n as u8)));
    blocks.iter().for_each(|&block| free(&pool, block, layout(20, 4)));
    assert_eq!(pool.live_blocks(), 0);
    assert!(blocks.iter().rev().all(|&freed| freed == block(&pool, layout(20, 4))));
    assert_eq!(pool.live_blocks(), 200);
}

#[test]
fn a_pool_may_have_any_layout() {
    for align in (0..=16).map(|power| 1_usize << power) {
        for size in [1, 2, 7, 8, 9, 24, 100, 1000, 5000, 300_000] {
            let parent = Stats::new(System);
            let one = layout(size, align);
            let pool = BlockPool::new_in(one, &parent);
            assert_eq!(pool.layout(), one);
            let stride = size.next_multiple_of(align.max(8));
            let mut seen: Vec<usize> = (0..20).map(|_| address(block(&pool, one))).collect();
            seen.sort_unstable();
            assert!(seen.windows(2).all(|pair| pair[1] - pair[0] >= stride), "{one:?}");
            assert_eq!((pool.live_blocks(), pool.held_bytes() as u64), (20, parent.snapshot().live_bytes));
            // At most three times the memory of the blocks, and a small chunk.
            assert!(pool.held_bytes() <= 3 * 20 * stride + 4096, "{one:?}: {}", pool.held_bytes());
            drop(pool);
            assert_eq!(parent.snapshot().live_bytes, 0);
        }
    }
}

#[test]
fn other_layouts_fail() {
    let one = layout(24, 8);
    let pool = BlockPool::new_in(one, Stats::new(System));
    let here = block(&pool, one);
    fill(here, 1, 24);
    for other in [layout(23, 8), layout(25, 8), layout(24, 4), layout(24, 16), layout(1, 1), layout(48, 8)] {
        assert!(pool.allocate(other).is_err() && pool.allocate_zeroed(other).is_err(), "{other:?}");
        if other.size() >= 24 {
            // SAFETY: the block is live and has that layout; the new size is not smaller.
            assert!(unsafe { pool.grow(here, one, other) }.is_err(), "{other:?}");
        }
        if other.size() <= 24 {
            // SAFETY: the block is live and has that layout; the new size is not larger.
            assert!(unsafe { pool.shrink(here, one, other) }.is_err(), "{other:?}");
        }
    }
    let last = layout(isize::MAX as usize - 7, 8);
    assert!(pool.allocate(last).is_err());
    // SAFETY: the block is live and has that layout; the new size is not smaller.
    assert!(unsafe { pool.grow_zeroed(here, one, last) }.is_err());
    assert!(all_equal(bytes(here, 24), 1));
    let mut numbers: VecIn<u64, _> = VecIn::new_in(&pool);
    assert!(numbers.try_reserve_exact(4).is_err());
    numbers.try_reserve_exact(3).unwrap();
    assert_eq!((pool.live_blocks(), pool.parent().snapshot().allocations), (2, 1));
}

#[test]
fn resizes_to_the_same_layout_and_to_size_zero_succeed() {
    let one = layout(24, 8);
    let pool = BlockPool::new(one);
    let here = block(&pool, one);
    fill(here, 9, 24);
    let stays = |block: NonNull<[u8]>| assert_eq!((block.cast(), block.len()), (here, 24));
    // SAFETY: the block is live and has that layout; the new size is not smaller.
    stays(unsafe { pool.grow(here, one, one) }.unwrap());
    // SAFETY: as above.
    stays(unsafe { pool.grow_zeroed(here, one, one) }.unwrap());
    // SAFETY: as above; the new size is not larger.
    stays(unsafe { pool.shrink(here, one, one) }.unwrap());
    assert!(all_equal(bytes(here, 24), 9));
    for align in [1, 8, 4096] {
        let empty = layout(0, align);
        // SAFETY: the block is live and has that layout; the new size is not larger.
        let dangling = unsafe { pool.shrink(block(&pool, one), one, empty) }.unwrap();
        assert_eq!((dangling.len(), address(dangling.cast()) % align), (0, 0));
        // SAFETY: the block is live and has that layout; the new size is not smaller.
        let grown = unsafe { pool.grow_zeroed(dangling.cast(), empty, one) }.unwrap();
        assert!(grown.len() == 24 && all_equal(bytes(grown.cast(), 24), 0));
        free(&pool, grown.cast(), one);
        // SAFETY: the block is live and has that layout; the new size is not smaller.
        let other = unsafe { pool.grow(dangling.cast(), empty, layout(0, 2 * align)) }.unwrap();
        assert_eq!(address(other.cast()) % (2 * align), 0);
        // SAFETY: as above; the new size is not larger.
        unsafe { pool.shrink(other.cast(), layout(0, 2 * align), empty) }.unwrap();
        free(&pool, block(&pool, empty), empty);
    }
    assert_eq!(pool.live_blocks(), 1);
}

#[test]
fn a_layout_of_size_zero_takes_no_memory() {
    let pool = BlockPool::for_type_in::<()>(Stats::new(System));
    let unit = BoxIn::new_in((), &pool);
    let block = block(&pool, Layout::new::<()>());
    free(&pool, block, Layout::new::<()>());
    drop(unit);
    assert!(pool.allocate(layout(1, 1)).is_err());
    assert_eq!((pool.held_bytes(), pool.live_blocks(), pool.parent().snapshot().total_bytes), (0, 0, 0));
}

#[test]
fn a_layout_too_large_fails_when_it_is_requested() {
    for align in [1, 8, 1 << 20] {
        let last = layout(isize::MAX as usize - (align - 1), align);
        for size in [last.size(), last.size() - 1, last.size() - 48, last.size() / 2 + 1] {
            let pool = BlockPool::new_in(layout(size, align), System);
            assert!(pool.allocate(pool.layout()).is_err() && pool.allocate_zeroed(pool.layout()).is_err());
            assert_eq!((pool.held_bytes(), pool.live_blocks()), (0, 0));
        }
    }
}

#[test]
fn reused_blocks_are_zeroed_on_request() {
    let pool = BlockPool::new(layout(100, 2));
    let dirty = block(&pool, pool.layout());
    fill(dirty, 1, 100);
    free(&pool, dirty, pool.layout());
    let zeroed = pool.allocate_zeroed(pool.layout()).unwrap();
    assert_eq!((zeroed.cast(), zeroed.len()), (dirty, 100));
    assert!(all_equal(bytes(dirty, 100), 0));
}

#[test]
fn a_pool_owns_its_blocks_and_no_others() {
    let (pool, other) = (BlockPool::new(layout(40, 8)), BlockPool::new(layout(40, 8)));
    for _ in 0..200 {
        let (own, foreign) = (block(&pool, pool.layout()), block(&other, pool.layout()));
        assert!(pool.owns(own) && Owns::owns(&&pool, own, pool.layout()));
        assert!(!pool.owns(foreign) && !Owns::owns(&pool, foreign, pool.layout()));
    }
    let shown = format!("{pool:?}");
    for part in ["BlockPool {", "layout: ", "held_bytes: ", "live_blocks: 200", "chunks: "] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_pointer_to_part_of_a_block_frees_all_of_it() {
    let pool = BlockPool::for_type::<[u8; 9]>();
    let mut boxed = BoxIn::new_in([1_u8; 9], &pool);
    let first = NonNull::from(&mut boxed[0]);
    let whole = NonNull::from(BoxIn::leak(boxed)).cast();
    assert_eq!(first, whole);
    free(&pool, first, pool.layout());
    let mut again = BoxIn::new_in([2_u8; 9], &pool);
    again.iter_mut().for_each(|byte| *byte += 1);
    assert_eq!(*again, [3; 9]);
}

struct Node<'p> {
    value: usize,
    left: Tree<'p>,
    right: Tree<'p>,
}
type Tree<'p> = Option<BoxIn<Node<'p>, &'p BlockPool>>;

fn insert<'p>(mut tree: &mut Tree<'p>, value: usize, pool: &'p BlockPool) {
    while let Some(node) = tree {
        tree = if value < node.value { &mut node.left } else { &mut node.right };
    }
    *tree = Some(BoxIn::new_in(Node { value, left: None, right: None }, pool));
}

#[test]
fn trees_reuse_freed_nodes() {
    fn sorted(tree: &Tree<'_>, values: &mut Vec<usize>) {
        if let Some(node) = tree {
            sorted(&node.left, values);
            values.push(node.value);
            sorted(&node.right, values);
        }
    }
    let pool = BlockPool::for_type::<Node<'_>>();
    for _ in 0..3 {
        let mut tree = None;
        (0..1009).for_each(|n| insert(&mut tree, n * 601 % 1009, &pool));
        let mut values = Vec::new();
        sorted(&tree, &mut values);
        assert!(values.iter().copied().eq(0..1009));
        assert_eq!(pool.live_blocks(), 1009);
        drop(tree);
        assert_eq!(pool.live_blocks(), 0);
    }
    // The three trees used the same blocks.
    assert!(pool.held_bytes() < 4 * 1009 * size_of::<Node<'_>>());
}
