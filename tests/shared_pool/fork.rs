//! Children that are copies of their process.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Whether `child` says yes in a child.
pub(crate) fn says_yes(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child uses nothing that another thread may have locked: pools and the C library make their own locks usable in a
    // child.
    let process = unsafe { libc::fork() };
    if process == 0 {
        // One that waits for ever ends by this, and is seen.
        // SAFETY: may be called whenever.
        unsafe { libc::alarm(60) };
        let yes = catch_unwind(AssertUnwindSafe(child)).unwrap_or(false);
        let status = i32::from(!yes);
        // SAFETY: ends the child without running anything else.
        unsafe { libc::_exit(status) };
    }
    let mut status = 0;
    // SAFETY: the status may be written.
    let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
    if status != 0 {
        println!("child {process}: waited for {waited}, status {status:#x}");
    }
    (waited, status) == (process, 0)
}
