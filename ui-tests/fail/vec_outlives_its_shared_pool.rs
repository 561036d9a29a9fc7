//! A vector must not outlive its `SharedPool`, which frees all blocks when it is dropped.
use janus_alloc::SharedPool;
use janus_alloc::collections::Vec;

fn main() {
    let mut numbers = {
        let pool = SharedPool::new();
        Vec::new_in(&pool)
    };
    numbers.push(1);
}
