//! The atomics of what threads share. `tests/models` compiles the same files with loom's in their place.

pub(crate) use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
