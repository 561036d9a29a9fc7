//! The default is used by all threads, so it must be `Sync`.
use janus_alloc::{AsGlobal, Stats};

fn main() {
    let arena: &'static bumpalo::Bump = Box::leak(Box::new(bumpalo::Bump::new()));
    let _ = AsGlobal::new(Stats::new(arena));
}
