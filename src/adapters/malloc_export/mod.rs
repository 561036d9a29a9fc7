//! C's allocation functions over an allocator: what [`export_malloc!`](crate::export_malloc) defines forwards to these.
//!
//! The allocator may be called from anywhere. So nothing here panics, and nothing allocates or locks by itself, but for what registers
//! handlers before `main` and what has the C library write a table to a stream.

mod at_hand;
mod control;
mod functions;
mod layout;
mod macros;
mod probe;
#[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
mod streams;
mod symbols;

/// Elsewhere there is no such lock, or it cannot be had.
#[cfg(not(all(target_env = "gnu", not(target_feature = "crt-static"))))]
mod streams {
    pub(super) fn mind() {}
}

use core::ffi::c_void;

pub use crate::api::CallsMalloc;
pub use at_hand::{AtHand, Nothing, Over};
pub use control::{Control, Info, is_foreign, mallinfo, mallinfo2, malloc_info, malloc_stats, malloc_trim, mallopt};
pub use functions::{calloc, free, malloc, malloc_usable_size, memalign, posix_memalign, realloc};
pub use probe::{Asked, Calls, DoesNot, MayBeMalloc, Otherwise, require};

/// Functions of C that call others by symbol, and those others.
pub mod by_symbol {
    pub use super::symbols::{free, memalign, pvalloc, realloc, reallocarray, valloc};
}

/// What has to be known before `main`: that C's functions are an allocator's of this crate, so that a fork has more to mind, with handlers
/// that are older than most of the program's; and whether all of them are, which are defined where `here` is.
pub fn note(here: *const c_void) {
    streams::mind();
    crate::threads::fork::register();
    crate::threads::static_tls::find_out();
    symbols::find_out(here);
}
