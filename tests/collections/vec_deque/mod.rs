//! `VecDeque` is std's `VecDeque` in any allocator.

mod behaviour;
mod bytes;
mod failures;
mod lies;
mod panics;
mod positions;
mod random;
mod sizes;
mod traits;
