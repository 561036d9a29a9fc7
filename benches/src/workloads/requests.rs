//! Requests that need an arena each: some blocks, and then none of them.

use std::alloc::Layout;
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

use bumpalo::Bump;
use janus_alloc::api::Allocator;
use janus_alloc::{Arena, ArenaPool, TaskArena};

use super::Loop;
use super::local::used;

/// The blocks of a request. They fit in the first chunk of every arena.
const BLOCKS: usize = 3;

/// All ways to have an arena for each request, each a row.
pub static WAYS: &[Loop] = &[
    Loop { name: "an Arena, reset", run: reset_arena },
    Loop { name: "a TaskArena, reset", run: reset_task_arena },
    Loop { name: "ArenaPool<Arena>", run: pool_of_arenas },
    Loop { name: "ArenaPool", run: pool },
    Loop { name: "ArenaPool, owned guards", run: pool_owned },
    Loop { name: "Mutex<Vec<Bump>>", run: locked_bumps },
    Loop { name: "a new TaskArena", run: new_task_arena },
    Loop { name: "a new Bump", run: new_bump },
];

#[inline(always)]
fn serve(arena: &impl Allocator) {
    let layout = Layout::new::<[u64; 8]>();
    for _ in 0..BLOCKS {
        used(arena.allocate(layout), layout);
    }
}

fn reset_arena(count: usize) {
    let mut arena = Arena::new();
    for _ in 0..count {
        serve(black_box(&arena));
        arena.reset();
    }
}

fn reset_task_arena(count: usize) {
    let mut arena = TaskArena::new();
    for _ in 0..count {
        serve(black_box(&arena));
        arena.reset();
    }
}

fn pool_of_arenas(count: usize) {
    let pool = ArenaPool::with_arenas(64, 1 << 20, Arena::new);
    for _ in 0..count {
        serve(&*black_box(&pool).get());
    }
}

fn pool(count: usize) {
    let pool = ArenaPool::new(64, 1 << 20);
    for _ in 0..count {
        serve(&*black_box(&pool).get());
    }
}

fn pool_owned(count: usize) {
    let pool = std::sync::Arc::new(ArenaPool::new(64, 1 << 20));
    for _ in 0..count {
        serve(&*black_box(&pool).get_owned());
    }
}

fn locked_bumps(count: usize) {
    let pool = Mutex::new(std::vec::Vec::<Bump<8>>::new());
    for _ in 0..count {
        let kept = black_box(&pool).lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut arena = kept.unwrap_or_else(Bump::with_min_align);
        serve(&&arena);
        arena.reset();
        pool.lock().unwrap_or_else(PoisonError::into_inner).push(arena);
    }
}

fn new_task_arena(count: usize) {
    for _ in 0..count {
        serve(black_box(&TaskArena::new()));
    }
}

fn new_bump(count: usize) {
    for _ in 0..count {
        serve(&black_box(&Bump::<8>::with_min_align()));
    }
}
