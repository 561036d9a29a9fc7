//! A cache that owns its pool, on the words of Rust sources: `cargo run --release --example lru -- [PATH]`.
//!
//! The program looks up each word of the sources under `PATH` (this project's, if there is none) in the order of the text. A hit returns
//! the line in which the word stood at its last miss. Few words are frequent and most are rare, as in most texts, so a small cache
//! answers most questions.
//!
//! `cache.rs` is the cache, over any allocator. Here it gets a pool of its own, under a limit:
//!
//! ```text
//! Arc                 the cache's collections share the pool, and own it together
//!  └ Locked           one thread at a time uses the pool, so the cache may move between threads
//!     └ Limit         refuses what would exceed the limit of bytes; then the cache drops its oldest entry
//!        └ Pool       reuses the memory of dropped entries for new ones
//! ```

mod cache;
#[path = "../outline/numbers.rs"]
#[expect(dead_code, reason = "of the example `outline`, which also formats times")]
mod numbers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io, thread};

use janus_alloc::collections::{Arc, TryReserveError};
use janus_alloc::{Limit, Locked, Pool};

use cache::Lru;
use numbers::grouped;

/// The memory of a cache. The limit is around the pool, so it counts the bytes that entries have requested, and dropping an entry
/// always makes room. A limit below the pool, `Pool<Limit<_>>`, would count the chunks of the pool, which it keeps.
type Memory = Arc<Locked<Limit<Pool>>>;

/// A cache with its statistics. It has no lifetime, so a service can have it as a field and hand it to a thread.
struct Lookup {
    cache: Lru<Memory>,
    lookups: u64,
    hits: u64,
}

impl Lookup {
    fn new(max_entries: usize, max_bytes: usize) -> Result<Self, TryReserveError> {
        let memory = Arc::new(Locked::new(Limit::new(Pool::new(), max_bytes)));
        Ok(Self { cache: Lru::try_new_in(max_entries, memory)?, lookups: 0, hits: 0 })
    }

    /// Looks up each word of a text.
    fn read(&mut self, text: &str) {
        for line in text.lines() {
            for word in line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
                self.lookups += 1;
                if self.cache.get(word).is_some() {
                    self.hits += 1;
                } else {
                    // A line that is longer than the whole cache is not kept.
                    let _ = self.cache.put(word, line.trim());
                }
            }
        }
    }
}

fn main() -> ExitCode {
    let path = env::args_os().nth(1).map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from);
    match run(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lru: {}: {error}", path.display());
            ExitCode::from(2)
        }
    }
}

fn run(path: &Path) -> io::Result<()> {
    let texts = sources(path)?;
    let (first_half, second_half) = texts.split_at(texts.len() / 2);
    println!(
        "entries  limit bytes    lookups  hit rate   evictions  entries left  bytes in use  peak bytes  pool's bytes"
    );
    for (max_entries, max_bytes) in
        [(100, 32 << 10), (1000, 256 << 10), (1000, 128 << 10), (10_000, 4 << 20), (10_000, 1 << 20)]
    {
        let mut lookup = Lookup::new(max_entries, max_bytes).map_err(io::Error::other)?;
        for text in first_half {
            lookup.read(text);
        }
        // The warm cache goes on in another thread: its pool, its index and its entries move there together.
        let lookup = thread::scope(|threads| {
            let rest = move || {
                let mut lookup = lookup;
                second_half.iter().for_each(|text| lookup.read(text));
                lookup
            };
            threads.spawn(rest).join().expect("no lookup panics")
        });

        let Lookup { cache, lookups, hits } = lookup;
        let memory = cache.allocator().clone();
        let (used, peak, held) = memory.with(|limit| (limit.used(), limit.peak(), limit.parent().held_bytes()));
        assert!(peak <= max_bytes, "the cache never has more than its limit");
        println!(
            "{max_entries:>7}{:>13}{:>11}{:>9.1}%{:>12}{:>14}{:>14}{:>12}{:>14}",
            grouped(max_bytes as u64),
            grouped(lookups),
            100.0 * hits as f64 / lookups.max(1) as f64,
            grouped(cache.evictions()),
            grouped(cache.len() as u64),
            grouped(used as u64),
            grouped(peak as u64),
            grouped(held as u64),
        );

        // The clone of the `Arc` keeps the pool alive, and shows that the cache gives everything back.
        drop(cache);
        assert_eq!(memory.with(|limit| (limit.used(), limit.parent().live_bytes())), (0, 0));
    }
    Ok(())
}

/// Returns the text of each Rust source under `path`, in the order of their names.
fn sources(path: &Path) -> io::Result<Vec<String>> {
    if path.is_file() {
        return Ok(vec![fs::read_to_string(path)?]);
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort_unstable();
    let mut texts = Vec::new();
    for entry in entries {
        if entry.is_dir() || entry.extension().is_some_and(|end| end == "rs") {
            texts.extend(sources(&entry)?);
        }
    }
    Ok(texts)
}
