//! A collection must not outlive the allocator that it borrows.
use janus_alloc::collections::Vec;
use janus_alloc::{Stats, System};

fn main() {
    let numbers = {
        let stats = Stats::new(System);
        let mut numbers = Vec::new_in(&stats);
        numbers.push(1);
        numbers
    };
    assert_eq!(numbers.len(), 1);
}
