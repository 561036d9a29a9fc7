//! Memory of the system, and system calls that it refuses.

use std::process::Command;

use super::{compiled, directory, output, prints};

#[test]
fn calloc_returns_zeroed_memory() {
    let Some(program) = compiled("zeroes.c", directory("zeroes").join("zeroes"), &["-fno-builtin"]) else { return };
    prints(&mut Command::new(&program), "all zero\n");
    let Some(output) = output(Command::new(&program).arg("lock")) else { return };
    match String::from_utf8_lossy(&output.stdout).as_ref() {
        "not allowed\n" => skipped!("locked pages: not allowed"),
        _ => prints(Command::new(&program).arg("lock"), "all zero\n"),
    }
}

/// The sandboxes are those that glibc's `malloc` works in: one kills the process at system calls that are not listed, others refuse some.
#[test]
fn the_library_works_in_sandboxes() {
    let Some(program) = compiled("sandbox.c", directory("sandbox").join("sandbox"), &[]) else { return };
    let refusals = ["i", "m", "r", "p", "im", "ir", "mr", "imr", "imrp"].map(|letters| ["refuse", letters]);
    for arguments in [["list", ""], ["kill", "i"]].into_iter().chain(refusals) {
        let sandbox = || {
            let mut sandbox = Command::new(&program);
            sandbox.args(arguments);
            sandbox
        };
        let works = output(&mut sandbox()).is_some_and(|output| output.stdout == b"passed\n");
        if works {
            prints(&mut sandbox(), "passed\n");
        } else {
            skipped!("{arguments:?}: it fails without the library too");
        }
    }
}
