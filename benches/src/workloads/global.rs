//! Workloads by `GlobalAlloc`.

use std::alloc::{GlobalAlloc, Layout, handle_alloc_error};
use std::hint::black_box;

use super::{GROWN, SIZE, settle, words};

/// Passes a new block through [`black_box`], so the compiler keeps the allocation.
#[inline]
fn used(block: *mut u8, layout: Layout) -> *mut u8 {
    if block.is_null() {
        handle_alloc_error(layout);
    }
    black_box(block)
}

/// Prepares the heap with [`settle`].
fn prepare<G: GlobalAlloc>(global: &G) {
    // SAFETY: no size is 0.
    let allocate = |layout| used(unsafe { global.alloc(layout) }, layout);
    // SAFETY: `settle` frees what it allocated, with the same layout.
    settle(allocate, |block, layout| unsafe { global.dealloc(block, layout) });
}

/// Allocates and frees; the compiler knows the layout.
pub fn known<G: GlobalAlloc>(global: &G, count: usize) {
    prepare(global);
    for _ in 0..count {
        once(global, words(SIZE));
    }
}

/// Allocates and frees; the compiler does not know the size.
pub fn unknown<G: GlobalAlloc>(global: &G, count: usize) {
    prepare(global);
    for _ in 0..count {
        once(global, words(black_box(SIZE)));
    }
}

#[inline(always)]
fn once<G: GlobalAlloc>(global: &G, layout: Layout) {
    // SAFETY: the size is not 0.
    let block = used(unsafe { global.alloc(layout) }, layout);
    // SAFETY: the block was just allocated with `layout`.
    unsafe { global.dealloc(block, layout) };
}

/// Allocates zeroed bytes and frees; the compiler knows the layout.
pub fn zeroed<G: GlobalAlloc>(global: &G, count: usize) {
    prepare(global);
    let layout = words(SIZE);
    for _ in 0..count {
        // SAFETY: the size is not 0.
        let block = used(unsafe { global.alloc_zeroed(layout) }, layout);
        // SAFETY: the block was just allocated with `layout`.
        unsafe { global.dealloc(block, layout) };
    }
}

/// Allocates, grows and frees; the compiler knows both layouts.
pub fn grown_known<G: GlobalAlloc>(global: &G, count: usize) {
    prepare(global);
    for _ in 0..count {
        grow(global, words(SIZE), words(GROWN));
    }
}

/// Allocates, grows and frees; the compiler knows neither size.
pub fn grown_unknown<G: GlobalAlloc>(global: &G, count: usize) {
    prepare(global);
    for _ in 0..count {
        grow(global, words(black_box(SIZE)), words(black_box(GROWN)));
    }
}

#[inline(always)]
fn grow<G: GlobalAlloc>(global: &G, old: Layout, new: Layout) {
    // SAFETY: the size is not 0.
    let block = used(unsafe { global.alloc(old) }, old);
    // SAFETY: the block was just allocated with `old`; the new size is not 0, and far below `isize::MAX`.
    let block = used(unsafe { global.realloc(block, old, new.size()) }, new);
    // SAFETY: the block has the layout `new` now.
    unsafe { global.dealloc(block, new) };
}
