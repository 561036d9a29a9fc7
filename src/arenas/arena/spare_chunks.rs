//! The spare chunks of an arena: chunks without blocks that are kept for later blocks.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::{self, NonNull};

use super::chunk::ArenaChunk;
use crate::api::Allocator;

/// Chunks without blocks, by size.
///
/// The chunks form a digital search tree, as in dlmalloc. Each node is a chunk; other chunks of the same size are in a list behind
/// it. At each depth, one [`digit`] of a size selects the subtree. A walk down the tree visits one node for each digit, so at most
/// 69 nodes and usually fewer than 20, for any number of chunks.
///
/// # Invariants
///
/// 1. The size of a node at depth `d` has its first `d` digits in common with the sizes of all nodes below it. No two nodes have the
///    same size.
/// 2. A chunk in the tree, or in the list of a node, starts with a [`Node`], and nothing else uses the chunk until it is removed.
#[derive(Debug)]
pub(super) struct SpareChunks<const MIN_ALIGN: usize> {
    root: Link,
    changes: Cell<u64>,
}

type Link = Cell<Option<NonNull<Node>>>;

/// The first bytes of a spare chunk, in place of the header of a chunk in use.
#[derive(Debug)]
struct Node {
    /// The size of the whole chunk.
    size: usize,
    /// The next chunk of the same size.
    same_size: Link,
    /// The subtrees of sizes whose next digit is 0, and 1. The latter are larger.
    children: [Link; 2],
}

/// Returns the digit of `size` at `depth`: 0 or 1. The first six digits are the logarithm of the size; then come the bits after the
/// leading one. Sizes are ordered as their digits are, and typical sizes differ in one of the first digits.
fn digit(size: usize, depth: u32) -> usize {
    const LOGARITHM_DIGITS: u32 = 6;
    let logarithm = size.ilog2();
    let shifted = match depth.checked_sub(LOGARITHM_DIGITS) {
        None => logarithm as usize >> (LOGARITHM_DIGITS - 1 - depth),
        // A walk ends at the last digit at the latest, because sizes with the same digits are equal.
        Some(bit) => size >> logarithm.saturating_sub(1 + bit),
    };
    shifted & 1
}

/// An end of the order of sizes. The value is the index of the child in that direction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Smallest = 0,
    Largest = 1,
}

impl<const MIN_ALIGN: usize> SpareChunks<MIN_ALIGN> {
    pub(super) const fn new() -> Self {
        Self { root: Cell::new(None), changes: Cell::new(0) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.get().is_none()
    }

    /// Returns the number of chunks inserted and removed so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.get()
    }

    fn node(&self, node: NonNull<Node>) -> &Node {
        #[cfg(all(test, feature = "std"))]
        super::visits::count();
        // SAFETY: by invariant 2. Fields that change meanwhile are cells.
        unsafe { node.as_ref() }
    }

    pub(super) fn insert(&self, chunk: ArenaChunk<MIN_ALIGN>) {
        const { assert!(size_of::<Node>() <= ArenaChunk::<MIN_ALIGN>::OVERHEAD) };
        const { assert!(align_of::<Node>() <= ArenaChunk::<MIN_ALIGN>::ALIGN) };
        self.changes.set(self.changes.get() + 1);
        let (start, size) = chunk.into_raw();
        let new = start.cast::<Node>();
        // SAFETY: nothing uses the chunk any more, and a node fits in place of its header, by the assertions above.
        unsafe { new.write(Node { size, same_size: Cell::new(None), children: [Cell::new(None), Cell::new(None)] }) };
        let (mut link, mut depth) = (&self.root, 0);
        while let Some(node) = link.get() {
            let node = self.node(node);
            if node.size == size {
                self.node(new).same_size.set(node.same_size.replace(Some(new)));
                return;
            }
            link = &node.children[digit(size, depth)];
            depth += 1;
        }
        link.set(Some(new));
    }

    /// Removes the smallest chunk that has at least `size` bytes. `size` is not 0.
    #[inline]
    pub(super) fn take_best_fit(&self, size: usize) -> Option<ArenaChunk<MIN_ALIGN>> {
        // Most often there are no spare chunks.
        if self.is_empty() { None } else { self.remove(self.find_best_fit(size)?) }
    }

    pub(super) fn take_largest(&self) -> Option<ArenaChunk<MIN_ALIGN>> {
        self.remove(self.find_outermost(&self.root, Side::Largest)?.0)
    }

    /// Finds the link to the smallest chunk that has at least `size` bytes. `size` is not 0.
    fn find_best_fit(&self, size: usize) -> Option<&Link> {
        let (mut best, mut larger) = (None, None);
        let (mut link, mut depth) = (&self.root, 0);
        while let Some(node) = link.get() {
            let node = self.node(node);
            if node.size >= size && best.is_none_or(|(_, least)| node.size < least) {
                best = Some((link, node.size));
            }
            if node.size == size {
                break;
            }
            let digit = digit(size, depth);
            if digit == 0 && node.children[1].get().is_some() {
                // All chunks there are larger than `size`, and smaller than those in the subtree found before.
                larger = Some(&node.children[1]);
            }
            link = &node.children[digit];
            depth += 1;
        }
        let smallest_larger = larger.and_then(|larger| self.find_outermost(larger, Side::Smallest));
        best.into_iter().chain(smallest_larger).min_by_key(|(_, size)| *size).map(|(link, _)| link)
    }

    /// Finds the link to the smallest or the largest chunk of the subtree at `link`, and its size.
    fn find_outermost<'a>(&'a self, mut link: &'a Link, side: Side) -> Option<(&'a Link, usize)> {
        let mut outermost: Option<(&Link, usize)> = None;
        while let Some(node) = link.get() {
            let node = self.node(node);
            if outermost.is_none_or(|(_, size)| (node.size < size) == (side == Side::Smallest)) {
                outermost = Some((link, node.size));
            }
            let outer = &node.children[side as usize];
            link = if outer.get().is_some() { outer } else { &node.children[1 - side as usize] };
        }
        outermost
    }

    /// Removes a chunk of the size of the node at `link`, if there is a node.
    fn remove(&self, link: &Link) -> Option<ArenaChunk<MIN_ALIGN>> {
        let first = link.get()?;
        let node = self.node(first);
        let removed = match node.same_size.get() {
            // The node itself can stay.
            Some(second) => {
                node.same_size.set(self.node(second).same_size.get());
                second
            }
            None => {
                self.replace_with_leaf(link, node);
                first
            }
        };
        self.changes.set(self.changes.get() + 1);
        // SAFETY: it was inserted as a chunk of this size, and is no longer in the tree, so by invariant 2 nothing uses it.
        Some(unsafe { ArenaChunk::from_raw(removed.cast(), node.size) })
    }

    /// Replaces `node`, the root of the subtree at `link`, with a leaf of the subtree, or with nothing if there is no other node.
    fn replace_with_leaf(&self, link: &Link, node: &Node) {
        let mut leaf = link;
        while let Some(node) = leaf.get() {
            let Some(child) = self.node(node).children.iter().find(|child| child.get().is_some()) else { break };
            leaf = child;
        }
        let replacement = leaf.take().filter(|_| !ptr::eq(leaf, link));
        if let Some(replacement) = replacement.map(|replacement| self.node(replacement)) {
            for (to, from) in replacement.children.iter().zip(&node.children) {
                to.set(from.take());
            }
        }
        link.set(replacement);
    }

    /// Iterates over the addresses for blocks in each chunk, the smallest chunk first. The iterator must not be used after a
    /// [change](Self::changes).
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, MIN_ALIGN> {
        let mut next = self.find_best_fit(1).and_then(Cell::get);
        core::iter::from_fn(move || {
            let at = next?;
            let node = self.node(at);
            next = node.same_size.get().or_else(|| self.find_best_fit(node.size + 1).and_then(Cell::get));
            let start = at.as_ptr().cast_const().cast::<u8>();
            Some(start.wrapping_add(ArenaChunk::<MIN_ALIGN>::OVERHEAD)..start.wrapping_add(node.size))
        })
    }

    /// Returns all chunks to the parent.
    ///
    /// # Safety
    ///
    /// All chunks came from `parent`.
    pub(super) unsafe fn release_all(&self, parent: &impl Allocator) {
        while let Some(chunk) = self.remove(&self.root) {
            // SAFETY: by `# Safety` of this fn; the chunk was spare, and by invariant 2 nothing uses it.
            unsafe { chunk.release(parent) };
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
