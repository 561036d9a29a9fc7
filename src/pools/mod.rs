//! Pools: allocators that reuse blocks by size class.

#[expect(dead_code, reason = "for the pools, which follow")]
mod size_class;
