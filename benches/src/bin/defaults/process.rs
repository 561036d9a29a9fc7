//! A process, and what it has cost.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

/// The option that makes this program the one that starts another: the path of that and its argument follow.
pub(crate) const START: &str = "start";

/// What a process has cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Seconds from its start to its end.
    pub(crate) wall: f64,
    /// Seconds of its threads, those of the system for them included.
    pub(crate) cpu: f64,
    /// The most memory it had, in KiB.
    pub(crate) peak: f64,
}

/// Runs the program, and returns what it has printed and cost, or why it has failed.
///
/// A new process of ours starts it. A process is told to have had as much memory as the one that started it, so that
/// has to be a small one.
pub(crate) fn run(program: &Path, argument: &str) -> Result<(String, Cost), Box<dyn Error>> {
    let mut starter = Command::new(env::current_exe()?);
    starter.arg(format!("--{START}")).arg(program).arg(argument);
    let told = output(&mut starter)?;
    let mut words = told.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or("a number was expected");
    let cost = Cost { wall: number()?, cpu: number()?, peak: number()? };
    Ok((words.collect(), cost))
}

/// What a command prints.
pub(crate) fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().into()),
    }
}

/// Starts a program, and prints what it has cost and what it has printed.
///
/// It gets no environment: variables that tune an allocator, or move the stack, are not to be measured.
#[cfg(unix)]
pub(crate) fn start(program: &Path, argument: &str) -> Result<(), Box<dyn Error>> {
    use std::io::{self, Read};
    use std::mem::MaybeUninit;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Instant;

    let mut command = Command::new(program);
    command.arg(argument).env_clear().stdin(Stdio::null()).stdout(Stdio::piped());
    let begin = Instant::now();
    let process = command.spawn()?;
    let id = process.id().cast_signed();
    let mut printed = String::new();
    process.stdout.ok_or("it is piped")?.read_to_string(&mut printed)?;
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to values that live.
    let waited = unsafe { libc::wait4(id, &raw mut status, 0, usage.as_mut_ptr()) };
    let wall = begin.elapsed().as_secs_f64();
    if waited != id {
        return Err(io::Error::last_os_error().into());
    }
    let status = ExitStatus::from_raw(status);
    if !status.success() {
        return Err(status.to_string().into());
    }
    // SAFETY: `wait4` has filled it, and all its bytes may be 0.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    // Apple tells bytes.
    let peak = usage.ru_maxrss / if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    println!("{wall} {cpu} {peak} {printed}");
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn start(_: &Path, _: &str) -> Result<(), Box<dyn Error>> {
    Err("what a process has cost is asked for by `wait4`, which this system does not have".into())
}
