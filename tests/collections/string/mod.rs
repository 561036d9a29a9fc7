//! `String` behaves as std's, in any allocator.

mod behaviour;
mod conversions;
mod failures;
mod format;
mod misbehaving;
mod random;
mod traits;
