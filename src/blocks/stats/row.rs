use super::Snapshot;

/// The name of an allocator or a tag, and its counts at one moment.
///
/// With the feature `serde` it is serialised as one flat object: `name`, and the fields of [`Snapshot`].
///
/// # Examples
///
/// ```
/// use janus_alloc::{Stats, System, collections::Box, stats};
///
/// let parser = Stats::named("parser", System);
/// drop(Box::new_in(0_u64, &parser));
/// let row = stats::rows().next().unwrap();
/// assert_eq!((row.name, row.snapshot.total_bytes), ("parser", 8));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The name of the allocator or the tag. Several allocators may have the same one.
    pub name: &'static str,
    /// The counts.
    pub snapshot: Snapshot,
}

impl Row {
    #[cfg(os_memory)]
    pub(in crate::blocks) const fn new(name: &'static str, snapshot: Snapshot) -> Self {
        Self { name, snapshot }
    }
}
