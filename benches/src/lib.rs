//! What the measurements of janus-alloc share: the same work, written once, for every allocator.

pub mod arenas;
pub mod defaults;
pub mod process;
pub mod statistics;
pub mod workloads;
