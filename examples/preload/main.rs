//! A pool as the `malloc` of programs that exist already.
//!
//! ```text
//! cargo build --release --example preload
//! LD_PRELOAD=target/release/examples/libpreload.so python3 -c 'print("from a pool")'
//! ```
//!
//! Its settings are environment variables:
//!
//! | variable | values | default | |
//! | --- | --- | --- | --- |
//! | `JANUS_RETAIN` | `everything`, `nothing`, or a number of bytes such as `64M` (`K`, `M`, `G`) | as much as was used lately | free memory that is kept for later: [`Retain`](janus_alloc::pools::Retain) |
//! | `JANUS_HUGE_PAGES` | `0`, `1` | `1` | whether the system is asked for huge pages |
//! | `JANUS_CHECKED` | `0`, `1` | `0`, in a debug build `1` | whether each block that is freed is checked; a wrong one ends the process with a message |
//! | `JANUS_STATS` | `0`, `1` | `0` | whether a table of the pool's blocks is printed to stderr when the process exits |
//!
//! A value that is none of these is reported on stderr, and the default used. An empty one is none. A process that has more rights
//! than who started it (setuid) ignores them all. The table is printed by `exit`, so not where a process ends by a signal or by
//! `_exit`, or becomes another program by `exec`; and not where the program has closed stderr by then, as `ls` and its like do.
//!
//! Linux only: elsewhere the library is empty.
#![cfg(target_os = "linux")]

mod settings;
mod stderr;

use janus_alloc::{SharedPool, export_malloc};

// SAFETY: it does not allocate.
static POOL: SharedPool = unsafe { SharedPool::with_options_from(settings::options) };

export_malloc!(POOL);

/// Runs where the program has a `malloc` of its own, too, and the pool may be used later or never.
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
        // SAFETY: without conditions.
        let process = unsafe { libc::getpid() };
        stderr::print(format_args!("janus-alloc: process {process} at its exit\n{}\n", POOL.stats()));
    }
}
