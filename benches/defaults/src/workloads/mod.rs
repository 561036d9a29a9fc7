//! The workloads, re-implemented from published descriptions. Each module names its source, and contains no code of it.
//!
//! The work is the same in every run: random numbers have fixed seeds, hash tables have fixed hashers, and the blocks that threads exchange
//! do not decide what they allocate. So the checksums are the same for each allocator. Each thread does the same amount of work, however
//! many there are.

mod cache;
mod churn;
mod exchange;
#[cfg(unix)]
mod fork;
mod json;
mod json_text;
mod large;
mod larson;
mod mstress;
mod pairs;
mod rptest;
mod sh_bench;
mod strings;
mod tree;
mod vectors;
mod xmalloc;

use std::thread;

pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// `general`; `rust` for work as of Rust programs; `micro`; or `apart` for work that no mean includes.
    pub(crate) kind: &'static str,
    /// Does the work, and returns a checksum.
    pub(crate) run: fn() -> u64,
}

const fn general(name: &'static str, run: fn() -> u64) -> Workload {
    Workload { name, kind: "general", run }
}

const fn rust(name: &'static str, run: fn() -> u64) -> Workload {
    Workload { name, kind: "rust", run }
}

const fn micro(name: &'static str, run: fn() -> u64) -> Workload {
    Workload { name, kind: "micro", run }
}

#[cfg(unix)]
const fn apart(name: &'static str, run: fn() -> u64) -> Workload {
    Workload { name, kind: "apart", run }
}

pub(crate) static WORKLOADS: &[Workload] = &[
    general("larson-1", || larson::run(1)),
    general("larson-2", || larson::run(2)),
    general("larson-4", || larson::run(4)),
    general("xmalloc-1p1c", || xmalloc::run(1)),
    general("xmalloc-2p2c", || xmalloc::run(2)),
    general("sh6bench", sh_bench::alone),
    general("sh8bench", sh_bench::exchanging),
    general("mstress-1", || mstress::run(1)),
    general("mstress-2", || mstress::run(2)),
    general("mstress-4", || mstress::run(4)),
    general("cache-scratch", cache::scratch),
    general("cache-thrash", cache::thrash),
    general("rptest", rptest::run),
    general("churn", churn::run),
    rust("vec-growth", vectors::growth),
    rust("vec-strings", vectors::strings),
    rust("json-1", || json::run(1)),
    rust("json-2", || json::run(2)),
    rust("btree", strings::map),
    rust("sort", strings::sort),
    rust("word-count", strings::count),
    rust("tree", tree::run),
    general("large-touched", large::touched),
    general("large-untouched", large::untouched),
    general("calloc", large::zeroed),
    micro("lifo-16", pairs::lifo::<2>),
    micro("lifo-64", pairs::lifo::<8>),
    micro("lifo-256", pairs::lifo::<32>),
    micro("lifo-1K", pairs::lifo::<128>),
    micro("lifo-4K", pairs::lifo::<512>),
    micro("lifo-64K", pairs::lifo::<8192>),
    micro("fifo-16", pairs::fifo::<2>),
    micro("fifo-64", pairs::fifo::<8>),
    micro("fifo-256", pairs::fifo::<32>),
    micro("fifo-1K", pairs::fifo::<128>),
    micro("fifo-4K", pairs::fifo::<512>),
    micro("fifo-64K", pairs::fifo::<8192>),
    micro("shuffled-16", pairs::shuffled::<2>),
    micro("shuffled-64", pairs::shuffled::<8>),
    micro("shuffled-256", pairs::shuffled::<32>),
    micro("shuffled-1K", pairs::shuffled::<128>),
    micro("shuffled-4K", pairs::shuffled::<512>),
    micro("shuffled-64K", pairs::shuffled::<8192>),
    #[cfg(unix)]
    apart("fork", fork::run),
];

/// Runs `work` in `count` threads, each with its number, and returns the sum of the results.
fn in_threads(count: u64, work: impl Fn(u64) -> u64 + Sync) -> u64 {
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || work(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread panicked")).sum()
    })
}
