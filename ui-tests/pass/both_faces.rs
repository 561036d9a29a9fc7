//! One static can be the default and the allocator of a collection.
use std::pin::Pin;

use janus_alloc::api::{GlobalAllocator, StaticAllocator};
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Malloc, Pages, Stats, System};

#[global_allocator]
static DEFAULT: AsGlobal<Stats<AsAllocator<System>>> = AsGlobal::new(Stats::new(AsAllocator::new(System)));
static TABLES: AsGlobal<Pages> = AsGlobal::new(Pages::new().guard_pages(true));

fn pinned<T, A: StaticAllocator + 'static>(value: T, allocator: A) -> Pin<Box<T, A>> {
    Box::pin_in(value, allocator)
}

/// A constructor for a user's own wrapper.
fn default_of<A: GlobalAllocator>(allocator: A) -> AsGlobal<Stats<A>> {
    AsGlobal::new(Stats::new(allocator))
}

fn main() {
    let before = DEFAULT.snapshot().allocations;
    let mut numbers = Vec::new_in(&DEFAULT);
    numbers.push(String::from("through both faces"));
    assert_eq!(DEFAULT.snapshot().allocations, before + 2);

    let mut table = HashMap::new_in(&TABLES);
    table.insert(1, "one");
    assert_eq!(*pinned(2, &DEFAULT) + *pinned(3, Malloc), 5);

    let local = default_of(Malloc);
    drop(Vec::<u8, _>::with_capacity_in(10, AsAllocatorRef::new(&local)));
    assert_eq!(local.snapshot().live_blocks(), 0);
}
