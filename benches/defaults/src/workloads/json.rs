//! JSON, parsed into `serde_json::Value` and dropped.

use serde_json::Value;

use super::{in_threads, json_text};

/// About 5 MB.
const RECORDS: u64 = 20_000;
const TIMES: u64 = 4;

/// So many threads, each of which parses the same text.
pub(super) fn run(threads: u64) -> u64 {
    let text = &json_text::text(|records, _| records == RECORDS);
    in_threads(threads, |_| (0..TIMES).map(|_| parse(text)).sum())
}

fn parse(text: &str) -> u64 {
    let value: Value = serde_json::from_str(text).expect("it is JSON");
    let records = value.as_array().expect("it is an array");
    records.iter().map(|record| record["id"].as_u64().expect("it is a number")).sum()
}
