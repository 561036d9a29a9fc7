//! Programs of many threads that fork.

use std::process::Command;

use super::{compiled, directory, library, output, prints};

/// A program of many threads that forks, and allocates before `main`, at the end of threads and at the end.
#[test]
fn threads_and_forks() {
    let Some(program) = compiled("forks.c", directory("forks").join("forks"), &[]) else { return };
    for _ in 0..3 {
        prints(&mut Command::new(&program), "40 children, all well\n");
    }
}

/// Forks in a signal handler that interrupts `malloc` and `free`, by one thread and beside others.
#[test]
fn forks_in_a_signal_handler() {
    let Some(program) = compiled("signals.c", directory("signals").join("signals"), &[]) else { return };
    prints(Command::new(&program).args(["1", "200"]), "200 forks, all well\n");
    prints(Command::new(&program).args(["3", "60"]), "60 forks, all well\n");
}

/// What a child of such a fork may say that goes on: it is without the allocator.
#[test]
fn a_child_of_a_signal_handler_goes_on() {
    let Some(program) = compiled("signals.c", directory("children").join("signals"), &[]) else { return };
    let mut program = Command::new(program);
    let output = output(program.args(["3", "60", "on"]).env("LD_PRELOAD", library())).unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stdout, "60 forks, all well\n", "{stderr}");
    let reason = "janus-alloc: this process was forked while another thread used the allocator";
    assert!(stderr.lines().all(|line| line.starts_with(reason)), "{stderr}");
}

/// Handlers of `pthread_atfork` that allocate, registered before the library's own and after.
#[test]
fn handlers_that_allocate_around_a_fork() {
    let directory = directory("handlers");
    let shared = ["-DLIBRARY", "-shared", "-fPIC"];
    let Some(handlers) = compiled("handlers.c", directory.join("libhandlers.so"), &shared) else { return };
    let program = compiled("handlers.c", directory.join("handlers"), &[handlers.to_str().unwrap()]).unwrap();
    prints(&mut Command::new(program), "20 forks, all well\n");
}
