//! `Profile` counts right: to the byte where it samples all, within statistical bounds where it samples some; alone, among threads, in
//! the child of a fork and as the default. Its files have the same numbers.
//!
//! The default of this program is a profile, too, so a profile that called itself would be noticed here.
#![cfg(all(feature = "profile", any(unix, windows)))]

#[macro_use]
#[path = "../skipped/mod.rs"]
mod skipped;
#[cfg(unix)]
#[path = "../shared_pool/aborts.rs"]
mod aborts;
#[cfg(unix)]
#[path = "../shared_pool/children.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod children;
mod conformance;
mod default;
mod estimates;
mod exact;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "../example/mod.rs"]
mod example;
mod files;
#[cfg(unix)]
mod forks;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod preload;
mod readers;
#[cfg(unix)]
mod signals;
mod switched;
mod threads;

// The parser and the trees of the main job.
#[path = "../../examples/outline/parse.rs"]
mod parse;
#[path = "../../examples/outline/token.rs"]
mod token;
#[path = "../../examples/outline/tree.rs"]
#[allow(dead_code, reason = "the main job looks at its trees")]
mod tree;

use std::env;
use std::process::{Command, Output};

use janus_alloc::blocks::profile::Sampling;
use janus_alloc::{AsGlobal, Profile, SharedPool};

#[global_allocator]
static DEFAULT: AsGlobal<Profile<SharedPool>> =
    AsGlobal::new(Profile::with_sampling_from(SharedPool::new(), sampling_of_default));

/// The variable that sets the sampling of the default: the interval in bytes.
const INTERVAL: &str = "JANUS_TEST_INTERVAL";

/// This allocates from the default, which calls this.
fn sampling_of_default() -> Sampling {
    let interval = env::var(INTERVAL).ok().and_then(|text| text.parse().ok());
    Sampling::EveryBytes(interval.unwrap_or(20_000))
}

/// Runs the ignored test `name` of this program in a process of its own, with an interval for its default.
fn child(name: &str, interval: usize, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env::current_exe().expect("a test knows its path"));
    command.args([name, "--exact", "--ignored", "--nocapture", "--test-threads", "1"]);
    command.env(INTERVAL, interval.to_string()).envs(variables.iter().copied());
    let output = command.output().expect("the test starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
    output
}
