//! The service on its default alone: mimalloc.

use std::process::ExitCode;

use janus_service::Unlimited;
use mimalloc::MiMalloc;

#[global_allocator]
static DEFAULT: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    janus_service::run(Unlimited, None)
}
