//! The allocators. An arena is reset after each run and keeps its memory, as the study's arenas have one buffer for all runs.

use janus_alloc::api::Allocator;
use janus_alloc::{Arena, AsAllocator, Global, Pool, SharedPool};
use mimalloc::MiMalloc;

use crate::structures::Ending::{self, Dropped, WinkedOut};
use crate::structures::{Source, build};

/// Builds and ends a structure in one allocator. The first number is that of the structure, the second its length.
type Strategy = fn(usize, usize, &mut Source, &mut Lasting);

/// Allocators that last from run to run.
#[derive(Default)]
pub(crate) struct Lasting {
    arena: Arena,
    pool: Pool,
}

/// The names of the columns, with the strategies. The first is the reference for the others.
pub(crate) const STRATEGIES: [(&str, Strategy); 11] = [
    ("default", |structure, length, source, _| build(structure, length, source, Global, Dropped)),
    ("default, dyn", |structure, length, source, _| {
        let allocator: &dyn Allocator = &Global;
        build(structure, length, source, allocator, Dropped);
    }),
    ("arena", |structure, length, source, lasting| {
        build(structure, length, source, &lasting.arena, Dropped);
        lasting.arena.reset_keep_all();
    }),
    ("arena, winked", |structure, length, source, lasting| {
        build(structure, length, source, &lasting.arena, WinkedOut);
        lasting.arena.reset_keep_all();
    }),
    ("arena, dyn", |structure, length, source, lasting| {
        let allocator: &dyn Allocator = &&lasting.arena;
        build(structure, length, source, allocator, Dropped);
        lasting.arena.reset_keep_all();
    }),
    ("pool", |structure, length, source, lasting| build(structure, length, source, &lasting.pool, Dropped)),
    ("pool, winked", |structure, length, source, _| build(structure, length, source, &Pool::new(), WinkedOut)),
    ("pool in arena", |structure, length, source, lasting| {
        in_pool_in_arena(structure, length, source, lasting, Dropped);
    }),
    ("same, winked", |structure, length, source, lasting| {
        in_pool_in_arena(structure, length, source, lasting, WinkedOut);
    }),
    ("SharedPool", |structure, length, source, _| {
        static POOL: SharedPool = SharedPool::new();
        build(structure, length, source, &POOL, Dropped);
    }),
    ("mimalloc", |structure, length, source, _| {
        build(structure, length, source, AsAllocator::new(MiMalloc), Dropped);
    }),
];

fn in_pool_in_arena(structure: usize, length: usize, source: &mut Source, lasting: &mut Lasting, ending: Ending) {
    build(structure, length, source, &Pool::new_in(&lasting.arena), ending);
    lasting.arena.reset_keep_all();
}
