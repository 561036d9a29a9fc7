//! `json` where the default is mimalloc.

mod contest;
#[path = "../../../defaults/src/workloads/json_text.rs"]
mod json_text;
#[path = "../../../../examples/json/value.rs"]
#[expect(dead_code, reason = "the example asks a value for its keys, too")]
mod value;

use std::process::ExitCode;

#[global_allocator]
static DEFAULT: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    contest::main("mimalloc")
}
