//! A collection of std cannot be frozen.
use janus_alloc::collections::Frozen;

fn main() {
    let _ = Frozen::new(vec![1, 2, 3]);
}
