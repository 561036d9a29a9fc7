//! One cell of the table.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::shuffle::shuffle;
use crate::strategies::{Lasting, STRATEGIES};
use crate::structures::{NAMES, Source, runs};

/// The option that makes this program run one cell. The numbers of the structure and the strategy and the size follow.
pub(crate) const CELL: &str = "cell";

/// One structure of `2^size` elements in one allocator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) structure: usize,
    pub(crate) strategy: usize,
    pub(crate) size: u32,
    pub(crate) work: u32,
    pub(crate) shuffled: bool,
}

impl Cell {
    /// Runs the cell in this process, and returns its time.
    pub(crate) fn run(self) -> Result<Duration, Box<dyn Error>> {
        let (_, strategy) = STRATEGIES.get(self.strategy).ok_or("no such strategy")?;
        if self.structure >= NAMES.len() {
            return Err("no such structure".into());
        }
        if self.shuffled {
            shuffle();
        }
        let (mut source, mut lasting) = (Source::new(), Lasting::default());
        let start = Instant::now();
        for _ in 0..runs(self.structure, self.size, self.work) {
            strategy(black_box(self.structure), 1 << self.size, &mut source, &mut lasting);
        }
        Ok(start.elapsed())
    }

    /// Runs the cell in a process of its own, and returns its time.
    pub(crate) fn measure(self) -> Result<Duration, Box<dyn Error>> {
        let Self { structure, strategy, size, work, shuffled } = self;
        let mut command = Command::new(env::current_exe()?);
        let numbers = [structure.to_string(), strategy.to_string(), size.to_string()];
        command.arg(format!("--{CELL}")).args(numbers).args(["--work", &work.to_string()]);
        if shuffled {
            command.arg("--shuffled");
        }
        let output = command.stderr(Stdio::inherit()).output()?;
        let time = String::from_utf8_lossy(&output.stdout).trim().parse();
        Ok(Duration::from_nanos(time.map_err(|_| format!("a process failed: {self:?}"))?))
    }
}
