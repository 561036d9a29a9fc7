//! Reads a JSON file into an arena and prints a summary of it:
//! `cargo run --release --features serde --example json -- [FILE]`.
//!
//! Without a file, it reads a built-in text. `value.rs` defines a JSON value type over any allocator, in some 150 lines.

mod value;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use janus_alloc::Arena;
use janus_alloc::api::Allocator;
use janus_alloc::collections::de::In;

use value::Value;

const TEXT: &str =
    r#"{"god": "Janus", "faces": ["past", "future"], "doors": {"war": true, "peace": false}, "heads": 1}"#;

/// The number of values of each kind, and the depth of the deepest one.
#[derive(Debug, Default, PartialEq, Eq)]
struct Contents {
    strings: usize,
    numbers: usize,
    others: usize,
    arrays: usize,
    objects: usize,
    depth: usize,
}

impl Contents {
    /// Counts `value`, which is at `depth`, and all values in it.
    fn count<A: Allocator>(&mut self, value: &Value<A>, depth: usize) {
        self.depth = self.depth.max(depth);
        match value {
            Value::Null | Value::Bool(_) => self.others += 1,
            Value::Number(_) => self.numbers += 1,
            Value::String(_) => self.strings += 1,
            Value::Array(values) => {
                self.arrays += 1;
                values.iter().for_each(|value| self.count(value, depth + 1));
            }
            Value::Object(entries) => {
                self.objects += 1;
                entries.iter().for_each(|(_, value)| self.count(value, depth + 1));
            }
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("json: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> io::Result<()> {
    let text = match env::args_os().nth(1) {
        Some(path) => fs::read_to_string(&path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", Path::new(&path).display())))?,
        None => TEXT.to_owned(),
    };
    let arena = Arena::new();
    let mut json = serde_json::Deserializer::from_str(&text);
    let value: Value<_> = In(&arena).deserialize(&mut json)?;
    json.end()?;

    let mut contents = Contents::default();
    contents.count(&value, 1);
    println!("{contents:?}");
    if let Some(doors) = value.get("doors") {
        println!("doors: {}", serde_json::to_string(doors)?);
    }
    println!("{} bytes of text, {} bytes in the arena", text.len(), arena.allocated_bytes());
    // The destructors would only free memory, and the arena frees all of it at once.
    std::mem::forget(value);
    Ok(())
}
