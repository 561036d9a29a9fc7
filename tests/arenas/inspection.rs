//! The figures that an arena reports are exact at all times.

use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Owns};
use janus_alloc::{Arena, Stats, System};

use crate::live::{LiveBlocks, Random};
use crate::{Counted, block, counted, layout};

#[test]
fn high_water_is_the_most_that_was_allocated() {
    for seed in 0..50 {
        let mut arena = counted();
        let (mut live, mut random, mut most) = (LiveBlocks::default(), Random(seed), 0);
        for _ in 0..500 {
            match random.below(12) {
                0..7 => {
                    live.allocate(&&arena, layout(random.size(), random.align())).unwrap();
                }
                7..10 if live.len() > 0 => live.free(&&arena, live.len() - 1),
                10 => {
                    let checkpoint = arena.checkpoint();
                    (0..random.below(10)).for_each(|_| {
                        block(&&arena, random.size());
                        most = most.max(arena.allocated_bytes());
                    });
                    assert_eq!(arena.high_water_bytes(), most);
                    // SAFETY: the checkpoint is this arena's; blocks allocated since are not used again.
                    unsafe { arena.rewind(checkpoint) };
                }
                11 if random.below(10) == 0 => {
                    live = LiveBlocks::default();
                    match random.below(4) {
                        0 => arena.reset(),
                        1 => arena.reset_keep_all(),
                        2 => arena.reset_keep_at_most(random.below(1 << 18)),
                        _ => arena.reset_release(),
                    }
                }
                _ => {}
            }
            most = most.max(arena.allocated_bytes());
            assert_eq!(arena.high_water_bytes(), most, "{seed}");
            assert!(arena.allocated_bytes() >= live.size() && arena.allocated_bytes() <= arena.capacity_bytes());
        }
        live.check();
    }
}

#[test]
fn high_water_counts_growth() {
    let arena = Arena::with_capacity(1 << 16);
    let last = block(&&arena, 8);
    // SAFETY: the block is live and has that layout.
    let last = unsafe { arena.grow(last, layout(8, 8), layout(1000, 8)) }.unwrap().cast();
    // SAFETY: the block is live and has that layout.
    unsafe { arena.shrink(last, layout(1000, 8), layout(8, 8)) }.unwrap();
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (8, 1000));
    // The same with an oversize block.
    let large = block(&&arena, 2 << 20);
    // SAFETY: the block is live and has that layout.
    let large = unsafe { arena.grow(large, layout(2 << 20, 8), layout(3 << 20, 8)) }.unwrap().cast();
    // SAFETY: the block is live and has that layout.
    unsafe { arena.shrink(large, layout(3 << 20, 8), layout(5000, 8)) }.unwrap();
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (8 + 5000, 8 + (3 << 20)));
}

#[test]
fn high_water_includes_scopes() {
    let arena = counted();
    arena.alloc([0_u8; 800]);
    arena.scope(|scope| {
        scope.alloc([0_u8; 400]);
        scope.scope(|inner| *inner.alloc([0_u8; 200]));
    });
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (800, 1400));
    arena.scope(|scope| {
        scope.alloc([0_u8; 1000]);
        arena.alloc([0_u8; 2000]);
    });
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (2800, 3800));
}

#[test]
fn a_capacity_of_the_high_water_mark_fits_into_one_chunk() {
    // The docs of `high_water_bytes` advise this capacity.
    let work = |arena: &Arena| (0..3000_u16).for_each(|n| arena.alloc_slice_copy(&[n; 7])[0] = 0);
    let arena = Arena::new();
    work(&arena);
    let sized = Arena::with_capacity(arena.high_water_bytes());
    work(&sized);
    assert!(arena.chunks().count() > 1);
    assert_eq!(sized.chunks().count(), 1);
}

#[test]
fn chunks_contain_all_blocks() {
    let mut arena = counted();
    let check = |arena: &Counted, blocks: &[NonNull<u8>]| {
        let chunks: Vec<_> = arena.chunks().collect();
        for (at, chunk) in chunks.iter().enumerate() {
            assert!(chunk.start < chunk.end && chunk.start.addr() % 8 == 0);
            assert!(chunks[..at].iter().all(|other| other.end <= chunk.start || chunk.end <= other.start));
        }
        for &block in blocks {
            assert!(arena.owns(block) && Owns::owns(&arena, block, layout(1, 8)));
            assert!(chunks.iter().any(|chunk| chunk.contains(&block.as_ptr().cast_const())));
        }
        let sum: usize = chunks.iter().map(|chunk| chunk.end.addr() - chunk.start.addr()).sum();
        assert_eq!((sum, chunks.len() as u64), (arena.capacity_bytes(), crate::live_chunks(arena)));
        for foreign in [NonNull::from(&0_u8), NonNull::from(arena).cast(), NonNull::dangling()] {
            assert!(!arena.owns(foreign));
        }
    };
    check(&arena, &[]);
    let other = counted();
    let mut random = Random(1);
    for _ in 0..20 {
        let blocks: Vec<NonNull<u8>> = (0..100).map(|_| block(&&arena, random.size().max(1))).collect();
        check(&arena, &blocks);
        assert!(!arena.owns(block(&&other, 8)));
        arena.scope(|scope| {
            for _ in 0..100 {
                block(&&**scope, random.size());
            }
        });
        check(&arena, &blocks);
        match random.below(3) {
            0 => arena.reset(),
            1 => arena.reset_keep_all(),
            _ => arena.reset_release(),
        }
        check(&arena, &[]);
    }
}

#[test]
fn chunks_may_be_added_during_iteration() {
    let arena = counted();
    arena.alloc(1);
    let mut seen = 0;
    for _ in arena.chunks().take(10) {
        block(&&arena, 2 << 20);
        seen += 1;
    }
    assert!(seen <= 10);
    assert_eq!(arena.chunks().count() - 1, seen, "each step of the iteration added one chunk");
}

#[test]
fn chunks_may_be_released_during_iteration() {
    const SIZE: usize = 2 << 20;
    let arena = counted();
    arena.alloc(1);
    for passed in 0..8 {
        let mut large: Vec<NonNull<u8>> = (0..10).map(|_| block(&&arena, SIZE)).collect();
        // The iterator may be about to yield one of the last chunks, which are then freed,
        let mut chunks = arena.chunks();
        assert_eq!(chunks.by_ref().take(passed).count(), passed);
        while large.len() > 5 {
            // SAFETY: the block is live and has that layout.
            unsafe { arena.deallocate(large.pop().unwrap(), layout(SIZE, 8)) };
        }
        let all: Vec<_> = arena.chunks().collect();
        assert_eq!(all.len() as u64, crate::live_chunks(&arena));
        assert!(chunks.next().is_none_or(|chunk| all.contains(&chunk)));
        // or moved by a grow,
        let last = large.pop().unwrap();
        // SAFETY: the block is live and has that layout.
        let last = unsafe { arena.grow(last, layout(SIZE, 8), layout(8 * SIZE, 8)) }.unwrap().cast();
        let all: Vec<_> = arena.chunks().collect();
        assert!(chunks.next().is_none_or(|chunk| all.contains(&chunk)));
        // or become spare chunks and are used again.
        for _ in 0..3 {
            arena.scope(|scope| {
                (0..3).for_each(|_| _ = block(&&**scope, SIZE));
                let all: Vec<_> = arena.chunks().chain(scope.chunks()).collect();
                assert!(chunks.next().is_none_or(|chunk| all.contains(&chunk)));
            });
            let all: Vec<_> = arena.chunks().collect();
            assert!(chunks.next().is_none_or(|chunk| all.contains(&chunk)));
        }
        let all: Vec<_> = arena.chunks().collect();
        assert!(chunks.all(|chunk| all.contains(&chunk)) && chunks.next().is_none());
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(last, layout(8 * SIZE, 8)) };
        while let Some(block) = large.pop() {
            // SAFETY: the block is live and has that layout.
            unsafe { arena.deallocate(block, layout(SIZE, 8)) };
        }
    }
}

#[test]
fn debug_shows_the_figures() {
    let arena = Arena::new_in(Stats::new(System));
    arena.alloc([0_u8; 100]);
    arena.alloc([0_u8; 5000]);
    let shown = format!("{arena:?}");
    let capacity = arena.capacity_bytes();
    for part in [
        "Arena {",
        "allocated_bytes: 5104",
        "high_water_bytes: 5104",
        &format!("capacity_bytes: {capacity}"),
        "chunks: 2",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!format!("{:?}", arena.checkpoint()).is_empty());
}
