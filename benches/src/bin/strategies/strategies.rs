//! The allocators. An arena is reset after each run and keeps its memory, as the study's have one buffer for all runs.

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, AsAllocator, Global, Pool, SharedPool};
use mimalloc::MiMalloc;

use crate::structures::Ending::{self, Dropped, WinkedOut};
use crate::structures::{Source, build};

/// Builds and ends a structure of a number and a length in one allocator.
type Strategy = fn(usize, usize, &mut Source, &mut Kept);

/// Allocators that last from run to run.
#[derive(Default)]
pub(crate) struct Kept {
    arena: Arena,
    pool: Pool,
}

/// The first is what the others are compared with; the letters name columns.
pub(crate) const STRATEGIES: [(&str, Strategy); 11] = [
    ("default", |structure, length, source, _| build(structure, length, source, Global, Dropped)),
    ("default, dyn", |structure, length, source, _| {
        let allocator: &dyn Allocator = &Global;
        build(structure, length, source, allocator, Dropped);
    }),
    ("arena", |structure, length, source, kept| {
        build(structure, length, source, &kept.arena, Dropped);
        kept.arena.reset_keep_all();
    }),
    ("arena, winked", |structure, length, source, kept| {
        build(structure, length, source, &kept.arena, WinkedOut);
        kept.arena.reset_keep_all();
    }),
    ("arena, dyn", |structure, length, source, kept| {
        let allocator: &dyn Allocator = &&kept.arena;
        build(structure, length, source, allocator, Dropped);
        kept.arena.reset_keep_all();
    }),
    ("pool", |structure, length, source, kept| build(structure, length, source, &kept.pool, Dropped)),
    ("pool, winked", |structure, length, source, _| build(structure, length, source, &Pool::new(), WinkedOut)),
    ("pool in arena", |structure, length, source, kept| in_pool_in_arena(structure, length, source, kept, Dropped)),
    ("same, winked", |structure, length, source, kept| in_pool_in_arena(structure, length, source, kept, WinkedOut)),
    ("SharedPool", |structure, length, source, _| {
        static POOL: SharedPool = SharedPool::new();
        build(structure, length, source, &POOL, Dropped);
    }),
    ("mimalloc", |structure, length, source, _| {
        build(structure, length, source, AsAllocator::new(MiMalloc), Dropped);
    }),
];

fn in_pool_in_arena(structure: usize, length: usize, source: &mut Source, kept: &mut Kept, ending: Ending) {
    build(structure, length, source, &Pool::new_in(&kept.arena), ending);
    kept.arena.reset_keep_all();
}
