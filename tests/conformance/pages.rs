//! Each operation is a system call or several, and each fresh page a fault: with options, a tenth of the operations takes
//! long enough.

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
