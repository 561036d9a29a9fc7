//! A service in a process of its own, and what the system says about it.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// The names of the services, and their programs.
pub(crate) const VARIANTS: [(&str, &str); 5] = [
    ("janus", "service"),
    ("pool", "service-pool"),
    ("mimalloc", "service-mimalloc"),
    ("system", "service-system"),
    ("bumpalo", "service-bumpalo"),
];

/// Ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
}

fn program(variant: &str) -> &'static str {
    VARIANTS.iter().find(|(name, _)| *name == variant).map_or("", |(_, program)| program)
}

/// Builds the programs of some variants, beside this one.
pub(crate) fn build(variants: &[String]) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--quiet", "--release", "--package", "janus-service"]);
    // This program is TARGET/release/load.
    let this = env::current_exe()?;
    cargo.arg("--target-dir").arg(this.ancestors().nth(2).ok_or("not in a target directory")?);
    cargo.args(variants.iter().flat_map(|variant| ["--bin", program(variant)]));
    cargo.status()?.success().then_some(()).ok_or("the services cannot be built".into())
}

impl Server {
    pub(crate) fn start(variant: &str, workers: usize) -> Result<Self, Box<dyn Error>> {
        let path = env::current_exe()?.with_file_name(program(variant)).with_extension(env::consts::EXE_EXTENSION);
        // Some variables tune an allocator.
        let mut command = Command::new(path);
        command.args(["--workers", &workers.to_string()]).env_clear().stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut line = String::new();
        let stdout = process.stdout.take().ok_or("no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://").ok_or("the service did not start")?;
        Ok(Self { address: address.parse()?, process })
    }

    /// Returns the seconds of CPU time of all its threads, in the program and in the system.
    pub(crate) fn cpu_seconds(&self) -> Result<f64, Box<dyn Error>> {
        // The sum of all threads, in nanoseconds: finer than `stat`, whose unit is 10 ms.
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += text.split(' ').next().ok_or("empty")?.parse::<u64>()?;
        }
        Ok(nanoseconds as f64 / 1e9)
    }

    /// Returns the bytes of its resident memory.
    pub(crate) fn resident(&self) -> Result<u64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no resident memory")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // If it has ended already, there is nothing to end.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}
