//! The protocol buffer of pprof: `proto/profile.proto` of the repository google/pprof.

use std::collections::HashMap;
use std::io::{self, Write};
use std::string::{String, ToString};
use std::time::SystemTime;
use std::vec::Vec;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use super::mappings::{Mapping, mappings};
use super::stacks::{Frame, frames};
use super::symbols::Function;
use super::{Report, Sampling, Value};

/// The messages of the format. A string is an index of the string table, an id of 0 is none.
mod proto {
    use std::string::String;
    use std::vec::Vec;

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Profile {
        #[prost(message, repeated, tag = "1")]
        pub(super) sample_type: Vec<ValueType>,
        #[prost(message, repeated, tag = "2")]
        pub(super) sample: Vec<Sample>,
        #[prost(message, repeated, tag = "3")]
        pub(super) mapping: Vec<Mapping>,
        #[prost(message, repeated, tag = "4")]
        pub(super) location: Vec<Location>,
        #[prost(message, repeated, tag = "5")]
        pub(super) function: Vec<Function>,
        #[prost(string, repeated, tag = "6")]
        pub(super) string_table: Vec<String>,
        #[prost(int64, tag = "9")]
        pub(super) time_nanos: i64,
        #[prost(int64, tag = "10")]
        pub(super) duration_nanos: i64,
        #[prost(message, optional, tag = "11")]
        pub(super) period_type: Option<ValueType>,
        #[prost(int64, tag = "12")]
        pub(super) period: i64,
        #[prost(int64, tag = "14")]
        pub(super) default_sample_type: i64,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct ValueType {
        #[prost(int64, tag = "1")]
        pub(super) kind: i64,
        #[prost(int64, tag = "2")]
        pub(super) unit: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Sample {
        #[prost(uint64, repeated, tag = "1")]
        pub(super) location_id: Vec<u64>,
        #[prost(int64, repeated, tag = "2")]
        pub(super) value: Vec<i64>,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct Mapping {
        #[prost(uint64, tag = "1")]
        pub(super) id: u64,
        #[prost(uint64, tag = "2")]
        pub(super) memory_start: u64,
        #[prost(uint64, tag = "3")]
        pub(super) memory_limit: u64,
        #[prost(uint64, tag = "4")]
        pub(super) file_offset: u64,
        #[prost(int64, tag = "5")]
        pub(super) filename: i64,
        #[prost(bool, tag = "7")]
        pub(super) has_functions: bool,
        #[prost(bool, tag = "8")]
        pub(super) has_filenames: bool,
        #[prost(bool, tag = "9")]
        pub(super) has_line_numbers: bool,
        #[prost(bool, tag = "10")]
        pub(super) has_inline_frames: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Location {
        #[prost(uint64, tag = "1")]
        pub(super) id: u64,
        #[prost(uint64, tag = "2")]
        pub(super) mapping_id: u64,
        #[prost(uint64, tag = "3")]
        pub(super) address: u64,
        #[prost(message, repeated, tag = "4")]
        pub(super) line: Vec<Line>,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct Line {
        #[prost(uint64, tag = "1")]
        pub(super) function_id: u64,
        #[prost(int64, tag = "2")]
        pub(super) line: i64,
        #[prost(int64, tag = "3")]
        pub(super) column: i64,
    }

    #[derive(Clone, Copy, PartialEq, prost::Message)]
    pub(super) struct Function {
        #[prost(uint64, tag = "1")]
        pub(super) id: u64,
        #[prost(int64, tag = "2")]
        pub(super) name: i64,
        #[prost(int64, tag = "3")]
        pub(super) system_name: i64,
        #[prost(int64, tag = "4")]
        pub(super) filename: i64,
    }
}

/// The values of a sample: names, units and numbers.
const VALUES: [(&str, &str, Value); 6] = [
    ("alloc_objects", "count", Value::TotalBlocks),
    ("alloc_space", "bytes", Value::TotalBytes),
    ("inuse_objects", "count", Value::LiveBlocks),
    ("inuse_space", "bytes", Value::LiveBytes),
    ("peak_objects", "count", Value::PeakBlocks),
    ("peak_space", "bytes", Value::PeakBytes),
];

/// Converts a number, which is far below the bound.
fn signed(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A profile to which samples are added.
struct Builder {
    profile: proto::Profile,
    strings: HashMap<String, i64>,
    /// By the symbol and the file.
    functions: HashMap<(i64, i64), u64>,
    /// By the address and the number of functions there.
    locations: HashMap<(usize, usize), u64>,
    mappings: Vec<Mapping>,
}

impl Builder {
    fn new() -> Self {
        let mut builder = Self {
            profile: proto::Profile::default(),
            strings: HashMap::new(),
            functions: HashMap::new(),
            locations: HashMap::new(),
            mappings: mappings(),
        };
        // The first string is the empty one.
        builder.string("");
        for at in 0..builder.mappings.len() {
            let Mapping { start, end, offset, ref file } = builder.mappings[at];
            let file = file.clone();
            let mapping = proto::Mapping {
                id: at as u64 + 1,
                memory_start: start,
                memory_limit: end,
                file_offset: offset,
                filename: builder.string(&file),
                has_functions: true,
                has_filenames: true,
                has_line_numbers: true,
                has_inline_frames: true,
            };
            builder.profile.mapping.push(mapping);
        }
        builder
    }

    fn string(&mut self, text: &str) -> i64 {
        if let Some(&index) = self.strings.get(text) {
            return index;
        }
        let index = signed(self.profile.string_table.len());
        self.profile.string_table.push(text.to_string());
        self.strings.insert(text.to_string(), index);
        index
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> proto::ValueType {
        proto::ValueType { kind: self.string(kind), unit: self.string(unit) }
    }

    fn function(&mut self, function: &Function) -> u64 {
        let (name, system_name) = (self.string(&function.name), self.string(&function.symbol));
        let filename = self.string(function.file.as_deref().unwrap_or_default());
        *self.functions.entry((system_name, filename)).or_insert_with(|| {
            let id = self.profile.function.len() as u64 + 1;
            self.profile.function.push(proto::Function { id, name, system_name, filename });
            id
        })
    }

    fn location(&mut self, frame: &Frame<'_>) -> u64 {
        let key = (frame.address, frame.functions.len());
        if let Some(&id) = self.locations.get(&key) {
            return id;
        }
        // An address within the call instruction: `frame.address` is the return address behind it.
        let address = frame.address as u64 - 1;
        let line = |function: &Function| proto::Line {
            function_id: self.function(function),
            line: function.line.into(),
            column: function.column.into(),
        };
        let line = frame.functions.iter().map(line).collect();
        let is_in = |mapping: &Mapping| (mapping.start..mapping.end).contains(&address);
        let mapping_id = self.mappings.iter().position(is_in).map_or(0, |at| at as u64 + 1);
        let id = self.profile.location.len() as u64 + 1;
        self.profile.location.push(proto::Location { id, mapping_id, address, line });
        self.locations.insert(key, id);
        id
    }
}

pub(super) fn write(report: &Report, to: impl Write) -> io::Result<()> {
    let mut encoder = GzEncoder::new(to, Compression::default());
    encoder.write_all(&build(report).encode_to_vec())?;
    encoder.finish()?.flush()
}

fn build(report: &Report) -> proto::Profile {
    let symbols = report.symbols();
    let mut builder = Builder::new();
    for (kind, unit, _) in VALUES {
        let value_type = builder.value_type(kind, unit);
        builder.profile.sample_type.push(value_type);
    }
    for site in &report.sites {
        let location_id = frames(symbols, &site.stack).iter().map(|frame| builder.location(frame)).collect();
        let value = VALUES.iter().map(|(_, _, value)| signed(value.of(site))).collect();
        builder.profile.sample.push(proto::Sample { location_id, value });
    }
    let began = report.taken.checked_sub(report.duration).unwrap_or(report.taken);
    let began = began.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    builder.profile.time_nanos = signed(began.as_nanos());
    builder.profile.duration_nanos = signed(report.duration.as_nanos());
    builder.profile.period_type = Some(builder.value_type("space", "bytes"));
    builder.profile.period = match report.sampling {
        Sampling::EveryBytes(bytes) => signed(bytes),
        Sampling::All | Sampling::Off => 1,
    };
    builder.profile.default_sample_type = builder.string("inuse_space");
    builder.profile
}
