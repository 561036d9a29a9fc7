//! The counters of one `Stats`: inside the value, or, if it has a name, in a node of the registry.
//!
//! A value moves, and a report of all named allocators must find its counters wherever it is. So a named `Stats` counts in a node that
//! stays at its address. It obtains the node when it first counts, because its constructor is a `const fn`.
//!
//! # Invariants
//!
//! 1. `own_shards` is at most [`OWN_SHARDS`], and 0 if there is a name. So a named `Stats` leaves the fast path at a comparison that
//!    each `Stats` makes anyway, and a `Stats` without a name has no branch for it.
//! 2. `node` is null, or [`NO_MEMORY`], or a node that this value has claimed and not released. Once it is not null, it does not change.
//!    If there is a name, it is null only before the first count. No node has an address as low as that of `NO_MEMORY`.

use core::hint::assert_unchecked;
use core::ptr::{self, NonNull};

use super::Snapshot;
use super::counters::{Counters, OWN_SHARDS, Resize};
use super::registry::{self, Node};
use crate::sync::{
    AtomicPtr,
    Ordering::{Acquire, Relaxed},
    once_ptr,
};

pub(super) struct Tally {
    own_shards: usize,
    name: Option<&'static str>,
    node: AtomicPtr<Node>,
    inside: Counters,
}

/// In place of a node if there was no memory for one. Then the value counts inside, and no report has it.
const NO_MEMORY: NonNull<Node> = NonNull::dangling();

impl Tally {
    pub(super) const fn new() -> Self {
        Self { own_shards: OWN_SHARDS, name: None, node: AtomicPtr::new(ptr::null_mut()), inside: Counters::new() }
    }

    pub(super) const fn named(name: &'static str) -> Self {
        Self { own_shards: 0, name: Some(name), node: AtomicPtr::new(ptr::null_mut()), inside: Counters::new() }
    }

    pub(super) const fn name(&self) -> Option<&'static str> {
        self.name
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.node().map_or(&self.inside, Node::counters).snapshot()
    }

    /// Counts each live block as freed. No thread counts meanwhile, as `&mut` says.
    pub(super) fn free_all(&mut self) {
        self.node().map_or(&self.inside, Node::counters).free_all();
    }

    #[inline]
    pub(super) fn count_allocation(&self, size: usize, slack: usize) {
        if !self.inside.try_count_allocation(self.own_shards(), size, slack) {
            self.count_allocation_elsewhere(size, slack);
        }
    }

    #[inline]
    pub(super) fn count_deallocation(&self, size: usize) {
        if !self.inside.try_count_deallocation(self.own_shards(), size) {
            self.count_deallocation_elsewhere(size);
        }
    }

    // Not inlined: the registers that its branches need cost the caller more than the call does.
    #[inline(never)]
    pub(super) fn count_grow(&self, sizes: Resize) {
        if !self.inside.try_count_grow(self.own_shards(), sizes) {
            self.elsewhere().count_grow(sizes);
        }
    }

    #[inline]
    pub(super) fn count_shrink(&self, sizes: Resize) {
        if !self.inside.try_count_shrink(self.own_shards(), sizes) {
            self.count_shrink_elsewhere(sizes);
        }
    }

    #[cold]
    pub(super) fn count_begin(&self) {
        self.elsewhere().count_begin();
    }

    #[cold]
    pub(super) fn count_end(&self) {
        self.elsewhere().count_end();
    }

    #[cold]
    pub(super) fn count_failure(&self, size: usize) {
        self.elsewhere().count_failure(size);
    }

    #[inline(never)]
    fn count_allocation_elsewhere(&self, size: usize, slack: usize) {
        self.elsewhere().count_allocation(size, slack);
    }

    #[inline(never)]
    fn count_deallocation_elsewhere(&self, size: usize) {
        self.elsewhere().count_deallocation(size);
    }

    #[inline(never)]
    fn count_shrink_elsewhere(&self, sizes: Resize) {
        self.elsewhere().count_shrink(sizes);
    }

    #[inline]
    fn own_shards(&self) -> usize {
        // So that the compiler leaves out a bounds check.
        // SAFETY: by invariant 1.
        unsafe { assert_unchecked(self.own_shards <= OWN_SHARDS) };
        self.own_shards
    }

    /// Returns the counters of this value, wherever they are.
    #[inline]
    fn elsewhere(&self) -> &Counters {
        match self.node() {
            Some(node) => node.counters(),
            None => self.without_node(),
        }
    }

    #[cold]
    #[inline(never)]
    fn without_node(&self) -> &Counters {
        if let Some(name) = self.name {
            if self.node.load(Relaxed).is_null() {
                self.join(name);
            }
        }
        self.node().map_or(&self.inside, Node::counters)
    }

    /// Claims a node. If another thread sets one first, releases the claim.
    fn join(&self, name: &'static str) {
        let own = registry::claim(name);
        let node = own.map_or(NO_MEMORY, NonNull::from);
        let is_first = once_ptr::set_once(&self.node, node).is_none();
        match own {
            Some(own) if is_first => own.publish(),
            Some(own) => own.release(),
            None => {}
        }
    }

    /// Returns the node of this value, if it has one.
    #[inline]
    fn node(&self) -> Option<&Node> {
        let node = self.node.load(Acquire);
        // One comparison for both: null is lower still.
        if node.addr() <= NO_MEMORY.addr().get() {
            return None;
        }
        // SAFETY: by invariant 2 it is a node, which is never freed.
        Some(unsafe { &*node })
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if let Some(node) = self.node() {
            node.release();
        }
    }
}
