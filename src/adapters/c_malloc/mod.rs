//! C's allocation functions over an allocator: the definitions of [`export_malloc!`](crate::export_malloc) forward to
//! these.
//!
//! They may be called at any time, also by the C library. So nothing here panics, and only two functions allocate or
//! take a lock by themselves: [`prepare`], which registers fork handlers before `main`, and [`malloc_info`], which
//! writes to a stream of the C library.

pub mod by_symbol;
mod control;
mod definitions;
mod errno;
mod export_malloc;
mod fast_path;
mod functions;
mod layout;
mod mallinfo;
mod reports;
#[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
mod stdio_lock;
mod type_probe;

/// Other C libraries have no such lock, or do not export it.
#[cfg(not(all(target_env = "gnu", not(target_feature = "crt-static"))))]
mod stdio_lock {
    pub(super) fn hold_across_forks() {}
}

use core::ffi::c_void;

pub use crate::api::CallsMalloc;
pub use control::{Control, is_foreign, malloc_trim, mallopt};
pub use fast_path::{CFunctions, FastPath, NoFastPath};
pub use functions::{calloc, free, malloc, malloc_usable_size, memalign, posix_memalign, realloc};
pub use mallinfo::{MallInfo, mallinfo, mallinfo2};
pub use reports::{malloc_info, malloc_stats};
pub use type_probe::{DependsOnMalloc, MayReplaceMalloc, NoKnownDependency, ProbeFallback, TypeProbe, require};

/// Prepares for a `malloc` that is an allocator of this crate. Call it before `main`.
///
/// 1. Registers the fork handlers before most of the program registers its own, and has them hold stdio's lock too.
/// 2. Looks up where the thread-locals of this crate lie.
/// 3. Looks up whether all of C's allocation functions are defined in the module that contains `here`.
pub fn prepare(here: *const c_void) {
    stdio_lock::hold_across_forks();
    crate::threads::fork::register();
    crate::threads::static_tls::find_offset();
    definitions::look_up(here);
}
