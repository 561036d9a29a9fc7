//! Reference-counted pointers: the common part of `Rc` and `Arc`, and of their `Weak` pointers.
//!
//! A block holds two counts, followed by the value. The pointers point to the value, so that a dereference needs no
//! offset. The offset of a `dyn Trait` would have to be computed from the alignment in its vtable. The counts end where
//! the value begins:
//!
//! ```text
//!     +---------+--------+------+-----------+
//!     | padding | strong | weak | value ... |
//!     +---------+--------+------+-----------+
//!     block                     pointers
//! ```
//!
//! Strong references keep the value alive, weak references keep the block. All strong references together hold one weak
//! reference, the implicit one, so the block is freed when the weak count reaches 0.

mod block;
mod counts;
mod strong;
#[cfg(all(test, feature = "std", target_has_atomic = "ptr"))]
mod tests;
mod weak;

pub(super) use block::fail;
pub(crate) use counts::{Counts, Others};
pub(super) use strong::Strong;
pub(super) use weak::WeakRef;
