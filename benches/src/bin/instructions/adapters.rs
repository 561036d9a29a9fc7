//! Adapters, to be compared with what they adapt.

use janus_alloc::api::Allocator;
use janus_alloc::blocks::profile::Sampling;
use janus_alloc::collections::Vec;
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Malloc, Profile, Stats, System};
use janus_benches::workloads::{global, local};
use mimalloc::MiMalloc;

use crate::rows::{Table, Tolerance, row};

// The allocators are statics, as a registered default is.
static ROUND_TRIP: AsGlobal<AsAllocator<System>> = AsGlobal::new(AsAllocator::new(System));
static AS_GLOBAL: AsGlobal<System> = AsGlobal::new(System);
static COUNTED: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));
static STATS: Stats<System> = Stats::new(System);
static PROFILED: AsGlobal<Profile<System>> = AsGlobal::new(Profile::new(System));
static PROFILE: Profile<System> = Profile::new(System);
/// Too far apart for a sample.
const SELDOM: Sampling = Sampling::EveryBytes(1 << 40);
static SELDOM_PROFILED: AsGlobal<Profile<System>> = AsGlobal::new(Profile::with_sampling(System, SELDOM));
static SELDOM_PROFILE: Profile<System> = Profile::with_sampling(System, SELDOM);
static MALLOC: AsGlobal<Malloc> = AsGlobal::new(Malloc);
const MI: AsAllocator<MiMalloc> = AsAllocator::new(MiMalloc);
static MI_ROUND_TRIP: AsGlobal<AsAllocator<MiMalloc>> = AsGlobal::new(MI);

pub(crate) static TABLES: &[Table] = &[
    Table {
        rows: &[
            row!("System", global, &System),
            row!("AsGlobal<AsAllocator<System>>", global, &ROUND_TRIP, Tolerance::AtMost(2.0)),
            row!("AsGlobal<System>", global, &AS_GLOBAL, Tolerance::AtMost(2.0)),
            row!("AsGlobal<Malloc>", global, &MALLOC),
            row!("AsGlobal<Stats<System>>", global, &COUNTED),
            row!("AsGlobal<Profile<System>>", global, &PROFILED),
            row!("AsGlobal<Profile<System>>, unsampled", global, &SELDOM_PROFILED),
            row!("System as Allocator", local, &System),
            row!("AsAllocator<System>", local, &AsAllocator::new(System)),
            row!("AsAllocatorRef<System>", local, &AsAllocatorRef::new(&System)),
            row!("Malloc as Allocator", local, &Malloc),
            row!("Stats<System>", local, &STATS),
            row!("Profile<System>", local, &PROFILE),
            row!("Profile<System>, unsampled", local, &SELDOM_PROFILE),
        ],
    },
    Table {
        rows: &[
            row!("MiMalloc", global, &MiMalloc),
            row!("AsGlobal<AsAllocator<MiMalloc>>", global, &MI_ROUND_TRIP, Tolerance::AtMost(2.0)),
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

/// Prints the sizes that an adapter must not change, and returns whether it does not.
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
