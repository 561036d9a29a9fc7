//! Loops whose instructions are counted.

use std::hint::black_box;

/// The loop `name`.
pub(crate) fn named(name: &str) -> Option<fn(u64)> {
    match name {
        "nothing" => Some(nothing),
        "boxed" => Some(boxed),
        _ => None,
    }
}

/// The loop alone.
fn nothing(turns: u64) {
    for turn in 0..turns {
        black_box(turn);
    }
}

/// A box of 64 bytes, made and dropped.
fn boxed(turns: u64) {
    for turn in 0..turns {
        drop(black_box(Box::new([turn; 8])));
    }
}
