//! Pools, ours beside the defaults of others: a pair of 64 bytes, allocated and freed; and one of a large block.

use std::error::Error;
use std::hint::black_box;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{AsAllocator, Pool, SharedPool, System};
use janus_benches::defaults;
use janus_benches::workloads::{Workload, local};
use mimalloc::MiMalloc;

use crate::{NOTHING, callgrind};

/// The names of the rows begin with this on the command line, and so it selects all.
const TABLE: &str = "pools: ";
/// The option of `janus-defaults` that takes a loop and a count.
const COUNT: &str = "--count";

/// A program with a default of its own: a box in it is made and dropped.
struct Registered {
    /// As [`defaults::build`] takes it.
    name: &'static str,
    /// What ours is to reach.
    goal: Option<f64>,
}

static DEFAULTS: &[Registered] = &[
    Registered { name: defaults::SYSTEM, goal: None },
    Registered { name: "mimalloc", goal: None },
    Registered { name: defaults::OURS, goal: Some(32.0) },
];

/// An allocator that a collection has: a block is allocated and freed through the trait, of a layout the compiler knows if the name
/// does not say otherwise.
struct Row {
    name: &'static str,
    run: Workload,
    goal: Option<f64>,
}

static SHARED_POOL: SharedPool = SharedPool::new();

static ROWS: &[Row] = &[
    Row { name: "System", run: |count| local::known(&System, count), goal: None },
    Row { name: "AsAllocator<MiMalloc>", run: |count| local::known(&AsAllocator::new(MiMalloc), count), goal: None },
    Row { name: "Pool", run: |count| local::known(black_box(&Pool::new()), count), goal: Some(12.0) },
    Row { name: "SharedPool", run: |count| local::known(&SHARED_POOL, count), goal: Some(18.0) },
    Row { name: "Pool, size unknown", run: |count| local::unknown(black_box(&Pool::new()), count), goal: None },
    Row { name: "SharedPool, size unknown", run: |count| local::unknown(&SHARED_POOL, count), goal: None },
    Row { name: "SharedPool, 700 KiB beside 4000 kept", run: large_beside_kept, goal: Some(1500.0) },
];

/// A large block is allocated and freed in a pool that keeps many. To find it takes no longer than beside a few.
fn large_beside_kept(count: usize) {
    let pool = SharedPool::with_options(Options::new().retain(Retain::Everything));
    let layouts =
        (0..4000).map(|number| Layout::from_size_align((600 + number * 7919 % 500) << 10, 8).expect("a layout"));
    let blocks: Vec<_> = layouts.map(|layout| (pool.allocate(layout).expect("memory"), layout)).collect();
    // SAFETY: live, with these layouts.
    blocks.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block.cast(), layout) });
    let layout = Layout::from_size_align(700 << 10, 8).expect("a layout");
    for _ in 0..count {
        let block = black_box(pool.allocate(black_box(layout)).expect("memory"));
        // SAFETY: live, with that layout.
        unsafe { pool.deallocate(block.cast(), layout) };
    }
}

/// The workload that [`callgrind`] is told to run as `name`.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let row = name.strip_prefix(TABLE)?;
    Some(ROWS.iter().find(|candidate| candidate.name == row)?.run)
}

fn selected(name: &str, part: &str) -> bool {
    format!("{TABLE}{name}").contains(part)
}

/// Whether a row has `part` in its name.
pub(crate) fn has(part: &str) -> bool {
    DEFAULTS.iter().any(|default| selected(default.name, part)) || ROWS.iter().any(|row| selected(row.name, part))
}

/// Measures the rows with `part` in their names. Defaults that cannot be built here are skipped.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    println!(
        "\nPools: instructions of a pair, of 64 bytes if the name does not say otherwise, without those of the empty loop; behind the goal marked with !."
    );
    println!("\n{:43} {:>8}  {:>8}", "Box::new([number; 8]) on the default", "", "to reach");
    for Registered { name, goal } in DEFAULTS.iter().filter(|default| selected(default.name, part)) {
        match defaults::build(name) {
            Ok(program) => {
                let count = |name| callgrind::instructions_of(&program, COUNT, name);
                print_line(name, count("boxed")? - count("nothing")?, *goal);
            }
            Err(error) => println!("{name:43}  skipped: {error}"),
        }
    }
    println!("\n{:43} {:>8}  {:>8}", "through the trait", "", "to reach");
    let nothing = callgrind::instructions(NOTHING)?;
    for Row { name, goal, .. } in ROWS.iter().filter(|row| selected(row.name, part)) {
        print_line(name, callgrind::instructions(&format!("{TABLE}{name}"))? - nothing, *goal);
    }
    Ok(())
}

fn print_line(name: &str, count: f64, goal: Option<f64>) {
    // To a tenth: what happens once in thousands of operations is not part of it.
    let count = (count * 10.0).round() / 10.0;
    let mark = if goal.is_some_and(|goal| count > goal) { '!' } else { ' ' };
    let goal = goal.map_or(String::new(), |goal| goal.to_string());
    println!("{name:43} {count:>8.1}{mark} {goal:>8}");
}
