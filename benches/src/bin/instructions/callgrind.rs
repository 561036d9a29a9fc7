//! Counts of instructions by callgrind.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::Command;

use crate::RUN;

/// The two numbers of turns of a workload. They are large enough for rare events to show in the mean, and small enough for a table to take
/// a minute.
pub(crate) const FEW: usize = 2_000;
pub(crate) const MANY: usize = 22_000;

/// Returns whether valgrind is installed.
pub(crate) fn is_installed() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Returns the instructions of one turn of the workload `name`, with the loop.
pub(crate) fn instructions(name: &str) -> Result<f64, Box<dyn Error>> {
    instructions_of(&env::current_exe()?, RUN, name)
}

/// Returns the instructions of one turn of the loop `name` of another program, which takes the name and a count after `option`.
pub(crate) fn instructions_of(program: &Path, option: &str, name: &str) -> Result<f64, Box<dyn Error>> {
    between(program, None, [option, name], FEW, MANY)
}

/// As [`instructions_of`], with `library` preloaded if there is one.
pub(crate) fn instructions_with(
    library: Option<&Path>,
    program: &Path,
    option: &str,
    name: &str,
) -> Result<f64, Box<dyn Error>> {
    between(program, library, [option, name], FEW, MANY)
}

/// Returns the instructions of one turn of the workload `name`, from the difference of `few` and `many` turns. For long turns.
pub(crate) fn instructions_between(name: &str, few: usize, many: usize) -> Result<f64, Box<dyn Error>> {
    between(&env::current_exe()?, None, [RUN, name], few, many)
}

fn between(
    program: &Path,
    library: Option<&Path>,
    [option, name]: [&str; 2],
    few: usize,
    many: usize,
) -> Result<f64, Box<dyn Error>> {
    let total = |count| total(program, library, [option, name, &usize::to_string(&count)]);
    Ok((total(many)? as f64 - total(few)? as f64) / (many - few) as f64)
}

/// Returns the instructions of a whole process, with `library` preloaded if there is one.
fn total(program: &Path, library: Option<&Path>, arguments: [&str; 3]) -> Result<u64, Box<dyn Error>> {
    let mut valgrind = Command::new("valgrind");
    if let Some(library) = library {
        valgrind.env("LD_PRELOAD", library);
    }
    let output = valgrind
        // callgrind would count one instruction a byte of `rep movsb`, by which glibc copies more than some thousand bytes.
        .env(
            "GLIBC_TUNABLES",
            "glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000",
        )
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    // The line is `==123== Collected : 456789`.
    let collected = stderr.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match collected {
        Some(total) if output.status.success() => Ok(total),
        _ => Err(format!("valgrind failed on {}:\n{stderr}", arguments[1]).into()),
    }
}
