//! The flags that the linker needs, by target.

use std::env;

fn main() {
    match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        // Linux: no start files of C, since the program has a `_start` of its own.
        Ok("x86_64") => println!("cargo::rustc-link-arg-bins=-nostartfiles"),
        // A board: the linker script of cortex-m-rt, which includes `memory.x`.
        Ok("arm") => {
            println!("cargo::rustc-link-arg-bins=-Tlink.x");
            println!("cargo::rustc-link-arg-bins=--nmagic");
            println!("cargo::rustc-link-search={}", env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
            println!("cargo::rerun-if-changed=memory.x");
        }
        _ => {}
    }
}
