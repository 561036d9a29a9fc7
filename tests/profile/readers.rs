//! Readers of the files, written from the specifications and not from the code that writes them.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use prost::Message;
use serde_json::Value as Json;

/// The sums over a file: total, live and peak bytes, total, live and peak blocks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) bytes: [u64; 3],
    pub(crate) blocks: [u64; 3],
}

/// Checks what DHAT's viewer checks and relies on, and returns the sums and, by stack, the live bytes. A stack has its innermost function
/// first.
pub(crate) fn dhat(file: &[u8]) -> (Sums, BTreeMap<Vec<String>, u64>) {
    let json: Json = serde_json::from_slice(file).expect("it is JSON");
    assert_eq!(json["dhatFileVersion"], 2);
    for (key, value) in [("mode", "heap"), ("verb", "Allocated"), ("tu", "µs"), ("Mtu", "s")] {
        assert_eq!(json[key], value);
    }
    assert_eq!((&json["bklt"], &json["bkacc"]), (&Json::Bool(true), &Json::Bool(false)));
    assert!(json["cmd"].is_string() && json["pid"].is_u64() && json["tuth"].is_u64());
    let (peak, end) = (json["tg"].as_u64().unwrap(), json["te"].as_u64().unwrap());
    assert!(peak <= end);
    let frames: Vec<&str> = json["ftbl"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(frames[0], "[root]");
    let mut used = vec![false; frames.len()];
    used[0] = true;
    let mut sums = Sums::default();
    let mut stacks = BTreeMap::new();
    for point in json["pps"].as_array().unwrap() {
        let number = |key: &str| point[key].as_u64().unwrap_or_else(|| panic!("{key} of {point}"));
        assert!(number("gb") <= number("mb") && number("eb") <= number("mb"), "{point}");
        // The number of blocks is rounded.
        assert!(number("tl") <= (number("tbk") + 1) * end, "{point}");
        let sum =
            |sums: &mut [u64; 3], keys: [&str; 3]| sums.iter_mut().zip(keys).for_each(|(sum, key)| *sum += number(key));
        sum(&mut sums.bytes, ["tb", "eb", "gb"]);
        sum(&mut sums.blocks, ["tbk", "ebk", "gbk"]);
        let name = |frame: &Json| {
            let frame = frame.as_u64().unwrap() as usize;
            used[frame] = true;
            frames[frame].to_owned()
        };
        let stack: Vec<String> = point["fs"].as_array().unwrap().iter().map(name).collect();
        assert!(stacks.insert(stack, number("eb")).is_none(), "the viewer refuses a repeated location");
    }
    assert!(used.iter().all(|&used| used), "a frame without a use");
    (sums, stacks)
}

#[derive(PartialEq, Message)]
struct PprofFile {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    mapping: Vec<Mapping>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(int64, tag = "9")]
    time_nanos: i64,
    #[prost(int64, tag = "10")]
    duration_nanos: i64,
    #[prost(message, optional, tag = "11")]
    period_type: Option<ValueType>,
    #[prost(int64, tag = "12")]
    period: i64,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    r#type: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(PartialEq, Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(PartialEq, Message)]
struct Mapping {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    memory_start: u64,
    #[prost(uint64, tag = "3")]
    memory_limit: u64,
    #[prost(int64, tag = "5")]
    filename: i64,
}

#[derive(PartialEq, Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    mapping_id: u64,
    #[prost(uint64, tag = "3")]
    address: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(PartialEq, Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(PartialEq, Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "3")]
    system_name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}

/// Checks what `profile.CheckValid` of google/pprof checks, and returns the sums, the live bytes by stack, and the period.
pub(crate) fn pprof(file: &[u8]) -> (Sums, BTreeMap<Vec<String>, u64>, i64) {
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).expect("it is gzipped");
    let profile = PprofFile::decode(bytes.as_slice()).expect("it is a protocol buffer");
    let string = |index: i64| profile.string_table[usize::try_from(index).unwrap()].as_str();
    assert_eq!(string(0), "");
    let types: Vec<(&str, &str)> =
        profile.sample_type.iter().map(|value| (string(value.r#type), string(value.unit))).collect();
    let index = |name: &str, unit: &str| types.iter().position(|&value| value == (name, unit)).unwrap();
    let bytes = ["alloc_space", "inuse_space", "peak_space"].map(|name| index(name, "bytes"));
    let blocks = ["alloc_objects", "inuse_objects", "peak_objects"].map(|name| index(name, "count"));
    assert_eq!(string(profile.default_sample_type), "inuse_space");
    let period_type = profile.period_type.as_ref().unwrap();
    assert_eq!((string(period_type.r#type), string(period_type.unit)), ("space", "bytes"));
    assert!(profile.time_nanos > 1_600_000_000_000_000_000 && profile.duration_nanos >= 0);

    let by_id = |ids: Vec<u64>| {
        assert!(ids.iter().all(|&id| id != 0));
        let places: BTreeMap<u64, usize> = ids.iter().copied().zip(0..).collect();
        assert_eq!(places.len(), ids.len(), "an id twice");
        places
    };
    let mappings = by_id(profile.mapping.iter().map(|mapping| mapping.id).collect());
    let functions = by_id(profile.function.iter().map(|function| function.id).collect());
    let locations = by_id(profile.location.iter().map(|location| location.id).collect());
    for location in &profile.location {
        if location.mapping_id != 0 {
            let mapping = &profile.mapping[mappings[&location.mapping_id]];
            assert!((mapping.memory_start..mapping.memory_limit).contains(&location.address));
            assert!(!string(mapping.filename).is_empty());
        }
        assert!(!location.line.is_empty());
    }
    if cfg!(target_os = "linux") {
        assert!(profile.location.iter().any(|location| location.mapping_id == 1), "nothing in the program");
    }

    let mut sums = Sums::default();
    let mut stacks = BTreeMap::<Vec<String>, u64>::new();
    for sample in &profile.sample {
        assert_eq!(sample.value.len(), types.len());
        let value = |index: usize| u64::try_from(sample.value[index]).unwrap();
        sums.bytes.iter_mut().zip(bytes).for_each(|(sum, index)| *sum += value(index));
        sums.blocks.iter_mut().zip(blocks).for_each(|(sum, index)| *sum += value(index));
        let mut stack = Vec::new();
        for location in &sample.location_id {
            for line in &profile.location[locations[location]].line {
                let function = &profile.function[functions[&line.function_id]];
                assert!(line.line >= 0);
                // Go's pprof cuts a name that is not told from the mangled one.
                let (name, mangled) = (string(function.name), string(function.system_name));
                assert!(!mangled.is_empty() && (name != mangled || !name.contains('<')), "{name} {mangled}");
                stack.push(string(function.name).to_owned());
                let _: &str = string(function.filename);
            }
        }
        *stacks.entry(stack).or_default() += value(bytes[1]);
    }
    (sums, stacks, profile.period)
}

/// Returns the values by stack. A stack has its innermost function first, as in the other files.
pub(crate) fn collapsed(file: &[u8]) -> BTreeMap<Vec<String>, u64> {
    let lines = std::str::from_utf8(file).unwrap().lines().map(|line| {
        let (stack, value) = line.rsplit_once(' ').expect("a value follows");
        (stack.split(';').rev().map(str::to_owned).collect(), value.parse().unwrap())
    });
    let count = lines.clone().count();
    let stacks: BTreeMap<Vec<String>, u64> = lines.collect();
    assert_eq!(stacks.len(), count, "a stack twice");
    stacks
}
