//! Mappings of whole pages: `mmap` and its relatives on Unix, `VirtualAlloc` and its relatives on Windows.

#[cfg(not(target_os = "linux"))]
mod lacking;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

#[cfg(all(target_os = "linux", feature = "std"))]
pub(crate) use system::unmap_range;
pub(crate) use system::{bind, lock, map_huge, omit_from_dumps, unlock, wipe_in_children};
pub(crate) use system::{grow, guard_size, map, page_size, shrink, unmap};

/// The pages of a block, their guards, and the advice about them.
pub(crate) struct Mapping {
    /// The number of usable bytes: whole pages, at most `isize::MAX`.
    pub(crate) size: usize,
    /// The align of the usable bytes: at least a page.
    pub(crate) align: usize,
    /// The number of bytes without access on each side.
    pub(crate) guard: usize,
    /// Whether to ask for huge pages.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "no such advice"))]
    pub(crate) huge: bool,
    /// Whether to back the pages with memory at once.
    #[cfg_attr(windows, expect(dead_code, reason = "no such advice"))]
    pub(crate) populate: bool,
}

/// The reach of a [binding](bind) to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binding {
    /// Memory of that node only.
    Strict,
    /// Memory of another node where that one has none left.
    Preferred,
}
