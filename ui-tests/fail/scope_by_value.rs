//! A scope is only lent, so a vector cannot own it.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    Arena::new().scope(|scope| {
        let mut numbers = Vec::new_in(*scope);
        numbers.push(1);
    });
}
