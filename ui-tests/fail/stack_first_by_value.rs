//! The bytes of a `StackFirst` lie inside it, so a collection borrows it.
use janus_alloc::collections::Vec;
use janus_alloc::{StackFirst, System};

fn main() {
    let _numbers = Vec::<u8, _>::with_capacity_in(10, StackFirst::<64, _>::new(System));
}
