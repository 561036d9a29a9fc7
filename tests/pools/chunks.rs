//! When a pool asks its parent for a chunk, and for how much.

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::{BlockPool, Pages, Pool, Stats, System};

use crate::parents::{Limit, Ruled};
use crate::{block, counted, free, layout, of_the_parent};

const FIRST: u64 = 1 << 10;
const LARGEST: u64 = 256 << 10;
/// What a chunk has for itself.
const OVERHEAD: usize = 40;

/// The sizes of the chunks that `allocate` makes a parent give.
fn sizes(count: usize, parent: &Stats<System>, mut allocate: impl FnMut()) -> Vec<u64> {
    let mut sizes = Vec::new();
    while sizes.len() < count {
        let before = parent.snapshot();
        allocate();
        let after = parent.snapshot().since(&before);
        assert!(after.allocations <= 1);
        if after.allocations == 1 {
            sizes.push(after.total_bytes);
        }
    }
    sizes
}

fn one_more(pool: &impl Allocator, layout: Layout) {
    block(pool, layout);
}

#[test]
fn they_double_up_to_the_cap() {
    let expected: Vec<u64> = (0..12).map(|n| (FIRST << n).min(LARGEST)).collect();
    let parent = Stats::new(System);
    let pool = Pool::new_in(&parent);
    assert_eq!(pool.held_bytes(), 0, "no memory before the first use");
    assert_eq!(sizes(12, &parent, || one_more(&pool, layout(24, 8))), expected);
    assert_eq!(pool.held_bytes() as u64, expected.iter().sum::<u64>());

    let parent = Stats::new(System);
    let pool = BlockPool::for_type_in::<[u64; 3]>(&parent);
    let exact = |size: &u64| (size - OVERHEAD as u64) / 24 * 24 + OVERHEAD as u64;
    let expected: Vec<u64> = expected.iter().map(exact).collect();
    assert_eq!(sizes(12, &parent, || one_more(&pool, layout(24, 8))), expected);
    assert_eq!(pool.held_bytes() as u64, expected.iter().sum::<u64>());
}

#[test]
fn all_of_a_chunk_is_used() {
    let pool = counted();
    let mut count = 0;
    loop {
        block(&pool, layout(8, 8));
        if of_the_parent(&pool).0 == 6 {
            break;
        }
        count += 1;
    }
    let room = (0..5).map(|n| (FIRST << n) as usize - OVERHEAD).sum::<usize>();
    assert_eq!(count, room / 8);
}

#[test]
fn a_small_pool_is_small() {
    let pool = counted();
    for size in [8, 16, 24, 48, 64, 100] {
        block(&pool, layout(size, 8));
    }
    assert_eq!(of_the_parent(&pool), (1, 1024));
    // A block too large for the next chunk makes it no larger than itself.
    block(&pool, layout(20_000, 8));
    assert_eq!(of_the_parent(&pool), (2, 1024 + 20_480 + OVERHEAD));
    // And the first one is gone on with.
    block(&pool, layout(8, 8));
    assert_eq!(of_the_parent(&pool).0, 2);
}

#[test]
fn what_alignment_skips_is_used() {
    // Powers of two by turns with small blocks: every one of them has to be aligned to its size.
    let pool = counted();
    for _ in 0..300 {
        for size in [4096, 8, 1024, 24, 512, 2048, 40, 16_384] {
            block(&pool, layout(size, 8));
        }
    }
    let (live, held) = (pool.live_bytes(), pool.held_bytes());
    assert!(held * 5 < live * 7, "{live} of {held}");
    // What lies between them are free blocks, which go first.
    let mut small = 0;
    while pool.held_bytes() == held {
        block(&pool, layout(8, 8));
        small += 8;
    }
    assert!(small > 0);
}

#[test]
fn memory_is_reused_and_not_asked_for_again() {
    let pool = counted();
    let sizes: Vec<usize> = (0..2000).map(|n| 1 + n * 37 % 3000).collect();
    let turn = || {
        let blocks: Vec<_> = sizes.iter().map(|&size| (block(&pool, layout(size, 4)), layout(size, 4))).collect();
        blocks.iter().for_each(|&(block, layout)| free(&pool, block, layout));
    };
    turn();
    let before = pool.parent().snapshot();
    (0..10).for_each(|_| turn());
    assert_eq!(pool.parent().snapshot().since(&before).total_bytes, 0);
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn all_that_a_parent_gives_is_used() {
    let pages = Pages::new();
    let pool = Pool::new_in(&pages);
    block(&pool, layout(8, 8));
    assert_eq!(pool.held_bytes() % 4096, 0);
    let count = (pool.held_bytes() - OVERHEAD) / 8;
    (1..count).for_each(|_| one_more(&pool, layout(8, 8)));
    assert!(pool.held_bytes() == count * 8 + OVERHEAD);
    // The same with blocks of one layout.
    let pool = BlockPool::for_type_in::<u64>(&pages);
    (0..count).for_each(|_| one_more(&pool, layout(8, 8)));
    assert!(pool.held_bytes() == count * 8 + OVERHEAD);
    assert_eq!(pool.live_blocks(), count);
}

#[test]
fn drop_gives_everything_back() {
    let parent = Stats::new(System);
    let pool = Pool::new_in(&parent);
    let nodes = BlockPool::new_in(layout(48, 16), &parent);
    for size in (0..100_000).step_by(501) {
        block(&pool, layout(size, 8));
        pool.allocate_zeroed(layout(size, 64)).unwrap();
        block(&nodes, layout(48, 16));
    }
    assert!(parent.snapshot().live_bytes as usize >= pool.live_bytes() + nodes.live_blocks() * 48);
    assert_eq!(parent.snapshot().live_bytes as usize, pool.held_bytes() + nodes.held_bytes());
    drop((pool, nodes));
    let after = parent.snapshot();
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
}

#[test]
fn close_to_a_limit_a_chunk_is_as_small_as_needed() {
    let limited = Ruled { rule: Limit::new(20_000), parent: System };
    let pool = Pool::new_in(&limited);
    let mut count = 0;
    while pool.allocate(layout(100, 4)).is_ok() {
        count += 1;
    }
    assert!(count * 104 > 13_000 && limited.rule.left() < 144, "{count} {}", limited.rule.left());
    drop(pool);
    assert_eq!(limited.rule.left(), 20_000);

    let nodes = BlockPool::new_in(layout(100, 4), &limited);
    let mut count = 0;
    while nodes.allocate(layout(100, 4)).is_ok() {
        count += 1;
    }
    assert!(count * 104 > 13_000 && limited.rule.left() < 144, "{count} {}", limited.rule.left());
    drop(nodes);
    assert_eq!(limited.rule.left(), 20_000);
}
