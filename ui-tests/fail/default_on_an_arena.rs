//! An arena is for one thread, the default for all.
use janus_alloc::{Arena, AsGlobal, System};

fn main() {
    let default = AsGlobal::new(Arena::new_in(System));
    drop(default);
}
