//! `SyncArena` as the default of a process: in threads, when they end, and in a forked child.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod any_default;
#[cfg(unix)]
#[path = "shared_pool/fork.rs"]
mod fork;

#[cfg(unix)]
use std::sync::Arc;
use std::thread;

use janus_alloc::{AsGlobal, Stats, SyncArena, System};

use any_default::work;

#[global_allocator]
static DEFAULT: AsGlobal<SyncArena> = AsGlobal::new(SyncArena::new());

/// Allocates little, since the arena frees little.
fn extra_work(seed: usize) {
    assert_eq!(vec![seed; 10].len(), 10);
}

#[test]
fn a_program_runs_on_the_default() {
    let boxed = Box::new([7_u8; 100]);
    assert!(DEFAULT.owns(std::ptr::NonNull::from(&*boxed).cast()), "the arena is not the default");
    assert_eq!(work(3), work(3));
}

#[test]
fn another_instance_works_beside_the_default() {
    // A thread has the same index in both arenas.
    let other = SyncArena::new_in(Stats::new(System));
    thread::scope(|scope| {
        for seed in 0..8_usize {
            let other = &other;
            scope.spawn(move || {
                let mut numbers = janus_alloc::collections::Vec::new_in(other);
                numbers.extend((0..1000).map(|n| n * seed));
                assert_eq!(work(seed), work(seed));
                assert!(numbers.iter().enumerate().all(|(n, &value)| value == n * seed));
            });
        }
    });
    assert!(other.parent().snapshot().allocations < 10);
}

/// A forked child can allocate, although other threads were allocating at the fork, and so can its parent.
#[cfg(unix)]
#[test]
fn a_child_allocates() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let expected = work(5);
    let stop = Arc::new(AtomicBool::new(false));
    let spawn = |seed| {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                work(seed);
            }
        })
    };
    let threads: Vec<_> = (0..3).map(spawn).collect();
    for _ in 0..20 {
        assert!(fork::holds_in_fork(|| (0..3).all(|_| work(5) == expected)));
        assert_eq!(work(5), expected);
    }
    stop.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
