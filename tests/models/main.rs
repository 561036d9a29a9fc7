//! Models of the state that threads share: files of the crate, compiled with loom's atomics and run in every order that matters.
#![cfg(feature = "std")]

mod arc;
mod arena_pool;
mod arenas;
mod caches;
mod claim;
mod collections;
mod forked_locks;
mod hand_over;
mod index_set;
mod locks;
mod memory;
mod once_ptr;
mod quotas;
mod reentry_gate;
mod shared_chunks;
mod sync;
mod threads;

/// The paths that the crate's files use.
mod api {
    pub(crate) use janus_alloc::api::{AllocError, Allocator, Global, Layout};
}

/// Runs `model` in every order of its threads' steps with at most three preemptions, and with every value that a relaxed load may
/// see. In practice, faults need no more preemptions.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}
