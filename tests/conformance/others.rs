//! Allocators of other crates, through the bridges if they implement another generation of the trait.

use super::*;

/// The check runs in rounds, because an arena that frees nothing would fill the memory. It runs without `strict_realign`, because bumpalo
/// leaves a block in place under another align if its address fits, which the trait allows.
#[test]
fn bumpalo() {
    let all = options(MILLION);
    let round = Options { operations: all.operations.min(MILLION / 10), strict_realign: false, ..all };
    for number in 0..all.operations.div_ceil(round.operations.max(1)) {
        let arena = Bump::new();
        keeps_the_rules(&arena, &Options { seed: all.seed + number as u64, ..round });
        // Twice the memory that the docs of `Options::operations` name, because chunks double.
        assert!(arena.allocated_bytes() < 160 << 20, "{}", arena.allocated_bytes());
    }
}

#[cfg(feature = "allocator-api2-03")]
#[test]
fn through_generation_03_and_back() {
    use janus_alloc::generations::{From03, To03};

    keeps_the_rules(From03(To03(System)), &options(MILLION));
}

#[cfg(feature = "allocator-api2-04")]
#[test]
fn through_generation_04_and_back() {
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
