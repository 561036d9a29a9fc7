//! Elements that are collections must be frozen, too.
use janus_alloc::Arena;
use janus_alloc::collections::{Frozen, Vec};

fn main() {
    let arena = Arena::new();
    let rows = Frozen::new(Vec::<Vec<u32, &Arena>, _>::new_in(&arena));
    std::thread::scope(|threads| {
        threads.spawn(|| rows[0].clone());
    });
}
