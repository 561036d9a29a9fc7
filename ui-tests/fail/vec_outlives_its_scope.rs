//! Nothing allocated in a scope may outlive it, collections included.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let arena = Arena::new();
    let numbers = arena.scope(|scope| {
        let mut numbers = Vec::new_in(&**scope);
        numbers.push(1);
        numbers
    });
    assert_eq!(numbers.len(), 1);
}
