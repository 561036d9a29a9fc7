//! Processes, and their costs.

use std::env;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode, Stdio};

/// The first argument of a process of ours that starts another. [`Job::to_arguments`] follow.
const START: &str = "--start";

/// A program to run and measure.
#[derive(Clone, Debug)]
pub struct Job {
    /// The environment of the program, and the use of its output.
    pub environment: Environment,
    /// Shell commands that run beside a server and end it. Empty for other programs.
    pub client: String,
    /// The name or path of the program.
    pub program: OsString,
    /// The arguments of the program.
    pub arguments: Vec<OsString>,
}

/// The environment of a program, and the use of its output.
#[derive(Clone, Debug)]
pub enum Environment {
    /// No variables: some tune an allocator, or move the stack. The output is returned.
    Empty,
    /// The variables of this process, with a library to preload unless the path is empty. The output is discarded.
    Preloading(OsString),
}

/// The cost of a process, with those that it has started and waited for.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds from the start to the end.
    pub wall: f64,
    /// Seconds of CPU time of all threads, in the program and in the system.
    pub cpu: f64,
    /// The peak of resident memory, in KiB.
    pub peak: f64,
}

const EMPTY: &str = "empty";
const PRELOADING: &str = "preloading";

impl Job {
    /// Runs the program, and returns its output and its cost.
    ///
    /// A new process of ours starts it, whose `main` begins with [`run_start_request`]: the system takes the memory of the starting
    /// process for a peak of the started one, so the starting one must be small.
    ///
    /// # Errors
    ///
    /// Returns an error if the program cannot be started, or fails.
    pub fn run(&self) -> Result<(String, Cost), Box<dyn Error>> {
        let stdout = output(Command::new(env::current_exe()?).arg(START).args(self.to_arguments()))?;
        let mut words = stdout.split_whitespace();
        let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or("a number was expected");
        let cost = Cost { wall: number()?, cpu: number()?, peak: number()? };
        Ok((words.collect(), cost))
    }

    fn to_arguments(&self) -> impl Iterator<Item = &OsStr> {
        let (kind, library) = match &self.environment {
            Environment::Empty => (EMPTY, OsStr::new("")),
            Environment::Preloading(library) => (PRELOADING, library.as_os_str()),
        };
        let head = [OsStr::new(kind), library, OsStr::new(&self.client), &self.program];
        head.into_iter().chain(self.arguments.iter().map(OsString::as_os_str))
    }

    fn from_arguments(mut arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let (kind, library) = (arguments.next()?, arguments.next()?);
        let environment = if kind == EMPTY { Environment::Empty } else { Environment::Preloading(library) };
        let client = arguments.next()?.into_string().ok()?;
        Some(Self { environment, client, program: arguments.next()?, arguments: arguments.collect() })
    }
}

/// Runs a program and prints its cost, if [`Job::run`] has started this process for that. Returns the exit code then.
pub fn run_start_request() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next()? != START {
        return None;
    }
    let job = Job::from_arguments(arguments).ok_or_else(|| "arguments are missing".into());
    let result = job.and_then(|job| start(&job));
    Some(match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

/// Returns the exit code of the program `name`: success for true, 1 for false, and 2 for an error, which this prints.
pub fn exit_code(name: &str, result: Result<bool, Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs a command, and returns its output.
///
/// # Errors
///
/// Returns an error if the command cannot be started, or fails. It holds what the command has printed to stderr.
pub fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().into()),
    }
}

/// Runs a program, and prints its cost and its output.
#[cfg(unix)]
fn start(job: &Job) -> Result<(), Box<dyn Error>> {
    use std::io::{self, Read};
    use std::mem::MaybeUninit;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Instant;

    let mut command = Command::new(&job.program);
    command.args(&job.arguments).stdin(Stdio::null());
    match &job.environment {
        Environment::Empty => command.env_clear().stdout(Stdio::piped()),
        Environment::Preloading(library) => {
            if !library.is_empty() {
                command.env("LD_PRELOAD", library);
            }
            command.stdout(Stdio::null()).stderr(Stdio::null())
        }
    };
    let begin = Instant::now();
    let mut process = command.spawn()?;
    let id = process.id().cast_signed();
    if !job.client.is_empty() {
        let client = Command::new("sh").args(["-c", &job.client]).stdout(Stdio::null()).output()?;
        if !client.status.success() {
            process.kill()?;
            return Err(format!("its client failed: {}", String::from_utf8_lossy(&client.stderr)).into());
        }
    }
    let mut printed = String::new();
    if let Some(mut stdout) = process.stdout {
        stdout.read_to_string(&mut printed)?;
    }
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both pointers are to local variables.
    let waited = unsafe { libc::wait4(id, &raw mut status, 0, usage.as_mut_ptr()) };
    let wall = begin.elapsed().as_secs_f64();
    if waited != id {
        return Err(io::Error::last_os_error().into());
    }
    let status = ExitStatus::from_raw(status);
    if !status.success() {
        return Err(status.to_string().into());
    }
    // SAFETY: a `rusage` of zero bytes is valid, and `wait4` has written the fields.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    // Apple's unit is bytes.
    let peak = usage.ru_maxrss / if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    println!("{wall} {cpu} {peak} {printed}");
    Ok(())
}

#[cfg(not(unix))]
fn start(_: &Job) -> Result<(), Box<dyn Error>> {
    Err("this system has no `wait4`, which returns the cost of a process".into())
}
