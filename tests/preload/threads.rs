//! The first allocation of a thread.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{compiled, directory, library, output, prints};

/// With 40 keys, the C library has to allocate for the library's own thread-specific data too.
#[test]
fn the_first_allocation_of_a_thread_fails_without_memory() {
    let Some(program) = compiled("no_memory.c", directory("no_memory").join("no_memory"), &[]) else { return };
    for keys in ["0", "40"] {
        prints(Command::new(&program).arg(keys), "all threads were refused, passed\n");
    }
}

/// A thread's table of thread-local variables has to grow. The dynamic linker calls `malloc` for it, while the library asks the linker
/// for one of the variables.
#[test]
fn modules_with_thread_local_variables_are_loaded() {
    let directory = directory("modules");
    let Some(program) = compiled("modules.c", directory.join("modules"), &["-ldl"]) else { return };
    let Some(module) = compiled("modules.c", directory.join("module.so"), &["-DMODULE", "-shared", "-fPIC"]) else {
        return;
    };
    let modules = (0..60).map(|n| directory.join(format!("module{n}.so")));
    let modules: Vec<PathBuf> = modules.inspect(|copy| _ = fs::copy(&module, copy).unwrap()).collect();
    prints(Command::new(program).args(modules.iter().map(AsRef::<OsStr>::as_ref)), "60 modules, passed\n");
}

/// The thread-locals of a library that `dlopen` loads lie elsewhere than those of a preloaded one. The test runs without and with another
/// copy preloaded.
#[test]
fn a_copy_loaded_by_dlopen_has_a_heap_of_its_own() {
    let directory = directory("opened");
    let Some(program) = compiled("opened.c", directory.join("opened"), &["-ldl"]) else { return };
    let copy = directory.join("copy.so");
    fs::copy(library(), &copy).unwrap();
    let alone = output(Command::new(&program).arg(&copy)).unwrap();
    let stderr = String::from_utf8_lossy(&alone.stderr);
    assert_eq!(String::from_utf8_lossy(&alone.stdout), "two heaps, passed\n", "{stderr}");
    prints(Command::new(&program).arg(&copy), "two heaps, passed\n");
}
