//! Spans, which are slices divided into blocks of one class, and the shards that own them.

mod class;
mod discard;
mod granules;
mod shard;
mod span;

pub(super) use class::{CLASSES, ClassInfo, ENTRIES, class_of};
pub(super) use discard::SpanScan;
pub(super) use shard::{
    SHARDS, Shard, ShardLock, ShardRef, Taker, blocks_outside_spans, bytes_outside_spans, span_request,
};
pub(super) use span::{BlockBuffer, Span};
