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
//!
//! Any other value is reported on stderr, and the default is used. An empty value counts as unset. A process with more
//! privileges than its caller (setuid) ignores all of these variables.
//!
//! The table is printed by `exit`. There is none if the process is ended by a signal or by `_exit`, runs another
//! program by `exec`, or has closed stderr by then, as `ls` and similar programs do.
//!
//! This works on Linux only. On other systems the library is empty.
//!
//! [`Retain`]: janus_alloc::pools::Retain
#![cfg(target_os = "linux")]

mod settings;
mod stderr;

use janus_alloc::{SharedPool, export_malloc};

// SAFETY: `settings::options` does not allocate.
static POOL: SharedPool = unsafe { SharedPool::with_options_from(settings::options) };

export_malloc!(POOL);

/// Reads the settings even if the program has its own `malloc` and uses the pool later or never.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    settings::set();
}

#[used]
#[unsafe(link_section = ".fini_array")]
static AT_EXIT: extern "C" fn() = at_exit;

extern "C" fn at_exit() {
    if settings::wants_stats() {
        // SAFETY: `getpid` has no preconditions.
        let process = unsafe { libc::getpid() };
        stderr::print(format_args!("janus-alloc: process {process} at its exit\n{}\n", POOL.stats()));
    }
}
