//! The sources: `System`, `Global`, `Null` and `Malloc`.

use super::*;

#[test]
fn system() {
    keeps_the_rules(System, &options(MILLION));
    // `System` is std's, and it moves a block under another align too.
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
