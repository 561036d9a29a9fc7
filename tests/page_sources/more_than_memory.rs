//! `FilePages` with more blocks than there is memory: in a control group that has little.

use std::fs;
use std::path::{Path, PathBuf};

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::{FilePages, Pages};

use crate::children::alone;
use crate::file::{Directory, lies_in_memory};
use crate::forks::status_in_child;

const MIB: usize = 1 << 20;
/// The memory of the group, page cache included.
const MEMORY: usize = 64 * MIB;
const NUMBERS: usize = 256 * MIB / size_of::<u64>();

/// A control group below the one of this process. No process is left in it when it is dropped.
struct Group(PathBuf);

impl Group {
    /// Returns a group whose processes have [`MEMORY`] together, if this process may make one.
    fn new(name: &str) -> Option<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = |controller: &str| {
            let named = |line: &str| {
                line.split_once(':')?
                    .1
                    .split_once(':')
                    .filter(|(name, _)| *name == controller)
                    .map(|(_, path)| path.to_owned())
            };
            groups.lines().find_map(named)
        };
        // The two generations of the interface.
        let (parent, limit) = match own("memory") {
            Some(path) => (format!("/sys/fs/cgroup/memory{path}"), "memory.limit_in_bytes"),
            None => (format!("/sys/fs/cgroup{}", own("")?), "memory.max"),
        };
        let group = Self(Path::new(&parent).join(format!("janus-alloc-test-{}-{name}", std::process::id())));
        fs::create_dir(&group.0).ok()?;
        fs::write(group.0.join(limit), MEMORY.to_string()).ok()?;
        // Without swap, where there is any.
        let _ = fs::write(group.0.join("memory.swap.max"), "0");
        let _ = fs::write(group.0.join("memory.swappiness"), "0");
        Some(group)
    }

    /// Moves this process into the group, and returns whether it may.
    fn enter(&self) -> bool {
        fs::write(self.0.join("cgroup.procs"), std::process::id().to_string()).is_ok()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// Fills four times the memory of the group with numbers, and returns whether they are read back.
fn use_much(source: &dyn Allocator) -> bool {
    let numbered = || (0..NUMBERS as u64).map(|number| number.wrapping_mul(0x9E37_79B9));
    let mut numbers = Vec::with_capacity_in(NUMBERS, source);
    numbers.extend(numbered());
    numbers.iter().copied().eq(numbered())
}

/// Uses much memory of `source` in a child that is in a new group. Returns the child's status, or `None` where there can be no such group.
fn status_in_group(name: &str, source: impl FnOnce() -> Option<Box<dyn Allocator>>) -> Option<i32> {
    let group = Group::new(name)?;
    // SAFETY: the C library's `malloc` may be used in the child, and nothing else is that another thread may be using.
    let status = unsafe { status_in_child(|| group.enter() && source().is_some_and(|source| use_much(&*source))) };
    drop(group);
    Some(status)
}

const NO_GROUP: &str = "this process may not make a control group with a limit on memory";

#[test]
fn a_vector_may_exceed_it() {
    alone("more_than_memory::a_vector_may_exceed_it", || {
        let directory = Directory::new("more_than_memory");
        if lies_in_memory(&directory) {
            return skipped!("/var/tmp is in memory");
        }
        let source = || Some(Box::new(FilePages::new_in(&directory.0).ok()?) as Box<dyn Allocator>);
        let Some(status) = status_in_group("files", source) else { return skipped!("{NO_GROUP}") };
        assert_eq!(status, 0);
        println!("a vector of {} MiB in a group with {} MiB", NUMBERS * size_of::<u64>() / MIB, MEMORY / MIB);
    });
}

/// The group does limit its processes: memory without a file ends them.
#[test]
fn memory_without_a_file_may_not() {
    alone("more_than_memory::memory_without_a_file_may_not", || {
        let Some(status) = status_in_group("pages", || Some(Box::new(Pages::new()))) else {
            return skipped!("{NO_GROUP}");
        };
        assert_eq!(status, -libc::SIGKILL);
    });
}
