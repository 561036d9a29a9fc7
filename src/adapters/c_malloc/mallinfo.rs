//! `mallinfo` and `mallinfo2`.

use core::ffi::c_int;

use super::control::OptionalControl;
use super::errno::preserve_errno;
use crate::pools::SharedPoolStats;

/// `struct mallinfo` and `struct mallinfo2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct MallInfo<N> {
    /// Bytes held: from the operating system, or the parent.
    pub arena: N,
    /// Always 0: this and the other such fields describe parts that the heap does not have.
    pub ordblks: N,
    /// Free blocks in the caches of threads.
    pub smblks: N,
    /// Always 0.
    pub hblks: N,
    /// Always 0: large blocks are counted with all others.
    pub hblkhd: N,
    /// Always 0.
    pub usmblks: N,
    /// Bytes in the caches of threads.
    pub fsmblks: N,
    /// Bytes in use.
    pub uordblks: N,
    /// Bytes held, but not in use.
    pub fordblks: N,
    /// Always 0.
    pub keepcost: N,
}

impl From<&SharedPoolStats> for MallInfo<usize> {
    fn from(stats: &SharedPoolStats) -> Self {
        let (held, live) = (stats.held_bytes(), stats.live_bytes());
        Self {
            arena: held,
            smblks: cached_blocks(stats),
            fsmblks: stats.cached_bytes(),
            uordblks: live,
            fordblks: held.saturating_sub(live),
            ..Self::default()
        }
    }
}

/// Returns the number of free blocks in the caches of threads.
pub(super) fn cached_blocks(stats: &SharedPoolStats) -> usize {
    stats.classes().map(|class| class.cached_blocks).sum()
}

/// `mallinfo2()`
pub fn mallinfo2(control: OptionalControl) -> MallInfo<usize> {
    preserve_errno(|| control.map(|control| MallInfo::from(&control.stats())).unwrap_or_default())
}

/// `mallinfo()`: a number that does not fit an `int` becomes the largest `int`.
pub fn mallinfo(control: OptionalControl) -> MallInfo<c_int> {
    let info = mallinfo2(control);
    let int = |count: usize| c_int::try_from(count).unwrap_or(c_int::MAX);
    MallInfo {
        arena: int(info.arena),
        smblks: int(info.smblks),
        fsmblks: int(info.fsmblks),
        uordblks: int(info.uordblks),
        fordblks: int(info.fordblks),
        ..MallInfo::default()
    }
}
