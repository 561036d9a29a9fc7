//! Values that several pointers own: what `Rc` and `Arc`, and the `Weak` of each, have in common.
//!
//! A block holds two counts and behind them the value. Pointers are to the value, so that to read it costs nothing, also through
//! `dyn Trait`, whose align is known to its vtable only. The counts end where the value begins:
//!
//! ```text
//!     +---------+--------+------+-----------+
//!     | padding | strong | weak | value ... |
//!     +---------+--------+------+-----------+
//!     block                     pointers
//! ```
//!
//! A strong pointer keeps the value; a weak one keeps the memory. All strong ones together hold one weak reference, the common
//! one, so the memory goes when the weak count gets to 0.

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
