//! `FixedArena` uses all bytes of its buffer, and no others.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use janus_alloc::FixedArena;
use janus_alloc::api::{Allocator, Owns};
use janus_alloc::collections::{Box, Vec};

use crate::live::{LiveBlocks, Random};
use crate::{address, block, layout};

fn buffer(length: usize) -> std::vec::Vec<MaybeUninit<u8>> {
    vec![MaybeUninit::uninit(); length]
}

#[test]
fn every_byte_is_used() {
    for length in [0, 1, 2, 100, 4097] {
        let mut bytes = buffer(length);
        let arena = FixedArena::new(&mut bytes);
        assert_eq!(arena.capacity_bytes(), length);
        for used in 0..length {
            assert_eq!(arena.allocated_bytes(), used);
            arena.allocate(layout(1, 1)).unwrap();
        }
        assert!(arena.allocate(layout(1, 1)).is_err());
        assert!(arena.allocate_zeroed(layout(1, 1)).is_err());
        for align in [1, 64, 1 << 40] {
            let empty = arena.allocate(layout(0, align)).unwrap();
            assert_eq!(address(empty.cast()) % align, 0);
        }
        assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (length, length));
    }
}

fn check_every_start<const MIN_ALIGN: usize>() {
    let mut bytes = buffer(3 * MIN_ALIGN + 64);
    for from in 0..MIN_ALIGN.min(70) {
        for length in [0, 1, MIN_ALIGN / 2, MIN_ALIGN, MIN_ALIGN + 1, 2 * MIN_ALIGN + 3] {
            let part = &mut bytes[from..from + length];
            let range = part.as_ptr_range();
            let arena = FixedArena::<MIN_ALIGN>::with_min_align(part);
            assert!(arena.capacity_bytes() <= length && arena.capacity_bytes() + MIN_ALIGN > length);
            let mut count = 0;
            while let Ok(block) = arena.allocate(layout(1, 1)) {
                let block = block.cast::<MaybeUninit<u8>>().as_ptr().cast_const();
                assert!(range.contains(&block) && block.addr() % MIN_ALIGN == 0);
                count += 1;
            }
            assert_eq!(count, arena.capacity_bytes() / MIN_ALIGN);
        }
    }
}

#[test]
fn bytes_may_start_anywhere() {
    check_every_start::<1>();
    check_every_start::<2>();
    check_every_start::<8>();
    check_every_start::<16>();
    check_every_start::<64>();
    check_every_start::<4096>();
}

#[test]
fn the_buffer_may_lie_in_a_static_or_in_another_arena() {
    static mut IN_A_STATIC: [MaybeUninit<u8>; 1000] = [MaybeUninit::uninit(); 1000];
    let bytes = &raw mut IN_A_STATIC;
    // SAFETY: this is the only reference to the static.
    let bytes = unsafe { &mut *bytes };
    let in_a_static: FixedArena<'static> = FixedArena::new(bytes);
    let kept = Box::leak(Box::new_in([7; 10], &in_a_static));
    assert_eq!(*kept, [7; 10]);

    // The buffer may be a block of another arena.
    let outer = janus_alloc::Arena::new();
    let inner = FixedArena::new(outer.alloc_slice_uninit(500));
    assert_eq!((*Box::new_in(1, &inner), inner.capacity_bytes()), (1, 500));
}

#[test]
fn blocks_stay_valid_when_the_arena_moves() {
    let mut bytes = buffer(1000);
    let arena = FixedArena::new(&mut bytes);
    let raw = block(&&arena, 100);
    crate::fill(raw, 9, 100);
    let moved = std::boxed::Box::new(arena);
    assert!(crate::all_equal(crate::bytes(raw, 100), 9));
    assert!(moved.owns(raw) && moved.allocated_bytes() >= 100);
    std::thread::spawn(|| ()).join().unwrap();
    std::thread::scope(|scope| scope.spawn(move || assert_eq!(*Box::new_in(5, &*moved), 5)).join().unwrap());
}

#[test]
fn random_use_with_resets_keeps_contents() {
    let mut bytes = buffer(50_000);
    let mut arena = FixedArena::<4>::with_min_align(&mut bytes);
    let (mut random, mut failures, mut most) = (Random(8), 0, 0);
    for _ in 0..100 {
        let mut live = LiveBlocks::default();
        for _ in 0..random.below(400) {
            failures += usize::from(live.step(&&arena, &mut random).is_err());
            most = most.max(arena.allocated_bytes());
        }
        live.check();
        assert!(arena.high_water_bytes() >= most && arena.high_water_bytes() <= arena.capacity_bytes());
        arena.reset();
        assert_eq!(arena.allocated_bytes(), 0);
        most = arena.high_water_bytes();
    }
    assert!(failures > 10, "the arena was rarely full");
}

#[test]
fn a_collection_gets_an_error_when_the_arena_is_full() {
    let mut bytes = buffer(100);
    let arena = FixedArena::new(&mut bytes);
    let mut numbers = Vec::new_in(&arena);
    assert!(numbers.try_reserve_exact(101).is_err());
    numbers.try_reserve_exact(100).unwrap();
    numbers.extend_from_slice(&[1_u8; 100]);
    assert!(numbers.try_reserve(1).is_err());
    assert_eq!(numbers, [1; 100]);
    drop(numbers);
    assert_eq!((arena.allocated_bytes(), arena.high_water_bytes()), (0, 100));
}

#[test]
fn the_arena_owns_its_bytes() {
    let mut bytes = buffer(100);
    let range = bytes.as_ptr_range();
    let arena = FixedArena::new(&mut bytes);
    let at = |pointer: *const MaybeUninit<u8>| NonNull::new(pointer.cast_mut()).unwrap().cast::<u8>();
    assert!(arena.owns(at(range.start)) && Owns::owns(&&arena, at(range.start.wrapping_add(99)), layout(1, 1)));
    assert!(!arena.owns(at(range.end)) && !arena.owns(at(range.start.wrapping_sub(1))));
    let shown = format!("{arena:?}");
    assert!(shown.contains("FixedArena {") && shown.contains("capacity_bytes: 100"), "{shown}");
}
