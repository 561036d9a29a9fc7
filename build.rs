//! Sets the `cfg`s that depend on the target and on the compiler.
//!
//! Lists in this file decide about the target:
//!
//! * `cfg(low_addresses)`: no address has its highest bit set.
//! * `cfg(os_memory)`: `Pages` and `Malloc` exist.
//! * `cfg(native_thread_local)`: std's thread-locals are resolved by the linker, so the first use of one does not allocate from the
//!   registered default; see `src/threads/local.rs`. Not set under `--cfg janus_thread_key`, which tests the path of all other
//!   systems.
//! * `cfg(static_tls)`: the thread pointer locates a thread-local; see `src/threads/static_tls.rs`.
//! * `cfg(unloading)`: the crate can detect that its library is unloaded; see `src/pools/shared/heap/unload.rs`.
//!
//! Compiling a probe decides whether `core::alloc::Allocator` can be used. A version number cannot: nightlies of one version
//! differ, and vendors patch their compilers.
//!
//! * `cfg(std_allocator)`: usable without a feature gate (from Rust 1.100 on).
//! * `cfg(std_allocator_gated)`: usable behind `#![feature(allocator_api)]`, which the feature `nightly` enables.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Operating systems whose page and C library interfaces the crate supports.
const OS_MEMORY: [&str; 9] =
    ["android", "dragonfly", "freebsd", "illumos", "linux", "netbsd", "openbsd", "solaris", "windows"];

/// Operating systems that give processes only the lower half of the x86-64 address space. (illumos and Solaris give them the
/// upper half, too. A Windows driver runs in the upper half, without std.)
const LOW_ADDRESSES: [&str; 6] = ["android", "dragonfly", "freebsd", "linux", "netbsd", "openbsd"];

/// Returns whether std's thread-locals are native, from Rust 1.85 on: on targets with `has_thread_local` in rustc, except those
/// that emulate it.
fn has_native_thread_locals(target: impl Fn(&str) -> String) -> bool {
    match (target("OS").as_str(), target("ENV").as_str()) {
        ("linux", "gnu") => target("ABI") != "x32",
        ("linux", "musl") | ("freebsd" | "netbsd" | "dragonfly", _) => true,
        // Not 32-bit Windows 7, where std has disabled them before.
        ("windows", "msvc") => target("VENDOR") != "win7" || target("ARCH") != "x86",
        // Not Apple: a key's destructor frees the block of the thread-locals, perhaps before the destructor that needs the index.
        _ => false,
    }
}

/// The probe: a crate with an implementation of all six methods, a bound, and a `Box` in the allocator.
const PROBE: &str = r#"
#![no_std]
extern crate alloc;
use core::alloc::{AllocError, Allocator, Layout};
use core::ptr::NonNull;

pub struct Forward<A>(A);
unsafe impl<A: Allocator> Allocator for Forward<A> {
    fn allocate(&self, l: Layout) -> Result<NonNull<[u8]>, AllocError> { self.0.allocate(l) }
    fn allocate_zeroed(&self, l: Layout) -> Result<NonNull<[u8]>, AllocError> { self.0.allocate_zeroed(l) }
    unsafe fn deallocate(&self, p: NonNull<u8>, l: Layout) { unsafe { self.0.deallocate(p, l) } }
    unsafe fn grow(&self, p: NonNull<u8>, o: Layout, n: Layout) -> Result<NonNull<[u8]>, AllocError> { unsafe { self.0.grow(p, o, n) } }
    unsafe fn grow_zeroed(&self, p: NonNull<u8>, o: Layout, n: Layout) -> Result<NonNull<[u8]>, AllocError> { unsafe { self.0.grow_zeroed(p, o, n) } }
    unsafe fn shrink(&self, p: NonNull<u8>, o: Layout, n: Layout) -> Result<NonNull<[u8]>, AllocError> { unsafe { self.0.shrink(p, o, n) } }
}
pub fn boxed<A: Allocator>(a: A) -> alloc::boxed::Box<u8, Forward<A>> { alloc::boxed::Box::new_in(1, Forward(a)) }
"#;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-check-cfg=cfg(low_addresses, os_memory, native_thread_local, static_tls, unloading, std_allocator, std_allocator_gated)"
    );

    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    let low = LOW_ADDRESSES.contains(&target("OS").as_str())
        || target("VENDOR") == "apple"
        || target("OS") == "windows" && feature("STD");
    if low && target("ARCH") == "x86_64" && target("POINTER_WIDTH") == "64" {
        println!("cargo::rustc-cfg=low_addresses");
    }
    if OS_MEMORY.contains(&target("OS").as_str()) || target("VENDOR") == "apple" {
        println!("cargo::rustc-cfg=os_memory");
    }
    let forced_key = env::var_os("CARGO_CFG_JANUS_THREAD_KEY").is_some();
    if feature("STD") && has_native_thread_locals(target) && !forced_key {
        println!("cargo::rustc-cfg=native_thread_local");
        // `src/threads/static_tls.rs` reads the thread pointer on these architectures.
        let is_known = ["x86_64", "aarch64"].contains(&target("ARCH").as_str()) && target("POINTER_WIDTH") == "64";
        if target("OS") == "linux" && is_known {
            println!("cargo::rustc-cfg=static_tls");
        }
        let linked_statically = target("FEATURE").split(',').any(|feature| feature == "crt-static");
        if target("OS") == "linux" && target("ENV") == "gnu" && !linked_statically {
            println!("cargo::rustc-cfg=unloading");
        }
    }

    if compiles("stable", PROBE) {
        println!("cargo::rustc-cfg=std_allocator");
    } else if feature("STD_TRAIT") {
        // The build script reports this, because hashbrown fails to compile before a `compile_error!` of this crate is reached.
        println!(
            "cargo::error=the feature `std-trait` needs a compiler whose `core::alloc::Allocator` is usable without a \
             feature gate (Rust 1.100 or newer): leave it out, the bridges in `generations` work everywhere"
        );
    } else if feature("NIGHTLY") {
        if compiles("gated", &format!("#![feature(allocator_api)]\n{PROBE}")) {
            println!("cargo::rustc-cfg=std_allocator_gated");
        } else {
            println!(
                "cargo::error=the feature `nightly` needs a nightly compiler, or Rust 1.100 or newer: leave it out, \
                 everything but `generations::{{ToStd, FromStd}}` works on stable"
            );
        }
    }
}

/// Returns whether `source` compiles with the compiler, wrappers, target and flags that compile this crate. Only metadata is
/// emitted, so no linker is needed.
fn compiles(name: &str, source: &str) -> bool {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let probe_dir = out_dir.join(format!("probe-{name}"));
    std::fs::create_dir_all(&probe_dir).expect("OUT_DIR is writable");
    let file = probe_dir.join("probe.rs");
    std::fs::write(&file, source).expect("OUT_DIR is writable");

    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let wrappers = ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];
    let mut command_line: Vec<OsString> =
        wrappers.iter().filter_map(env::var_os).filter(|wrapper| !wrapper.is_empty()).collect();
    command_line.push(rustc);

    let mut command = Command::new(&command_line[0]);
    command
        .args(&command_line[1..])
        // It would let a stable compiler accept gated features in the probe, but not in this crate.
        .env_remove("RUSTC_BOOTSTRAP")
        .args(["--crate-name=probe", "--crate-type=lib", "--edition=2021", "--emit=metadata", "--cap-lints=allow"])
        .arg("--out-dir")
        .arg(&probe_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(target) = env::var_os("TARGET") {
        command.arg("--target").arg(target);
    }
    if let Ok(flags) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        command.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    }
    command.arg(&file).status().is_ok_and(|status| status.success())
}
