//! Faults in user code and in allocators: B-trees lose no element and drop none twice.

mod failures;
mod misbehaving;
mod panics;

/// Drops the result of an operation that need not succeed.
fn ignore<T>(_: T) {}
