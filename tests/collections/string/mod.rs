//! `String` is std's `String` in any allocator.

mod behaviour;
mod conversions;
mod failures;
mod format;
mod lies;
mod random;
mod traits;
