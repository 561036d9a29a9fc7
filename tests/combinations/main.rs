//! Each building block, and combinations of them, keep the rules of `janus_alloc::api`: a table under the conformance kit, and random
//! trees of blocks.
//!
//! `cargo test --test combinations -- --nocapture` prints the table. The features `profile` and `backtrace` add rows.
//!
//! `AsGlobal<ByTag<Stats<SharedPool>>>` as the default of a process that runs the main job is in `tests/watching/default.rs`.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]
#![expect(clippy::type_complexity, reason = "the types are the names of the rows")]

mod alone;
mod longer;
mod nested;
mod pairs;
mod part;
mod random_trees;
mod row;
#[path = "../blocks/shadow.rs"]
mod shadow;
mod threads;

use std::collections::HashSet;
use std::num::NonZero;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use row::{Outcome, Row};

fn rows() -> Vec<&'static Row> {
    [alone::ROWS, pairs::ROWS, nested::ROWS].into_iter().flatten().collect()
}

/// Runs every row, each in one of as many threads as there are processors, prints the table, and then fails if a row has failed.
#[test]
fn every_combination_keeps_the_rules() {
    let rows = rows();
    let next = AtomicUsize::new(0);
    let outcomes: Vec<OnceLock<Outcome>> = rows.iter().map(|_| OnceLock::new()).collect();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((row, outcome)) = rows.get(index).zip(outcomes.get(index)) else { break };
                    let result = row.run();
                    outcome.set(result).unwrap_or_else(|_| unreachable!("each index is taken once"));
                }
            });
        }
    });
    let width = rows.iter().map(|row| row.name().len()).max().unwrap_or(0);
    println!("{:width$} {:>9} {:>8}", "name", "requests", "failures");
    let mut failed = 0;
    for (row, outcome) in rows.iter().zip(outcomes) {
        let outcome = outcome.into_inner().expect("every row has run");
        failed += usize::from(outcome.fault.is_some());
        println!("{:width$} {outcome}", row.name());
    }
    println!("{} rows, {failed} not ok", rows.len());
    assert_eq!(failed, 0, "see the table");
}

/// No row is there twice, and each block is in several.
#[test]
fn the_table_has_all_blocks() {
    let names: Vec<String> = rows().iter().map(|row| row.name()).collect();
    assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len());
    let combined = names.iter().filter(|name| name.matches('<').count() > 1).count();
    assert!(combined >= 30, "{combined}");
    let blocks = [
        "Aligned<",
        "ByTag<",
        "Failing<",
        "Fallback<",
        "Guard<",
        "Limit<",
        "Locked<",
        "Segregate<",
        "StackFirst<",
        "Stats<",
        "Trace<",
        "Zeroizing<",
    ];
    for block in blocks.into_iter().chain(cfg!(feature = "profile").then_some("Profile<")) {
        let with_it = names.iter().filter(|name| name.contains(block)).count();
        assert!(with_it >= 4, "{with_it} of {block}");
    }
    let required = [
        "Segregate<256, Pool, Fallback<FixedArena<'_>, Pages>>",
        "Stats<Limit<&Arena>>",
        "Guard<SharedPool>",
        "AsAllocatorRef<'static, AsGlobal<ByTag<Stats<SharedPool>>>>",
    ];
    assert!(required.iter().all(|name| names.iter().any(|it| it == name)), "{names:#?}");
}
