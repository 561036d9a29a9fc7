//! `VecDeque` behaves as std's, in any allocator.

mod behaviour;
mod bytes;
mod failures;
mod misbehaving;
mod panics;
mod positions;
mod random;
mod sizes;
mod traits;
