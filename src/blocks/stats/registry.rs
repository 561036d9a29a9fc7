//! The list of all named allocators.
//!
//! A `Node` has the name and the counters of one `Stats`. It comes from the operating system and stays at its address and in the list
//! for ever: the next named `Stats` uses it when the last one is dropped. So neither joining, leaving nor reporting takes a lock. A
//! report may allocate from an allocator that joins meanwhile, a fork copies the list in a consistent state, and a signal handler may
//! interrupt any of them.
//!
//! # Invariants
//!
//! 1. [`FIRST`] and the `next` of a node lead to nodes that are never freed and never leave the list. `next` does not change once the
//!    node is in the list.
//! 2. Only the holder of a node's claim stores its name, before it publishes. So a [reader](Claim::read) finds the name of one holder.

use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicIsize;
use core::{slice, str};

use super::counters::Counters;
use super::{Row, Snapshot};
use crate::blocks::system_memory::{self, Zeroable};
use crate::sync::claim::Claim;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering::Relaxed, once_ptr};

static FIRST: AtomicPtr<Node> = AtomicPtr::new(ptr::null_mut());

/// The number of free nodes in the list, so that a claim searches only if there is one. The number may be wrong for a moment, and
/// below 0. A number that is too low costs a new node, one that is too high a search in vain.
static FREE_NODES: AtomicIsize = AtomicIsize::new(0);

/// All zero bytes are a free node with counters at zero.
#[repr(C)]
pub(super) struct Node {
    claim: Claim,
    next: AtomicPtr<Node>,
    name_start: AtomicPtr<u8>,
    name_length: AtomicUsize,
    counters: Counters,
}

// SAFETY: it is made of atomics.
unsafe impl Zeroable for Node {}

/// Claims a node for an allocator of that name, with counters at zero. No report shows it before it is [published](Node::publish).
/// Returns `None` if the system has no memory for one.
pub(super) fn claim(name: &'static str) -> Option<&'static Node> {
    let node = reuse().or_else(add)?;
    node.name_start.store(name.as_ptr().cast_mut(), Relaxed);
    node.name_length.store(name.len(), Relaxed);
    Some(node)
}

fn reuse() -> Option<&'static Node> {
    if FREE_NODES.load(Relaxed) <= 0 {
        return None;
    }
    let node = nodes().find(|node| node.claim.try_claim())?;
    FREE_NODES.fetch_sub(1, Relaxed);
    node.counters.reset();
    Some(node)
}

/// Adds a new node to the list, claimed by the caller.
fn add() -> Option<&'static Node> {
    let new: NonNull<Node> = system_memory::new_zeroed()?;
    // SAFETY: a new value, which is never freed.
    let node: &'static Node = unsafe { new.as_ref() };
    // No other thread knows the node yet.
    let is_claimed = node.claim.try_claim();
    debug_assert!(is_claimed);
    once_ptr::push_front(&FIRST, new, |first| node.next.store(first, Relaxed));
    Some(node)
}

/// Returns all nodes that are in the list now, the newest first.
fn nodes() -> Nodes {
    Nodes { next: once_ptr::get(&FIRST) }
}

struct Nodes {
    next: Option<NonNull<Node>>,
}

impl Iterator for Nodes {
    type Item = &'static Node;

    fn next(&mut self) -> Option<&'static Node> {
        // SAFETY: by invariant 1 it is a node.
        let node: &'static Node = unsafe { self.next?.as_ref() };
        // Relaxed suffices: each push is a read-modify-write of the head, so whoever acquired the head sees all nodes behind it
        // initialised.
        self.next = NonNull::new(node.next.load(Relaxed));
        Some(node)
    }
}

impl Node {
    pub(super) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Shows the node in reports. The holder calls this once.
    pub(super) fn publish(&self) {
        self.claim.publish();
    }

    /// Ends the claim. The holder calls this once.
    pub(super) fn release(&self) {
        self.claim.release();
        FREE_NODES.fetch_add(1, Relaxed);
    }

    /// Returns the name and the counts. Returns `None` if the node has no holder, or gets another one meanwhile.
    fn row(&self) -> Option<Row> {
        let read = || (self.name_start.load(Relaxed), self.name_length.load(Relaxed), self.counters.snapshot());
        let (start, length, snapshot): (_, _, Snapshot) = self.claim.read(read)?;
        // SAFETY: by invariant 2 both are of one name, which is `'static`.
        let name: &'static [u8] = unsafe { slice::from_raw_parts(start, length) };
        // SAFETY: as above, so it is a `str`.
        let name: &'static str = unsafe { str::from_utf8_unchecked(name) };
        Some(Row { name, snapshot })
    }
}

/// Returns the name and the counts of each live named [`Stats`](super::Stats), in no particular order. It allocates nothing, takes
/// no lock, and may be called at any time.
///
/// [`report`](super::report) collects, sorts and prints them.
///
/// # Examples
///
/// ```
/// use janus_alloc::{Global, Stats, collections::Box, stats};
///
/// let parser = Stats::named("parser", Global);
/// let node = Box::new_in([0_u8; 100], &parser);
/// let row = stats::rows().find(|row| row.name == "parser").unwrap();
/// assert_eq!(row.snapshot.live_bytes, 100);
/// # drop(node);
/// ```
pub fn rows() -> impl Iterator<Item = Row> {
    nodes().filter_map(Node::row)
}
