//! Programs with functions of their own in place of the library's.

use std::process::Command;

use super::{compiled, directory, prints};

/// A program's own functions get its own blocks.
#[test]
fn a_malloc_of_the_program() {
    let flags = ["-fno-builtin", "-ldl"];
    let Some(program) = compiled("own_malloc.c", directory("own_malloc").join("own_malloc"), &flags) else { return };
    for mode in ["r", "f", "u", "v"] {
        prints(Command::new(&program).arg(mode), "hello, in own heap\n");
    }
}

#[test]
fn a_malloc_that_is_wrapped() {
    let directory = directory("wrapped_malloc");
    for (name, flags) in [("own_names", &["-fno-builtin"][..]), ("next", &["-fno-builtin", "-DNEXT", "-ldl"])] {
        let Some(program) = compiled("wrapped_malloc.c", directory.join(name), flags) else { return };
        prints(&mut Command::new(program), "wrapped, all well\n");
    }
}
