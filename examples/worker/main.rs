//! A thread pool with an arena for each worker: `cargo run --release --example worker -- [JOBS]`.
//!
//! A job is a source file of this project. It counts the words of the text in its worker's arena, and keeps the three longest of the
//! frequent ones: they are copied out of the arena, which is reset after the job. The program prints the resident memory of the process
//! during the run, which does not depend on the number of jobs.
//!
//! `pool.rs` has the workers.

#[path = "../outline/numbers.rs"]
#[expect(dead_code, reason = "of the example `outline`, which also formats times")]
mod numbers;
mod pool;

use std::cmp::Reverse;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::{env, fs, io, thread};

use janus_alloc::collections::prelude::*;
use janus_alloc::collections::{Box, HashMapIn, Vec};
use janus_alloc::{Arena, Global};

use numbers::grouped;
use pool::{MAX_KEPT_BYTES, Totals};

/// The result of a job, which outlives it. It is in memory of the default.
type Words = Vec<Box<str>>;

/// Returns the three longest of the words that occur at least three times.
fn frequent_words(text: &str, arena: &Arena) -> Words {
    let mut counts: HashMapIn<&str, u32, _> = HashMapIn::new_in(arena);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word).or_insert(0) += 1;
    }
    let mut words: Vec<Box<str, _>, _> =
        counts.iter().filter(|(_, count)| **count >= 3).map(|(word, _)| (*word).into_in(arena)).collect_in(arena);
    words.sort_unstable_by(|a, b| (Reverse(a.len()), a).cmp(&(Reverse(b.len()), b)));
    words.truncate(3);
    // A deep copy, into another allocator. `return words` would not compile: its memory is free after this job.
    words.clone_in(Global)
}

fn main() -> io::Result<()> {
    let jobs: u64 = match env::args().nth(1) {
        Some(number) => number.parse().map_err(io::Error::other)?,
        None => 20_000,
    };
    let mut texts = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))?;
    // A job that is far larger than the others. It comes up once in a while.
    texts.push(texts.concat());
    let expected: std::vec::Vec<Words> = texts.iter().map(|text| frequent_words(text, &Arena::new())).collect();

    let workers = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let (job_sender, job_receiver) = mpsc::sync_channel::<usize>(64);
    let (result_sender, results) = mpsc::sync_channel::<(usize, Words)>(64);
    let texts = &texts;
    let totals = thread::scope(|threads| {
        let work = |n: usize, arena: &Arena| (n, frequent_words(&texts[n], arena));
        let pool = threads.spawn(move || pool::run(workers, job_receiver, result_sender, work));
        threads.spawn(move || (0..jobs).try_for_each(|n| job_sender.send(n as usize % texts.len())));

        for (done, (n, words)) in (1..).zip(results) {
            assert_eq!(words, expected[n], "a result is complete after its job");
            if done % (jobs / 5).max(1) == 0 {
                let resident = resident_kilobytes().map_or(String::from("unknown"), |size| grouped(size) + " kB");
                println!("after {:>9} jobs: resident memory {resident}", grouped(done));
            }
        }
        pool.join().expect("no worker panics")
    });

    println!("worker       jobs  bytes in arena  largest job        kept");
    for (n, Totals { jobs, bytes, largest, kept }) in (1..).zip(&totals) {
        let [jobs, bytes, largest, kept] = [*jobs, *bytes, *largest as u64, *kept as u64].map(grouped);
        println!("{n:>6} {jobs:>10} {bytes:>15} {largest:>12} {kept:>11}");
    }
    assert_eq!(totals.iter().map(|worker| worker.jobs).sum::<u64>(), jobs);
    assert!(totals.iter().all(|worker| worker.kept <= MAX_KEPT_BYTES));
    Ok(())
}

/// Returns the resident memory of the process, where the system tells it as Linux does.
fn resident_kilobytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    size.trim().strip_suffix(" kB")?.parse().ok()
}

/// Returns the text of each Rust source below a directory, in the order of their names.
fn sources(directory: &Path) -> io::Result<std::vec::Vec<String>> {
    let mut paths: std::vec::Vec<PathBuf> =
        fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort_unstable();
    let mut texts = std::vec::Vec::new();
    for path in paths {
        if path.is_dir() {
            texts.extend(sources(&path)?);
        } else if path.extension().is_some_and(|end| end == "rs") {
            texts.push(fs::read_to_string(path)?);
        }
    }
    Ok(texts)
}
