//! Forks while other threads sample.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use janus_alloc::blocks::profile::{Sampling, Value};
use janus_alloc::collections::Vec;
use janus_alloc::{Profile, System};

use crate::{DEFAULT, child};

static PROFILE: Profile<System> = Profile::with_sampling(System, Sampling::All);

/// Forks, and returns the exit code of the child, which `run` returns there.
fn forked(run: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child calls what is tested to work there, and ends itself.
    let process = unsafe { libc::fork() };
    assert!(process >= 0);
    if process == 0 {
        let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(99);
        // SAFETY: may be called whenever.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: waits for the child of above.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
    assert!(libc::WIFEXITED(status), "the child was ended by signal {}", libc::WTERMSIG(status));
    libc::WEXITSTATUS(status)
}

#[test]
#[ignore = "run as a child"]
fn child_forks() {
    let kept = Vec::<u8, _>::with_capacity_in(1000, &PROFILE);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    drop(Vec::<u8, _>::with_capacity_in(100, &PROFILE));
                    drop(std::hint::black_box(vec![1_u8; 500]));
                    drop(PROFILE.report());
                }
            });
        }
        for _ in 0..50 {
            let code = forked(|| {
                // The child has what its parent had, and goes on.
                let before = PROFILE.report();
                assert!(before.live_bytes() >= 1000);
                let more = Vec::<u8, _>::with_capacity_in(70_000, &PROFILE);
                assert_eq!(PROFILE.report().live_bytes(), before.live_bytes() + 70_000);
                drop(more);
                assert_eq!(PROFILE.report().live_bytes(), before.live_bytes());
                assert!(DEFAULT.report().total_blocks() > 0);
                drop(vec![1_u8; 100_000]);
                7
            });
            assert_eq!(code, 7);
        }
        done.store(true, Relaxed);
    });
    drop(kept);
    assert_eq!(PROFILE.report().live_bytes(), 0);
}

#[test]
fn a_child_goes_on_with_the_profile() {
    for interval in [0, 500] {
        child("forks::child_forks", interval, &[]);
    }
}

/// The child writes files of its own.
#[test]
#[ignore = "run as a child"]
fn child_writes() {
    let kept = Vec::<u8, _>::with_capacity_in(1000, &PROFILE);
    let code = forked(|| {
        let mut lines = std::vec::Vec::new();
        PROFILE.report().write_collapsed(Value::LiveBytes, &mut lines).unwrap();
        i32::from(String::from_utf8(lines).unwrap().ends_with(" 1000\n"))
    });
    assert_eq!(code, 1);
    drop(kept);
}

#[test]
fn a_child_writes_files() {
    child("forks::child_writes", 0, &[]);
}
