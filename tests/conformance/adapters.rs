//! The adapters, over `System`, `Stats` and `Pages`.

use super::*;

#[test]
fn as_allocator() {
    keeps_the_rules(AsAllocator::new(System), &options(MILLION));
    clones_keep_the_rules(AsAllocator::new(System), &options(MILLION / 10));
}

#[test]
fn as_allocator_ref() {
    keeps_the_rules(AsAllocatorRef::new(&System), &options(MILLION));
    clones_keep_the_rules(AsAllocatorRef::new(&System), &options(MILLION / 10));
}

#[test]
fn as_allocator_ref_of_an_unknown_global() {
    let global: &dyn GlobalAlloc = &System;
    keeps_the_rules(AsAllocatorRef::new(global), &options(MILLION));
}

#[test]
fn as_global_by_reference() {
    let global = AsGlobal::new(System);
    keeps_the_rules(&global, &options(MILLION));
    clones_keep_the_rules(&global, &options(MILLION / 10));
}

#[test]
fn system_as_a_global() {
    global_keeps_the_rules(&System, &options(MILLION));
}

#[test]
fn as_global_of_as_allocator() {
    global_keeps_the_rules(&AsGlobal::new(AsAllocator::new(System)), &options(MILLION));
}

#[test]
fn as_global_of_stats() {
    let global = AsGlobal::new(Stats::new(System));
    global_keeps_the_rules(&global, &options(MILLION));
    let after = global.snapshot();
    assert_eq!((after.live_blocks(), after.live_bytes), (0, 0), "{after}");
}

#[cfg(any(unix, windows))]
#[test]
fn as_global_of_pages() {
    // A tenth of the operations, as in `pages`.
    global_keeps_the_rules(&AsGlobal::new(janus_alloc::Pages::new()), &options(MILLION / 10));
}
