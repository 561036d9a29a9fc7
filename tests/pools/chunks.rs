//! When a pool requests a chunk from its parent, and how large a chunk.

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::{BlockPool, Pages, Pool, Stats, System};

use crate::parents::{ByteLimit, RuledParent};
use crate::{block, counted, free, held_in_parent, layout};

const FIRST: u64 = 1 << 10;
const LARGEST: u64 = 256 << 10;
/// Bytes of each chunk that the pool uses for itself.
const OVERHEAD: usize = 40;

/// Returns the sizes of the first `count` chunks that calls of `allocate` make a pool request from `parent`.
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

fn allocate_one(pool: &impl Allocator, layout: Layout) {
    block(pool, layout);
}

#[test]
fn chunks_double_up_to_the_cap() {
    let expected: Vec<u64> = (0..12).map(|n| (FIRST << n).min(LARGEST)).collect();
    let parent = Stats::new(System);
    let pool = Pool::new_in(&parent);
    assert_eq!(pool.held_bytes(), 0, "a chunk was requested before the first use");
    assert_eq!(sizes(12, &parent, || allocate_one(&pool, layout(24, 8))), expected);
    assert_eq!(pool.held_bytes() as u64, expected.iter().sum::<u64>());

    let parent = Stats::new(System);
    let pool = BlockPool::for_type_in::<[u64; 3]>(&parent);
    let exact = |size: &u64| (size - OVERHEAD as u64) / 24 * 24 + OVERHEAD as u64;
    let expected: Vec<u64> = expected.iter().map(exact).collect();
    assert_eq!(sizes(12, &parent, || allocate_one(&pool, layout(24, 8))), expected);
    assert_eq!(pool.held_bytes() as u64, expected.iter().sum::<u64>());
}

#[test]
fn a_chunk_is_used_completely() {
    let pool = counted();
    let mut count = 0;
    loop {
        block(&pool, layout(8, 8));
        if held_in_parent(&pool).0 == 6 {
            break;
        }
        count += 1;
    }
    let room = (0..5).map(|n| (FIRST << n) as usize - OVERHEAD).sum::<usize>();
    assert_eq!(count, room / 8);
}

#[test]
fn a_small_pool_holds_little_memory() {
    let pool = counted();
    for size in [8, 16, 24, 48, 64, 100] {
        block(&pool, layout(size, 8));
    }
    assert_eq!(held_in_parent(&pool), (1, 1024));
    // A block larger than the next chunk would be gets a chunk of its own size.
    block(&pool, layout(20_000, 8));
    assert_eq!(held_in_parent(&pool), (2, 1024 + 20_480 + OVERHEAD));
    // The pool continues in the first chunk.
    block(&pool, layout(8, 8));
    assert_eq!(held_in_parent(&pool).0, 2);
}

#[test]
fn bytes_skipped_for_alignment_are_used() {
    // Powers of two, which have to be aligned to their size, alternate with small blocks.
    let pool = counted();
    for _ in 0..300 {
        for size in [4096, 8, 1024, 24, 512, 2048, 40, 16_384] {
            block(&pool, layout(size, 8));
        }
    }
    let (live, held) = (pool.live_bytes(), pool.held_bytes());
    assert!(held * 5 < live * 7, "{live} of {held}");
    // The gaps between them are free blocks, which are allocated before a new chunk.
    let mut small = 0;
    while pool.held_bytes() == held {
        block(&pool, layout(8, 8));
        small += 8;
    }
    assert!(small > 0);
}

#[test]
fn freed_memory_is_reused_before_more_is_requested() {
    let pool = counted();
    let sizes: Vec<usize> = (0..2000).map(|n| 1 + n * 37 % 3000).collect();
    let allocate_and_free = || {
        let blocks: Vec<_> = sizes.iter().map(|&size| (block(&pool, layout(size, 4)), layout(size, 4))).collect();
        blocks.iter().for_each(|&(block, layout)| free(&pool, block, layout));
    };
    allocate_and_free();
    let before = pool.parent().snapshot();
    (0..10).for_each(|_| allocate_and_free());
    assert_eq!(pool.parent().snapshot().since(&before).total_bytes, 0);
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn bytes_returned_beyond_the_request_are_used() {
    let pages = Pages::new();
    let pool = Pool::new_in(&pages);
    block(&pool, layout(8, 8));
    assert_eq!(pool.held_bytes() % 4096, 0);
    let count = (pool.held_bytes() - OVERHEAD) / 8;
    (1..count).for_each(|_| allocate_one(&pool, layout(8, 8)));
    assert!(pool.held_bytes() == count * 8 + OVERHEAD);
    // The same with a pool of blocks of one layout.
    let pool = BlockPool::for_type_in::<u64>(&pages);
    (0..count).for_each(|_| allocate_one(&pool, layout(8, 8)));
    assert!(pool.held_bytes() == count * 8 + OVERHEAD);
    assert_eq!(pool.live_blocks(), count);
}

#[test]
fn drop_returns_everything() {
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
fn near_a_limit_a_chunk_is_as_small_as_the_request() {
    let limited = RuledParent { rule: ByteLimit::new(20_000), parent: System };
    let pool = Pool::new_in(&limited);
    let mut count = 0;
    while pool.allocate(layout(100, 4)).is_ok() {
        count += 1;
    }
    assert!(count * 104 > 13_000 && limited.rule.remaining() < 144, "{count} {}", limited.rule.remaining());
    drop(pool);
    assert_eq!(limited.rule.remaining(), 20_000);

    let nodes = BlockPool::new_in(layout(100, 4), &limited);
    let mut count = 0;
    while nodes.allocate(layout(100, 4)).is_ok() {
        count += 1;
    }
    assert!(count * 104 > 13_000 && limited.rule.remaining() < 144, "{count} {}", limited.rule.remaining());
    drop(nodes);
    assert_eq!(limited.rule.remaining(), 20_000);
}
