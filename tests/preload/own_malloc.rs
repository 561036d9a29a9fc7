//! Programs that define some of the functions themselves.

use std::process::Command;

use super::{compiled, directory, prints};

/// The library passes the blocks of the program's `malloc` to the program's other functions.
#[test]
fn a_program_defines_malloc() {
    let flags = ["-fno-builtin", "-ldl"];
    let Some(program) = compiled("own_malloc.c", directory("own_malloc").join("own_malloc"), &flags) else { return };
    for mode in ["r", "f", "u", "v"] {
        prints(Command::new(&program).arg(mode), "own heap, passed\n");
    }
}

#[test]
fn a_program_wraps_malloc() {
    let directory = directory("wrapped_malloc");
    for (name, flags) in [("own_names", &["-fno-builtin"][..]), ("next", &["-fno-builtin", "-DNEXT", "-ldl"])] {
        let Some(program) = compiled("wrapped_malloc.c", directory.join(name), flags) else { return };
        prints(&mut Command::new(program), "wrapped, passed\n");
    }
}
