//! A minimum alignment must be a power of two.
use janus_alloc::{Arena, Global};

fn main() {
    let arena = Arena::<_, 12>::with_min_align_in(Global);
    arena.alloc(1);
}
