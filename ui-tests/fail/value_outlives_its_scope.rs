//! A value allocated in a scope cannot be put into a collection that outlives the scope.
use janus_alloc::Arena;
use janus_alloc::collections::Vec;

fn main() {
    let arena = Arena::new();
    let mut names: Vec<&str, &Arena> = Vec::new_in(&arena);
    arena.scope(|scope| names.push(scope.alloc_str("gone")));
    assert_eq!(names.len(), 1);
}
