//! `StaticArena` as the default of a process.
#![cfg(feature = "std")]

use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::{AsGlobal, StaticArena};

const LENGTH: usize = 64 << 20;

static HEAP: StaticArena<LENGTH> = StaticArena::new();

#[global_allocator]
static DEFAULT: AsGlobal<&StaticArena<LENGTH>> = AsGlobal::new(&HEAP);

#[test]
fn a_program_runs_on_it() {
    let text = String::from("in the program's image");
    assert!(HEAP.owns(NonNull::from(&text.as_bytes()[0])) && DEFAULT.owns(NonNull::from(&text.as_bytes()[0])));
    let before = HEAP.allocated_bytes();
    let table: BTreeMap<usize, String> = (0..1000).map(|n| (n, format!("{n}"))).collect();
    assert!(table.iter().all(|(n, text)| text.parse() == Ok(*n)));
    assert!(HEAP.allocated_bytes() > before + 1000);
}

#[test]
fn threads_share_it() {
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
fn too_much_is_an_error() {
    let mut bytes: Vec<u8> = Vec::new();
    assert!(bytes.try_reserve(LENGTH).is_err());
    assert!(bytes.try_reserve(1000).is_ok());
}

/// A child has a copy of it.
#[cfg(unix)]
#[test]
fn a_child_allocates() {
    for _ in 0..20 {
        // SAFETY: the child uses nothing that another thread may have locked: the default has no lock.
        let process = unsafe { libc::fork() };
        assert!(process >= 0);
        if process == 0 {
            let sum: u64 = (0..1000).map(|n| *Box::new(n)).sum();
            // SAFETY: ends the child without running anything else.
            unsafe { libc::_exit(i32::from(sum != 499_500)) };
        }
        let mut status = 0;
        // SAFETY: the status may be written.
        let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
        assert_eq!((waited, status), (process, 0));
    }
}
