//! `SyncArena` as the default of a process: whatever a program does, in threads, at their end, and in a child.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod any_default;

use std::sync::Arc;
use std::thread;

use janus_alloc::{AsGlobal, Stats, SyncArena, System};

use any_default::work;

#[global_allocator]
static DEFAULT: AsGlobal<SyncArena> = AsGlobal::new(SyncArena::new());

/// Nothing is freed here, so it is little.
fn more(seed: usize) {
    assert_eq!(vec![seed; 10].len(), 10);
}

#[test]
fn a_program_runs_on_it() {
    let boxed = Box::new([7_u8; 100]);
    assert!(DEFAULT.owns(std::ptr::NonNull::from(&*boxed).cast()), "it is the default");
    assert_eq!(work(3), work(3));
}

#[test]
fn another_instance_beside_it() {
    // Its threads' numbers are the same ones.
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

/// A child has copies of all spans and numbers, and goes on; so does its parent.
#[cfg(unix)]
mod children {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Runs `child` in children, while other threads are in the middle of allocating: whether it says yes.
    fn in_children(child: impl Fn() -> bool) {
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
            // SAFETY: the child uses nothing that another thread may have locked: the default has no lock, and the C library
            // makes its own usable in a child.
            let process = unsafe { libc::fork() };
            assert!(process >= 0);
            if process == 0 {
                let status = i32::from(!child());
                // SAFETY: ends the child without running anything else.
                unsafe { libc::_exit(status) };
            }
            work(5);
            let mut status = 0;
            // SAFETY: the status may be written.
            let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
            assert_eq!((waited, status), (process, 0));
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }

    #[test]
    fn a_child_allocates() {
        let expected = work(5);
        in_children(|| (0..3).all(|_| work(5) == expected));
    }
}
