//! The text for Prometheus.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::Command;

use crate::{RUN, TAGS, installed, succeeded};

/// Prometheus' own check, of the format and of the conventions for names.
#[test]
fn promtool_accepts_the_text() {
    let file = File::open(RUN.directory.join("metrics.prom")).unwrap();
    let Some(output) = installed(Command::new("promtool").args(["check", "metrics"]).stdin(file)) else { return };
    succeeded(&output);
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}

/// What is counted twice is the same: by an allocator with a name, and by the tag under which it is used.
#[test]
fn counts_agree() {
    let text = RUN.text("metrics.prom");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let values: BTreeMap<&str, u64> =
        lines.map(|line| line.rsplit_once(' ').unwrap()).map(|(name, value)| (name, value.parse().unwrap())).collect();
    let value = |kind: &str, metric: &str, name: &str| -> u64 {
        values[format!("janus_{kind}_{metric}{{{kind}=\"{name}\"}}").as_str()]
    };
    // A lock may be in memory of its own on some systems.
    if cfg!(target_os = "linux") {
        for (allocator, tag) in [("trees", "parse"), ("index", "index")] {
            for metric in ["allocations_total", "deallocations_total", "allocated_bytes_total", "live_bytes"] {
                assert_eq!(value("allocator", metric, allocator), value("tag", metric, tag), "{metric} {allocator}");
            }
        }
    }
    let sum = |metric| TAGS.iter().map(|tag| value("tag", metric, tag)).sum::<u64>();
    // The reports themselves, which are made one after the other, are a few blocks.
    let allocations = value("allocator", "allocations_total", "the default");
    assert!(allocations.abs_diff(sum("allocations_total")) < 20, "{allocations}");
    let bytes = value("allocator", "allocated_bytes_total", "the default");
    assert!(bytes.abs_diff(sum("allocated_bytes_total")) < 64 << 10, "{bytes}");
    // The request over the limit is none of the default's: it did not come that far.
    assert_eq!(value("allocator", "failures_total", "the default"), 0);
    assert_eq!(value("allocator", "failures_total", "trees"), 0);
}
