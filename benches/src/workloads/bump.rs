//! Workloads of arenas: one operation many times, in one chunk that has room for all.
//!
//! The arena passes through [`black_box`], so its state is in memory, as in a program. Work that the compiler moves out of the loop, as a
//! constant in a register, is not counted for any arena.

use std::alloc::Layout;
use std::hint::black_box;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;

use super::local::used;
use crate::arenas::BumpArena;

/// A value of 64 bytes and alignment 16.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub struct Wide(pub [u8; 64]);

/// The number of values that [`push`] adds to one vector.
pub const PUSHES: usize = 1000;

/// The size of the first chunk, in bytes.
const CAPACITY: usize = 4 << 20;
/// The most bytes that one turn takes of an arena that reuses no block.
const TURN: usize = 128;

/// The sizes and alignments that the compiler does not know.
const SIZES: [usize; 8] = [8, 24, 16, 40, 7, 32, 48, 64];
const ALIGNS: [usize; 8] = [8, 4, 16, 8, 1, 8, 16, 8];

/// Returns an arena whose first chunk has room for `count` turns.
fn arena<A: BumpArena>(count: usize) -> A {
    assert!(count <= CAPACITY / TURN, "{count} turns need another chunk, which would be counted");
    A::with_capacity(CAPACITY)
}

/// Allocates a `T`.
pub fn known<A: BumpArena, T>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let layout = Layout::new::<T>();
    for _ in 0..count {
        used(allocator.allocate(layout), layout);
    }
}

/// Allocates with an alignment that the compiler knows, and a size from a table, which it does not know.
pub fn size_unknown<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let sizes = black_box(SIZES);
    let mut index = 0;
    for _ in 0..count {
        // SAFETY: the alignment is a power of two, and the sizes are small.
        let layout = unsafe { Layout::from_size_align_unchecked(sizes[index], 8) };
        used(allocator.allocate(layout), layout);
        index = (index + 1) % SIZES.len();
    }
}

/// Allocates with a size and an alignment from tables, which the compiler does not know.
pub fn both_unknown<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let (sizes, aligns) = (black_box(SIZES), black_box(ALIGNS));
    let mut index = 0;
    for _ in 0..count {
        // SAFETY: the alignments are powers of two, and the sizes are small.
        let layout = unsafe { Layout::from_size_align_unchecked(sizes[index], aligns[index]) };
        used(allocator.allocate(layout), layout);
        index = (index + 1) % SIZES.len();
    }
}

/// Allocates two `u64`, and frees them, the last first.
pub fn last_in_first_out<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let layout = Layout::new::<u64>();
    let allocate = || {
        let block = allocator.allocate(layout);
        used(block, layout);
        block.expect("`used` has handled the error").cast()
    };
    for _ in 0..count {
        let first = allocate();
        let second = allocate();
        // SAFETY: the block was just allocated with `layout`.
        unsafe { allocator.deallocate(second, layout) };
        // SAFETY: the block was just allocated with `layout`.
        unsafe { allocator.deallocate(first, layout) };
    }
}

/// Runs the loop of [`last_in_first_out`] alone, which passes two values through [`black_box`].
pub fn nothing_twice(count: usize) {
    for _ in 0..count {
        black_box(SIZES[0]);
        black_box(SIZES[1]);
    }
}

/// Places a `u64` by the arena's own method.
pub fn typed<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let arena = black_box(&arena);
    for turn in 0..count {
        black_box(arena.place(turn as u64));
    }
}

/// Pushes `count` values, [`PUSHES`] into each vector.
pub fn push<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    for _ in 0..count / PUSHES {
        let mut values = Vec::new_in(allocator);
        for value in 0..PUSHES {
            values.push(black_box(value));
        }
        black_box(&values);
    }
}
