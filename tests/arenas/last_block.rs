//! The last block is freed, shrunk and grown in place. Any other block moves when it grows, and keeps its bytes when it is freed.

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::collections::Vec;
use janus_alloc::{Arena, FixedArena, StaticArena, SyncArena, System, TaskArena};

use crate::{address, block, bytes, fill, layout};

/// Checks what all arenas do with the last block. `arena` must have room for some kilobytes without another chunk, and rounds its
/// position up to `rounded_to`.
fn check_the_last_block(arena: &impl Allocator, rounded_to: usize) {
    let first = block(arena, 16);
    fill(first, 1, 16);
    let last = block(arena, 64);
    assert_eq!(address(last), address(first) + 16);
    fill(last, 2, 64);

    // A freed last block is allocated again, any number of times.
    for _ in 0..1000 {
        // SAFETY: the block is live and has that layout: the line below allocates it again.
        unsafe { arena.deallocate(last, layout(64, 8)) };
        assert_eq!(block(arena, 64), last);
    }
    fill(last, 2, 64);

    // It grows in place, also to odd sizes.
    let mut size = 64;
    for next in [65, 71, 72, 100, 1000, 1001] {
        // SAFETY: the block is live and has that layout.
        let grown = unsafe { arena.grow(last, layout(size, 8), layout(next, 8)) }.unwrap();
        assert_eq!((grown.cast(), grown.len()), (last, next), "the last block moved");
        assert!(crate::all_equal(bytes(last, size), 2));
        fill(last, 2, next);
        size = next;
    }
    // SAFETY: the block is live and has that layout.
    let zeroed = unsafe { arena.grow_zeroed(last, layout(size, 8), layout(2000, 8)) }.unwrap();
    assert_eq!(zeroed.cast(), last);
    assert!(crate::all_equal(&bytes(last, 2000)[..size], 2));
    assert!(crate::all_equal(&bytes(last, 2000)[size..], 0));

    // It shrinks in place, and the next block starts at the bytes given up.
    // SAFETY: the block is live and has that layout.
    let shrunk = unsafe { arena.shrink(last, layout(2000, 8), layout(33, 8)) }.unwrap();
    assert_eq!((shrunk.cast(), shrunk.len()), (last, 33));
    let next = arena.allocate(layout(8, 1)).unwrap().cast();
    assert_eq!(address(next), (address(last) + 33).next_multiple_of(rounded_to));

    // Now it is not the last: it stays in place when it shrinks, and moves when it grows; `first` keeps its bytes when freed.
    // SAFETY: the block is live and has that layout.
    let shrunk = unsafe { arena.shrink(last, layout(33, 8), layout(30, 8)) }.unwrap();
    assert_eq!(shrunk.cast(), last);
    // SAFETY: the block is live and has that layout.
    let grown = unsafe { arena.grow(last, layout(30, 8), layout(64, 8)) }.unwrap().cast();
    assert!(address(grown) >= address(next) + 8);
    assert!(crate::all_equal(bytes(grown, 30), 2));
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(first, layout(16, 8)) };
    let after = block(arena, 8);
    assert_ne!(after, first);

    // Freed from the end, each block is the last in turn.
    for (at, size) in [(after, 8), (grown, 64)] {
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(at, layout(size, 8)) };
        assert_eq!(block(arena, 8), at);
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(at, layout(8, 8)) };
    }

    // With another align a block moves, even if its address fits that align.
    let last = arena.allocate(layout(64, 64)).unwrap().cast();
    fill(last, 3, 64);
    // SAFETY: the block is live and has that layout.
    let moved = unsafe { arena.grow(last, layout(64, 64), layout(64, 32)) }.unwrap().cast();
    assert_ne!(moved, last);
    // SAFETY: the block is live and has that layout.
    let moved_again = unsafe { arena.shrink(moved, layout(64, 32), layout(50, 16)) }.unwrap().cast();
    assert_ne!(moved_again, moved);
    assert!(crate::all_equal(bytes(moved_again, 50), 3));
}

#[test]
fn all_arenas_resize_and_free_the_last_block() {
    check_the_last_block(&&Arena::with_capacity(1 << 16), 8);
    check_the_last_block(&&Arena::<_, 1>::with_min_align_and_capacity_in(1 << 16, System), 1);
    check_the_last_block(&&Arena::<_, 2>::with_min_align_and_capacity_in(1 << 16, System), 2);
    check_the_last_block(&&Arena::<_, 16>::with_min_align_and_capacity_in(1 << 16, System), 16);
    let mut bytes = vec![std::mem::MaybeUninit::uninit(); 1 << 16];
    check_the_last_block(&&FixedArena::<8>::with_min_align(&mut bytes), 8);
    let packed = FixedArena::new(&mut bytes);
    // Aligns the position to 8, as the first blocks expect.
    packed.allocate(layout(0, 8)).unwrap();
    check_the_last_block(&&packed, 1);
    let local = StaticArena::<{ 1 << 16 }>::new();
    check_the_last_block(&&local, 1);
    check_the_last_block(&&SyncArena::new(), 8);
    check_the_last_block(&&SyncArena::new_in(System), 8);
    let mut task = TaskArena::new();
    // The reset keeps a chunk that is large enough.
    block(&task, 1 << 16);
    task.reset();
    check_the_last_block(&task, 8);
    Arena::with_capacity(1 << 16).scope(|scope| check_the_last_block(&&**scope, 8));
}

#[test]
fn a_vec_grows_without_moving_and_leaves_no_bytes() {
    let mut arena = Arena::with_capacity(1 << 20);
    let mut numbers = Vec::new_in(&arena);
    numbers.push(0_u32);
    let start = numbers.as_ptr();
    for n in 1..100_000 {
        numbers.push(n);
    }
    assert_eq!(numbers.as_ptr(), start);
    numbers.truncate(10);
    numbers.shrink_to_fit();
    assert_eq!((numbers.as_ptr(), arena.allocated_bytes()), (start, 40));
    drop(numbers);
    assert_eq!(arena.allocated_bytes(), 0);
    arena.reset();
    assert_eq!(arena.high_water_bytes(), 4 * (1 << 17));
}

#[test]
fn a_block_without_room_to_grow_moves() {
    let arena = crate::counted();
    let small = block(&&arena, 16);
    fill(small, 9, 16);
    // SAFETY: live with that layout; there is no room for the new one in the chunk.
    let large = unsafe { arena.grow(small, layout(16, 8), layout(100_000, 8)) }.unwrap().cast();
    assert!(crate::all_equal(bytes(large, 16), 9));
    assert_eq!(crate::live_chunks(&arena), 2);
    // The moved block was the last of its chunk, so its bytes are free again; the large block is the last of the next chunk.
    assert_eq!(block(&&arena, 16), small);
    // SAFETY: the block is live and has that layout.
    unsafe { arena.deallocate(large, layout(100_000, 8)) };
    assert_eq!(crate::live_chunks(&arena), 1);
}

#[test]
fn a_growth_that_fails_leaves_the_block() {
    let mut bytes_of_arena = [std::mem::MaybeUninit::uninit(); 256];
    let fixed = FixedArena::<8>::with_min_align(&mut bytes_of_arena);
    let local = StaticArena::<256>::new();
    let end = StaticArena::<5000>::new();
    let arena = Arena::new_in(&end);
    fn fails(arena: &impl Allocator) {
        let last = block(arena, 100);
        fill(last, 7, 100);
        for new in [5000, isize::MAX as usize - 7, 1 << 40] {
            // SAFETY: the block is live and has that layout.
            assert!(unsafe { arena.grow(last, layout(100, 8), layout(new, 8)) }.is_err());
            // SAFETY: the block is live and has that layout.
            assert!(unsafe { arena.grow_zeroed(last, layout(100, 8), layout(new, 8)) }.is_err());
        }
        // SAFETY: the block is live and has that layout.
        assert!(unsafe { arena.shrink(last, layout(100, 8), layout(50, 1 << 40)) }.is_err());
        assert!(crate::all_equal(bytes(last, 100), 7));
        // It is still the last block.
        // SAFETY: the block is live and has that layout.
        assert_eq!(unsafe { arena.grow(last, layout(100, 8), layout(120, 8)) }.unwrap().cast(), last);
    }
    fails(&&fixed);
    fails(&&local);
    fails(&&arena);
}

#[test]
fn blocks_of_size_0_are_aligned_and_harmless() {
    fn check(arena: &impl Allocator) {
        let last = block(arena, 24);
        for align in (0..20).map(|power| 1_usize << power) {
            let empty = arena.allocate(layout(0, align)).unwrap();
            assert_eq!((address(empty.cast()) % align, empty.len()), (0, 0));
            let empty_zeroed = arena.allocate_zeroed(layout(0, align)).unwrap();
            // SAFETY: the block is live and has that layout.
            let still = unsafe { arena.grow(empty_zeroed.cast(), layout(0, align), layout(0, align)) }.unwrap();
            // SAFETY: the block is live and has that layout.
            let grown = unsafe { arena.grow_zeroed(still.cast(), layout(0, align), layout(9, align)) }.unwrap();
            assert!(crate::all_equal(bytes(grown.cast(), 9), 0));
            fill(grown.cast(), 1, 9);
            // SAFETY: the block is live and has that layout.
            let shrunk = unsafe { arena.shrink(grown.cast(), layout(9, align), layout(0, align)) }.unwrap();
            for empty in [empty, shrunk] {
                // SAFETY: the block is live and has that layout.
                unsafe { arena.deallocate(empty.cast(), layout(0, align)) };
            }
        }
        fill(last, 2, 24);
        assert!(crate::all_equal(bytes(last, 24), 2));
    }
    check(&&Arena::new());
    check(&&Arena::<_, 1>::with_min_align_in(System));
    check(&&Arena::<_, 4096>::with_min_align_in(System));
    static HEAP: StaticArena<{ 1 << 21 }> = StaticArena::new();
    check(&&HEAP);
    check(&SyncArena::new());
    check(&TaskArena::new());
}

#[test]
fn impossible_sizes_are_errors() {
    fn refuses(arena: &impl Allocator) {
        let kept = block(arena, 8);
        fill(kept, 5, 8);
        for align in (0..=62).map(|power| 1_usize << power) {
            let largest = Layout::from_size_align(isize::MAX as usize & !(align - 1), align).unwrap();
            for less in [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 4095, 4096, 10_000] {
                let Ok(huge) = Layout::from_size_align(largest.size().saturating_sub(less).max(1), align) else {
                    continue;
                };
                if huge.size() > 1 << 50 || align > 1 << 50 {
                    assert!(arena.allocate(huge).is_err(), "{huge:?}");
                    assert!(arena.allocate_zeroed(huge).is_err(), "{huge:?}");
                }
            }
        }
        assert!(crate::all_equal(bytes(kept, 8), 5));
    }
    refuses(&&Arena::new());
    refuses(&&Arena::<_, 1>::with_min_align_in(System));
    refuses(&&Arena::<_, 4096>::with_min_align_in(System));
    refuses(&&FixedArena::new(&mut [std::mem::MaybeUninit::uninit(); 100]));
    refuses(&&StaticArena::<100>::new());
    refuses(&SyncArena::new());
    refuses(&TaskArena::new());
}
