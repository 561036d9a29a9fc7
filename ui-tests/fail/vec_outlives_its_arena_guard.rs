//! A block ends when its arena goes back to the pool.
use janus_alloc::collections::Vec;
use janus_alloc::{ArenaPool, TaskArena};

static ARENAS: ArenaPool = ArenaPool::new(8, 1 << 20);

fn by_reference() {
    let numbers = {
        let arena = ARENAS.get();
        Vec::<u8, &TaskArena>::new_in(&*arena)
    };
    drop(numbers);
}

fn across_a_reset() {
    let mut arena = ARENAS.get();
    let mut numbers = Vec::new_in(&*arena);
    numbers.push(1);
    arena.reset();
    numbers.push(2);
}

fn guard_of_a_dropped_pool() {
    let arena = {
        let pool = ArenaPool::new(8, 1 << 20);
        pool.get()
    };
    drop(arena);
}

fn main() {
    by_reference();
    across_a_reset();
    guard_of_a_dropped_pool();
}
