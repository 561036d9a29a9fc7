//! The work that is watched: outlines all files, round after round.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use janus_alloc::api::AllocError;
use janus_alloc::{Arena, Limit, tag};

use crate::TREES;
use crate::findings::Findings;
use crate::index::Index;
use crate::numbers::grouped;
use crate::options::Options;
use crate::parse::try_parse;
use crate::sources::{self, Source};

/// The length of lists.
const TOP: usize = 5;

pub(crate) struct Job<'o> {
    options: &'o Options,
    start: Instant,
    state: Mutex<State>,
    /// The index of the last whole round.
    index: Mutex<Option<Index>>,
}

/// The state that the job reports.
#[derive(Default)]
struct State {
    rounds: usize,
    files: usize,
    /// Files whose findings differ from those of the round before, in all rounds.
    changes: usize,
    refused: Vec<Refused>,
    done_after: Duration,
}

/// A file whose tree exceeded the limit.
pub(crate) struct Refused {
    pub(crate) path: PathBuf,
    /// The bytes that its arena had when it was refused more.
    pub(crate) bytes: usize,
}

type Answers = BTreeMap<PathBuf, Findings>;

/// The results that the threads of a round share.
#[derive(Default)]
struct Round {
    answers: Mutex<Answers>,
    index: Mutex<Index>,
    refused: Mutex<Vec<Refused>>,
}

/// Locks a mutex, also a poisoned one: no thread panics in the middle of a change, and a panic ends the program anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'o> Job<'o> {
    pub(crate) fn new(options: &'o Options) -> Self {
        Self { options, start: Instant::now(), state: Mutex::default(), index: Mutex::default() }
    }

    /// Runs all rounds.
    pub(crate) fn run(&self) -> io::Result<()> {
        let mut answers = Answers::new();
        for number in 1.. {
            self.round(&mut answers)?;
            if self.start.elapsed() >= self.options.time || self.options.rounds.is_some_and(|all| number >= all.get()) {
                break;
            }
        }
        lock(&self.state).done_after = self.start.elapsed();
        Ok(())
    }

    /// Outlines all files. `answers` are those of the last round and become those of this one.
    fn round(&self, answers: &mut Answers) -> io::Result<()> {
        let sources = {
            let _tag = tag("read");
            sources::read(&self.options.paths, &["target", ".git"].map(OsStr::new), &mut io::sink())?
        };
        let round = Round::default();
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..self.options.threads.get() {
                scope.spawn(|| {
                    while let Some(source) = sources.get(next.fetch_add(1, Relaxed)) {
                        self.outline(source, &round);
                    }
                });
            }
        });
        let Round { answers: new, index, refused } = round;
        let new = new.into_inner().unwrap_or_else(PoisonError::into_inner);
        let index = index.into_inner().unwrap_or_else(PoisonError::into_inner);
        let before = mem::replace(answers, new);
        let is_changed = |(path, findings)| before.get(path).is_some_and(|before| before != findings);
        let changes = answers.iter().filter(|&answer| is_changed(answer)).count();
        *lock(&self.index) = Some(index);
        let mut state = lock(&self.state);
        state.rounds += 1;
        state.files = sources.len();
        state.changes += changes;
        state.refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.refused.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    /// Outlines one file: the request of this program. Its memory is that of one arena, which ends with it.
    fn outline(&self, source: &Source, round: &Round) {
        let limit = Limit::new(&TREES, self.options.limit);
        let arena = Arena::new_in(&limit);
        let tree = {
            let _tag = tag("parse");
            try_parse(&source.text, &arena)
        };
        match tree {
            Ok(tree) => {
                let tree = [tree];
                {
                    let _tag = tag("answer");
                    let findings = Findings::of(&tree, TOP);
                    lock(&round.answers).insert(source.path.clone(), findings);
                }
                let [tree] = tree;
                {
                    let _tag = tag("index");
                    lock(&round.index).add(&tree);
                }
                // The arena frees all nodes at once.
                mem::forget(tree);
            }
            Err(AllocError) => {
                let _tag = tag("observe");
                lock(&round.refused).push(Refused { path: source.path.clone(), bytes: limit.used() });
            }
        }
    }

    /// Returns one line about the state.
    pub(crate) fn progress(&self) -> String {
        let state = lock(&self.state);
        let time = if state.done_after.is_zero() { self.start.elapsed() } else { state.done_after };
        format!(
            "{} rounds in {:.1} s, {} files, {} over the limit of {} bytes, {} changes",
            state.rounds,
            time.as_secs_f64(),
            grouped(state.files as u64),
            state.refused.len(),
            grouped(self.options.limit as u64),
            state.changes,
        )
    }

    /// Calls `action` with the files that are over the limit.
    pub(crate) fn with_refused<R>(&self, action: impl FnOnce(&[Refused]) -> R) -> R {
        action(&lock(&self.state).refused)
    }

    /// Returns what the program has found: the names that are called most, and the files over the limit.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("\nThe names that are called most\n\n");
        if let Some(index) = &*lock(&self.index) {
            for (calls, name) in index.most_called(TOP) {
                // A `String` takes all.
                _ = writeln!(text, "{:>8} calls  {name}", grouped(calls as u64));
            }
        }
        self.with_refused(|refused| {
            if !refused.is_empty() {
                text.push_str("\nFiles over the limit\n\n");
            }
            for Refused { path, bytes } in refused {
                let (bytes, limit) = (grouped(*bytes as u64), grouped(self.options.limit as u64));
                _ = writeln!(text, "{}: its tree has {bytes} of {limit} bytes and needs more", path.display());
            }
        });
        text
    }
}
