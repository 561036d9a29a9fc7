//! The shared parts of the measurements of janus-alloc: the same work, written once, for every allocator.

pub mod arenas;
pub mod defaults;
pub mod process;
pub mod statistics;
pub mod workloads;
