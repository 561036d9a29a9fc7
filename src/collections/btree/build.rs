//! Building at the right end.

use super::balance::Border;
use super::insert::Spare;
use super::node::{CAPACITY, Node};
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

/// Appends elements to a tree, each in constant time, and fills all nodes.
///
/// # Invariants
///
/// Those of a tree, except that the last node of each height may have fewer elements than invariant 5 demands, until
/// the builder is dropped.
pub(super) struct Builder<'t, K, V, A: Allocator> {
    tree: &'t mut Tree<K, V>,
    allocator: &'t A,
    /// The rightmost leaf, if there is a node.
    leaf: Option<Node<K, V>>,
}

impl<'t, K, V, A: Allocator> Builder<'t, K, V, A> {
    /// # Safety
    ///
    /// `allocator` is the one of the tree.
    pub(super) unsafe fn new(tree: &'t mut Tree<K, V>, allocator: &'t A) -> Self {
        let leaf = tree.root.map(Node::last_leaf);
        Self { tree, allocator, leaf }
    }

    /// Appends an element.
    #[inline]
    pub(super) fn push(&mut self, element: (K, V)) -> Result<Slot<K, V>, TryReserveError> {
        match self.leaf {
            Some(leaf) if leaf.len() < CAPACITY => {
                self.tree.len += 1;
                // SAFETY: the leaf has room.
                Ok(unsafe { leaf.push(element) })
            }
            _ => self.allocate_and_push(element),
        }
    }

    /// Appends clones of all elements of another tree.
    pub(super) fn push_clones(&mut self, source: &Tree<K, V>) -> Result<(), TryReserveError>
    where
        K: Clone,
        V: Clone,
    {
        let clone = |slot: Slot<K, V>| {
            // SAFETY: callers pass the slot of an element of `source`, which is borrowed.
            let key = unsafe { slot.key() }.clone();
            // SAFETY: as above.
            (key, unsafe { slot.value() }.clone())
        };
        let Some(mut place) = source.first_edge() else { return Ok(()) };
        loop {
            let Edge { node, index } = place;
            let end = match self.leaf {
                Some(leaf) => node.len().min(index + CAPACITY - leaf.len()),
                None => index,
            };
            // Those of the one leaf, as far as there is room in the other.
            if let Some(leaf) = self.leaf {
                let mut run = Run { leaf, count: leaf.len(), total: &mut self.tree.len };
                for index in index..end {
                    let element = clone(Slot { node, index });
                    // SAFETY: the leaf has room for all of these.
                    unsafe { leaf.write(run.count, element) };
                    run.count += 1;
                }
            }
            let Some(slot) = (Edge { node, index: end }).next() else { return Ok(()) };
            // SAFETY: the slot of an element.
            place = unsafe { slot.right() };
            self.push(clone(slot))?;
        }
    }

    #[inline(never)]
    fn allocate_and_push(&mut self, element: (K, V)) -> Result<Slot<K, V>, TryReserveError> {
        // Mostly it is but another leaf.
        if let Some((parent, _)) = self.leaf.and_then(Node::parent).filter(|(parent, _)| parent.len() < CAPACITY) {
            let leaf = Node::new(0, self.allocator)?;
            self.leaf = Some(leaf);
            self.tree.len += 1;
            // SAFETY: the parent of a leaf is internal, and this one has room; the new leaf is one lower.
            return Ok(unsafe { parent.push_with_edge(element, leaf) });
        }
        let spare = self.reserve()?;
        // SAFETY: just reserved.
        Ok(unsafe { self.push_reserved(element, spare) })
    }

    /// Allocates the nodes that the next element needs.
    pub(super) fn reserve(&self) -> Result<Spare<K, V>, TryReserveError> {
        let heights = match self.leaf {
            None => 1,
            Some(leaf) => match first_with_room(leaf) {
                Some(node) => node.height(),
                // A new root, and all that is below it on the right.
                None => self.tree.root.map_or(0, Node::height) + 2,
            },
        };
        Spare::allocate(heights, self.allocator)
    }

    /// Appends an element. If the rightmost leaf is full it goes above it, with an empty leaf right of it.
    ///
    /// # Safety
    ///
    /// `spare` has been reserved since the last element was appended.
    pub(super) unsafe fn push_reserved(&mut self, element: (K, V), mut spare: Spare<K, V>) -> Slot<K, V> {
        self.tree.len += 1;
        let Some(last) = self.leaf else {
            // SAFETY: `reserve` allocated a leaf.
            let leaf = unsafe { spare.take() };
            (self.leaf, self.tree.root) = (Some(leaf), Some(leaf));
            // SAFETY: a new leaf has room.
            return unsafe { leaf.push(element) };
        };
        let room = first_with_room(last);
        if room == Some(last) {
            // SAFETY: the leaf has room.
            return unsafe { last.push(element) };
        }
        let height = room.map_or_else(|| self.tree.root.map_or(0, Node::height) + 1, Node::height);
        // SAFETY: `reserve` allocated a node of each height below.
        let leaf = unsafe { spare.take() };
        let mut right = leaf;
        for _ in 1..height {
            // SAFETY: as above.
            let node = unsafe { spare.take() };
            // SAFETY: a new internal node, and `right` is new and one lower.
            unsafe { node.set_first_edge(right) };
            right = node;
        }
        let node = room.unwrap_or_else(|| {
            // SAFETY: there is a leaf, so there is a root.
            let old = unsafe { self.tree.root.unwrap_unchecked() };
            // SAFETY: all nodes at the right end are full, so `reserve` allocated a new root.
            let root = unsafe { spare.take() };
            // SAFETY: a new internal node, and the old root is one lower.
            unsafe { root.set_first_edge(old) };
            self.tree.root = Some(root);
            root
        });
        self.leaf = Some(leaf);
        // SAFETY: the node has room, and `right` is new and one lower.
        unsafe { node.push_with_edge(element, right) }
    }
}

/// Elements that are being written to a leaf. They are counted when the run ends, also by a panic: a count in memory would be read and
/// written for each of them.
struct Run<'t, K, V> {
    leaf: Node<K, V>,
    /// Those in the leaf, which has them all initialised.
    count: usize,
    /// Those in the tree, but for the ones that the leaf has got in this run.
    total: &'t mut usize,
}

impl<K, V> Drop for Run<'_, K, V> {
    #[inline]
    fn drop(&mut self) {
        *self.total += self.count - self.leaf.len();
        // SAFETY: so many are initialised, and no edge goes with an element of a leaf.
        unsafe { self.leaf.set_len(self.count) };
    }
}

/// The lowest node with room from a rightmost leaf upwards.
fn first_with_room<K, V>(mut node: Node<K, V>) -> Option<Node<K, V>> {
    while node.len() == CAPACITY {
        (node, _) = node.parent()?;
    }
    Some(node)
}

impl<K, V, A: Allocator> Drop for Builder<'_, K, V, A> {
    fn drop(&mut self) {
        // SAFETY: by `# Safety` of `new`, the allocator is the tree's.
        unsafe { self.tree.fill_border(Border::Right, self.allocator) };
    }
}
