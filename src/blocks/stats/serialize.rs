//! `Serialize` for snapshots and reports, by hand, so that the feature `serde` needs no derive macro.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Report, Row, Snapshot};

impl Snapshot {
    /// Returns the fields with their names.
    fn fields(&self) -> [(&'static str, u64); 13] {
        // Names each field, so that the compiler reports one that is missing here.
        let Self {
            allocations,
            deallocations,
            grows_in_place,
            grows_moved,
            shrinks_in_place,
            shrinks_moved,
            bytes_copied,
            live_bytes,
            peak_bytes,
            total_bytes,
            slack_bytes,
            failures,
            largest_request,
        } = *self;
        [
            ("allocations", allocations),
            ("deallocations", deallocations),
            ("grows_in_place", grows_in_place),
            ("grows_moved", grows_moved),
            ("shrinks_in_place", shrinks_in_place),
            ("shrinks_moved", shrinks_moved),
            ("bytes_copied", bytes_copied),
            ("live_bytes", live_bytes),
            ("peak_bytes", peak_bytes),
            ("total_bytes", total_bytes),
            ("slack_bytes", slack_bytes),
            ("failures", failures),
            ("largest_request", largest_request),
        ]
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.fields();
        let mut object = serializer.serialize_struct("Snapshot", fields.len())?;
        for (name, count) in fields {
            object.serialize_field(name, &count)?;
        }
        object.end()
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.snapshot.fields();
        let mut object = serializer.serialize_struct("Row", fields.len() + 1)?;
        object.serialize_field("name", self.name)?;
        for (name, count) in fields {
            object.serialize_field(name, &count)?;
        }
        object.end()
    }
}

/// A sequence of rows.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
