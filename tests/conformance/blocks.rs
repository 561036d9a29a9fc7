//! Blocks over a parent: `Stats`.

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
    // The kit also resizes from size 0 to size 0, which `Stats` does not count.
    assert!((report.grows / 2..report.grows).contains(&after.grows()), "{after}");
    assert!((report.shrinks / 2..report.shrinks).contains(&after.shrinks()), "{after}");
    clones_keep_the_rules(&stats, &options(MILLION / 10));
}

#[cfg(any(unix, windows))]
#[test]
fn stats_of_pages() {
    // A tenth of the operations, as in `pages`.
    let report = keeps_the_rules(Stats::new(janus_alloc::Pages::new()), &options(MILLION / 10));
    assert_eq!(report.longer, 0, "`Stats` cuts blocks to the requested length");
}
