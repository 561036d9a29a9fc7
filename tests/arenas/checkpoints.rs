//! Checkpoints: a rewind frees the blocks allocated since, and no others.

use janus_alloc::arenas::Checkpoint;

use crate::live::{LiveBlocks, Random};
use crate::{Counted, block, counted, live_chunks};

fn rewind(arena: &Counted, checkpoint: Checkpoint) {
    // SAFETY: callers pass a checkpoint of this arena since which it has neither been reset nor rewound to an earlier one, do not
    // use blocks allocated since again, and have no scope running.
    unsafe { arena.rewind(checkpoint) };
}

#[test]
fn a_rewind_within_a_chunk() {
    let arena = counted();
    arena.alloc(1_u64);
    let checkpoint = arena.checkpoint();
    let second: *const u64 = arena.alloc(2_u64);
    arena.alloc([0_u64; 20]);
    rewind(&arena, checkpoint);
    assert_eq!(arena.allocated_bytes(), 8);
    assert_eq!(&raw const *arena.alloc(3_u64), second);
    assert_eq!(arena.high_water_bytes(), 8 + 8 + 160);
}

#[test]
fn a_rewind_to_before_the_first_chunk() {
    let arena = counted();
    let checkpoint = arena.checkpoint();
    for _ in 0..5 {
        (0..2000_u64).for_each(|n| *arena.alloc(n) += 1);
        rewind(&arena, checkpoint);
        assert_eq!(arena.allocated_bytes(), 0);
    }
    let before = arena.parent().snapshot();
    (0..2000_u64).for_each(|n| *arena.alloc(n) += 1);
    assert_eq!(arena.parent().snapshot().since(&before).allocations, 0, "the chunks were not kept");
}

#[test]
fn a_rewind_keeps_chunks() {
    let arena = counted();
    arena.alloc(1);
    let older = block(&&arena, 1 << 21);
    let (allocated, checkpoint) = (arena.allocated_bytes(), arena.checkpoint());
    block(&&arena, 1 << 21);
    (0..1000_u64).for_each(|n| *arena.alloc(n) += 1);
    block(&&arena, 1 << 22);
    let chunks = live_chunks(&arena);
    rewind(&arena, checkpoint);
    assert_eq!(arena.allocated_bytes(), allocated);
    assert_eq!(live_chunks(&arena), chunks);
    crate::fill(older, 1, 1 << 21);
}

#[test]
fn rewinds_nest_and_repeat() {
    let arena = counted();
    let (mut outer, mut random) = (LiveBlocks::default(), Random(11));
    for _ in 0..30 {
        (0..20).for_each(|_| outer.step(&&arena, &mut random).unwrap());
        let (first, at_first) = (arena.checkpoint(), arena.allocated_bytes());
        let mut middle = LiveBlocks::default();
        (0..50).for_each(|_| middle.allocate(&&arena, crate::layout(random.size(), random.align())).unwrap());
        let (second, at_second) = (arena.checkpoint(), arena.allocated_bytes());
        for _ in 0..3 {
            let mut inner = LiveBlocks::default();
            (0..50).for_each(|_| inner.step(&&arena, &mut random).unwrap());
            inner.check();
            drop(inner);
            rewind(&arena, second);
            assert_eq!(arena.allocated_bytes(), at_second);
            middle.check();
        }
        drop(middle);
        rewind(&arena, first);
        assert_eq!(arena.allocated_bytes(), at_first);
        outer.check();
    }
}

#[test]
fn a_block_freed_since_may_lie_below_the_checkpoint() {
    use janus_alloc::api::Allocator;

    let arena = counted();
    let kept = block(&&arena, 8);
    let last = block(&&arena, 800);
    let checkpoint = arena.checkpoint();
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(last, crate::layout(800, 8)) };
    let newer = block(&&arena, 16);
    assert_eq!(newer, last);
    rewind(&arena, checkpoint);
    // The arena stands where it stood at the checkpoint, although a block below was freed since.
    assert_eq!(arena.allocated_bytes(), 808);
    assert!(block(&&arena, 8) > last);
    crate::fill(kept, 1, 8);
}

#[test]
fn a_rewind_across_a_finished_scope() {
    let arena = counted();
    arena.alloc([0_u64; 100]);
    let (allocated, checkpoint) = (arena.allocated_bytes(), arena.checkpoint());
    for _ in 0..50 {
        let mut live = LiveBlocks::default();
        let mut random = Random(5);
        (0..20).for_each(|_| live.step(&&arena, &mut random).unwrap());
        arena.scope(|scope| {
            let mut inner = LiveBlocks::default();
            (0..100).for_each(|_| inner.step(&&**scope, &mut random).unwrap());
            (0..100).for_each(|_| live.step(&&arena, &mut random).unwrap());
            inner.check();
        });
        // Again, now with the space that the first scope left behind.
        arena.scope(|scope| {
            let mut inner = LiveBlocks::default();
            (0..100).for_each(|_| inner.step(&&**scope, &mut random).unwrap());
            (0..100).for_each(|_| live.step(&&arena, &mut random).unwrap());
            inner.check();
        });
        live.check();
        drop(live);
        rewind(&arena, checkpoint);
        assert_eq!(arena.allocated_bytes(), allocated);
    }
}

#[test]
fn a_checkpoint_made_while_a_scope_runs() {
    let arena = counted();
    arena.alloc([0_u64; 100]);
    let checkpoint = arena.scope(|scope| {
        scope.alloc([0_u64; 10]);
        let before_any = arena.checkpoint();
        arena.alloc([1_u64; 10]);
        (before_any, arena.checkpoint(), arena.allocated_bytes())
    });
    let (before_any, after_one, allocated) = checkpoint;
    let kept = arena.alloc([3_u64; 600]);
    (0..5000_u64).for_each(|n| *arena.alloc(n) += 1);
    assert_eq!(kept[599], 3);
    rewind(&arena, after_one);
    assert_eq!(arena.allocated_bytes(), allocated);
    rewind(&arena, before_any);
    assert_eq!(arena.allocated_bytes(), 800);
    let mut live = LiveBlocks::default();
    let mut random = Random(6);
    (0..300).for_each(|_| live.step(&&arena, &mut random).unwrap());
    live.check();
}
