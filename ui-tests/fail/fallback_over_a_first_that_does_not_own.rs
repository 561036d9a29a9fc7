//! A `Fallback` has to know whose a block is.
use janus_alloc::{Arena, Fallback, System};

fn main() {
    let _wrong_way_round = Fallback::new(System, Arena::new());
}
