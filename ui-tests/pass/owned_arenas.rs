//! Collections can own their arena and move to other threads with it.
use janus_alloc::collections::{Arc, HashMap, Vec};
use janus_alloc::{Arena, SyncArena};

struct Table {
    squares: HashMap<u64, u64, janus_alloc::collections::DefaultHashBuilder, Arena>,
}

fn main() {
    let mut table = Table { squares: HashMap::new_in(Arena::new()) };
    table.squares.extend((0..100).map(|n| (n, n * n)));
    let table = std::thread::spawn(move || table).join().unwrap();
    assert_eq!(table.squares[&9], 81);

    let arena = Arc::new(SyncArena::new());
    let mut numbers = Vec::new_in(arena.clone());
    numbers.push(1);
    let copy = numbers.clone();
    std::thread::spawn(move || drop((numbers, arena))).join().unwrap();
    assert_eq!(copy, [1]);
}
