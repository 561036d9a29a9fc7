//! The last block is freed, shrunk and grown where it is; any other is moved or kept.

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::collections::Vec;
use janus_alloc::{Arena, FixedArena, StaticArena, SyncArena, System};

use crate::{address, block, bytes, fill, layout};

/// What all arenas do, with room for some kilobytes without another chunk.
fn works_on_the_last_block(arena: &impl Allocator, rounded_to: usize) {
    let first = block(arena, 16);
    fill(first, 1, 16);
    let last = block(arena, 64);
    assert_eq!(address(last), address(first) + 16);
    fill(last, 2, 64);

    // Free and get again, as often as one likes.
    for _ in 0..1000 {
        // SAFETY: live with that layout, until the end of the loop got it again.
        unsafe { arena.deallocate(last, layout(64, 8)) };
        assert_eq!(block(arena, 64), last);
    }
    fill(last, 2, 64);

    // Grow, to odd sizes too.
    let mut size = 64;
    for next in [65, 71, 72, 100, 1000, 1001] {
        // SAFETY: live with that layout.
        let grown = unsafe { arena.grow(last, layout(size, 8), layout(next, 8)) }.unwrap();
        assert_eq!((grown.cast(), grown.len()), (last, next), "the address stays");
        assert!(crate::all(bytes(last, size), 2));
        fill(last, 2, next);
        size = next;
    }
    // SAFETY: live with that layout.
    let zeroed = unsafe { arena.grow_zeroed(last, layout(size, 8), layout(2000, 8)) }.unwrap();
    assert_eq!(zeroed.cast(), last);
    assert!(crate::all(&bytes(last, 2000)[..size], 2));
    assert!(crate::all(&bytes(last, 2000)[size..], 0));

    // Shrink: what is given up is what comes next.
    // SAFETY: live with that layout.
    let shrunk = unsafe { arena.shrink(last, layout(2000, 8), layout(33, 8)) }.unwrap();
    assert_eq!((shrunk.cast(), shrunk.len()), (last, 33));
    let next = arena.allocate(layout(8, 1)).unwrap().cast();
    assert_eq!(address(next), (address(last) + 33).next_multiple_of(rounded_to));

    // Now it is not the last: kept at its place when shrunk or freed, moved when grown.
    // SAFETY: live with that layout.
    let shrunk = unsafe { arena.shrink(last, layout(33, 8), layout(30, 8)) }.unwrap();
    assert_eq!(shrunk.cast(), last);
    // SAFETY: live with that layout.
    let grown = unsafe { arena.grow(last, layout(30, 8), layout(64, 8)) }.unwrap().cast();
    assert!(address(grown) >= address(next) + 8);
    assert!(crate::all(bytes(grown, 30), 2));
    // SAFETY: live with that layout.
    unsafe { arena.deallocate(first, layout(16, 8)) };
    let after = block(arena, 8);
    assert_ne!(after, first);

    // From the end on each block is the last; the moved one left its bytes.
    for (at, size) in [(after, 8), (grown, 64)] {
        // SAFETY: live with that layout.
        unsafe { arena.deallocate(at, layout(size, 8)) };
        assert_eq!(block(arena, 8), at);
        // SAFETY: live with that layout.
        unsafe { arena.deallocate(at, layout(8, 8)) };
    }

    // Under a changed align a block moves, even if it happens to be aligned.
    let last = arena.allocate(layout(64, 64)).unwrap().cast();
    fill(last, 3, 64);
    // SAFETY: live with that layout.
    let moved = unsafe { arena.grow(last, layout(64, 64), layout(64, 32)) }.unwrap().cast();
    assert_ne!(moved, last);
    // SAFETY: live with that layout.
    let moved_again = unsafe { arena.shrink(moved, layout(64, 32), layout(50, 16)) }.unwrap().cast();
    assert_ne!(moved_again, moved);
    assert!(crate::all(bytes(moved_again, 50), 3));
}

#[test]
fn all_arenas_work_on_the_last_block() {
    works_on_the_last_block(&&Arena::with_capacity(1 << 16), 8);
    works_on_the_last_block(&&Arena::<_, 1>::with_min_align_and_capacity_in(1 << 16, System), 1);
    works_on_the_last_block(&&Arena::<_, 2>::with_min_align_and_capacity_in(1 << 16, System), 2);
    works_on_the_last_block(&&Arena::<_, 16>::with_min_align_and_capacity_in(1 << 16, System), 16);
    let mut bytes = vec![std::mem::MaybeUninit::uninit(); 1 << 16];
    works_on_the_last_block(&&FixedArena::<8>::with_min_align(&mut bytes), 8);
    // So that the first blocks are aligned to 8 here as well.
    let packed = FixedArena::new(&mut bytes);
    packed_from_8(&packed);
    works_on_the_last_block(&&packed, 1);
    let local = StaticArena::<{ 1 << 16 }>::new();
    works_on_the_last_block(&&local, 1);
    works_on_the_last_block(&&SyncArena::new(), 8);
    works_on_the_last_block(&&SyncArena::new_in(System), 8);
    Arena::with_capacity(1 << 16).scope(|scope| works_on_the_last_block(&&**scope, 8));
}

fn packed_from_8(arena: &FixedArena<'_>) {
    arena.allocate(layout(0, 8)).unwrap();
}

#[test]
fn a_vec_grows_without_moving_and_leaves_nothing() {
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
fn a_growth_that_has_no_room_moves() {
    let arena = crate::counted();
    let small = block(&&arena, 16);
    fill(small, 9, 16);
    // SAFETY: live with that layout; there is no room for the new one in the chunk.
    let large = unsafe { arena.grow(small, layout(16, 8), layout(100_000, 8)) }.unwrap().cast();
    assert!(crate::all(bytes(large, 16), 9));
    assert_eq!(crate::live_chunks(&arena), 2);
    // The block that moved was the last of its chunk: its bytes are free again, and the large one is the last of its own.
    assert_eq!(block(&&arena, 16), small);
    // SAFETY: live with that layout.
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
            // SAFETY: live with that layout.
            assert!(unsafe { arena.grow(last, layout(100, 8), layout(new, 8)) }.is_err());
            // SAFETY: live with that layout.
            assert!(unsafe { arena.grow_zeroed(last, layout(100, 8), layout(new, 8)) }.is_err());
        }
        // SAFETY: live with that layout.
        assert!(unsafe { arena.shrink(last, layout(100, 8), layout(50, 1 << 40)) }.is_err());
        assert!(crate::all(bytes(last, 100), 7));
        // It is still the last.
        // SAFETY: live with that layout.
        assert_eq!(unsafe { arena.grow(last, layout(100, 8), layout(120, 8)) }.unwrap().cast(), last);
    }
    fails(&&fixed);
    fails(&&local);
    fails(&&arena);
}

#[test]
fn blocks_of_size_0_are_aligned_and_never_in_the_way() {
    fn check(arena: &impl Allocator) {
        let last = block(arena, 24);
        for align in (0..20).map(|power| 1_usize << power) {
            let empty = arena.allocate(layout(0, align)).unwrap();
            assert_eq!((address(empty.cast()) % align, empty.len()), (0, 0));
            let empty_zeroed = arena.allocate_zeroed(layout(0, align)).unwrap();
            // SAFETY: live with that layout.
            let still = unsafe { arena.grow(empty_zeroed.cast(), layout(0, align), layout(0, align)) }.unwrap();
            // SAFETY: live with that layout.
            let grown = unsafe { arena.grow_zeroed(still.cast(), layout(0, align), layout(9, align)) }.unwrap();
            assert!(crate::all(bytes(grown.cast(), 9), 0));
            fill(grown.cast(), 1, 9);
            // SAFETY: live with that layout.
            let shrunk = unsafe { arena.shrink(grown.cast(), layout(9, align), layout(0, align)) }.unwrap();
            for empty in [empty, shrunk] {
                // SAFETY: live with that layout.
                unsafe { arena.deallocate(empty.cast(), layout(0, align)) };
            }
        }
        fill(last, 2, 24);
        assert!(crate::all(bytes(last, 24), 2));
    }
    check(&&Arena::new());
    check(&&Arena::<_, 1>::with_min_align_in(System));
    check(&&Arena::<_, 4096>::with_min_align_in(System));
    static HEAP: StaticArena<{ 1 << 21 }> = StaticArena::new();
    check(&&HEAP);
    check(&SyncArena::new());
}

#[test]
fn sizes_that_cannot_be_are_errors() {
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
        assert!(crate::all(bytes(kept, 8), 5));
    }
    refuses(&&Arena::new());
    refuses(&&Arena::<_, 1>::with_min_align_in(System));
    refuses(&&Arena::<_, 4096>::with_min_align_in(System));
    refuses(&&FixedArena::new(&mut [std::mem::MaybeUninit::uninit(); 100]));
    refuses(&&StaticArena::<100>::new());
    refuses(&SyncArena::new());
}
