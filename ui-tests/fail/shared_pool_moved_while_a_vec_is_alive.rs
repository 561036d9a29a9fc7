//! A pool can be moved or dropped, but not while a vector borrows it.
use janus_alloc::SharedPool;
use janus_alloc::collections::Vec;

fn main() {
    let pool = SharedPool::new();
    let mut numbers = Vec::new_in(&pool);
    numbers.push(1);
    let moved = std::boxed::Box::new(pool);
    numbers.push(2);
    drop(moved);

    let mut other = SharedPool::new();
    let words = Vec::<String, _>::new_in(&other);
    other = SharedPool::new();
    assert!(words.is_empty());
    drop(other);
}
