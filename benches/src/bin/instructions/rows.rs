//! The form of the tables that compare adapters and building blocks with their parents.

use janus_benches::workloads::Workload;

/// The columns.
pub(crate) const OPERATIONS: [&str; 5] = ["known", "unknown", "grown, known", "grown, unknown", "zeroed"];
/// A part of the names of the columns whose sizes the compiler does not know.
const UNKNOWN: &str = "unknown";

/// A table, whose first row is the reference for the others.
pub(crate) struct Table {
    pub(crate) rows: &'static [Row],
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// A workload for each column.
    pub(crate) runs: [Workload; OPERATIONS.len()],
    pub(crate) tolerance: Tolerance,
}

/// The greatest allowed difference of a count from that of the first row, in instructions.
#[derive(Clone, Copy)]
pub(crate) enum Tolerance {
    /// Any difference is only shown.
    Any,
    AtMost(f64),
    /// Applies where the compiler knows the layout; elsewhere a difference is only shown.
    AtMostIfKnown(f64),
}

impl Tolerance {
    pub(crate) fn is_exceeded_by(self, difference: f64, operation: &str) -> bool {
        match self {
            Tolerance::Any => false,
            Tolerance::AtMost(limit) => difference.abs() > limit,
            Tolerance::AtMostIfKnown(limit) => !operation.contains(UNKNOWN) && difference.abs() > limit,
        }
    }
}

/// Returns the row of an allocator, used by `GlobalAlloc` (`global`) or by `Allocator` (`local`).
macro_rules! row {
    ($name:literal, $face:ident, $allocator:expr) => {
        row!($name, $face, $allocator, $crate::rows::Tolerance::Any)
    };
    ($name:literal, $face:ident, $allocator:expr, $tolerance:expr) => {
        $crate::rows::Row {
            name: $name,
            runs: [
                |count| $face::known($allocator, count),
                |count| $face::unknown($allocator, count),
                |count| $face::grown_known($allocator, count),
                |count| $face::grown_unknown($allocator, count),
                |count| $face::zeroed($allocator, count),
            ],
            tolerance: $tolerance,
        }
    };
}

pub(crate) use row;
