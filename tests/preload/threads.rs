//! Threads that ask for the first time.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{compiled, directory, library, output, prints};

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

/// The library as one that `dlopen` loads: its thread-locals lie elsewhere in each thread. Without and with another copy preloaded.
#[test]
fn a_copy_that_is_opened() {
    let directory = directory("opened");
    let Some(program) = compiled("opened.c", directory.join("opened"), &["-ldl"]) else { return };
    let copy = directory.join("copy.so");
    fs::copy(library(), &copy).unwrap();
    let alone = output(Command::new(&program).arg(&copy)).unwrap();
    let complaint = String::from_utf8_lossy(&alone.stderr);
    assert_eq!(String::from_utf8_lossy(&alone.stdout), "two heaps, all well\n", "{complaint}");
    prints(Command::new(&program).arg(&copy), "two heaps, all well\n");
}
