//! `Limit`, `Locked` and `Failing` do what their docs say, and so do the crate's collections and allocators when memory runs out.
//!
//! `cargo test --test limits -- --nocapture exhaust` prints how many failures each collection and allocator went through.
//!
//! The default of this process is a `Locked<Pool>`.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

#[cfg(unix)]
#[path = "../shared_pool/aborts.rs"]
mod aborts;
#[path = "../any_default/mod.rs"]
mod any_default;
#[path = "../shared_pool/children.rs"]
mod children;
mod collections;
mod conformance;
mod exhaust;
mod failing;
mod faults;
#[cfg(unix)]
#[path = "../shared_pool/fork.rs"]
mod fork;
mod limit;
mod locked;
mod random;
mod tree;

use janus_alloc::{AsGlobal, Locked, Pages, Pool};

#[global_allocator]
static DEFAULT: AsGlobal<Locked<Pool<Pages>>> = AsGlobal::new(Locked::new(Pool::new_in(Pages::new())));

/// Allocates, grows and frees a large block.
fn extra_work(seed: usize) {
    let mut large = vec![0_u8; 70_000];
    large.resize(80_000 + seed, 0);
    assert!(large.iter().step_by(1000).all(|&byte| byte == 0));
}
