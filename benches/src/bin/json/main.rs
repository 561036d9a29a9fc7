//! A large JSON document by the clock: `serde_json::Value` on the default of the process, and the example's `Value` in an arena.
//!
//! `cargo run --release -p janus-benches --bin json -- [OPTIONS]`, and `--help` for the options. The default is `SharedPool`; in
//! `--bin json-mimalloc` it is mimalloc.

mod contest;
#[path = "../../../defaults/src/workloads/json_text.rs"]
mod json_text;
#[path = "../../../../examples/json/value.rs"]
#[expect(dead_code, reason = "the example asks a value for its keys, too")]
mod value;

use std::process::ExitCode;

use janus_alloc::{AsGlobal, SharedPool};

#[global_allocator]
static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());

fn main() -> ExitCode {
    contest::main("SharedPool")
}
