//! A pool keeps arenas that can be reset through `&mut`.
use janus_alloc::{ArenaPool, SyncArena};

fn main() {
    ArenaPool::with_arenas(8, 1 << 20, SyncArena::new);
}
