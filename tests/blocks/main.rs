//! Building blocks: each keeps the rules of `janus_alloc::api`, alone and combined, and does what it is for.
#![cfg(feature = "std")]

mod aligned;
mod conformance;
mod fallback;
mod inspect;
mod promises;
mod segregate;
mod shadow;
mod stack_first;
mod zeroizing;
