//! A reset ends all blocks, so no collection may be left.
use janus_alloc::api::Reset;
use janus_alloc::collections::Vec;
use janus_alloc::{Arena, Limit, Locked};

fn main() {
    let mut arena = Limit::new(Locked::new(Arena::new()), 1000);
    let numbers = Vec::from_iter_in(0..3, &arena);
    arena.reset();
    println!("{numbers:?}");
}
