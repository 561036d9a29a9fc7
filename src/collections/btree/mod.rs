//! B-trees: what the ordered map and the ordered set are made of.
//!
//! A node has at most [`CAPACITY`](node::CAPACITY) elements, a key and a value each, and an internal node has one edge
//! more than elements: see Bayer and McCreight, *Organization and Maintenance of Large Ordered Indexes* (1972). A node
//! knows its parent and its height, so a position is a node and an index ([`Edge`](position::Edge),
//! [`Slot`](position::Slot)), and a walk needs no stack.
//!
//! # Invariants
//!
//! Between any two calls of a [`Tree`](tree::Tree):
//!
//! 1. Each node is a block of its own of the map's allocator, of the layout that belongs to its height.
//! 2. A node of length `len` has its first `len` keys and values initialised, and nothing else. `len` is at most
//!    `CAPACITY`.
//! 3. An internal node (of a height above 0) has its first `len + 1` edges initialised. Each leads to a node whose
//!    height is one less, whose parent and index say so, and to which no other edge leads.
//! 4. The root has no parent.
//! 5. A node that is not the root has [`MIN_LEN`](node::MIN_LEN) elements or more; an internal root has one or more. So
//!    each node but the root has a neighbour.
//! 6. The length of a tree is the sum of the lengths of its nodes.
//!
//! The order of the keys is none of them: a key whose `Ord` lies leads to wrong answers, never to a wrong access.
//!
//! Code of a user (`Ord`, `Borrow`, `Clone`, `Drop`, closures, iterators) runs only while all of them hold, or those of
//! a [`Builder`](build::Builder), an [`OwnedTree`](owned::OwnedTree) or a [`Donor`](owned::Donor), each of which leaves
//! a valid tree or none when it is dropped.

mod balance;
mod build;
#[cfg(test)]
mod check;
mod edge_range;
mod elements;
mod insert;
pub mod map;
mod merge;
mod node;
mod owned;
mod position;
mod remove;
mod search;
pub mod set;
mod split;
#[cfg(test)]
mod tests;
mod tree;
