//! Threads that ask for the first time.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{compiled, directory, prints};

/// Threads that ask for the first time when there is no memory left; also where the C library has to allocate for a key.
#[test]
fn threads_without_memory() {
    let Some(program) = compiled("no_memory.c", directory("no_memory").join("no_memory"), &[]) else { return };
    for keys in ["0", "40"] {
        prints(Command::new(&program).arg(keys), "all threads were refused, and went on\n");
    }
}

/// Threads whose tables of thread-local variables have to grow, for which the dynamic linker calls `malloc` while the
/// library asks it for one of these variables.
#[test]
fn modules_with_thread_local_variables() {
    let directory = directory("modules");
    let Some(program) = compiled("modules.c", directory.join("modules"), &["-ldl"]) else { return };
    let Some(module) = compiled("modules.c", directory.join("module.so"), &["-DMODULE", "-shared", "-fPIC"]) else {
        return;
    };
    let modules = (0..60).map(|n| directory.join(format!("module{n}.so")));
    let modules: Vec<PathBuf> = modules.inspect(|copy| _ = fs::copy(&module, copy).unwrap()).collect();
    prints(Command::new(program).args(modules.iter().map(AsRef::<OsStr>::as_ref)), "60 modules, all well\n");
}
