//! A process for each allocator: what one leaves of the heap would be what the next finds.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::contest::Group;

/// The option that makes this program a worker: the number of a group and that of an allocator follow.
pub(crate) const WORKER: &str = "worker";

/// This program, as the process that does the jobs of one allocator.
pub(crate) struct Worker {
    /// A line with the name of a job.
    requests: ChildStdin,
    /// A line with nanoseconds.
    answers: BufReader<ChildStdout>,
    // It ends when there are no more requests.
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
        let (Some(requests), Some(answers)) = (requests, answers) else { unreachable!("both are piped") };
        Ok(Self { requests, answers: BufReader::new(answers), _process: process })
    }

    /// Has the job done once.
    pub(crate) fn time(&mut self, job: &str) -> Result<Duration, Box<dyn Error>> {
        writeln!(self.requests, "{job}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let nanoseconds = answer.trim().parse().map_err(|_| format!("a process has failed in {job}"))?;
        Ok(Duration::from_nanos(nanoseconds))
    }
}

/// Does what it is asked for.
pub(crate) fn serve(group: &Group, column: usize) -> Result<(), Box<dyn Error>> {
    // glibc gives memory back to the system by a rule that learns from the largest block it was given back. Without this
    // it depends on a few bytes, and on the jobs before, whether a job includes that.
    drop(black_box(Vec::<u8>::with_capacity(30 << 20)));
    for request in io::stdin().lines() {
        let request = request?;
        let contest = group.contests.iter().find(|contest| contest.name == request);
        let time = (contest.ok_or_else(|| format!("no job {request}"))?.jobs[column])();
        println!("{}", time.as_nanos());
    }
    Ok(())
}
