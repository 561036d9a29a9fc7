//! `Vec` is std's `Vec` in any allocator.

mod behaviour;
mod conversions;
mod failures;
mod lies;
mod panics;
mod random;
mod sizes;
mod traits;
