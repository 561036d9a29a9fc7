//! Moving a `StackFirst` would move the bytes of its blocks.
use janus_alloc::collections::Vec;
use janus_alloc::{StackFirst, System};

fn main() {
    let memory = StackFirst::<64, _>::new(System);
    let mut numbers = Vec::new_in(&memory);
    numbers.push(1);
    let _elsewhere = memory;
    numbers.push(2);
}
