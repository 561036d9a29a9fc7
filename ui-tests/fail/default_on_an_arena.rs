//! An `Arena` serves one thread, but the default serves all.
use janus_alloc::{Arena, AsGlobal, System};

fn main() {
    let default = AsGlobal::new(Arena::new_in(System));
    drop(default);
}
