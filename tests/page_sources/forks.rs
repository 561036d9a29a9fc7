//! Runs a closure in the child of a fork.

use janus_alloc::SharedPool;
use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;

use crate::layout;

/// Runs `child` in the child of a fork, and returns the status with which that ends: 0 if it returns true, 1 if false, and the number
/// of a signal, negated, if one ends it.
///
/// # Safety
///
/// `child` makes only calls that are allowed in the child of a process with several threads: system calls, and no allocation from
/// the default.
pub(crate) unsafe fn status_in_child(child: impl FnOnce() -> bool) -> i32 {
    // SAFETY: by `# Safety` of this fn.
    status_of(unsafe { start_child(child) })
}

/// Starts `child` in the child of a fork, and returns that.
///
/// # Safety
///
/// Same as for [`status_in_child`].
pub(crate) unsafe fn start_child(child: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: by `# Safety` of this fn.
    let process = unsafe { libc::fork() };
    assert!(process >= 0);
    if process == 0 {
        let code = i32::from(!child());
        // SAFETY: it ends the process, and runs nothing of it.
        unsafe { libc::_exit(code) };
    }
    process
}

/// Waits for a child, and returns its status as [`status_in_child`] does.
pub(crate) fn status_of(child: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: it waits for a process, and writes to `status`.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) }
}

/// Asserts that the blocks of `pool` are as before after a child that makes no call.
pub(crate) fn survives_a_child(pool: &SharedPool<impl Allocator>) {
    let words = Vec::from_iter_in(0..100_000_u32, pool);
    let small = pool.allocate(layout(40, 8)).unwrap();
    // SAFETY: it makes no call.
    assert_eq!(unsafe { status_in_child(|| true) }, 0);
    assert!(words.iter().copied().eq(0..100_000));
    // SAFETY: the block is live and has that layout.
    unsafe { pool.deallocate(small.cast(), layout(40, 8)) };
}
