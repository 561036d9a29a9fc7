//! The rows.

use blink_alloc::Blink;
use bumpalo::Bump;
use janus_alloc::{Arena, Global, TaskArena};
use janus_benches::arenas::{BumpArena, BumpScope, Locked};
use janus_benches::workloads::Workload;
use janus_benches::workloads::bump::{self, Wide};
use multitude::Arena as Multitude;

use super::operations::OPERATIONS;

pub(super) struct Row {
    pub(super) name: &'static str,
    /// A workload for each column.
    pub(super) runs: [Workload; OPERATIONS.len()],
    /// Whether the arena reuses the last block when it is freed.
    pub(super) reuses: bool,
}

const fn row<A: BumpArena>(name: &'static str) -> Row {
    Row {
        name,
        runs: [
            bump::known::<A, u32>,
            bump::known::<A, u64>,
            bump::known::<A, [u8; 24]>,
            bump::known::<A, Wide>,
            bump::size_unknown::<A>,
            bump::both_unknown::<A>,
            bump::last_in_first_out::<A>,
            bump::typed::<A>,
            bump::push::<A>,
        ],
        reuses: true,
    }
}

pub(super) static PEERS: &[Row] = &[
    row::<Bump<1>>("bumpalo, MIN_ALIGN 1"),
    row::<Bump<8>>("bumpalo, MIN_ALIGN 8"),
    row::<BumpScope<1, true>>("bump-scope, up, MIN_ALIGN 1"),
    row::<BumpScope<8, true>>("bump-scope, up, MIN_ALIGN 8"),
    row::<BumpScope<1, false>>("bump-scope, down, MIN_ALIGN 1"),
    row::<BumpScope<8, false>>("bump-scope, down, MIN_ALIGN 8"),
    Row { reuses: false, ..row::<Blink>("blink-alloc") },
    Row { reuses: false, ..row::<Multitude>("multitude") },
];

pub(super) static OURS: &[Row] =
    &[row::<Arena<Global, 1>>("Arena, MIN_ALIGN 1"), row::<Arena<Global, 8>>("Arena, MIN_ALIGN 8")];

/// Arenas that threads share, which have no goals here. A mutex is the usual way to share the others.
pub(super) static SHARED: &[Row] = &[
    row::<TaskArena>("TaskArena"),
    row::<Locked<Arena>>("Mutex<Arena>"),
    row::<Locked<Bump<8>>>("Mutex<Bump>, MIN_ALIGN 8"),
];
