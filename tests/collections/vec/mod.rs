//! `Vec` behaves as std's, in any allocator.

mod behaviour;
mod conversions;
mod failures;
mod misbehaving;
mod panics;
mod random;
mod sizes;
mod traits;
