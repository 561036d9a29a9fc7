//! Times a large JSON document: `serde_json::Value` with the default allocator, and the example's `Value` in an arena.
//!
//! `cargo run --release -p janus-benches --bin json -- [OPTIONS]`, and `--help` for the options. The default is `SharedPool`; in
//! `--bin json-mimalloc`, it is mimalloc.

mod comparison;
#[path = "../../../defaults/src/workloads/json_text.rs"]
mod json_text;
#[path = "../../../../examples/json/value.rs"]
#[expect(dead_code, reason = "the example looks up keys too")]
mod value;

use std::process::ExitCode;

use janus_alloc::{AsGlobal, SharedPool};

#[global_allocator]
static DEFAULT: AsGlobal<SharedPool> = AsGlobal::new(SharedPool::new());

fn main() -> ExitCode {
    comparison::main("SharedPool")
}
