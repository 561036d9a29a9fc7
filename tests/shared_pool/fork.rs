//! Forked children.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Whether `child` returns true in a forked child, which ends with it. False if it panics, crashes or takes longer than a minute.
pub(crate) fn holds_in_fork(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child uses no lock that another thread may hold: pools and the C library make their locks usable in a child, and arenas
    // have none.
    let process = unsafe { libc::fork() };
    if process == 0 {
        // Ends a child that waits forever.
        // SAFETY: `alarm` has no conditions.
        unsafe { libc::alarm(60) };
        let yes = catch_unwind(AssertUnwindSafe(child)).unwrap_or(false);
        let status = i32::from(!yes);
        // SAFETY: `_exit` has no conditions.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    // SAFETY: the pointer is to `status`.
    let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
    if status != 0 {
        println!("child {process}: waited for {waited}, status {status:#x}");
    }
    (waited, status) == (process, 0)
}
