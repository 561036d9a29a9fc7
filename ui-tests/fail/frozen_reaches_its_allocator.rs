//! A frozen collection gives access to its elements but never to its allocator.
use janus_alloc::Arena;
use janus_alloc::collections::{Arc, BinaryHeap, Frozen, HashMap, HashTable, LinkedList, Vec};

fn main() {
    let arena = Arena::new();
    let numbers = Frozen::new(Vec::<u32, _>::new_in(&arena));
    let _ = numbers.allocator();
    let _: &Vec<u32, &Arena> = numbers.as_ref();
    let _ = numbers.clone();
    let ages = Frozen::new(HashMap::<&str, u32, _, _>::new_in(&arena));
    let _ = ages.allocator();
    let _ = Frozen::new(LinkedList::<u32, _>::new_in(&arena)).allocator();
    let _ = Frozen::new(BinaryHeap::<u32, _>::new_in(&arena)).allocator();
    let _ = Frozen::new(HashTable::<u32, _>::new_in(&arena)).allocator();
    let shared = Frozen::new(Arc::new_in(5, &arena));
    let _ = Arc::allocator(&shared);
    let _ = Arc::clone(&shared);
}
