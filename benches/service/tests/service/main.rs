//! The service over loopback connections: results, refusals, and clients that misbehave.

mod answers;
mod client;
mod misuse;
mod observation;
mod started;

use janus_alloc::{AsGlobal, ByTag, SharedPool};
use janus_service::POOL;

/// As in the service's own program.
#[global_allocator]
static DEFAULT: AsGlobal<ByTag<SharedPool>> = AsGlobal::new(ByTag::new(SharedPool::with_options(POOL)));
