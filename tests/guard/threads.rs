//! Guards of several threads, and in children of a fork.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::{Guard, Pages, SharedPool};

use super::*;

#[path = "../shared_pool/fork.rs"]
mod fork;

fn work<A: Allocator>(guard: &Guard<A>, seed: usize) -> usize {
    let mut numbers = VecIn::new_in(guard);
    numbers.extend((0..300).map(|n| n * seed));
    let boxes: Vec<_> = numbers.iter().map(|&number| BoxIn::new_in(number, guard.call_site())).collect();
    boxes.iter().map(|boxed| **boxed).sum()
}

#[test]
fn blocks_wander_between_threads() {
    fn run<A: Allocator + Sync>(guard: &Guard<A>, rounds: usize) {
        let (sender, receiver) = std::sync::mpsc::channel::<VecIn<usize, &Guard<A>>>();
        thread::scope(|scope| {
            for seed in 0..4 {
                let sender = sender.clone();
                scope.spawn(move || {
                    for n in 0..rounds {
                        let mut numbers = VecIn::with_capacity_in(n % 40 + 1, guard);
                        numbers.extend(0..n % 40);
                        sender.send(numbers).unwrap();
                        assert_eq!(work(guard, seed), seed * 300 * 299 / 2);
                    }
                });
            }
            drop(sender);
            scope.spawn(|| {
                for mut numbers in receiver {
                    numbers.push(1); // grows, here
                    assert_eq!(numbers.len(), numbers.capacity().min(numbers.len()));
                }
            });
            scope.spawn(|| (0..10).for_each(|_| guard.check()));
        });
        assert_eq!(guard.live_blocks(), 0);
    }
    run(&Guard::new(SharedPool::new()).quarantine_bytes(100_000), 100);
    run(&Guard::new(SharedPool::new()).quarantine_bytes(0), 100);
    run(&Guard::pages().quarantine_bytes(1 << 20), 5);
}

/// While other threads are in the middle of calls.
#[test]
fn a_child_goes_on() {
    let guard = Guard::new(SharedPool::new()).quarantine_bytes(50_000);
    let stop = AtomicBool::new(false);
    let expected = 5 * 300 * 299 / 2;
    thread::scope(|scope| {
        for seed in 1..4 {
            let (guard, stop) = (&guard, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    work(guard, seed);
                    // Guards that come and go.
                    work(&Guard::new(Pages::new()), 1);
                }
            });
        }
        let all_well = (0..40).all(|n| {
            let kept = block(&guard, 100 + n);
            let is_well = fork::holds_in_fork(|| {
                guard.check();
                free(&guard, kept, 100 + n);
                let own = Guard::new(&guard);
                (0..3).all(|_| work(&guard, 5) == expected && work(&own, 5) == expected)
            });
            free(&guard, kept, 100 + n);
            is_well && work(&guard, 5) == expected
        });
        stop.store(true, Ordering::Relaxed);
        assert!(all_well);
    });
    assert_eq!(guard.live_blocks(), 0);
}

/// A report in the child is the child's.
#[test]
fn a_child_reports() {
    let guard = Guard::new(SharedPool::new());
    let kept = block(&guard, 100);
    free(&guard, kept, 100);
    // SAFETY: the child ends by the report.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: closes what the report goes to.
        unsafe { libc::close(2) };
        free(&guard, kept, 100);
        // SAFETY: ends the child without running anything else.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: the status may be written.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGABRT, "{status:#x}");
    guard.check();
}
