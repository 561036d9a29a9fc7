//! Workloads by `Allocator`.

use std::alloc::{Layout, handle_alloc_error};
use std::hint::black_box;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator};

use super::{GROWN, SIZE, settle, words};

/// Passes a new block through [`black_box`], so the compiler keeps the allocation. The returned length is ignored, as a collection does that
/// uses no excess.
#[inline]
pub(super) fn used(block: Result<NonNull<[u8]>, AllocError>, layout: Layout) -> NonNull<u8> {
    match block {
        Ok(block) => black_box(block.cast()),
        Err(AllocError) => handle_alloc_error(layout),
    }
}

/// Prepares the heap with [`settle`].
fn prepare<A: Allocator>(allocator: &A) {
    let allocate = |layout| used(allocator.allocate(layout), layout).as_ptr();
    let free = |block, layout| {
        let block = NonNull::new(block).expect("`settle` frees a null block");
        // SAFETY: `settle` frees what it allocated, with the same layout.
        unsafe { allocator.deallocate(block, layout) };
    };
    settle(allocate, free);
}

/// Allocates and frees; the compiler knows the layout.
pub fn known<A: Allocator>(allocator: &A, count: usize) {
    prepare(allocator);
    for _ in 0..count {
        once(allocator, words(SIZE));
    }
}

/// Allocates and frees; the compiler does not know the size.
pub fn unknown<A: Allocator>(allocator: &A, count: usize) {
    prepare(allocator);
    for _ in 0..count {
        once(allocator, words(black_box(SIZE)));
    }
}

#[inline(always)]
fn once<A: Allocator>(allocator: &A, layout: Layout) {
    let block = used(allocator.allocate(layout), layout);
    // SAFETY: the block was just allocated with `layout`.
    unsafe { allocator.deallocate(block, layout) };
}

/// Allocates zeroed bytes and frees; the compiler knows the layout.
pub fn zeroed<A: Allocator>(allocator: &A, count: usize) {
    prepare(allocator);
    let layout = words(SIZE);
    for _ in 0..count {
        let block = used(allocator.allocate_zeroed(layout), layout);
        // SAFETY: the block was just allocated with `layout`.
        unsafe { allocator.deallocate(block, layout) };
    }
}

/// Allocates, grows and frees; the compiler knows both layouts.
pub fn grown_known<A: Allocator>(allocator: &A, count: usize) {
    prepare(allocator);
    for _ in 0..count {
        grow(allocator, words(SIZE), words(GROWN));
    }
}

/// Allocates, grows and frees; the compiler knows neither size.
pub fn grown_unknown<A: Allocator>(allocator: &A, count: usize) {
    prepare(allocator);
    for _ in 0..count {
        grow(allocator, words(black_box(SIZE)), words(black_box(GROWN)));
    }
}

#[inline(always)]
fn grow<A: Allocator>(allocator: &A, old: Layout, new: Layout) {
    let block = used(allocator.allocate(old), old);
    // SAFETY: the block was just allocated with `old`; the new size is not smaller.
    let block = used(unsafe { allocator.grow(block, old, new) }, new);
    // SAFETY: the block has the layout `new` now.
    unsafe { allocator.deallocate(block, new) };
}
