//! JSON, parsed into `serde_json::Value` and dropped.

use std::fmt::Write;

use fastrand::Rng;
use serde_json::Value;

use super::in_threads;

const RECORDS: u64 = 20_000;
const TIMES: u64 = 4;

/// So many threads, each of which parses the same text.
pub(super) fn run(threads: u64) -> u64 {
    let text = &text();
    in_threads(threads, |_| (0..TIMES).map(|_| parse(text)).sum())
}

fn parse(text: &str) -> u64 {
    let value: Value = serde_json::from_str(text).expect("it is JSON");
    let records = value.as_array().expect("it is an array");
    records.iter().map(|record| record["id"].as_u64().expect("it is a number")).sum()
}

/// About 5 MB: records with numbers, strings, arrays and a record inside.
fn text() -> String {
    let mut random = Rng::with_seed(0);
    let mut word = || -> String {
        let length = random.usize(3..12);
        (0..length).map(|_| random.lowercase()).collect()
    };
    let mut text = String::from("[");
    for id in 0..RECORDS {
        let comma = if id == 0 { "" } else { "," };
        let (name, city, street, [a, b, c]) = (word(), word(), word(), [word(), word(), word()]);
        write!(
            text,
            r#"{comma}{{"id":{id},"name":"{name}","active":{},"score":{id}.25,"tags":["{a}","{b}","{c}"],
            "address":{{"city":"{city}","street":"{street}","number":{}}},"values":[{id},{},{},4,5]}}"#,
            id % 3 == 0,
            id % 100,
            id + 1,
            id * 2
        )
        .expect("a string takes anything");
    }
    text.push(']');
    text
}
