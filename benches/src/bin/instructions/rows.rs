//! What is measured. A row is a line in a table.

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Malloc, Stats, System};
use janus_benches::workloads::{Workload, global, local};
use mimalloc::MiMalloc;

/// The columns.
pub(crate) const OPERATIONS: [&str; 5] = ["known", "unknown", "grown, known", "grown, unknown", "zeroed"];

/// The first row is what the others are compared with.
pub(crate) struct Table {
    pub(crate) rows: &'static [Row],
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// One for each column.
    pub(crate) runs: [Workload; OPERATIONS.len()],
    /// By how many instructions a count may differ from that of the first row. `None`: it is only shown.
    pub(crate) may_stray: Option<f64>,
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

pub(crate) static TABLES: &[Table] = &[
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
pub(crate) const SIZES: [(&str, usize, &str, usize); 5] = [
    ("AsGlobal<AsAllocator<System>>", size_of::<AsGlobal<AsAllocator<System>>>(), "System", size_of::<System>()),
    ("AsGlobal<System>", size_of::<AsGlobal<System>>(), "System", size_of::<System>()),
    ("AsGlobal<Stats<System>>", size_of::<AsGlobal<Stats<System>>>(), "Stats<System>", size_of::<Stats<System>>()),
    ("AsAllocatorRef<System>", size_of::<AsAllocatorRef<'_, System>>(), "&System", size_of::<&System>()),
    ("Vec<u64, AsAllocator<System>>", vec_size::<AsAllocator<System>>(), "Vec<u64, System>", vec_size::<System>()),
];

const fn vec_size<A: Allocator>() -> usize {
    size_of::<Vec<u64, A>>()
}
