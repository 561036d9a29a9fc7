#[allow(dead_code, reason = "the models use a part of the file")]
#[path = "../../src/arenas/bump.rs"]
mod bump;
#[path = "../../src/arenas/sync/shared_chunks.rs"]
#[allow(dead_code, reason = "the models use a part of the file")]
pub(crate) mod shared_chunks;
