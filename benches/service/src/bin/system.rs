//! The service on its default alone: std's, which is the C library's `malloc` on most systems.

use std::process::ExitCode;

use janus_service::Unlimited;

fn main() -> ExitCode {
    janus_service::run(Unlimited, None)
}
