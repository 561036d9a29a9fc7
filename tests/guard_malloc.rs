//! `Guard` as C's `malloc` of a process: every block of Rust and of C is watched.
#![cfg(all(feature = "std", target_os = "linux", not(miri)))]

#[path = "shared_pool/children.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod children;
#[path = "shared_pool/fork.rs"]
mod fork;

use std::hint::black_box;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::thread;

use janus_alloc::{Guard, SharedPool, export_malloc};

use children::{disable_core_files, is_child, run_alone};

#[cfg(not(feature = "backtrace"))]
static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
#[cfg(feature = "backtrace")]
static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new()).backtraces(true);
export_malloc!(GUARD);

fn work(seed: usize) -> usize {
    let texts: Vec<String> = (0..100).map(|n| (n * seed).to_string()).collect();
    texts.iter().map(String::len).sum()
}

#[test]
fn a_program_runs_on_it() {
    GUARD.check_at_exit().unwrap();
    // SAFETY: the function has no preconditions.
    let block = unsafe { libc::malloc(100) };
    assert!(GUARD.live_blocks() > 10 && GUARD.live_bytes() > 100);
    let expected = work(7);
    for _ in 0..20 {
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(|| work(7))).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == expected));
        assert!(Command::new("true").status().unwrap().success());
        assert!(fork::holds_in_fork(|| work(7) == expected));
    }
    // SAFETY: allocated above.
    let block = unsafe { libc::realloc(block, 1000) };
    // SAFETY: allocated above.
    unsafe { libc::free(block) };
    GUARD.check();
}

/// Runs the test `name`, which calls this: `bug` in a child, which has to abort with a report that starts like this.
#[track_caller]
fn reports(name: &str, report: &str, bug: impl FnOnce()) {
    if is_child() {
        disable_core_files();
        bug();
        std::process::exit(0);
    }
    let output = run_alone(name);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{name}: {}: {message}", output.status);
    assert!(message.contains(&format!("janus-alloc: Guard: {report}")), "{name}: {message}");
}

#[test]
fn a_double_free() {
    reports("a_double_free", "double free: the block at 0x", || {
        // SAFETY: the function has no preconditions.
        let block = unsafe { libc::malloc(100) };
        for _ in 0..2 {
            // SAFETY: none the second time: that is the bug.
            unsafe { libc::free(black_box(block)) };
        }
    });
}

#[test]
fn an_overflow() {
    reports("an_overflow", "overflow: 1 byte behind the block at 0x", || {
        // SAFETY: the function has no preconditions.
        let block = unsafe { libc::malloc(5) }.cast::<libc::c_char>();
        // SAFETY: none: that is the bug.
        unsafe { libc::strcpy(block, c"hello".as_ptr()) };
        // SAFETY: allocated above.
        unsafe { libc::free(block.cast()) };
    });
}
