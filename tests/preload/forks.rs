//! Programs that fork: with threads, in signal handlers, and with handlers of `pthread_atfork`.

use std::process::Command;

use super::{compiled, directory, library, output, prints};

/// The program also allocates before `main`, at the end of threads and in handlers of `atexit`.
#[test]
fn a_program_with_threads_forks() {
    let Some(program) = compiled("forks.c", directory("forks").join("forks"), &[]) else { return };
    for _ in 0..3 {
        prints(&mut Command::new(&program), "40 children, passed\n");
    }
}

/// The handler interrupts `malloc` and `free`, in a program of one thread and in one of several.
#[test]
fn a_signal_handler_forks() {
    let Some(program) = compiled("signals.c", directory("signals").join("signals"), &[]) else { return };
    prints(Command::new(&program).args(["1", "200"]), "200 forks, passed\n");
    prints(Command::new(&program).args(["3", "60"]), "60 forks, passed\n");
}

/// A child that goes on after such a fork may be aborted, with a message that says why.
#[test]
fn a_child_forked_by_a_signal_handler_works_or_reports_why_not() {
    let Some(program) = compiled("signals.c", directory("children").join("signals"), &[]) else { return };
    let mut program = Command::new(program);
    let output = output(program.args(["3", "60", "on"]).env("LD_PRELOAD", library())).unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stdout, "60 forks, passed\n", "{stderr}");
    let reason = "janus-alloc: this process was forked while another thread used the allocator";
    assert!(stderr.lines().all(|line| line.starts_with(reason)), "{stderr}");
}

/// The handlers of `pthread_atfork` are registered before those of the library and after.
#[test]
fn handlers_that_allocate_around_a_fork() {
    let directory = directory("handlers");
    let shared = ["-DLIBRARY", "-shared", "-fPIC"];
    let Some(handlers) = compiled("handlers.c", directory.join("libhandlers.so"), &shared) else { return };
    let program = compiled("handlers.c", directory.join("handlers"), &[handlers.to_str().unwrap()]).unwrap();
    prints(&mut Command::new(program), "20 forks, passed\n");
}
