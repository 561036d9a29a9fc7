//! Appending elements at the right end of a tree.

use super::balance::Border;
use super::insert::SpareNodes;
use super::node::{CAPACITY, Node};
use super::position::{Edge, Slot};
use super::tree::Tree;
use crate::api::Allocator;
use crate::collections::error::TryReserveError;

/// Appends elements to a tree, in amortised constant time each, and fills its nodes.
///
/// # Invariants
///
/// Those of [`Tree`], with one exception: until the builder is dropped, the last node of each height may have too few
/// elements for invariant 5.
pub(super) struct Builder<'t, K, V, A: Allocator> {
    tree: &'t mut Tree<K, V>,
    allocator: &'t A,
    /// The rightmost leaf, or `None` if the tree has no node.
    leaf: Option<Node<K, V>>,
}

impl<'t, K, V, A: Allocator> Builder<'t, K, V, A> {
    /// # Safety
    ///
    /// The nodes of the tree come from `allocator`.
    pub(super) unsafe fn new(tree: &'t mut Tree<K, V>, allocator: &'t A) -> Self {
        let leaf = tree.root.map(Node::last_leaf);
        Self { tree, allocator, leaf }
    }

    /// Appends an element, and returns its slot.
    #[inline]
    pub(super) fn push(&mut self, element: (K, V)) -> Result<Slot<K, V>, TryReserveError> {
        match self.leaf {
            Some(leaf) if leaf.len() < CAPACITY => {
                self.tree.len += 1;
                // SAFETY: the leaf is not full.
                Ok(unsafe { leaf.push(element) })
            }
            _ => self.allocate_and_push(element),
        }
    }

    /// Appends clones of all elements of `source`.
    pub(super) fn push_clones(&mut self, source: &Tree<K, V>) -> Result<(), TryReserveError>
    where
        K: Clone,
        V: Clone,
    {
        let clone = |slot: Slot<K, V>| {
            // SAFETY: the loop below passes the slot of an element of `source`, which is borrowed meanwhile.
            let key = unsafe { slot.key() }.clone();
            // SAFETY: as above.
            (key, unsafe { slot.value() }.clone())
        };
        let Some(mut edge) = source.first_leaf_edge() else { return Ok(()) };
        loop {
            let Edge { node, index } = edge;
            let end = match self.leaf {
                Some(leaf) => node.len().min(index + CAPACITY - leaf.len()),
                None => index,
            };
            // Clone from one leaf to the other while there is room.
            if let Some(leaf) = self.leaf {
                let mut writer = LeafWriter { leaf, len: leaf.len(), tree_len: &mut self.tree.len };
                for index in index..end {
                    let element = clone(Slot { node, index });
                    // SAFETY: `end` is limited so that the leaf has room for these elements.
                    unsafe { leaf.write(writer.len, element) };
                    writer.len += 1;
                }
            }
            let Some(slot) = (Edge { node, index: end }).next_slot() else { return Ok(()) };
            // SAFETY: `next_slot` returned the slot of an element.
            edge = unsafe { slot.next_leaf_edge() };
            self.push(clone(slot))?;
        }
    }

    #[inline(never)]
    fn allocate_and_push(&mut self, element: (K, V)) -> Result<Slot<K, V>, TryReserveError> {
        // Usually one more leaf is enough.
        if let Some((parent, _)) = self.leaf.and_then(Node::parent).filter(|(parent, _)| parent.len() < CAPACITY) {
            let leaf = Node::new(0, self.allocator)?;
            self.leaf = Some(leaf);
            self.tree.len += 1;
            // SAFETY: the parent is internal and not full. The height of the new leaf is one less, and no edge leads to
            // it.
            return Ok(unsafe { parent.push_with_edge(element, leaf) });
        }
        let spare = self.reserve()?;
        // SAFETY: the builder has appended nothing since `reserve`.
        Ok(unsafe { self.push_reserved(element, spare) })
    }

    /// Allocates the nodes that appending one element needs.
    pub(super) fn reserve(&self) -> Result<SpareNodes<K, V>, TryReserveError> {
        let heights = match self.leaf {
            None => 1,
            Some(leaf) => match lowest_with_room(leaf) {
                Some(node) => node.height(),
                // A new root, and one node of each height below it.
                None => self.tree.root.map_or(0, Node::height) + 2,
            },
        };
        SpareNodes::allocate(heights, self.allocator)
    }

    /// Appends an element, and returns its slot. If the rightmost leaf is full, the element goes to the lowest node
    /// above it that has room, and a new empty leaf goes to the right of it.
    ///
    /// # Safety
    ///
    /// [`reserve`](Self::reserve) returned `spare`, and the builder has appended nothing since.
    pub(super) unsafe fn push_reserved(&mut self, element: (K, V), mut spare: SpareNodes<K, V>) -> Slot<K, V> {
        self.tree.len += 1;
        let Some(last) = self.leaf else {
            // SAFETY: by `# Safety` of this fn: without a leaf, `reserve` allocates one.
            let leaf = unsafe { spare.take() };
            (self.leaf, self.tree.root) = (Some(leaf), Some(leaf));
            // SAFETY: the leaf is empty.
            return unsafe { leaf.push(element) };
        };
        let target = lowest_with_room(last);
        if target == Some(last) {
            // SAFETY: the leaf is not full.
            return unsafe { last.push(element) };
        }
        let height = target.map_or_else(|| self.tree.root.map_or(0, Node::height) + 1, Node::height);
        // SAFETY: by `# Safety` of this fn: `reserve` allocated a node of each height below `height`.
        let leaf = unsafe { spare.take() };
        let mut right = leaf;
        for _ in 1..height {
            // SAFETY: as above.
            let node = unsafe { spare.take() };
            // SAFETY: the node is new and internal. The height of `right` is one less, and no edge leads to it.
            unsafe { node.set_first_edge(right) };
            right = node;
        }
        let node = target.unwrap_or_else(|| {
            // SAFETY: there is a leaf, so there is a root.
            let old = unsafe { self.tree.root.unwrap_unchecked() };
            // SAFETY: all nodes on the right border are full, so `reserve` also allocated a new root.
            let root = unsafe { spare.take() };
            // SAFETY: the new root is internal and empty, and its height is one more than that of the old root.
            unsafe { root.set_first_edge(old) };
            self.tree.root = Some(root);
            root
        });
        self.leaf = Some(leaf);
        // SAFETY: the node is internal and not full. The height of `right` is one less, and no edge leads to it.
        unsafe { node.push_with_edge(element, right) }
    }
}

/// Writes elements to a leaf. It updates the lengths of the leaf and the tree when it is dropped, even by a panic. An
/// update for each element would cost a read and a write of memory each time.
///
/// # Invariants
///
/// The first `len` elements of `leaf` are initialised.
struct LeafWriter<'t, K, V> {
    leaf: Node<K, V>,
    len: usize,
    /// The number of elements in the tree, without those that this writer has written.
    tree_len: &'t mut usize,
}

impl<K, V> Drop for LeafWriter<'_, K, V> {
    #[inline]
    fn drop(&mut self) {
        *self.tree_len += self.len - self.leaf.len();
        // SAFETY: by the invariant of `LeafWriter`. A leaf has no edges.
        unsafe { self.leaf.set_len(self.len) };
    }
}

/// Returns the lowest node that is not full, from a leaf upwards.
fn lowest_with_room<K, V>(mut node: Node<K, V>) -> Option<Node<K, V>> {
    while node.len() == CAPACITY {
        (node, _) = node.parent()?;
    }
    Some(node)
}

impl<K, V, A: Allocator> Drop for Builder<'_, K, V, A> {
    fn drop(&mut self) {
        // SAFETY: the nodes come from the allocator by `# Safety` of `new`. Only the rightmost ones may break invariant
        // 5, by the invariant of `Builder`.
        unsafe { self.tree.fill_border(Border::Right, self.allocator) };
    }
}
