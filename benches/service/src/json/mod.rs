//! What the service does with JSON documents. All memory is that of the request.

mod sort;
mod summary;
#[path = "../../../../examples/json/value.rs"]
#[expect(dead_code, reason = "the example looks up keys too")]
mod value;

use janus_alloc::api::Allocator;
use janus_alloc::collections::de::In;

pub(crate) use sort::sort;
pub(crate) use summary::Summary;
pub(crate) use value::Value;

/// Why a document has no result.
pub(crate) enum Error {
    Malformed,
    Memory,
}

/// Parses a document.
pub(crate) fn parse<A: Allocator + Clone>(text: &[u8], memory: A) -> Result<Value<A>, Error> {
    // One look at the whole text takes less time than one at each string.
    let text = std::str::from_utf8(text).map_err(|_| Error::Malformed)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = In(memory).deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    parsed.map_err(|error| match error.classify() {
        // The category of errors of the value that is built. A `Value` takes any JSON, so it is an error of its memory.
        serde_json::error::Category::Data => Error::Memory,
        _ => Error::Malformed,
    })
}
