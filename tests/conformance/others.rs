//! Allocators of others, through the bridges where they speak another generation.

use super::*;

/// In rounds, because an arena that frees nothing would fill the memory. bumpalo leaves a block where it is when it
/// happens to be aligned, which the trait allows.
#[test]
fn bumpalo() {
    let all = options(MILLION);
    let round = Options { operations: all.operations.min(MILLION / 10), strict_realign: false, ..all };
    for number in 0..all.operations.div_ceil(round.operations.max(1)) {
        let arena = Bump::new();
        keeps_the_rules(&arena, &Options { seed: all.seed + number as u64, ..round });
        // What the docs of `Options::operations` say, and as much again because chunks double.
        assert!(arena.allocated_bytes() < 160 << 20, "{}", arena.allocated_bytes());
    }
}

#[cfg(feature = "allocator-api2-03")]
#[test]
fn there_and_back_by_03() {
    use janus_alloc::generations::{From03, To03};

    keeps_the_rules(From03(To03(System)), &options(MILLION));
}

#[cfg(feature = "allocator-api2-04")]
#[test]
fn there_and_back_by_04() {
    use janus_alloc::generations::{From04, To04};

    keeps_the_rules(From04(To04(System)), &options(MILLION));
}

/// Without huge layouts: blink-alloc 0.4.0 adds its chunk's header to them unchecked and makes a layout of the sum with
/// `from_size_align_unchecked` (`arena/mod.rs`, `alloc_chunk`), which ends the process where that is checked and is
/// undefined behaviour where it is not.
#[cfg(feature = "allocator-api2-04")]
#[test]
fn blink_alloc() {
    use janus_alloc::generations::From04;

    let all = options(MILLION);
    let round = Options { operations: all.operations.min(50_000), strict_realign: false, huge_layouts: false, ..all };
    for number in 0..all.operations.div_ceil(round.operations.max(1)) {
        let arena = ::blink_alloc::BlinkAlloc::new();
        keeps_the_rules(From04(&arena), &Options { seed: all.seed + number as u64, ..round });
    }
}
