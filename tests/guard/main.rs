//! `Guard` reports each misuse under its name and with its place, and reports nothing else.
//!
//! Each test of `bugs`, `leaks` and `pages` runs a program with one bug: this program again, for that test alone.
#![cfg(all(feature = "std", unix, not(miri)))]

#[cfg(feature = "backtrace")]
mod backtraces;
mod bugs;
mod chapter;
#[path = "../shared_pool/children.rs"]
#[expect(dead_code, reason = "more than this needs")]
mod children;
mod clean;
mod leaks;
mod options;
mod pages;
mod threads;

use std::os::unix::process::ExitStatusExt;
use std::ptr::NonNull;

use janus_alloc::Guard;
use janus_alloc::api::{Allocator, Layout};

use children::{disable_core_files, is_child, run_alone};

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// A block of this size, aligned to 8.
#[track_caller]
fn block<A: Allocator>(guard: &Guard<A>, size: usize) -> NonNull<u8> {
    guard.allocate(layout(size, 8)).unwrap().cast()
}

#[track_caller]
fn free<A: Allocator>(guard: &Guard<A>, block: NonNull<u8>, size: usize) {
    // SAFETY: the block is live with that layout, or it is the bug of a test that it is not.
    unsafe { guard.deallocate(block, layout(size, 8)) };
}

/// Writes a byte, mostly where none may be written.
fn write(block: NonNull<u8>, offset: isize, byte: u8) {
    // SAFETY: the byte lies in memory of the guard, which is there to find the write.
    unsafe { block.as_ptr().wrapping_byte_offset(offset).write_volatile(byte) };
}

/// Reads a byte, mostly where none may be read.
fn read(block: NonNull<u8>, offset: isize) -> u8 {
    // SAFETY: as for `write`; or the fault is what the test is about.
    unsafe { block.as_ptr().wrapping_byte_offset(offset).read_volatile() }
}

/// Runs the test `name`, which calls this: `bug` in a child, which has to end by `signal`. Returns what the child has printed to standard
/// error. In the child this does not return.
#[track_caller]
fn ends_by(name: &str, signal: i32, bug: impl FnOnce()) -> String {
    if is_child() {
        disable_core_files();
        bug();
        std::process::exit(0);
    }
    let output = run_alone(name);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.signal(), Some(signal), "{name}: {}: {message}", output.status);
    message
}

/// Runs the test `name`, which calls this, where `bug` has to abort with a report of `kind` that has `parts`, and no other report.
#[track_caller]
fn reports(name: &str, kind: &str, parts: &[&str], bug: impl FnOnce()) {
    let message = ends_by(name, libc::SIGABRT, bug);
    assert!(message.contains(&format!("janus-alloc: Guard: {kind}: ")), "{name}: no {kind} in {message}");
    assert_eq!(message.matches("janus-alloc: ").count(), 1, "{name}: {message}");
    for part in parts {
        assert!(message.contains(part), "{name}: {part:?} is not in {message}");
    }
}
