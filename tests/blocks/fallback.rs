use std::mem::MaybeUninit;
use std::process::Command;
use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout, Owns};
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{Arena, BlockPool, Failing, Fallback, FixedArena, Null, Pool, Stats, System};
use proptest::prelude::*;

use crate::conformance::{keeps_the_rules, limited, options};
use crate::inspect::Inspect;
use crate::shadow;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

fn buffer<const N: usize>() -> std::boxed::Box<[MaybeUninit<u8>; N]> {
    std::boxed::Box::new([MaybeUninit::uninit(); N])
}

#[test]
fn keeps_the_rules_whichever_part_serves() {
    let mut bytes = buffer::<16384>();
    keeps_the_rules(Fallback::new(FixedArena::new(&mut *bytes), System), &options(200_000));
    keeps_the_rules(Fallback::new(FixedArena::new(&mut *bytes), Pool::new()), &options(50_000));
    keeps_the_rules(Fallback::new(Null, System), &options(50_000));
    keeps_the_rules(Fallback::new(Pool::new(), Null), &options(50_000));
    // Both run out.
    let (mut first, mut second) = (buffer::<4096>(), buffer::<16384>());
    let both = Fallback::new(FixedArena::new(&mut *first), FixedArena::new(&mut *second));
    keeps_the_rules(&both, &limited(50_000));
    // Three.
    let both = Fallback::new(Fallback::new(FixedArena::new(&mut *first), FixedArena::new(&mut *second)), System);
    keeps_the_rules(both, &options(50_000));
}

#[test]
fn each_block_goes_back_to_where_it_is_from() {
    let mut bytes = buffer::<1024>();
    let both = Fallback::new(Stats::new(FixedArena::new(&mut *bytes)), Stats::new(System));
    let live = || (both.primary().snapshot().live_blocks(), both.secondary().snapshot().live_blocks());
    let mut boxes = std::vec::Vec::new();
    for n in 0..20_u8 {
        boxes.push(Box::new_in([n; 100], &both));
    }
    assert_eq!(live(), (10, 10), "exhausted");
    assert!(boxes.iter().enumerate().all(|(n, boxed)| **boxed == [n as u8; 100]));
    boxes.truncate(15);
    assert_eq!(live(), (10, 5));
    boxes.drain(5..10);
    assert_eq!(live(), (5, 5));
    // The last block of the arena came back, so there is room again.
    boxes.push(Box::new_in([0; 100], &both));
    assert_eq!(live(), (6, 5));
    drop(boxes);
    assert_eq!(live(), (0, 0));
}

#[test]
fn a_block_that_outgrows_the_first_moves_and_stays() {
    let mut bytes = buffer::<1024>();
    let both = Fallback::new(FixedArena::new(&mut *bytes), Stats::new(System));
    let mut numbers = Vec::<u8, _>::with_capacity_in(1000, &both);
    numbers.extend((0..1000).map(|n| n as u8));
    let in_first = |numbers: &Vec<u8, _>| both.primary().owns(NonNull::from(&numbers[0]));
    assert!(in_first(&numbers));
    numbers.reserve_exact(1000);
    assert!(!in_first(&numbers));
    assert_eq!(both.primary().allocated_bytes(), 0, "the old block was freed");
    numbers.reserve_exact(2000);
    assert_eq!(both.secondary().snapshot().grows(), 1, "in the second, by the second");
    numbers.truncate(100);
    numbers.shrink_to_fit();
    assert!(!in_first(&numbers) && both.secondary().snapshot().shrinks() == 1);
    assert!(numbers.iter().copied().eq((0..100).map(|n| n as u8)));
}

#[test]
fn a_block_that_outgrows_the_second_moves_to_the_first() {
    let (mut first, mut second) = (buffer::<4096>(), buffer::<256>());
    let both = Fallback::new(FixedArena::new(&mut *first), FixedArena::new(&mut *second));
    let filler = both.allocate(layout(4096)).unwrap().cast::<u8>();
    let block = both.allocate(layout(200)).unwrap().cast::<u8>();
    // SAFETY: live, and so long.
    unsafe { block.write_bytes(7, 200) };
    // SAFETY: live, with that layout.
    unsafe { both.deallocate(filler, layout(4096)) };
    // SAFETY: live, with that layout.
    let grown = unsafe { both.grow_zeroed(block, layout(200), layout(1000)) }.unwrap();
    assert!(both.primary().owns(grown.cast()));
    // SAFETY: 1000 bytes are initialised.
    let bytes = unsafe { grown.as_ref() };
    assert!(bytes[..200].iter().all(|&byte| byte == 7) && bytes[200..].iter().all(|&byte| byte == 0));
    assert_eq!(both.secondary().allocated_bytes(), 0);
    // SAFETY: live, with that layout; neither has room.
    assert!(unsafe { both.grow(grown.cast(), layout(1000), layout(5000)) }.is_err());
    // SAFETY: it is as it was.
    unsafe { both.deallocate(grown.cast(), layout(1000)) };
}

#[test]
fn a_block_that_the_second_cannot_shrink_moves_to_the_first() {
    let mut first = buffer::<4096>();
    let both = Fallback::new(FixedArena::new(&mut *first), Stats::new(Failing::nth(System, 1)));
    let filler = both.allocate(layout(4096)).unwrap().cast::<u8>();
    let block = both.allocate(layout(200)).unwrap().cast::<u8>();
    assert!(both.secondary().snapshot().live_blocks() == 1 && !both.primary().owns(block));
    // SAFETY: live, and so long.
    unsafe { block.write_bytes(7, 200) };
    // SAFETY: live, with that layout.
    unsafe { both.deallocate(filler, layout(4096)) };
    // SAFETY: live, with that layout.
    let shrunk = unsafe { both.shrink(block, layout(200), layout(100)) }.unwrap();
    assert!(both.primary().owns(shrunk.cast()));
    let counts = both.secondary().snapshot();
    assert_eq!((counts.failures, counts.live_blocks()), (1, 0), "it refused, and its block was freed");
    // SAFETY: 100 bytes are initialised.
    assert!(unsafe { &shrunk.as_ref()[..100] }.iter().all(|&byte| byte == 7));
    // SAFETY: live, with that layout.
    unsafe { both.deallocate(shrunk.cast(), layout(100)) };
    assert_eq!(both.primary().allocated_bytes(), 0);
}

#[test]
fn a_new_align_may_need_the_second() {
    let mut bytes = buffer::<256>();
    let both = Fallback::new(FixedArena::new(&mut *bytes), Stats::new(System));
    let block = both.allocate(layout(200)).unwrap().cast::<u8>();
    // SAFETY: live, and so long.
    unsafe { block.write_bytes(7, 200) };
    let aligned = Layout::from_size_align(100, 128).unwrap();
    // SAFETY: live, with that layout.
    let shrunk = unsafe { both.shrink(block, layout(200), aligned) }.unwrap();
    assert_eq!(both.secondary().snapshot().live_bytes, 100);
    // SAFETY: 100 bytes are initialised.
    assert!(unsafe { &shrunk.as_ref()[..100] }.iter().all(|&byte| byte == 7));
    // SAFETY: live, with that layout.
    unsafe { both.deallocate(shrunk.cast(), aligned) };
    assert_eq!((both.primary().allocated_bytes(), both.secondary().snapshot().live_blocks()), (0, 0));
}

/// A second allocator that serves size 0 with memory, and frees what comes back, gets nothing back that it did not serve.
#[test]
fn size_0_reaches_the_second_in_neither_direction() {
    let both = Fallback::new(Null, Inspect::new(System));
    let empty = both.allocate(layout(0)).unwrap();
    assert_eq!((empty.len(), empty.addr().get() % 8), (0, 0));
    // SAFETY: size 0.
    unsafe { both.deallocate(NonNull::from(&both).cast(), layout(0)) };
    // SAFETY: size 0.
    let block = unsafe { both.grow(NonNull::<u64>::dangling().cast(), layout(0), layout(16)) }.unwrap();
    assert_eq!(both.secondary().resizes.get(), 0);
    // SAFETY: live, and so long.
    unsafe { block.cast::<u8>().write_bytes(1, 16) };
    // SAFETY: live, with that layout.
    let empty = unsafe { both.shrink(block.cast(), layout(16), layout(0)) }.unwrap();
    assert_eq!((empty.len(), both.secondary().frees.get(), both.secondary().resizes.get()), (0, 1, 0));
}

#[test]
fn the_first_may_take_its_memory_from_the_second() {
    let heap = Stats::new(System);
    let both = Fallback::new(Pool::new_in(&heap), &heap);
    let mut map = HashMap::new_in(&both);
    map.extend((0..1000_u64).map(|n| (n, Box::new_in(n, &both))));
    assert!(map.iter().all(|(&key, value)| key == **value));
    drop(map);
    drop(both);
    assert_eq!(heap.snapshot().live_blocks(), 0);
}

/// A second that takes its memory from the first: nobody could tell whose the block is.
#[test]
fn a_second_inside_the_first_is_refused() {
    let mut bytes = buffer::<4096>();
    let arena = FixedArena::new(&mut *bytes);
    let both = Fallback::new(&arena, BlockPool::for_type_in::<[u64; 4]>(&arena));
    let own = both.secondary().allocate(layout(32)).unwrap();
    // SAFETY: live, with that layout.
    unsafe { both.secondary().deallocate(own.cast(), layout(32)) };
    while both.allocate(layout(32)).is_ok_and(|block| arena.owns(block.cast())) {
        assert!(arena.allocated_bytes() <= 4096);
    }
    assert!(both.allocate(layout(32)).is_err(), "the first is full");
    let again = both.secondary().allocate(layout(32)).unwrap();
    assert_eq!(again, own, "the second had room, and got its block back");
    // SAFETY: live, with that layout.
    unsafe { both.secondary().deallocate(again.cast(), layout(32)) };
}

/// The same, where a resize moved the block there: the child ends with a message.
#[test]
fn a_second_that_moves_a_block_into_the_first_ends_the_process() {
    const CHILD: &str = "JANUS_FALLBACK_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let (mut first, mut other) = (buffer::<4096>(), buffer::<64>());
        let arena = FixedArena::new(&mut *first);
        let pool = Pool::new_in(&arena);
        let own = pool.allocate(layout(256)).unwrap();
        // SAFETY: live, with that layout.
        unsafe { pool.deallocate(own.cast(), layout(256)) };
        while arena.allocate(layout(64)).is_ok() {}
        let both = Fallback::new(&arena, Fallback::new(FixedArena::new(&mut *other), pool));
        let block = both.allocate(layout(64)).unwrap();
        // SAFETY: live, with that layout.
        let grown = unsafe { both.grow(block.cast(), layout(64), layout(256)) };
        panic!("still here: {grown:?}");
    }
    let exe = std::env::current_exe().unwrap();
    let test = "fallback::a_second_that_moves_a_block_into_the_first_ends_the_process";
    let output = Command::new(exe).args(["--exact", test, "--nocapture"]).env(CHILD, "1").output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && errors.contains("janus-alloc: Fallback: the secondary"), "{errors}");
    assert!(!errors.contains("still here"), "{errors}");
}

#[test]
fn owns_the_blocks_of_both() {
    let mut bytes = buffer::<64>();
    let both = Fallback::new(FixedArena::new(&mut *bytes), Pool::new());
    let blocks = [(); 3].map(|()| both.allocate(layout(48)).unwrap().cast::<u8>());
    assert!(both.primary().owns(blocks[0]) && both.secondary().owns(blocks[1]) && both.secondary().owns(blocks[2]));
    assert!(blocks.iter().all(|&block| Owns::owns(&both, block, layout(48))));
    let other = System.allocate(layout(48)).unwrap().cast();
    assert!(!Owns::owns(&both, other, layout(48)));
    // SAFETY: live, with that layout.
    unsafe { System.deallocate(other, layout(48)) };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn like_the_model(operations in shadow::operations()) {
        let mut bytes = buffer::<4096>();
        let both = Fallback::new(FixedArena::new(&mut *bytes), Stats::new(System));
        prop_assert_eq!(shadow::run(&both, &operations), 0);
        prop_assert_eq!(both.secondary().snapshot().live_bytes, 0);
    }

    #[test]
    fn like_the_model_where_both_run_out(operations in shadow::operations()) {
        let (mut first, mut second) = (buffer::<1024>(), buffer::<4096>());
        let both = Fallback::new(FixedArena::new(&mut *first), Pool::new_in(FixedArena::new(&mut *second)));
        shadow::run(&both, &operations);
        let both = Fallback::new(Arena::new(), Null);
        prop_assert_eq!(shadow::run(&both, &operations), 0);
    }
}
