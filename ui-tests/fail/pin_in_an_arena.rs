//! Pinned memory must not go with its allocator.
use std::pin::Pin;

use janus_alloc::api::StaticAllocator;
use janus_alloc::collections::Box;

fn pinned<T, A: StaticAllocator + 'static>(value: T, allocator: A) -> Pin<Box<T, A>> {
    Box::pin_in(value, allocator)
}

fn main() {
    let arena: &'static bumpalo::Bump = std::boxed::Box::leak(std::boxed::Box::new(bumpalo::Bump::new()));
    let _ = pinned(1, arena);
}
