//! A vector that owns a `FixedArena` still borrows the arena's bytes.
use core::mem::MaybeUninit;
use janus_alloc::FixedArena;
use janus_alloc::collections::Vec;

fn numbers() -> Vec<u8, FixedArena<'static>> {
    let mut bytes = [MaybeUninit::uninit(); 16];
    Vec::new_in(FixedArena::new(&mut bytes))
}

fn main() {
    numbers();
}
