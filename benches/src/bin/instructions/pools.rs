//! The cost of allocating and freeing a block of 64 bytes, or a large one, with our pools and with other defaults.

use std::error::Error;
use std::hint::black_box;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{AsAllocator, Pool, SharedPool, System};
use janus_benches::defaults;
use janus_benches::workloads::{Workload, local};
use mimalloc::MiMalloc;

use crate::{NOTHING, callgrind};

/// The beginning of the names of the rows on the command line, which selects all of them.
const TABLE: &str = "pools: ";
/// The option of `janus-defaults` that takes a loop and a count.
const COUNT: &str = "--count";

/// A program with a registered default, which creates and drops a box.
struct Registered {
    /// The name of the default, as for [`defaults::build`].
    name: &'static str,
    /// The goal of ours, in instructions.
    goal: Option<f64>,
}

static DEFAULTS: &[Registered] = &[
    Registered { name: defaults::SYSTEM, goal: None },
    Registered { name: "mimalloc", goal: None },
    Registered { name: defaults::OURS, goal: Some(32.0) },
];

/// An allocator whose blocks are allocated and freed through `Allocator`. The compiler knows the layout unless the name says otherwise.
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

/// Allocates and frees a large block in a pool that retains many others. The search must not take longer than with a few.
fn large_beside_kept(count: usize) {
    let pool = SharedPool::with_options(Options::new().retain(Retain::Everything));
    let layouts =
        (0..4000).map(|number| Layout::from_size_align((600 + number * 7919 % 500) << 10, 8).expect("a layout"));
    let blocks: Vec<_> = layouts.map(|layout| (pool.allocate(layout).expect("memory"), layout)).collect();
    // SAFETY: the blocks are live, and were allocated with these layouts.
    blocks.into_iter().for_each(|(block, layout)| unsafe { pool.deallocate(block.cast(), layout) });
    let layout = Layout::from_size_align(700 << 10, 8).expect("a layout");
    for _ in 0..count {
        let block = black_box(pool.allocate(black_box(layout)).expect("memory"));
        // SAFETY: the block is live, and was allocated with this layout.
        unsafe { pool.deallocate(block.cast(), layout) };
    }
}

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let row = name.strip_prefix(TABLE)?;
    Some(ROWS.iter().find(|candidate| candidate.name == row)?.run)
}

fn selected(name: &str, part: &str) -> bool {
    format!("{TABLE}{name}").contains(part)
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    DEFAULTS.iter().any(|default| selected(default.name, part)) || ROWS.iter().any(|row| selected(row.name, part))
}

/// Measures the rows whose names contain `part`. Defaults that cannot be built are skipped.
pub(crate) fn measure(part: &str) -> Result<(), Box<dyn Error>> {
    println!(
        "\nPools: instructions to allocate and free a block, of 64 bytes unless the name says otherwise, without the empty loop; marked with !\nabove the goal."
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
    // Rounded to a tenth: events once in thousands of operations do not count.
    let count = (count * 10.0).round() / 10.0;
    let mark = if goal.is_some_and(|goal| count > goal) { '!' } else { ' ' };
    let goal = goal.map_or(String::new(), |goal| goal.to_string());
    println!("{name:43} {count:>8.1}{mark} {goal:>8}");
}
