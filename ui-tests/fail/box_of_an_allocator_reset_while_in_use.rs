//! A collection that owns a boxed allocator never lends it mutably.
use janus_alloc::Pool;
use janus_alloc::collections::{Box, Vec};

fn main() {
    let mut numbers = Vec::new_in(Box::new(Pool::new()));
    numbers.push(1);
    let pool: &mut Pool = &mut **numbers.allocator();
    *pool = Pool::new();
    assert_eq!(numbers.len(), 1);
}
