//! A vector must not outlive its pool, which frees all blocks when it is dropped.
use janus_alloc::Pool;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = {
        let pool = Pool::new();
        Vec::new_in(&pool)
    };
    numbers.push(1);
}
