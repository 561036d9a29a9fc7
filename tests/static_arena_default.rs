//! `StaticArena` as the default of a process.
#![cfg(feature = "std")]

#[cfg(unix)]
#[path = "shared_pool/fork.rs"]
mod fork;

use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::{AsGlobal, StaticArena};

const LENGTH: usize = 64 << 20;

static HEAP: StaticArena<LENGTH> = StaticArena::new();

#[global_allocator]
static DEFAULT: AsGlobal<&StaticArena<LENGTH>> = AsGlobal::new(&HEAP);

#[test]
fn a_program_runs_on_the_default() {
    let text = String::from("in the image of the program");
    assert!(HEAP.owns(NonNull::from(&text.as_bytes()[0])) && DEFAULT.owns(NonNull::from(&text.as_bytes()[0])));
    let before = HEAP.allocated_bytes();
    let table: BTreeMap<usize, String> = (0..1000).map(|n| (n, format!("{n}"))).collect();
    assert!(table.iter().all(|(n, text)| text.parse() == Ok(*n)));
    assert!(HEAP.allocated_bytes() > before + 1000);
}

#[test]
fn threads_share_the_default() {
    thread_local! {
        static AT_THE_END: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let threads: Vec<_> = (0..32_u64)
        .map(|seed| {
            thread::spawn(move || {
                let mut numbers = Vec::new();
                (0..2000).for_each(|n| numbers.push(Box::new(n * seed)));
                AT_THE_END.with_borrow_mut(|texts| texts.extend((0..10).map(|n: u64| n.to_string())));
                numbers
            })
        })
        .collect();
    for (seed, thread) in (0_u64..).zip(threads) {
        let numbers = thread.join().unwrap();
        assert!(numbers.iter().zip(0..).all(|(number, n)| **number == n * seed));
    }
}

#[test]
fn too_large_requests_are_errors() {
    let mut bytes: Vec<u8> = Vec::new();
    assert!(bytes.try_reserve(LENGTH).is_err());
    assert!(bytes.try_reserve(1000).is_ok());
}

/// A forked child has a copy of the arena and can allocate from it.
#[cfg(unix)]
#[test]
fn a_child_allocates() {
    for _ in 0..20 {
        assert!(fork::holds_in_fork(|| (0..1000).map(|n| *Box::new(n)).sum::<u64>() == 499_500));
    }
}
