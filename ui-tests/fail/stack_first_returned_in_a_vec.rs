//! A vector in the buffer of a function cannot leave the function.
use janus_alloc::collections::Vec;
use janus_alloc::{StackFirst, System};

fn numbers<'a>() -> Vec<u8, &'a StackFirst<64, System>> {
    let memory = StackFirst::new(System);
    Vec::with_capacity_in(10, &memory)
}

fn main() {
    numbers();
}
