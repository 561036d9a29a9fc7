//! Collections outside a scope can grow while it runs, and what they hold outlives it.
use janus_alloc::Arena;
use janus_alloc::collections::{HashMap, Vec};

fn longest<'a>(arena: &'a Arena, lines: &[&str]) -> Vec<&'a str, &'a Arena> {
    let mut longest = Vec::new_in(arena);
    for line in lines {
        let word = arena.scope(|scope| {
            let mut lengths = HashMap::new_in(&**scope);
            lengths.extend(line.split(' ').map(|word| (word.len(), word)));
            let length = lengths.keys().max().copied().unwrap_or(0);
            longest.reserve(1);
            scope.scope(|inner| arena.alloc_str(inner.alloc_str(lengths[&length])))
        });
        longest.push(&*word);
    }
    longest
}

fn main() {
    let mut arena = Arena::new();
    assert_eq!(longest(&arena, &["to be", "or not"]), ["be", "not"]);
    arena.reset();
    assert_eq!(arena.allocated_bytes(), 0);
}
