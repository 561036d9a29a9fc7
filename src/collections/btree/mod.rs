//! B-trees, the base of the ordered map and the ordered set.
//!
//! A node holds up to [`CAPACITY`](node::CAPACITY) elements, each a key and a value. An internal node also holds edges
//! to its children, one more than it has elements: see Bayer and McCreight, *Organization and Maintenance of Large
//! Ordered Indexes* (1972). A node stores its parent and its height. So a position is a node and an index
//! ([`Edge`](position::Edge), [`Slot`](position::Slot)), and a traversal needs no stack.
//!
//! [`Tree`](tree::Tree) lists the invariants that the unsafe code relies on. Code of the user (`Ord`, `Borrow`,
//! `Clone`, `Drop`, closures, iterators) runs only while these hold, or those of a [`Builder`](build::Builder), an
//! [`OwnedTree`](owned::OwnedTree) or a [`Donor`](owned::Donor). Each of the three leaves a valid tree, or none, when
//! it is dropped.

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
