//! The service as one would run it: limits, an arena for each request, tags for each route.

use std::process::ExitCode;

use janus_alloc::{AsGlobal, ByTag, SharedPool};
use janus_service::{Limited, Limits, POOL};

#[global_allocator]
static DEFAULT: AsGlobal<ByTag<SharedPool>> = AsGlobal::new(ByTag::new(SharedPool::with_options(POOL)));

fn main() -> ExitCode {
    janus_service::run(Limited::new(Limits::default()), Some(|| DEFAULT.report()))
}
