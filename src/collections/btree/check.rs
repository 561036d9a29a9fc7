//! A check of the invariants of a tree.

use core::borrow::Borrow;

use super::node::{CAPACITY, MIN_LEN, Node};
use super::tree::Tree;

/// The order that the keys must have.
#[derive(Clone, Copy)]
pub(super) enum Order {
    Ascending,
    Any,
}

/// The numbers of nodes in a tree.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Nodes {
    pub(super) leaves: usize,
    pub(super) internals: usize,
}

impl<K: Ord, V> Tree<K, V> {
    /// Checks all invariants, and counts the nodes.
    ///
    /// # Panics
    ///
    /// Panics if an invariant does not hold.
    pub(super) fn check(&self, order: Order) -> Nodes {
        let mut nodes = Nodes::default();
        let Some(root) = self.root else {
            assert_eq!(self.len, 0);
            return nodes;
        };
        // Invariant 4.
        assert!(root.parent().is_none(), "the root has a parent");
        let mut keys = Vec::new();
        check_node(root, true, &mut nodes, &mut keys);
        // Invariant 6.
        assert_eq!(self.len, keys.len(), "the length of the tree");
        if matches!(order, Order::Ascending) {
            assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "out of order");
        }
        nodes
    }
}

fn check_node<K, V>(node: Node<K, V>, is_root: bool, nodes: &mut Nodes, keys: &mut Vec<&K>) {
    let (len, height) = (node.len(), node.height());
    // Invariant 2.
    assert!(len <= CAPACITY, "{len} elements in a node");
    // Invariant 5.
    let least = match (is_root, height) {
        (true, 0) => 0,
        (true, _) => 1,
        (false, _) => MIN_LEN,
    };
    assert!(len >= least, "{len} elements in a node of height {height}");
    // SAFETY: by invariant 2 of `Tree`, which is borrowed meanwhile.
    let own = unsafe { node.key_slice() };
    if height == 0 {
        nodes.leaves += 1;
        keys.extend(own);
        return;
    }
    nodes.internals += 1;
    for index in 0..=len {
        // SAFETY: the node is internal, and the edge is initialised by invariant 3 of `Tree`.
        let child = unsafe { node.child(index) };
        // Invariant 3. If a second edge led to the child, its parent and index would be wrong for one of the two.
        assert_eq!(child.height(), height - 1, "the height of a child");
        let (parent, at) = child.parent().expect("a child has a parent");
        assert!(parent == node && at == index, "a child with the wrong parent or index");
        check_node(child, false, nodes, keys);
        keys.extend(own.get(index));
    }
}

impl<K: Ord, V> Tree<K, V> {
    /// Returns whether a search finds `key`.
    pub(super) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.root.is_some_and(|root| matches!(root.search(key), super::search::SearchResult::Found(_)))
    }
}
