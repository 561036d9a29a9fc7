//! JSON that is parsed into `serde_json::Value` and dropped.

use serde_json::Value;

use super::{in_threads, json_text};

/// The number of records, which make about 5 MB.
const RECORDS: u64 = 20_000;
const TIMES: u64 = 4;

/// Parses the same text in each of the threads.
pub(super) fn run(threads: u64) -> u64 {
    let text = &json_text::text(|records, _| records == RECORDS);
    in_threads(threads, |_| (0..TIMES).map(|_| parse(text)).sum())
}

fn parse(text: &str) -> u64 {
    let value: Value = serde_json::from_str(text).expect("the text is no JSON");
    let records = value.as_array().expect("the value is no array");
    records.iter().map(|record| record["id"].as_u64().expect("the id is no number")).sum()
}
