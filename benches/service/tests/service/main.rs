//! The service over loopback connections: results, refusals, and clients that misbehave.

mod answers;
mod client;
mod misuse;
mod observation;
mod started;

use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, ByTag, SharedPool};

/// As in the service's own program.
#[global_allocator]
static DEFAULT: AsGlobal<ByTag<SharedPool>> =
    AsGlobal::new(ByTag::new(SharedPool::with_options(Options::new().caches(1 << 20))));
