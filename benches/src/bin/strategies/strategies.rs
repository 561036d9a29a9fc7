//! The allocators. Each run has a new one, except for those that a process has one of.

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, AsAllocator, Global, Pool, SharedPool};
use mimalloc::MiMalloc;

use crate::structures::Ending::{Dropped, WinkedOut};
use crate::structures::{Source, build};

/// Builds and ends a structure of a number and a length in one allocator.
type Strategy = fn(usize, usize, &mut Source);

/// The first is what the others are compared with; the letters name columns.
pub(crate) const STRATEGIES: [(&str, Strategy); 11] = [
    ("default", |structure, length, source| build(structure, length, source, Global, Dropped)),
    ("default, dyn", |structure, length, source| {
        let allocator: &dyn Allocator = &Global;
        build(structure, length, source, allocator, Dropped);
    }),
    ("arena", |structure, length, source| build(structure, length, source, &Arena::new(), Dropped)),
    ("arena, winked", |structure, length, source| build(structure, length, source, &Arena::new(), WinkedOut)),
    ("arena, dyn", |structure, length, source| {
        let arena = Arena::new();
        let allocator: &dyn Allocator = &&arena;
        build(structure, length, source, allocator, Dropped);
    }),
    ("pool", |structure, length, source| build(structure, length, source, &Pool::new(), Dropped)),
    ("pool, winked", |structure, length, source| build(structure, length, source, &Pool::new(), WinkedOut)),
    ("pool in arena", |structure, length, source| {
        let arena = Arena::new();
        build(structure, length, source, &Pool::new_in(&arena), Dropped);
    }),
    ("same, winked", |structure, length, source| {
        let arena = Arena::new();
        build(structure, length, source, &Pool::new_in(&arena), WinkedOut);
    }),
    ("SharedPool", |structure, length, source| {
        static POOL: SharedPool = SharedPool::new();
        build(structure, length, source, &POOL, Dropped);
    }),
    ("mimalloc", |structure, length, source| build(structure, length, source, AsAllocator::new(MiMalloc), Dropped)),
];
