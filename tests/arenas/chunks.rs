//! When an arena requests memory from its parent, how much it requests, and when it returns it.

use std::ptr::NonNull;

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, Pages, Stats, System};

use crate::{Counted, address, block, bytes, counted, fill, layout, live_chunks};

/// Bytes of each chunk that the arena uses for itself.
const OVERHEAD: usize = 32;
const FIRST: usize = 4 << 10;
const LARGEST: usize = 1 << 20;

/// Returns the capacities of the chunks, the smallest first.
fn sizes<const MIN_ALIGN: usize>(arena: &Arena<impl Allocator, MIN_ALIGN>) -> Vec<usize> {
    let mut sizes: Vec<usize> = arena.chunks().map(|chunk| chunk.end.addr() - chunk.start.addr()).collect();
    sizes.sort_unstable();
    sizes
}

/// Allocates small blocks until the arena has one more chunk. Returns the capacity of the largest chunk.
fn fill_to_the_next_chunk(arena: &Counted) -> usize {
    let before = live_chunks(arena);
    while live_chunks(arena) == before {
        arena.alloc([0_u64; 10]);
    }
    *sizes(arena).last().unwrap()
}

#[test]
fn chunks_double_up_to_the_cap() {
    let arena = counted();
    assert_eq!(live_chunks(&arena), 0, "a chunk was requested before the first use");
    let mut expected = FIRST;
    for _ in 0..12 {
        let size = fill_to_the_next_chunk(&arena);
        assert_eq!(size, expected);
        expected = (2 * expected).min(LARGEST);
    }
    assert_eq!(sizes(&arena).iter().filter(|&&size| size > LARGEST / 2).count(), 4, "chunks do not stop at the cap");
    let snapshot = arena.parent().snapshot();
    assert_eq!(snapshot.live_bytes as usize, arena.capacity_bytes() + 12 * OVERHEAD);
}

#[test]
fn small_blocks_fill_each_chunk_completely() {
    let arena = Arena::<_, 1>::with_min_align_in(Stats::new(System));
    (0..1_000_000).for_each(|_| *arena.alloc(0_u8) = 1);
    assert_eq!(arena.allocated_bytes(), 1_000_000);
    let requests = arena.parent().snapshot().allocations;
    // The chunk is filled to its last byte before the next is requested.
    let room = arena.capacity_bytes() - arena.allocated_bytes();
    (0..room).for_each(|_| *arena.alloc(0_u8) = 1);
    assert_eq!(arena.parent().snapshot().allocations, requests);
    arena.alloc(0_u8);
    assert_eq!(arena.parent().snapshot().allocations, requests + 1);
}

#[test]
fn an_oversize_block_has_a_chunk_of_its_own() {
    let arena = counted();
    let small = block(&&arena, 16);
    let large = block(&&arena, 10 << 20);
    assert_eq!(arena.parent().snapshot().largest_request as usize, (10 << 20) + OVERHEAD);
    assert_eq!(address(block(&&arena, 16)), address(small) + 16, "the arena left its previous chunk");
    // The next chunk is twice as large as the previous ordinary one: the oversize chunk does not count.
    while live_chunks(&arena) == 2 {
        arena.alloc([0_u8; 100]);
    }
    assert!(sizes(&arena)[1] <= 4 * FIRST, "{:?}", sizes(&arena));
    fill(large, 1, 10 << 20);
}

#[test]
fn a_doubling_vector_has_room_to_double_once_in_place() {
    let arena = counted();
    let mut numbers = janus_alloc::collections::Vec::with_capacity_in(64, &arena);
    let (mut here, mut moves) = (numbers.as_ptr(), 0);
    while numbers.len() * 8 < LARGEST / 2 {
        numbers.push(numbers.len());
        moves += usize::from(numbers.as_ptr() != here);
        here = numbers.as_ptr();
    }
    // From 512 bytes to 512 KiB the vector doubles ten times, three of them in the first chunk.
    assert!(moves <= 4, "{moves}");
}

#[test]
fn many_oversize_blocks_do_not_make_chunks_larger_than_the_cap() {
    let arena = counted();
    for _ in 0..20 {
        block(&&arena, 2 << 20);
    }
    arena.alloc(1);
    assert_eq!(live_chunks(&arena), 21);
    assert!(sizes(&arena)[0] <= LARGEST);
}

#[test]
fn the_last_oversize_block_returns_to_the_parent() {
    let arena = counted();
    arena.alloc(1);
    let (allocated, capacity) = (arena.allocated_bytes(), arena.capacity_bytes());
    for _ in 0..100 {
        let large = block(&&arena, 2 << 20);
        assert_eq!(arena.allocated_bytes(), allocated + (2 << 20));
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(large, layout(2 << 20, 8)) };
        assert_eq!((live_chunks(&arena), arena.allocated_bytes(), arena.capacity_bytes()), (1, allocated, capacity));
    }
    // Oversize blocks are returned last in, first out, whatever small blocks lie between; out of order a block stays.
    let first = block(&&arena, 2 << 20);
    arena.alloc(1);
    let second = block(&&arena, 3 << 20);
    arena.alloc(1);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(second, layout(3 << 20, 8)) };
    assert_eq!(live_chunks(&arena), 2);
    let third = block(&&arena, 3 << 20);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(first, layout(2 << 20, 8)) };
    assert_eq!(live_chunks(&arena), 3);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(third, layout(3 << 20, 8)) };
    assert_eq!(live_chunks(&arena), 2);
}

/// Asserts that the parent grows and shrinks the last oversize block, beside other blocks in the arena.
fn resized_by_the_parent(parent: &Stats<impl Allocator>, align: usize) {
    let arena = Arena::new_in(parent);
    let grow = |block: NonNull<u8>, old: usize, new: usize| {
        // SAFETY: callers pass a live block of size `old`, and `new` is larger.
        unsafe { arena.grow(block, layout(old, align), layout(new, align)) }.unwrap().cast()
    };
    let small = arena.alloc(77);
    let mut large = arena.alloc_layout(layout(2 << 20, align));
    fill(large, 7, 2 << 20);
    let before = parent.snapshot();
    for size in (2..20).map(|size| size << 20) {
        large = grow(large, size, size + (1 << 20));
        assert!(address(large) % align == 0 && crate::all_equal(bytes(large, size), 7));
        fill(large, 7, size + (1 << 20));
        assert_eq!(arena.allocated_bytes(), 8 + size + (1 << 20));
    }
    let after = parent.snapshot().since(&before);
    assert_eq!((after.grows(), after.allocations, after.deallocations), (18, 0, 0));
    // SAFETY: the block is live and has that layout.
    let zeroed = unsafe { arena.grow_zeroed(large, layout(20 << 20, align), layout(21 << 20, align)) }.unwrap();
    large = zeroed.cast();
    assert!(crate::all_equal(bytes(large, 20 << 20), 7));
    assert!(crate::all_equal(&bytes(large, 21 << 20)[20 << 20..], 0));
    // SAFETY: the block is live and has that layout.
    large = unsafe { arena.shrink(large, layout(21 << 20, align), layout(1 << 20, align)) }.unwrap().cast();
    assert!(address(large) % align == 0 && crate::all_equal(bytes(large, 1 << 20), 7));
    assert_eq!(arena.allocated_bytes(), 8 + (1 << 20));
    assert_eq!(parent.snapshot().since(&before).shrinks(), 1);
    assert!(parent.snapshot().live_bytes < (1 << 20) + 2 * FIRST as u64);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(large, layout(1 << 20, align)) };
    assert_eq!((parent.snapshot().live_blocks(), arena.allocated_bytes(), *small), (1, 8, 77));
    drop(arena);
    assert_eq!(parent.snapshot().live_bytes, 0);
}

#[test]
fn the_last_oversize_block_is_resized_by_the_parent() {
    resized_by_the_parent(&Stats::new(System), 8);
    resized_by_the_parent(&Stats::new(System), 1);
    resized_by_the_parent(&Stats::new(System), 16);
    resized_by_the_parent(&Stats::new(Pages::new()), 16);
}

#[test]
fn an_oversize_block_of_large_align_is_moved() {
    let arena = counted();
    let large = arena.alloc_layout(layout(2 << 20, 4096));
    fill(large, 7, 2 << 20);
    // SAFETY: the block is live and has that layout.
    let moved = unsafe { arena.grow(large, layout(2 << 20, 4096), layout(3 << 20, 4096)) }.unwrap().cast();
    assert!(address(moved) % 4096 == 0 && crate::all_equal(bytes(moved, 2 << 20), 7));
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(moved, layout(3 << 20, 4096)) };
    assert_eq!(live_chunks(&arena), 1, "the old block, no longer the last when it was freed, keeps its chunk");
}

#[test]
fn a_zeroed_oversize_block_is_zeroed_by_the_parent() {
    // Fresh pages of the parent are zero already.
    let arena = Arena::new_in(Stats::new(Pages::new()));
    let large = arena.allocate_zeroed(layout(50 << 20, 8)).unwrap();
    assert!(crate::all_equal(bytes(large.cast(), large.len()), 0));
    // Reused memory is zeroed by the arena.
    let arena = Arena::with_capacity(1 << 16);
    for size in [8, 100, 5000] {
        let dirty = block(&&arena, size);
        fill(dirty, 1, size);
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(dirty, layout(size, 8)) };
        let zeroed = arena.allocate_zeroed(layout(size, 8)).unwrap();
        assert_eq!(zeroed.cast(), dirty);
        assert!(crate::all_equal(bytes(dirty, size), 0));
    }
}

#[test]
fn over_aligned_blocks_fit_wherever_the_parent_puts_the_chunk() {
    fn check<const MIN_ALIGN: usize>() {
        crate::assert_all_returned::<_, MIN_ALIGN>(|arena| {
            for align in (0..=22).map(|power| 1_usize << power) {
                for size in [1, align / 2 + 1, align, 3 * align] {
                    let aligned = arena.alloc_layout(layout(size, align));
                    assert_eq!(address(aligned) % align.max(MIN_ALIGN), 0);
                    fill(aligned, 1, size);
                    arena.alloc(1_u8);
                }
            }
        });
    }
    check::<1>();
    check::<8>();
    check::<64>();
    check::<4096>();
}

#[test]
fn bytes_returned_beyond_the_request_are_used() {
    // `Pages` returns whole pages, which is more than the arena requests.
    let arena = Arena::new_in(Pages::new());
    arena.alloc(1);
    let page = Pages::page_size();
    assert_eq!(arena.capacity_bytes(), (FIRST + OVERHEAD).next_multiple_of(page) - OVERHEAD);
}
