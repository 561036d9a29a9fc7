//! The service on its default alone: a `SharedPool`.

use std::process::ExitCode;

use janus_alloc::{AsGlobal, SharedPool};
use janus_service::Unlimited;

#[global_allocator]
static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());

fn main() -> ExitCode {
    janus_service::run(Unlimited, None)
}
