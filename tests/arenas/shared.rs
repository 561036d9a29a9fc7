//! What holds for every arena that threads share.

use std::sync::Barrier;
use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::collections::{Box, HashMap, Vec};

use crate::live::{LiveBlocks, Random};

/// Uses `arena` at random from `threads` threads that are alive at the same time.
pub(crate) fn use_from_threads(arena: &(impl Allocator + Sync), threads: u64, steps: usize) {
    let barrier = Barrier::new(threads as usize);
    thread::scope(|scope| {
        for seed in 0..threads {
            let barrier = &barrier;
            scope.spawn(move || {
                let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
                live.step(arena, &mut random).unwrap();
                barrier.wait();
                for _ in 0..steps {
                    live.step(arena, &mut random).unwrap();
                }
                live.check();
                // No thread ends before all have stopped writing.
                barrier.wait();
                live.check();
            });
        }
    });
}

/// Moves collections that own arenas made by `new`, within the thread and to other threads.
pub(crate) fn owned_arenas_move<A: Allocator + Send + Sync + 'static>(new: impl Fn() -> A) {
    let mut numbers: Vec<u64, A> = Vec::new_in(new());
    numbers.extend(0..100);
    let start = numbers.as_ptr();
    let mut moved = std::boxed::Box::new(numbers);
    assert_eq!(moved.as_ptr(), start);
    moved.push(100);
    assert_eq!(moved.as_ptr(), start, "the last block did not grow in place");
    let extended = thread::spawn(move || {
        moved.extend(101..20_000);
        moved
    });
    let mut back = extended.join().unwrap();
    back.extend(20_000..40_000);
    assert!(back.iter().copied().eq(0..40_000));

    let mut map = HashMap::new_in(new());
    map.extend((0..1000).map(|n| (n, n * n)));
    let map = thread::spawn(move || std::boxed::Box::new(map)).join().unwrap();
    assert!((0..1000).all(|n| map[&n] == n * n));
    assert_eq!(*Box::new_in(7, new()), 7);
}
