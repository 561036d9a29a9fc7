//! Tests of the default allocator that several test binaries include: in threads, between threads, and at the end of threads.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

/// Allocates strings, maps and vectors, and does the `extra_work` of the test binary.
pub(crate) fn work(seed: usize) -> usize {
    let mut words: Vec<String> = (0..200).map(|n| format!("{}", n * seed)).collect();
    words.sort();
    let counts: HashMap<usize, usize> = words.iter().fold(HashMap::new(), |mut counts, word| {
        *counts.entry(word.len()).or_default() += 1;
        counts
    });
    let sorted: BTreeMap<String, usize> = words.iter().map(|word| (word.clone(), word.len())).collect();
    let medium = vec![1_u8; 100_000 + seed];
    assert_eq!(counts.values().sum::<usize>(), 200);
    crate::extra_work(seed);
    sorted.values().sum::<usize>() + medium.iter().step_by(10).map(|&byte| usize::from(byte)).sum::<usize>()
}

#[test]
fn threads_start_and_end() {
    let expected: Vec<usize> = (0..8).map(work).collect();
    for _ in 0..10 {
        let threads: Vec<_> = (0..8).map(|seed| thread::spawn(move || (seed, work(seed)))).collect();
        for thread in threads {
            let (seed, result) = thread.join().unwrap();
            assert_eq!(result, expected[seed]);
        }
    }
}

/// Blocks of a thread that has ended stay valid, and any thread can free them.
#[test]
fn blocks_outlive_their_threads() {
    let mut left: Vec<(usize, Vec<String>)> = Vec::new();
    for seed in 0..100 {
        let lines = thread::spawn(move || (0..seed).map(|n| format!("{seed} {n}")).collect()).join().unwrap();
        left.push((seed, lines));
        if seed % 3 == 0 {
            left.remove(left.len() / 2);
        }
    }
    for (seed, lines) in &mut left {
        assert!(lines.iter().enumerate().all(|(n, line)| *line == format!("{seed} {n}")));
        lines.push("and one more".to_owned());
    }
    thread::spawn(move || drop(left)).join().unwrap();
}

#[test]
fn more_threads_than_thread_indices() {
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
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() > 10_000));
}

#[test]
fn threads_pass_blocks_on() {
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

/// Allocates and frees when it is dropped, and uses the thread-local `LAST`.
pub(crate) struct AllocatesOnDrop(&'static str, pub(crate) RefCell<Vec<String>>);

impl Drop for AllocatesOnDrop {
    fn drop(&mut self) {
        self.1.borrow_mut().extend((0..500).map(|n| format!("{} {n}", self.0)));
        assert_eq!(self.1.borrow().last().map(String::as_str), Some(&*format!("{} 499", self.0)));
        crate::extra_work(self.1.borrow().len());
        let _ = LAST.try_with(|last| last.1.borrow_mut().push(self.0.to_owned()));
    }
}

thread_local! {
    pub(crate) static FIRST: AllocatesOnDrop = const { AllocatesOnDrop("first", RefCell::new(Vec::new())) };
    static SECOND: AllocatesOnDrop = AllocatesOnDrop("second", RefCell::new(vec!["made".to_owned()]));
    static LAST: AllocatesOnDrop = const { AllocatesOnDrop("last", RefCell::new(Vec::new())) };
}

/// Destructors of thread-locals allocate, free and create other thread-locals, also after the thread's index has been released.
#[test]
fn thread_locals_may_allocate_while_they_are_dropped() {
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
fn a_panic_carries_its_message() {
    let result = thread::spawn(|| std::panic::resume_unwind(Box::new(format!("{}", work(1))))).join();
    assert_eq!(result.unwrap_err().downcast_ref::<String>(), Some(&work(1).to_string()));
}
