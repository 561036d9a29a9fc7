//! `Pages` with its options, in fewer operations: each operation is at least one system call, and each fresh page a fault.

use super::*;
use janus_alloc::Pages;

const FEWER: usize = MILLION / 10;

#[test]
fn default_options() {
    let report = keeps_the_rules(Pages::new(), &options(MILLION));
    assert!(report.longer > report.allocations / 2 && report.refits > report.operations / 10, "{report}");
    clones_keep_the_rules(Pages::new(), &options(FEWER / 10));
}

#[test]
fn guard_pages_option() {
    keeps_the_rules(Pages::new().guard_pages(true), &options(FEWER));
}

#[test]
fn huge_pages_option() {
    keeps_the_rules(Pages::new().huge_pages(true), &options(FEWER));
    // Sizes often cross 2 MiB, where the placement of a block changes.
    let large = Options { max_size: 8 << 20, max_live: 8, ..options(FEWER / 10) };
    keeps_the_rules(Pages::new().huge_pages(true), &large);
}

#[test]
fn populate_option() {
    keeps_the_rules(Pages::new().populate(true), &options(FEWER));
}

#[test]
fn all_options() {
    let pages = Pages::new().guard_pages(true).huge_pages(true).populate(true);
    keeps_the_rules(pages, &options(FEWER));
}
