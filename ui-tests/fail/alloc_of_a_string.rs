//! An arena drops nothing, so it does not take what needs it.
use janus_alloc::Arena;

fn main() {
    let arena = Arena::new();
    arena.alloc(String::from("would leak"));
}
