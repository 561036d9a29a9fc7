//! `SyncArena` as the default of a process: whatever a program does, in threads, at their end, and in a child.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use janus_alloc::{AsGlobal, Stats, SyncArena, System};

#[global_allocator]
static DEFAULT: AsGlobal<SyncArena> = AsGlobal::new(SyncArena::new());

/// A bit of everything that allocates.
fn work(seed: usize) -> usize {
    let mut words: Vec<String> = (0..200).map(|n| format!("{}", n * seed)).collect();
    words.sort();
    let counts: HashMap<usize, usize> = words.iter().fold(HashMap::new(), |mut counts, word| {
        *counts.entry(word.len()).or_default() += 1;
        counts
    });
    let sorted: BTreeMap<String, usize> = words.iter().map(|word| (word.clone(), word.len())).collect();
    let large = vec![1_u8; 100_000 + seed];
    assert_eq!(counts.values().sum::<usize>(), 200);
    sorted.values().sum::<usize>() + large.iter().map(|&byte| usize::from(byte)).sum::<usize>()
}

#[test]
fn a_program_runs_on_it() {
    let boxed = Box::new([7_u8; 100]);
    assert!(DEFAULT.owns(std::ptr::NonNull::from(&*boxed).cast()), "it is the default");
    assert_eq!(work(3), work(3));
}

#[test]
fn threads_come_and_go() {
    let expected: Vec<usize> = (0..8).map(work).collect();
    for _ in 0..10 {
        let threads: Vec<_> = (0..8).map(|seed| thread::spawn(move || (seed, work(seed)))).collect();
        for thread in threads {
            let (seed, result) = thread.join().unwrap();
            assert_eq!(result, expected[seed]);
        }
    }
}

#[test]
fn more_threads_at_a_time_than_numbers() {
    const THREADS: usize = 600;
    let barrier = Arc::new(Barrier::new(THREADS));
    let spawn = |seed| {
        let barrier = Arc::clone(&barrier);
        let run = move || {
            let before = work(seed);
            barrier.wait();
            assert_eq!(work(seed), before);
            before
        };
        thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap()
    };
    let threads: Vec<_> = (0..THREADS).map(spawn).collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() > 100_000));
}

#[test]
fn blocks_wander_between_threads() {
    let (sender, receiver) = mpsc::channel::<(usize, Vec<String>)>();
    let sum = Mutex::new(0);
    thread::scope(|scope| {
        for seed in 0..4 {
            let sender = sender.clone();
            scope.spawn(move || {
                for n in 0..500 {
                    sender.send((seed, (0..n % 50).map(|m| format!("{seed} {n} {m}")).collect())).unwrap();
                }
            });
        }
        drop(sender);
        scope.spawn(|| {
            for (seed, mut lines) in receiver {
                lines.iter_mut().for_each(|line| line.push('!'));
                assert!(lines.iter().all(|line| line.starts_with(&format!("{seed} ")) && line.ends_with('!')));
                *sum.lock().unwrap() += lines.len();
            }
        });
    });
    assert_eq!(*sum.lock().unwrap(), 4 * 10 * (0..50).sum::<usize>());
}

/// Thread-locals whose destructors allocate, free, and make each other: also after the thread's number is given back.
#[test]
fn thread_locals_allocate_while_they_are_dropped() {
    struct Noisy(&'static str, RefCell<Vec<String>>);
    impl Drop for Noisy {
        fn drop(&mut self) {
            self.1.borrow_mut().extend((0..500).map(|n| format!("{} {n}", self.0)));
            assert_eq!(self.1.borrow().last().map(String::as_str), Some(&*format!("{} 499", self.0)));
            let _ = LAST.try_with(|last| last.1.borrow_mut().push(self.0.to_owned()));
        }
    }
    thread_local! {
        static FIRST: Noisy = const { Noisy("first", RefCell::new(Vec::new())) };
        static SECOND: Noisy = Noisy("second", RefCell::new(vec!["made".to_owned()]));
        static LAST: Noisy = const { Noisy("last", RefCell::new(Vec::new())) };
    }
    for _ in 0..100 {
        thread::spawn(|| {
            FIRST.with(|first| first.1.borrow_mut().push(String::from("used")));
            SECOND.with(|second| assert_eq!(second.1.borrow().len(), 1));
        })
        .join()
        .unwrap();
    }
}

#[test]
fn a_panic_and_its_message() {
    let result = thread::spawn(|| std::panic::resume_unwind(Box::new(format!("{}", work(1))))).join();
    assert_eq!(result.unwrap_err().downcast_ref::<String>(), Some(&work(1).to_string()));
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
