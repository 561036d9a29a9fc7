//! `Vec` is std's `Vec` in any allocator.

mod behaviour;
mod conversions;
pub(crate) mod elements;
mod failures;
mod lies;
mod panics;
mod random;
mod sizes;
mod traits;
