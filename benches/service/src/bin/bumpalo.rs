//! The service with an arena of bumpalo, behind a mutex, for each request. The default is mimalloc.

use std::process::ExitCode;

use janus_service::Bumpalo;
use mimalloc::MiMalloc;

#[global_allocator]
static DEFAULT: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    janus_service::run(Bumpalo::default(), None)
}
