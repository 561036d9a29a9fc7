//! Backtraces in reports: the functions of the program, with their lines, for every call.

use janus_alloc::collections::{HashMap, Vec as VecIn};
use janus_alloc::{Guard, SharedPool, System};

use super::*;

#[inline(never)]
fn read_settings<A: Allocator>(guard: &Guard<A>) -> VecIn<u8, &Guard<A>> {
    let mut settings = VecIn::new_in(guard);
    settings.extend_from_slice(&[1; 100]);
    std::hint::black_box(settings)
}

#[inline(never)]
fn close_settings<A: Allocator>(settings: VecIn<u8, &Guard<A>>) {
    drop(settings);
    // So that the call is not the last one, whose frame goes first.
    std::hint::black_box(());
}

/// The positions of the texts in the message, which are to be in that order.
#[track_caller]
fn in_order(message: &str, texts: &[&str]) {
    let mut rest = message;
    for text in texts {
        let at = rest.find(text).unwrap_or_else(|| panic!("{text:?} is not there, or not in that order: {message}"));
        rest = &rest[at + text.len()..];
    }
}

#[test]
fn of_a_leak() {
    let message = ends_by("backtraces::of_a_leak", libc::SIGABRT, || {
        let guard = Guard::new(System).backtraces(true);
        std::mem::forget(read_settings(&guard));
    });
    in_order(
        &message,
        &[
            "leak: 1 live block with 100 bytes",
            "guard created at tests/guard/backtraces.rs:",
            "backtrace of the allocation (event 1):",
            "backtraces::read_settings",
            // There is debug information.
            if cfg!(debug_assertions) { "at /" } else { "" },
            if cfg!(debug_assertions) { "tests/guard/backtraces.rs:" } else { "" },
            "backtraces::of_a_leak",
        ],
    );
    assert!(!message.contains("janus_alloc::blocks::guard"), "{message}");
}

#[test]
fn of_a_double_free() {
    let message = ends_by("backtraces::of_a_double_free", libc::SIGABRT, || {
        let guard = Guard::new(SharedPool::new()).backtraces(true);
        let settings = read_settings(&guard);
        // SAFETY: none: that is the bug.
        close_settings(unsafe { std::ptr::read(&raw const settings) });
        close_settings(settings);
    });
    in_order(
        &message,
        &[
            "double free: the block at",
            "backtrace of where it was found:",
            "backtraces::close_settings",
            "backtrace of the allocation",
            "backtraces::read_settings",
            "backtrace of the free",
            "backtraces::close_settings",
        ],
    );
}

/// Each place once, whatever the number of blocks.
#[test]
fn of_many_leaks() {
    let message = ends_by("backtraces::of_many_leaks", libc::SIGABRT, || {
        let guard = Guard::new(System).backtraces(true);
        (0..1000).for_each(|_| std::mem::forget(read_settings(&guard)));
        let mut map = HashMap::new_in(&guard);
        map.extend((0..10).map(|n| (n, n)));
        std::mem::forget(map);
    });
    in_order(&message, &["leak: 1001 live blocks", "  1000 blocks with 100000 bytes, the first a block at 0x"]);
    assert_eq!(message.matches("backtraces::read_settings").count(), 1, "{message}");
}
