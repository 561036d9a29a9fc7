//! Adapters beside what they adapt. A row is a line in a table.

use std::error::Error;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Malloc, Stats, System};
use janus_benches::workloads::{Workload, global, local};
use mimalloc::MiMalloc;

use crate::{NOTHING, callgrind};

/// The columns.
const OPERATIONS: [&str; 5] = ["known", "unknown", "grown, known", "grown, unknown", "zeroed"];

/// The first row is what the others are compared with.
struct Table {
    rows: &'static [Row],
}

struct Row {
    name: &'static str,
    /// One for each column.
    runs: [Workload; OPERATIONS.len()],
    /// By how many instructions a count may differ from that of the first row. `None`: it is only shown.
    may_stray: Option<f64>,
}

/// The workloads of an allocator, through the face of the process (`global`) or that of a collection (`local`).
macro_rules! row {
    ($name:literal, $face:ident, $allocator:expr) => {
        row!($name, $face, $allocator, None)
    };
    ($name:literal, $face:ident, $allocator:expr, $may_stray:expr) => {
        Row {
            name: $name,
            runs: [
                |count| $face::known($allocator, count),
                |count| $face::unknown($allocator, count),
                |count| $face::grown_known($allocator, count),
                |count| $face::grown_unknown($allocator, count),
                |count| $face::zeroed($allocator, count),
            ],
            may_stray: $may_stray,
        }
    };
}

// Statics, as a registered default is one.
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

/// The workload that [`callgrind`] is told to run as `name`.
pub(crate) fn workload(name: &str) -> Option<Workload> {
    let (row, operation) = name.split_once('/')?;
    let row = TABLES.iter().flat_map(|table| table.rows).find(|candidate| candidate.name == row)?;
    Some(row.runs[OPERATIONS.iter().position(|&candidate| candidate == operation)?])
}

/// Whether a row has `part` in its name.
pub(crate) fn has(part: &str) -> bool {
    TABLES.iter().flat_map(|table| table.rows).any(|row| row.name.contains(part))
}

/// Measures the rows with `part` in their names, and says whether all is as it should be.
pub(crate) fn measure(part: &str) -> Result<bool, Box<dyn Error>> {
    let nothing = callgrind::instructions(NOTHING)?;
    println!(
        "\nInstructions per operation, without the {nothing:.1} of the empty loop; beside them the difference to the"
    );
    println!("first of the table. Sizes are 64 bytes, growing to 128; known or not to the compiler.");
    let mut strayed = 0;
    for table in TABLES {
        if table.rows.iter().any(|row| row.name.contains(part)) {
            strayed += print_table(table.rows, part, nothing)?;
        }
    }
    match strayed {
        0 => println!("\nNo row strays further from the first of its table than it may."),
        _ => println!(
            "\nCounts that stray further from the first of their table than they may, marked with !: {strayed}"
        ),
    }
    Ok(strayed == 0)
}

/// Returns how many counts stray too far.
fn print_table(rows: &[Row], part: &str, nothing: f64) -> Result<usize, Box<dyn Error>> {
    println!();
    print!("{:34}", "");
    OPERATIONS.iter().for_each(|operation| print!(" {operation:>17}"));
    println!();
    let mut strayed = 0;
    let mut first: Option<[f64; OPERATIONS.len()]> = None;
    for row in rows {
        // The first is what the others are compared with.
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
            // To a tenth: what happens once in thousands of operations is not the adapter's.
            let more = ((count - first[column]) * 10.0).round() / 10.0 + 0.0;
            let far = row.may_stray.is_some_and(|may| more.abs() > may);
            strayed += usize::from(far);
            print!(" {count:>8.1} {more:>+7.1}{}", if far { '!' } else { ' ' });
        }
        println!();
        first.get_or_insert(counts);
    }
    Ok(strayed)
}

/// Prints the sizes that an adapter must not change, and says whether it does not.
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
