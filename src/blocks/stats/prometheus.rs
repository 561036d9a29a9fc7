//! The text format of Prometheus, version 0.0.4.
//!
//! Names and units follow its conventions: base units, the unit in the name, `_total` at the end of a counter, one group of lines for
//! each metric.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::{Row, Snapshot};

pub(super) struct Prometheus {
    /// The name of the label that has the name of the row. The names of the metrics have it, too.
    pub(super) label: &'static str,
    /// Each name occurs once.
    pub(super) rows: Vec<Row>,
}

struct Metric {
    /// The end of its name.
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    series: &'static [Series],
}

struct Series {
    /// A second label, with braces and quotes left out.
    placement: Option<&'static str>,
    value: fn(&Snapshot) -> u64,
}

const fn one(value: fn(&Snapshot) -> u64) -> Series {
    Series { placement: None, value }
}

const fn placed(placement: &'static str, value: fn(&Snapshot) -> u64) -> Series {
    Series { placement: Some(placement), value }
}

const METRICS: &[Metric] = &[
    Metric { name: "live_bytes", kind: "gauge", help: "Bytes in live blocks.", series: &[one(|s| s.live_bytes)] },
    Metric { name: "live_blocks", kind: "gauge", help: "Live blocks.", series: &[one(Snapshot::live_blocks)] },
    Metric {
        name: "peak_bytes",
        kind: "gauge",
        help: "The most bytes that were live at once.",
        series: &[one(|s| s.peak_bytes)],
    },
    Metric {
        name: "largest_request_bytes",
        kind: "gauge",
        help: "The largest request, failed ones included.",
        series: &[one(|s| s.largest_request)],
    },
    Metric { name: "allocations_total", kind: "counter", help: "Blocks allocated.", series: &[one(|s| s.allocations)] },
    Metric { name: "deallocations_total", kind: "counter", help: "Blocks freed.", series: &[one(|s| s.deallocations)] },
    Metric {
        name: "grows_total",
        kind: "counter",
        help: "Growths of blocks, by whether the block kept its address.",
        series: &[placed("in_place", |s| s.grows_in_place), placed("moved", |s| s.grows_moved)],
    },
    Metric {
        name: "shrinks_total",
        kind: "counter",
        help: "Shrinks of blocks, by whether the block kept its address.",
        series: &[placed("in_place", |s| s.shrinks_in_place), placed("moved", |s| s.shrinks_moved)],
    },
    Metric { name: "failures_total", kind: "counter", help: "Requests that failed.", series: &[one(|s| s.failures)] },
    Metric {
        name: "allocated_bytes_total",
        kind: "counter",
        help: "Bytes allocated, those that growths added included.",
        series: &[one(|s| s.total_bytes)],
    },
    Metric {
        name: "copied_bytes_total",
        kind: "counter",
        help: "Bytes copied because their block moved.",
        series: &[one(|s| s.bytes_copied)],
    },
    Metric {
        name: "slack_bytes_total",
        kind: "counter",
        help: "Bytes that the parent returned beyond the requested ones.",
        series: &[one(|s| s.slack_bytes)],
    },
];

impl fmt::Display for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.label;
        for Metric { name, kind, help, series } in METRICS {
            writeln!(f, "# HELP janus_{label}_{name} {help}")?;
            writeln!(f, "# TYPE janus_{label}_{name} {kind}")?;
            for row in &self.rows {
                for Series { placement, value } in *series {
                    write!(f, "janus_{label}_{name}{{{label}=\"{}\"", Escaped(row.name))?;
                    if let Some(placement) = placement {
                        write!(f, ",placement=\"{placement}\"")?;
                    }
                    writeln!(f, "}} {}", value(&row.snapshot))?;
                }
            }
        }
        Ok(())
    }
}

/// The value of a label, between its quotes.
struct Escaped(&'static str);

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\\' => f.write_str(r"\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str(r"\n"),
            c => f.write_char(c),
        })
    }
}
