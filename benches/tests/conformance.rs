//! mimalloc keeps the rules of `janus_alloc::api` through the adapters. `JANUS_OPERATIONS` sets the number of operations.

use janus_alloc::testing::conformance::{Failures, Options, check, check_clones, check_global};
use janus_alloc::{AsAllocator, AsGlobal};
use mimalloc::MiMalloc;

fn options() -> Options {
    let operations =
        std::env::var("JANUS_OPERATIONS").map_or(1_000_000, |text| text.parse().expect("JANUS_OPERATIONS"));
    Options {
        seed: 20_261_122,
        operations,
        strict_realign: true,
        failures: Failures::NotExpected,
        ..Options::default()
    }
}

#[test]
fn mimalloc_as_an_allocator_keeps_the_rules() {
    let report = check(AsAllocator::new(MiMalloc), &options()).unwrap_or_else(|violation| panic!("{violation}"));
    assert!(report.allocations > report.operations / 50, "{report}");
    check_clones(AsAllocator::new(MiMalloc), &Options { operations: 100_000, ..options() }).unwrap();
}

#[test]
fn mimalloc_keeps_the_rules() {
    check_global(&MiMalloc, &options()).unwrap_or_else(|violation| panic!("{violation}"));
}

#[test]
fn mimalloc_keeps_the_rules_through_both_adapters() {
    check_global(&AsGlobal::new(AsAllocator::new(MiMalloc)), &options())
        .unwrap_or_else(|violation| panic!("{violation}"));
}
