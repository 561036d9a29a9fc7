use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout, Owns, Reset};
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{Arena, Null, StackFirst, Stats, System};
use proptest::prelude::*;

use crate::conformance::{keeps_the_rules, limited, options};
use crate::shadow;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

#[test]
fn keeps_the_rules_by_reference() {
    keeps_the_rules(&StackFirst::<1024, _>::new(System), &options(200_000));
    keeps_the_rules(&StackFirst::<0, _>::new(System), &options(50_000));
    keeps_the_rules(&StackFirst::<16384, _>::new(Null), &limited(50_000));
    keeps_the_rules(&StackFirst::<100, _>::new(&StackFirst::<1000, _>::new(Arena::new())), &options(50_000));
}

#[test]
fn blocks_lie_in_the_value_until_it_is_full() {
    let memory = StackFirst::<1024, _>::new(Stats::new(System));
    let inside = |block: NonNull<u8>| {
        let start = (&raw const memory).addr();
        (start..start + size_of_val(&memory)).contains(&block.addr().get())
    };
    let boxes: std::vec::Vec<_> = (0..20_u8).map(|n| Box::new_in([n; 100], &memory)).collect();
    let count = boxes.iter().filter(|boxed| inside(NonNull::from(&boxed[0]))).count();
    assert_eq!((count, memory.buffer_bytes()), (10, 1000));
    assert_eq!(memory.parent().snapshot().live_blocks(), 10);
    assert!(boxes.iter().enumerate().all(|(n, boxed)| **boxed == [n as u8; 100]));
    drop(boxes);
    assert_eq!((memory.buffer_bytes(), memory.parent().snapshot().live_blocks()), (0, 0));
}

#[test]
fn the_buffer_is_free_again_when_its_blocks_are() {
    let memory = StackFirst::<1000, _>::new(Null);
    for _ in 0..10 {
        // Not the last one first.
        let first = Box::try_new_in([1_u8; 400], &memory).unwrap();
        let second = Box::try_new_in([2_u8; 400], &memory).unwrap();
        assert!(Box::try_new_in([3_u8; 400], &memory).is_err());
        drop(first);
        assert_eq!(memory.buffer_bytes(), 800);
        drop(second);
        assert_eq!(memory.buffer_bytes(), 0);
    }
}

#[test]
fn the_last_block_grows_and_shrinks_in_place() {
    let memory = StackFirst::<1024, _>::new(Null);
    let before = Box::new_in(1_u64, &memory);
    let mut bytes = Vec::<u8, _>::with_capacity_in(100, &memory);
    bytes.extend(0..100);
    let start = bytes.as_ptr();
    bytes.reserve_exact(900);
    assert_eq!((bytes.as_ptr(), memory.buffer_bytes()), (start, 1008));
    bytes.shrink_to_fit();
    assert_eq!((bytes.as_ptr(), memory.buffer_bytes()), (start, 108));
    assert!(bytes.iter().copied().eq(0..100));
    assert!(bytes.try_reserve_exact(1000).is_err());
    drop(bytes);
    assert_eq!((memory.buffer_bytes(), *before), (8, 1));
}

#[test]
fn a_vector_moves_to_the_parent_once() {
    let memory = StackFirst::<256, _>::new(Stats::new(System));
    let mut numbers = Vec::new_in(&memory);
    numbers.extend((0..1000_u32).map(|n| n * n));
    assert!(numbers.iter().copied().eq((0..1000).map(|n| n * n)));
    assert_eq!((memory.buffer_bytes(), memory.parent().snapshot().allocations), (0, 1));
}

#[test]
fn moves_while_nothing_borrows_it() {
    fn at<const N: usize, A: Allocator>(memory: &StackFirst<N, A>) -> usize {
        let boxed = Box::new_in([7_u8; 16], memory);
        let offset = boxed.as_ptr().addr() - (&raw const *memory).addr();
        assert!(offset < N && *boxed == [7; 16]);
        offset
    }
    let memory = StackFirst::<100, _>::new(System);
    let first = at(&memory);
    let mut elsewhere = std::boxed::Box::new(memory);
    assert_eq!(at(&*elsewhere), first);
    // A leaked block stays counted, at whatever address.
    std::mem::forget(Box::new_in([1_u8; 16], &*elsewhere));
    let other = std::mem::replace(&mut *elsewhere, StackFirst::new(System));
    assert_eq!((other.buffer_bytes(), elsewhere.buffer_bytes()), (16, 0));
    assert_eq!(at(&other), first + 16);
}

#[test]
fn owned_by_a_thread() {
    let memory = StackFirst::<1000, _>::new(Stats::new(System));
    let sum = std::thread::spawn(move || {
        let mut map = HashMap::new_in(&memory);
        map.extend((0..100_u64).map(|n| (n, n)));
        map.values().sum::<u64>()
    });
    assert_eq!(sum.join().unwrap(), 4950);
}

#[test]
fn a_reset_frees_both_parts() {
    let mut memory = StackFirst::<64, _>::new(Arena::new());
    for _ in 0..3 {
        for _ in 0..10 {
            Box::leak(Box::new_in([1_u8; 32], &memory));
        }
        assert_eq!((memory.buffer_bytes(), memory.parent().allocated_bytes()), (64, 8 * 32));
        memory.reset();
        assert_eq!((memory.buffer_bytes(), memory.parent().allocated_bytes()), (0, 0));
    }
}

#[test]
fn owns_the_blocks_of_both() {
    let memory = StackFirst::<64, _>::new(Arena::new());
    let blocks = [(); 3].map(|()| (&memory).allocate(layout(48)).unwrap().cast::<u8>());
    assert!(blocks.iter().all(|&block| Owns::owns(&&memory, block, layout(48))));
    assert!(!Owns::owns(&&memory, NonNull::from(&blocks).cast(), layout(48)));
}

#[test]
fn sizes() {
    assert_eq!(size_of::<StackFirst<1024, System>>(), 1024 + 16);
    assert_eq!(align_of::<StackFirst<1, System>>(), 16);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn like_the_model(operations in shadow::operations()) {
        let memory = StackFirst::<2048, _>::new(Stats::new(System));
        prop_assert_eq!(shadow::run(&&memory, &operations), 0);
        prop_assert_eq!((memory.buffer_bytes(), memory.parent().snapshot().live_bytes), (0, 0));
    }
}
