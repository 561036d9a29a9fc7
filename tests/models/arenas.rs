#[allow(dead_code, reason = "the models use a part of the file")]
#[path = "../../src/arenas/bump.rs"]
mod bump;
#[path = "../../src/arenas/pool/idle.rs"]
pub(crate) mod idle;
#[path = "../../src/arenas/shared_chunks/mod.rs"]
#[allow(dead_code, reason = "the models use a part of the file")]
pub(crate) mod shared_chunks;

use std::ptr::null_mut;

use crate::sync::{AtomicPtr, AtomicUsize};
use shared_chunks::{OversizeChunks, SharedChunks};

pub(crate) fn no_chunks() -> SharedChunks {
    let oversize = OversizeChunks { newest: AtomicPtr::new(null_mut()), visitors: AtomicUsize::new(0) };
    SharedChunks { newest: AtomicPtr::new(null_mut()), oversize }
}
