//! The program `json` with mimalloc as the default.

mod comparison;
#[path = "../../../defaults/src/workloads/json_text.rs"]
mod json_text;
#[path = "../../../../examples/json/value.rs"]
#[expect(dead_code, reason = "the example looks up keys too")]
mod value;

use std::process::ExitCode;

#[global_allocator]
static DEFAULT: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    comparison::main("mimalloc")
}
