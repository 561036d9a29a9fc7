//! Adapters, and the allocators that they adapt.

use std::error::Error;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Malloc, Stats, System};
use janus_benches::workloads::{Workload, global, local};
use mimalloc::MiMalloc;

use crate::{NOTHING, callgrind};

/// The columns.
const OPERATIONS: [&str; 5] = ["known", "unknown", "grown, known", "grown, unknown", "zeroed"];

/// A table, whose first row is the reference for the others.
struct Table {
    rows: &'static [Row],
}

struct Row {
    name: &'static str,
    /// A workload for each column.
    runs: [Workload; OPERATIONS.len()],
    /// The greatest allowed difference from a count of the first row, in instructions. `None` if any is allowed.
    tolerance: Option<f64>,
}

/// Returns the row of an allocator, used by `GlobalAlloc` (`global`) or by `Allocator` (`local`).
macro_rules! row {
    ($name:literal, $trait:ident, $allocator:expr) => {
        row!($name, $trait, $allocator, None)
    };
    ($name:literal, $trait:ident, $allocator:expr, $tolerance:expr) => {
        Row {
            name: $name,
            runs: [
                |count| $trait::known($allocator, count),
                |count| $trait::unknown($allocator, count),
                |count| $trait::grown_known($allocator, count),
                |count| $trait::grown_unknown($allocator, count),
                |count| $trait::zeroed($allocator, count),
            ],
            tolerance: $tolerance,
        }
    };
}

// The allocators are statics, as a registered default is.
static ROUND_TRIP: AsGlobal<AsAllocator<System>> = AsGlobal::new(AsAllocator::new(System));
static AS_GLOBAL: AsGlobal<System> = AsGlobal::new(System);
static COUNTED: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
static STATS: Stats<System> = Stats::new(System);
static MALLOC: AsGlobal<Malloc> = AsGlobal::new(Malloc);
const MI: AsAllocator<MiMalloc> = AsAllocator::new(MiMalloc);
static MI_ROUND_TRIP: AsGlobal<AsAllocator<MiMalloc>> = AsGlobal::new(MI);

static TABLES: &[Table] = &[
    Table {
        rows: &[
            row!("System", global, &System),
            row!("AsGlobal<AsAllocator<System>>", global, &ROUND_TRIP, Some(2.0)),
            row!("AsGlobal<System>", global, &AS_GLOBAL, Some(2.0)),
            row!("AsGlobal<Malloc>", global, &MALLOC),
            row!("AsGlobal<Stats<System>>", global, &COUNTED),
            row!("System as Allocator", local, &System),
            row!("AsAllocator<System>", local, &AsAllocator::new(System)),
            row!("AsAllocatorRef<System>", local, &AsAllocatorRef::new(&System)),
            row!("Malloc as Allocator", local, &Malloc),
            row!("Stats<System>", local, &STATS),
        ],
    },
    Table {
        rows: &[
            row!("MiMalloc", global, &MiMalloc),
            row!("AsGlobal<AsAllocator<MiMalloc>>", global, &MI_ROUND_TRIP, Some(2.0)),
            row!("AsAllocator<MiMalloc>", local, &MI),
        ],
    },
];

/// Sizes that must be equal, in bytes.
const SIZES: [(&str, usize, &str, usize); 5] = [
    ("AsGlobal<AsAllocator<System>>", size_of::<AsGlobal<AsAllocator<System>>>(), "System", size_of::<System>()),
    ("AsGlobal<System>", size_of::<AsGlobal<System>>(), "System", size_of::<System>()),
    ("AsGlobal<Stats<System>>", size_of::<AsGlobal<Stats<System>>>(), "Stats<System>", size_of::<Stats<System>>()),
    ("AsAllocatorRef<System>", size_of::<AsAllocatorRef<'_, System>>(), "&System", size_of::<&System>()),
    ("Vec<u64, AsAllocator<System>>", vec_size::<AsAllocator<System>>(), "Vec<u64, System>", vec_size::<System>()),
];

const fn vec_size<A: Allocator>() -> usize {
    size_of::<Vec<u64, A>>()
}

/// Returns the workload `name`, which [`callgrind`] runs in a process of its own.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let (row, operation) = name.split_once('/')?;
    let row = TABLES.iter().flat_map(|table| table.rows).find(|candidate| candidate.name == row)?;
    Some(row.runs[OPERATIONS.iter().position(|&candidate| candidate == operation)?])
}

/// Returns whether the name of a row contains `part`.
pub(crate) fn has(part: &str) -> bool {
    TABLES.iter().flat_map(|table| table.rows).any(|row| row.name.contains(part))
}

/// Measures the rows whose names contain `part`, and returns whether all are within their tolerance.
pub(crate) fn measure(part: &str) -> Result<bool, Box<dyn Error>> {
    let nothing = callgrind::instructions(NOTHING)?;
    println!(
        "\nInstructions per operation, without the {nothing:.1} of the empty loop, with the difference from the first row of the"
    );
    println!("table. The compiler knows the sizes or not: 64 bytes, grown to 128.");
    let mut exceeded = 0;
    for table in TABLES {
        if table.rows.iter().any(|row| row.name.contains(part)) {
            exceeded += print_table(table.rows, part, nothing)?;
        }
    }
    match exceeded {
        0 => println!("\nAll counts are within their tolerance."),
        _ => println!("\nCounts beyond their tolerance, marked with !: {exceeded}"),
    }
    Ok(exceeded == 0)
}

/// Measures and prints a table, and returns the number of counts beyond their tolerance.
fn print_table(rows: &[Row], part: &str, nothing: f64) -> Result<usize, Box<dyn Error>> {
    println!();
    print!("{:34}", "");
    OPERATIONS.iter().for_each(|operation| print!(" {operation:>17}"));
    println!();
    let mut exceeded = 0;
    let mut first: Option<[f64; OPERATIONS.len()]> = None;
    for row in rows {
        // The first row is always measured, for the comparison.
        if first.is_some() && !row.name.contains(part) {
            continue;
        }
        print!("{:34}", row.name);
        let mut counts = [0.0; OPERATIONS.len()];
        for (column, operation) in OPERATIONS.iter().enumerate() {
            let count = callgrind::instructions(&format!("{}/{operation}", row.name))? - nothing;
            counts[column] = count;
            let Some(first) = first else {
                print!(" {count:>17.1}");
                continue;
            };
            // Rounded to a tenth: events once in thousands of operations are no cost of the adapter.
            let difference = ((count - first[column]) * 10.0).round() / 10.0 + 0.0;
            let is_beyond = row.tolerance.is_some_and(|tolerance| difference.abs() > tolerance);
            exceeded += usize::from(is_beyond);
            print!(" {count:>8.1} {difference:>+7.1}{}", if is_beyond { '!' } else { ' ' });
        }
        println!();
        first.get_or_insert(counts);
    }
    Ok(exceeded)
}

/// Prints the sizes that an adapter must not change, and returns whether all are unchanged.
pub(crate) fn print_sizes() -> bool {
    println!("Sizes in bytes\n");
    let mut equal = true;
    for (name, size, like, expected) in SIZES {
        let mark = if size == expected { "" } else { "  ! should be equal" };
        println!("{name:34} {size:>6}   {like:24} {expected:>6}{mark}");
        equal &= size == expected;
    }
    equal
}
