//! Watching allocators: named `Stats` and their reports, `Trace`, and `ByTag`, also as the default of this program.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

#[macro_use]
#[path = "../skipped/mod.rs"]
mod skipped;
#[cfg(unix)]
#[path = "../shared_pool/aborts.rs"]
mod aborts;
mod attribution;
#[path = "../shared_pool/children.rs"]
mod children;
mod conformance;
mod default;
mod exposition;
mod hooks;
mod named;
#[path = "../arenas/parents.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod parents;
mod reports;
mod tagged;
mod tags;

// The main job of the README, which `default` runs on this program's default.
#[path = "../../examples/outline/findings.rs"]
mod findings;
#[path = "../../examples/outline/numbers.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod numbers;
#[path = "../../examples/outline/parse.rs"]
mod parse;
#[path = "../../examples/outline/sources.rs"]
#[allow(dead_code, reason = "more than this needs")]
mod sources;
#[path = "../../examples/outline/token.rs"]
mod token;
#[path = "../../examples/outline/tree.rs"]
mod tree;

use janus_alloc::pools::Options;
use janus_alloc::{AsGlobal, ByTag, SharedPool, Stats};

// With caches, in debug builds too.
#[global_allocator]
static DEFAULT: AsGlobal<ByTag<Stats<SharedPool>>> =
    AsGlobal::new(ByTag::new(Stats::named("the default", SharedPool::with_options(Options::new().checked(false)))));
