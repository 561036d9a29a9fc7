//! What threads share, in every order that matters: the files of the crate, compiled with loom's atomics.
#![cfg(feature = "std")]

mod arc;
mod arenas;
mod caches;
mod collections;
mod hand_over;
mod index_set;
mod locks;
mod memory;
mod once_ptr;
mod reentry_gate;
mod shared_chunks;
mod sync;
mod threads;

/// What the crate's files name.
mod api {
    pub(crate) use janus_alloc::api::Layout;
}

/// Runs `model` in every order of its threads' steps with at most three involuntary switches, which is what faults need in
/// practice, and with every value that a relaxed load may see.
fn check(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}
