//! Slices that are cut into blocks of one class, and the shards that have them.

mod class;
mod discard;
mod granules;
mod shard;
mod span;

pub(super) use class::{CLASSES, Class, ENTRIES, class_of};
pub(super) use discard::Place;
pub(super) use shard::{Guarded, Room, SHARDS, Shard, ShardLock, bytes_out, out, span_request};
pub(super) use span::Span;
