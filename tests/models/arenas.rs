#[allow(dead_code, reason = "not all of it is modelled")]
#[path = "../../src/arenas/bump.rs"]
mod bump;
#[path = "../../src/arenas/sync/shared_chunks.rs"]
#[allow(dead_code, reason = "not all of it is modelled")]
pub(crate) mod shared_chunks;
