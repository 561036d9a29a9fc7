//! A value must not be pinned in memory that may be freed before the value is dropped.
use janus_alloc::Arena;
use janus_alloc::collections::Box;

fn main() {
    let arena: &'static bumpalo::Bump = std::boxed::Box::leak(std::boxed::Box::new(bumpalo::Bump::new()));
    let _ = Box::pin_in(1, arena);
    let _ = Box::into_pin(Box::new_in(1, &Arena::new()));
}
