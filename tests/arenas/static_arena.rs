//! `StaticArena` in a static that threads share. As the default of a process it is tested in `tests/static_arena_default.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use janus_alloc::api::{Allocator, Owns, Reset};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{AsGlobal, StaticArena};

use crate::live::{LiveBlocks, Random};
use crate::{address, layout};

#[test]
fn every_byte_is_used_and_no_more() {
    fn check<const N: usize>() {
        let mut arena = StaticArena::<N>::new();
        for _ in 0..2 {
            assert_eq!((arena.capacity_bytes(), arena.allocated_bytes()), (N, 0));
            for used in 0..N {
                assert_eq!(arena.allocated_bytes(), used);
                (&arena).allocate(layout(1, 1)).unwrap();
            }
            assert!((&arena).allocate(layout(1, 1)).is_err());
            let empty = (&arena).allocate(layout(0, 1 << 40)).unwrap();
            assert_eq!(address(empty.cast()) % (1 << 40), 0);
            arena.reset();
        }
        Reset::reset(&mut arena);
        assert_eq!(StaticArena::<N>::default().allocated_bytes(), 0);
    }
    check::<0>();
    check::<1>();
    check::<100>();
    check::<4096>();
}

#[test]
fn a_static_is_shared_by_threads() {
    static HEAP: StaticArena<{ 1 << 20 }> = StaticArena::new();
    static FAILURES: AtomicUsize = AtomicUsize::new(0);
    let threads: std::vec::Vec<_> = (0..8_u64)
        .map(|seed| {
            thread::spawn(move || {
                let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
                for step in 0..2000 {
                    if live.step(&&HEAP, &mut random).is_err() {
                        FAILURES.fetch_add(1, Ordering::Relaxed);
                    }
                    if step % 100 == 0 {
                        live.check();
                    }
                }
                live.check();
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(HEAP.allocated_bytes() <= HEAP.capacity_bytes());
    assert!(FAILURES.load(Ordering::Relaxed) > 0, "the arena was never full");
}

#[test]
fn a_static_is_a_global_and_an_allocator() {
    static HEAP: StaticArena<10_000> = StaticArena::new();
    static BOTH: AsGlobal<&StaticArena<10_000>> = AsGlobal::new(&HEAP);
    let mut numbers = Vec::new_in(&BOTH);
    numbers.extend(0..100_u64);
    let boxed: &'static mut u64 = Box::leak(Box::new_in(7, &HEAP));
    assert!(HEAP.owns(std::ptr::NonNull::from(&mut *boxed).cast()) && HEAP.allocated_bytes() >= 808);
    let inside = std::ptr::NonNull::from(&numbers[0]).cast();
    assert!(Owns::owns(&&HEAP, inside, layout(800, 8)));
    assert!(!HEAP.owns(std::ptr::NonNull::from(&0).cast()));
    let end = std::ptr::NonNull::from(&HEAP).cast::<u8>();
    // SAFETY: the bytes are the first field of the arena, and one past them lies the next field, so the pointer stays in the value.
    assert!(HEAP.owns(end) && !HEAP.owns(unsafe { end.add(10_000) }));
    let shown = format!("{HEAP:?}");
    assert!(shown.contains("StaticArena {") && shown.contains("capacity_bytes: 10000"), "{shown}");
}
