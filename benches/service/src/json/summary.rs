use std::cmp::Reverse;

use janus_alloc::api::Allocator;
use janus_alloc::collections::{HashMapIn, TryReserveError, Vec};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Value;

/// The number of keys that a summary names.
const FREQUENT: usize = 10;

/// How many values a document has of each kind, how deep it is, and which keys it has most often.
pub(crate) struct Summary<'d, A: Allocator> {
    kinds: [usize; 6],
    depth: usize,
    string_bytes: usize,
    /// The different keys, the most frequent first.
    keys: Vec<(&'d str, usize), A>,
}

/// In the order of [`Summary::kinds`].
const KINDS: [&str; 6] = ["nulls", "booleans", "numbers", "strings", "arrays", "objects"];

impl<'d, A: Allocator + Clone> Summary<'d, A> {
    pub(crate) fn new<B: Allocator>(document: &'d Value<B>, memory: A) -> Result<Self, TryReserveError> {
        let mut summary = Self { kinds: [0; 6], depth: 0, string_bytes: 0, keys: Vec::new_in(memory.clone()) };
        let mut counts = HashMapIn::with_hasher_in(Default::default(), memory);
        summary.count(document, 1, &mut counts)?;
        summary.keys.try_reserve_exact(counts.len())?;
        summary.keys.extend(counts);
        summary.keys.sort_unstable_by_key(|&(key, count)| (Reverse(count), key));
        Ok(summary)
    }

    fn count<B: Allocator>(
        &mut self,
        value: &'d Value<B>,
        depth: usize,
        keys: &mut HashMapIn<&'d str, usize, A>,
    ) -> Result<(), TryReserveError> {
        self.depth = self.depth.max(depth);
        let kind = match value {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Number(_) => 2,
            Value::String(text) => {
                self.string_bytes += text.len();
                3
            }
            Value::Array(values) => {
                values.iter().try_for_each(|value| self.count(value, depth + 1, keys))?;
                4
            }
            Value::Object(entries) => {
                for (key, value) in entries {
                    keys.try_reserve(1)?;
                    *keys.entry(key).or_insert(0) += 1;
                    self.count(value, depth + 1, keys)?;
                }
                5
            }
        };
        self.kinds[kind] += 1;
        Ok(())
    }
}

impl<A: Allocator> Serialize for Summary<'_, A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Summary", KINDS.len() + 4)?;
        for (kind, count) in KINDS.into_iter().zip(&self.kinds) {
            fields.serialize_field(kind, count)?;
        }
        fields.serialize_field("depth", &self.depth)?;
        fields.serialize_field("string_bytes", &self.string_bytes)?;
        fields.serialize_field("different_keys", &self.keys.len())?;
        fields.serialize_field("frequent_keys", &self.keys[..FREQUENT.min(self.keys.len())])?;
        fields.end()
    }
}
