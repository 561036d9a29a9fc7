//! Every allocator of this crate, and some of others, keeps the rules of `janus_alloc::api`.
//!
//! `JANUS_OPERATIONS=100000000 cargo test --release --test conformance` makes that many operations for each allocator;
//! `JANUS_SEED` starts another sequence.
#![cfg(feature = "std")]

use std::env;

use bumpalo::Bump;
use janus_alloc::api::{Allocator, AllocatorClone, GlobalAlloc};
use janus_alloc::testing::conformance::{Options, Report, check, check_clones, check_global};
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Global, Null, Stats, System};

const MILLION: usize = 1_000_000;

/// What the environment asks for, or else `operations`.
fn options(operations: usize) -> Options {
    let number = |name| env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")));
    Options {
        seed: number("JANUS_SEED").unwrap_or(20_261_122) as u64,
        operations: number("JANUS_OPERATIONS").unwrap_or(operations),
        strict_realign: true,
        ..Options::default()
    }
}

/// That the run saw something. An allocator other than `Null` fails seldom.
#[track_caller]
fn assert_worked(report: &Report, options: &Options) {
    let some = report.operations / 50;
    assert!(report.allocations > some, "{report}");
    assert!(report.grows > some && report.shrinks > some && report.realigns > some, "{report}");
    assert!(report.zero_sized > some, "{report}");
    assert!(report.failures < report.operations / 100, "{report}");
    assert!(report.huge_requests > report.operations / 100 || !options.huge_layouts, "{report}");
    assert!(report.moves > report.operations / 300, "{report}");
    assert!(report.bytes_checked > 1000 * report.operations, "{report}");
    assert!(report.deallocations == report.allocations, "{report}");
}

#[track_caller]
fn keeps_the_rules<A: Allocator>(allocator: A, options: &Options) -> Report {
    let report = check(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

#[track_caller]
fn clones_keep_the_rules<A: AllocatorClone>(allocator: A, options: &Options) -> Report {
    let report = check_clones(allocator, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

#[track_caller]
fn global_keeps_the_rules<G: GlobalAlloc + ?Sized>(global: &G, options: &Options) -> Report {
    let report = check_global(global, options).unwrap_or_else(|violation| panic!("{violation}"));
    assert_worked(&report, options);
    report
}

mod sources {
    use super::*;

    #[test]
    fn system() {
        keeps_the_rules(System, &options(MILLION));
        // Not ours, but it moves a block under a changed align all the same.
        clones_keep_the_rules(System, &options(MILLION / 10));
    }

    #[test]
    fn global() {
        keeps_the_rules(Global, &options(MILLION));
        clones_keep_the_rules(Global, &options(MILLION / 10));
    }

    #[test]
    fn null() {
        let report = check(Null, &options(MILLION)).unwrap_or_else(|violation| panic!("{violation}"));
        assert_eq!(report.allocations + report.grows + report.shrinks, 0, "{report}");
        assert!(report.failures > report.operations / 2, "{report}");
        check_clones(Null, &options(MILLION / 10)).unwrap_or_else(|violation| panic!("{violation}"));
    }

    #[cfg(any(unix, windows))]
    #[test]
    fn malloc() {
        use janus_alloc::Malloc;

        keeps_the_rules(Malloc, &options(MILLION));
        global_keeps_the_rules(&Malloc, &options(MILLION));
        clones_keep_the_rules(Malloc, &options(MILLION / 10));
    }
}

/// Each operation is a system call or several, and each fresh page a fault: with options, a tenth of the operations takes
/// long enough.
#[cfg(any(unix, windows))]
mod pages {
    use super::*;
    use janus_alloc::Pages;

    const FEWER: usize = MILLION / 10;

    #[test]
    fn plain() {
        let report = keeps_the_rules(Pages::new(), &options(MILLION));
        assert!(report.longer > report.allocations / 2 && report.refits > report.operations / 10, "{report}");
        clones_keep_the_rules(Pages::new(), &options(FEWER / 10));
    }

    #[test]
    fn guarded() {
        keeps_the_rules(Pages::new().guard_pages(true), &options(FEWER));
    }

    #[test]
    fn huge() {
        keeps_the_rules(Pages::new().huge_pages(true), &options(FEWER));
        // Blocks beyond 2 MiB often, and of less than that: the layout of a block in memory changes there.
        let large = Options { max_size: 8 << 20, max_live: 8, ..options(FEWER / 10) };
        keeps_the_rules(Pages::new().huge_pages(true), &large);
    }

    #[test]
    fn populated() {
        keeps_the_rules(Pages::new().populate(true), &options(FEWER));
    }

    #[test]
    fn everything_at_once() {
        let pages = Pages::new().guard_pages(true).huge_pages(true).populate(true);
        keeps_the_rules(pages, &options(FEWER));
    }
}

mod adapters {
    use super::*;

    #[test]
    fn as_allocator() {
        keeps_the_rules(AsAllocator::new(System), &options(MILLION));
        clones_keep_the_rules(AsAllocator::new(System), &options(MILLION / 10));
    }

    #[test]
    fn as_allocator_ref() {
        keeps_the_rules(AsAllocatorRef::new(&System), &options(MILLION));
        clones_keep_the_rules(AsAllocatorRef::new(&System), &options(MILLION / 10));
    }

    #[test]
    fn as_allocator_ref_of_an_unknown_global() {
        let global: &dyn GlobalAlloc = &System;
        keeps_the_rules(AsAllocatorRef::new(global), &options(MILLION));
    }

    #[test]
    fn as_global_by_reference() {
        let global = AsGlobal::new(System);
        keeps_the_rules(&global, &options(MILLION));
        clones_keep_the_rules(&global, &options(MILLION / 10));
    }

    #[test]
    fn system_as_a_global() {
        global_keeps_the_rules(&System, &options(MILLION));
    }

    #[test]
    fn as_global_of_as_allocator() {
        global_keeps_the_rules(&AsGlobal::new(AsAllocator::new(System)), &options(MILLION));
    }

    #[test]
    fn as_global_of_stats() {
        let global = AsGlobal::new(Stats::new(System));
        global_keeps_the_rules(&global, &options(MILLION));
        let after = global.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
    }

    #[cfg(any(unix, windows))]
    #[test]
    fn as_global_of_pages() {
        // A tenth, as in `pages`.
        global_keeps_the_rules(&AsGlobal::new(janus_alloc::Pages::new()), &options(MILLION / 10));
    }
}

mod blocks {
    use super::*;

    #[test]
    fn stats() {
        keeps_the_rules(Stats::new(System), &options(MILLION));
    }

    #[test]
    fn stats_by_reference() {
        let stats = Stats::new(Global);
        let report = keeps_the_rules(&stats, &options(MILLION));
        let after = stats.snapshot();
        assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
        assert_eq!((after.grows(), after.shrinks()), (report.grows, report.shrinks), "{after}");
        clones_keep_the_rules(&stats, &options(MILLION / 10));
    }

    #[cfg(any(unix, windows))]
    #[test]
    fn stats_of_pages() {
        // A tenth, as in `pages`.
        let report = keeps_the_rules(Stats::new(janus_alloc::Pages::new()), &options(MILLION / 10));
        assert_eq!(report.longer, 0, "`Stats` cuts blocks to the requested length");
    }
}

/// Allocators of others, through the bridges where they speak another generation.
mod others {
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
        let round =
            Options { operations: all.operations.min(50_000), strict_realign: false, huge_layouts: false, ..all };
        for number in 0..all.operations.div_ceil(round.operations.max(1)) {
            let arena = ::blink_alloc::BlinkAlloc::new();
            keeps_the_rules(From04(&arena), &Options { seed: all.seed + number as u64, ..round });
        }
    }
}
