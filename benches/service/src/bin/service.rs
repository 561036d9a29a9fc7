//! The service as one would run it: limits, an arena for each request, tags for each route.

use std::process::ExitCode;

use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, ByTag, SharedPool};
use janus_service::{Limited, Limits};

#[global_allocator]
static DEFAULT: AsGlobal<ByTag<SharedPool>> =
    AsGlobal::new(ByTag::new(SharedPool::with_options(Options::new().caches(1 << 20))));

fn main() -> ExitCode {
    janus_service::run(Limited::new(Limits::default()), Some(|| DEFAULT.report()))
}
