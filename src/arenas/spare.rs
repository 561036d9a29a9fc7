//! Spare chunks: what an arena keeps although nothing is in it.

use core::cell::Cell;
use core::ops::Range;
use core::ptr::{self, NonNull};

use super::chunks::Chunk;
use crate::api::Allocator;

/// Chunks in which nothing is, by size.
///
/// A digital search tree, as in dlmalloc: each node is a chunk, all other chunks of its size are in a list behind it, and the
/// next [`digit`] of a size says in which subtree it is. A walk down looks at one node for each digit, so at 69 at most and
/// mostly at fewer than 20, however many chunks there are.
///
/// # Invariants
///
/// 1. A node at depth `d` has the first `d` digits of its size in common with all nodes below it. No two nodes have the same size.
/// 2. A chunk that is in the tree, or in the list of a node, is used by nothing else until it is taken out.
#[derive(Debug)]
pub(super) struct Spare<const MIN_ALIGN: usize> {
    root: Link,
    changes: Cell<u64>,
}

type Link = Cell<Option<NonNull<Node>>>;

/// Where a chunk in use has its header.
#[derive(Debug)]
struct Node {
    /// Of the whole chunk.
    size: usize,
    /// The next in the list of those of this size.
    same: Link,
    /// Sizes whose next digit is a 0, and those with a 1, which are larger.
    children: [Link; 2],
}

/// The digit of `size` at `depth`, a 0 or a 1: six for the size's logarithm come first, then those behind its leading one. The
/// order of sizes is that of their digits, and usual sizes differ in one of the first.
fn digit(size: usize, depth: u32) -> usize {
    const FOR_LOGARITHM: u32 = 6;
    let logarithm = size.ilog2();
    let shifted = match depth.checked_sub(FOR_LOGARITHM) {
        None => logarithm as usize >> (FOR_LOGARITHM - 1 - depth),
        // Nobody asks for more than there are: by then the sizes were found to be equal.
        Some(behind) => size >> logarithm.saturating_sub(1 + behind),
    };
    shifted & 1
}

impl<const MIN_ALIGN: usize> Spare<MIN_ALIGN> {
    pub(super) const fn new() -> Self {
        Self { root: Cell::new(None), changes: Cell::new(0) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.get().is_none()
    }

    /// The number of chunks that were put in or taken out so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.get()
    }

    fn node(&self, node: NonNull<Node>) -> &Node {
        #[cfg(all(test, feature = "std"))]
        super::visits::count();
        // SAFETY: by invariant 2; what changes in it meanwhile is in cells.
        unsafe { node.as_ref() }
    }

    pub(super) fn put(&self, chunk: Chunk<MIN_ALIGN>) {
        const { assert!(size_of::<Node>() <= Chunk::<MIN_ALIGN>::OVERHEAD) };
        const { assert!(align_of::<Node>() <= Chunk::<MIN_ALIGN>::ALIGN) };
        self.changes.set(self.changes.get() + 1);
        let (start, size) = chunk.into_raw();
        let new = start.cast::<Node>();
        // SAFETY: the chunk is no longer used, and its first bytes are enough for a node and aligned for one.
        unsafe { new.write(Node { size, same: Cell::new(None), children: [Cell::new(None), Cell::new(None)] }) };
        let (mut link, mut depth) = (&self.root, 0);
        while let Some(node) = link.get() {
            let node = self.node(node);
            if node.size == size {
                self.node(new).same.set(node.same.replace(Some(new)));
                return;
            }
            link = &node.children[digit(size, depth)];
            depth += 1;
        }
        link.set(Some(new));
    }

    /// Takes out the smallest that has `size` bytes or more; `size` is not 0.
    #[inline]
    pub(super) fn take_best(&self, size: usize) -> Option<Chunk<MIN_ALIGN>> {
        // Mostly there is none.
        if self.is_empty() { None } else { self.take(self.best(size)?) }
    }

    pub(super) fn take_largest(&self) -> Option<Chunk<MIN_ALIGN>> {
        self.take(self.outermost(&self.root, 1)?.0)
    }

    /// Where the smallest is that has `size` bytes or more; `size` is not 0.
    fn best(&self, size: usize) -> Option<&Link> {
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
                // All there are larger than `size`, and smaller than those in the last such subtree.
                larger = Some(&node.children[1]);
            }
            link = &node.children[digit];
            depth += 1;
        }
        let smallest_larger = larger.and_then(|larger| self.outermost(larger, 0));
        best.into_iter().chain(smallest_larger).min_by_key(|(_, size)| *size).map(|(link, _)| link)
    }

    /// Where the smallest of a subtree is (`side` 0) or the largest (1), and its size.
    fn outermost<'a>(&'a self, mut link: &'a Link, side: usize) -> Option<(&'a Link, usize)> {
        let mut outermost: Option<(&Link, usize)> = None;
        while let Some(node) = link.get() {
            let node = self.node(node);
            if outermost.is_none_or(|(_, size)| (node.size < size) == (side == 0)) {
                outermost = Some((link, node.size));
            }
            let outer = &node.children[side];
            link = if outer.get().is_some() { outer } else { &node.children[1 - side] };
        }
        outermost
    }

    /// Takes out a chunk of the size that the node at `link` has, if there is a node.
    fn take(&self, link: &Link) -> Option<Chunk<MIN_ALIGN>> {
        let first = link.get()?;
        let node = self.node(first);
        let taken = match node.same.get() {
            // The node itself can stay.
            Some(second) => {
                node.same.set(self.node(second).same.get());
                second
            }
            None => {
                self.replace_by_a_leaf(link, node);
                first
            }
        };
        self.changes.set(self.changes.get() + 1);
        // SAFETY: it was put in as a chunk of the node's size, and is nowhere in the tree now.
        Some(unsafe { Chunk::from_raw(taken.cast(), node.size) })
    }

    /// Puts a node that has nothing below it, out of the subtree at `link`, in the place of the root of that, which is `node`. Or
    /// nothing, if there is no other.
    fn replace_by_a_leaf(&self, link: &Link, node: &Node) {
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

    /// Where blocks can be in each of them, the smallest first. Not to be gone on with after a [change](Self::changes).
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, MIN_ALIGN> {
        let mut next = self.best(1).and_then(Cell::get);
        core::iter::from_fn(move || {
            let at = next?;
            let node = self.node(at);
            next = node.same.get().or_else(|| self.best(node.size + 1).and_then(Cell::get));
            let start = at.as_ptr().cast_const().cast::<u8>();
            Some(start.wrapping_add(Chunk::<MIN_ALIGN>::OVERHEAD)..start.wrapping_add(node.size))
        })
    }

    /// Gives all of them back.
    ///
    /// # Safety
    ///
    /// As for [`Chunk::free`].
    pub(super) unsafe fn free(&self, parent: &impl Allocator) {
        while let Some(chunk) = self.take(&self.root) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { chunk.free(parent) };
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
