//! A library that replaces the `malloc` of existing programs by a pool.
//!
//! ```text
//! cargo build --release --example preload
//! LD_PRELOAD=target/release/examples/libpreload.so python3 -c 'print("from a pool")'
//! ```
//!
//! Environment variables control it:
//!
//! | variable | values | default | meaning |
//! | --- | --- | --- | --- |
//! | `JANUS_RETAIN` | `everything`, `nothing`, or bytes, such as `64M` (`K`, `M`, `G`) | as much as was used recently | free memory to keep: [`Retain`] |
//! | `JANUS_HUGE_PAGES` | `0`, `1` | `1` | whether to request huge pages from the system |
//! | `JANUS_CHECKED` | `0`, `1` | `0`, in a debug build `1` | whether to check each freed block; an invalid one ends the process with a message |
//! | `JANUS_STATS` | `0`, `1` | `0` | whether to print a table of the pool's blocks to stderr when the process exits |
//! | `JANUS_PROFILE` | a directory | none | where to write a heap profile when the process exits |
//! | `JANUS_PROFILE_INTERVAL` | bytes, such as `64K` | `512K` | the mean distance of samples in the profile; `0` samples each block |
//!
//! Any other value is reported on stderr, and the default is used. An empty value counts as unset. A process with more
//! privileges than its caller (setuid) ignores all of these variables.
//!
//! The table is printed by `exit`. There is none if the process is ended by a signal or by `_exit`, runs another
//! program by `exec`, or has closed stderr by then, as `ls` and similar programs do.
//!
//! # Profiles
//!
//! The last two variables need the feature `profile`:
//!
//! ```text
//! cargo build --release --example preload --features profile
//! JANUS_PROFILE=/tmp/profile LD_PRELOAD=target/release/examples/libpreload.so python3 -c 'print(sum(range(10**6)))'
//! ```
//!
//! Each process that ends by `exit` and has had a sample writes four files into the directory, which is created if it is missing. They are
//! named by the program and the number of the process:
//!
//! | file | to look at it |
//! | --- | --- |
//! | `python3.11.1234.json` | load it in `dh_view.html`, which comes with valgrind |
//! | `python3.11.1234.pb.gz` | `go tool pprof -http=: FILE` |
//! | `python3.11.1234.svg` | a browser: a flame graph of the bytes at the peak |
//! | `python3.11.1234.folded` | the stacks of that graph, for other tools |
//!
//! A forked child has what its parent allocated in its profile, too. Without `JANUS_PROFILE`, requests are served as fast as without the
//! feature.
//!
//! This works on Linux only. On other systems the library is empty.
//!
//! [`Retain`]: janus_alloc::pools::Retain
#![cfg(target_os = "linux")]

#[cfg(feature = "profile")]
#[path = "../observe/flame.rs"]
mod flame;
#[cfg(feature = "profile")]
mod profile;
mod settings;
mod stderr;

#[cfg(feature = "profile")]
use janus_alloc::Profile;
use janus_alloc::{SharedPool, export_malloc};

#[cfg(not(feature = "profile"))]
// SAFETY: `settings::options` does not allocate.
static ALLOCATOR: SharedPool = unsafe { SharedPool::with_options_from(settings::options) };
#[cfg(feature = "profile")]
static ALLOCATOR: Profile<SharedPool> = Profile::with_sampling_from(
    // SAFETY: `settings::options` does not allocate.
    unsafe { SharedPool::with_options_from(settings::options) },
    profile::sampling,
);

export_malloc!(ALLOCATOR);

/// Reads the settings even if the program has its own `malloc` and uses the pool later or never.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    settings::set();
    #[cfg(feature = "profile")]
    profile::set();
}

#[used]
#[unsafe(link_section = ".fini_array")]
static AT_EXIT: extern "C" fn() = at_exit;

extern "C" fn at_exit() {
    if settings::wants_stats() {
        // SAFETY: `getpid` has no preconditions.
        let process = unsafe { libc::getpid() };
        stderr::print(format_args!("janus-alloc: process {process} at its exit\n{}\n", pool().stats()));
    }
    #[cfg(feature = "profile")]
    profile::write();
}

/// Returns the pool.
fn pool() -> &'static SharedPool {
    #[cfg(not(feature = "profile"))]
    let pool = &ALLOCATOR;
    #[cfg(feature = "profile")]
    let pool = ALLOCATOR.parent();
    pool
}
