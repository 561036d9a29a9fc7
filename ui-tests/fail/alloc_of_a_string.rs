//! An arena never drops values, so it rejects a type that needs `Drop`.
use janus_alloc::Arena;

fn main() {
    let arena = Arena::new();
    arena.alloc(String::from("would leak"));
}
