//! A process for each allocator, so that none uses the heap in the state in which another has left it.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::comparison::Group;

/// The option that makes this program a worker. The numbers of a group and of an allocator follow.
pub(crate) const WORKER: &str = "worker";

/// A process that does the jobs of one allocator.
pub(crate) struct Worker {
    /// Each request is a line with the name of a job.
    requests: ChildStdin,
    /// Each answer is a line with a number of nanoseconds.
    answers: BufReader<ChildStdout>,
    // The process ends when `requests` is closed.
    _process: Child,
}

impl Worker {
    pub(crate) fn start(group: usize, column: usize) -> io::Result<Self> {
        let mut process = Command::new(env::current_exe()?)
            .args([&format!("--{WORKER}"), &group.to_string(), &column.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (requests, answers) = (process.stdin.take(), process.stdout.take());
        let (Some(requests), Some(answers)) = (requests, answers) else { unreachable!("stdin and stdout are piped") };
        Ok(Self { requests, answers: BufReader::new(answers), _process: process })
    }

    /// Asks the process to do the job once, and returns the time.
    pub(crate) fn time(&mut self, job: &str) -> Result<Duration, Box<dyn Error>> {
        writeln!(self.requests, "{job}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let nanoseconds = answer.trim().parse().map_err(|_| format!("a process failed in {job}"))?;
        Ok(Duration::from_nanos(nanoseconds))
    }
}

/// Does the jobs that are requested, as the worker of the allocator in `column`.
pub(crate) fn serve(group: &Group, column: usize) -> Result<(), Box<dyn Error>> {
    // glibc returns free memory to the system above a threshold, which grows with the largest block freed. Without this large block, a few
    // bytes and the earlier jobs would decide whether a job includes the cost of that.
    drop(black_box(Vec::<u8>::with_capacity(30 << 20)));
    for request in io::stdin().lines() {
        let request = request?;
        let comparison = group.comparisons.iter().find(|comparison| comparison.name == request);
        let time = (comparison.ok_or_else(|| format!("no job {request}"))?.jobs[column])();
        println!("{}", time.as_nanos());
    }
    Ok(())
}
