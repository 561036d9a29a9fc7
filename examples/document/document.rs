//! Parsed JSON that owns its memory.

use janus_alloc::Arena;
use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;
use janus_alloc::collections::de::In;

use crate::Chunks;
use crate::value::{Number, Value};

/// A JSON text, parsed. All its strings, arrays and objects hold a clone of `A`, so it has no lifetime if `A` has none.
pub(crate) struct Document<A: Allocator> {
    root: Value<A>,
}

impl<A: Allocator + Clone> Document<A> {
    pub(crate) fn parse(text: &str, memory: A) -> serde_json::Result<Self> {
        let mut json = serde_json::Deserializer::from_str(text);
        let root = In(memory).deserialize(&mut json)?;
        json.end()?;
        Ok(Self { root })
    }

    /// Returns the number at the end of a path of keys.
    pub(crate) fn number(&self, path: &[&str]) -> Option<u64> {
        match path.iter().try_fold(&self.root, |value, key| value.get(key))? {
            Value::Number(Number::Natural(number)) => Some(*number),
            _ => None,
        }
    }
}

/// The places where the lines of a text start. It is a single collection, so it owns its arena without a count.
pub(crate) struct LineStarts {
    starts: Vec<usize, Arena<Chunks>>,
}

impl LineStarts {
    pub(crate) fn new(text: &str, chunks: Chunks) -> Self {
        let mut starts = Vec::new_in(Arena::new_in(chunks));
        starts.push(0);
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { starts }
    }

    /// Returns the line, from 1, of the byte at a position.
    pub(crate) fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at)
    }

    pub(crate) fn capacity_bytes(&self) -> usize {
        self.starts.allocator().capacity_bytes()
    }
}
