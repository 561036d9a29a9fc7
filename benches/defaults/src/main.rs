//! Work for the default allocator, which a feature of this package chooses.
//!
//! `janus-defaults NAME` does the work of that name once, and prints a checksum, which is the same for each allocator.
//! `janus-defaults --list` prints each kind of work with its name. `janus-defaults --count NAME TURNS` runs a loop whose instructions are
//! counted. The programs `defaults` and `instructions` of janus-benches build this program and call it.

mod block;
mod counted;
mod default;
mod workloads;

use std::env;
use std::process::ExitCode;

use workloads::WORKLOADS;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--list"] => WORKLOADS.iter().for_each(|workload| println!("{} {}", workload.kind, workload.name)),
        ["--count", name, turns] => match (counted::named(name), turns.parse()) {
            (Some(run), Ok(turns)) => run(turns),
            _ => return ExitCode::from(2),
        },
        [name] => match WORKLOADS.iter().find(|workload| workload.name == name) {
            Some(workload) => println!("{}", (workload.run)()),
            None => return ExitCode::from(2),
        },
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
