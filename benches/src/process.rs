//! A process, and what it has cost.

use std::env;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode, Stdio};

/// The first argument of a process of ours that starts another. [`Job::words`] follow.
const START: &str = "--start";

/// A program that is to be run and measured.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its environment and output.
    pub surroundings: Surroundings,
    /// Commands for the shell that run beside it, and have to end it: for servers. Empty if there are none.
    pub client: String,
    /// Its name or path.
    pub program: OsString,
    /// The words that follow.
    pub arguments: Vec<OsString>,
}

/// The environment of a program, and what becomes of its output.
#[derive(Clone, Debug)]
pub enum Surroundings {
    /// No variables, as those that tune an allocator, or move the stack, are not to be measured. Its output is returned.
    Bare,
    /// Those of this process; and a library that is loaded before others, if the path is not empty. Its output is not looked at.
    Preloading(OsString),
}

/// What a process has cost, with those that it has started and waited for.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds from its start to its end.
    pub wall: f64,
    /// Seconds of its threads, those of the system for them included.
    pub cpu: f64,
    /// The most memory it had, in KiB.
    pub peak: f64,
}

const BARE: &str = "bare";
const PRELOADING: &str = "preloading";

impl Job {
    /// Runs the program, and returns what it has printed and cost, or why it has failed.
    ///
    /// A new process of ours starts it, whose `main` begins with [`started`]. A process is told to have had as much memory as the one
    /// that started it, so that has to be a small one.
    pub fn run(&self) -> Result<(String, Cost), Box<dyn Error>> {
        let told = output(Command::new(env::current_exe()?).arg(START).args(self.words()))?;
        let mut words = told.split_whitespace();
        let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or("a number was expected");
        let cost = Cost { wall: number()?, cpu: number()?, peak: number()? };
        Ok((words.collect(), cost))
    }

    fn words(&self) -> impl Iterator<Item = &OsStr> {
        let (kind, library) = match &self.surroundings {
            Surroundings::Bare => (BARE, OsStr::new("")),
            Surroundings::Preloading(library) => (PRELOADING, library.as_os_str()),
        };
        let head = [OsStr::new(kind), library, OsStr::new(&self.client), &self.program];
        head.into_iter().chain(self.arguments.iter().map(OsString::as_os_str))
    }

    fn from_words(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        let (kind, library) = (words.next()?, words.next()?);
        let surroundings = if kind == BARE { Surroundings::Bare } else { Surroundings::Preloading(library) };
        let client = words.next()?.into_string().ok()?;
        Some(Self { surroundings, client, program: words.next()?, arguments: words.collect() })
    }
}

/// Does what this process was started for, if that is to start another one and to print its cost.
pub fn started() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next()? != START {
        return None;
    }
    let result = Job::from_words(arguments).ok_or_else(|| "words are missing".into()).and_then(|job| start(&job));
    Some(match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

/// How the process of `name` is to end: well, or with a failure that it has told; or with an error, which is printed here.
pub fn ended(name: &str, result: Result<bool, Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::from(2)
        }
    }
}

/// What a command prints.
pub fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().into()),
    }
}

/// Starts a program, and prints what it has cost and what it has printed.
#[cfg(unix)]
fn start(job: &Job) -> Result<(), Box<dyn Error>> {
    use std::io::{self, Read};
    use std::mem::MaybeUninit;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Instant;

    let mut command = Command::new(&job.program);
    command.args(&job.arguments).stdin(Stdio::null());
    match &job.surroundings {
        Surroundings::Bare => command.env_clear().stdout(Stdio::piped()),
        Surroundings::Preloading(library) => {
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
            return Err(format!("its client has failed: {}", String::from_utf8_lossy(&client.stderr)).into());
        }
    }
    let mut printed = String::new();
    if let Some(mut stdout) = process.stdout {
        stdout.read_to_string(&mut printed)?;
    }
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
fn start(_: &Job) -> Result<(), Box<dyn Error>> {
    Err("what a process has cost is asked for by `wait4`, which this system does not have".into())
}
