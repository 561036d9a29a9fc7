//! For arenas: one operation again and again, in one chunk that has room for all.
//!
//! The arena passes through [`black_box`], so that its state lies in memory as that of an arena in use does; what the
//! compiler lifts out of the loop (a constant in a register) is not counted, for anybody.

use std::alloc::Layout;
use std::hint::black_box;

use janus_alloc::api::Allocator;
use janus_alloc::collections::Vec;

use super::local::used;
use crate::arenas::BumpArena;

/// 64 bytes of align 16.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub struct Wide(pub [u8; 64]);

/// How many values [`push`] gives to one vector.
pub const PUSHES: usize = 1000;

/// The first chunk, in bytes, and what one turn takes at most, with arenas that never reuse a block.
const CAPACITY: usize = 4 << 20;
const TURN: usize = 128;

/// What is asked for where the compiler does not know, in bytes, and with which align.
const SIZES: [usize; 8] = [8, 24, 16, 40, 7, 32, 48, 64];
const ALIGNS: [usize; 8] = [8, 4, 16, 8, 1, 8, 16, 8];

/// An arena that `count` turns do not exhaust.
fn arena<A: BumpArena>(count: usize) -> A {
    assert!(count <= CAPACITY / TURN, "{count} turns need another chunk, and that would be counted");
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

/// Allocates with an align that the compiler knows and a size that it does not: to be read from a table.
pub fn size_unknown<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let sizes = black_box(SIZES);
    let mut index = 0;
    for _ in 0..count {
        // SAFETY: the align is a power of two, and the sizes are small.
        let layout = unsafe { Layout::from_size_align_unchecked(sizes[index], 8) };
        used(allocator.allocate(layout), layout);
        index = (index + 1) % SIZES.len();
    }
}

/// Allocates with a size and an align that the compiler does not know: both to be read from tables.
pub fn both_unknown<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let (sizes, aligns) = (black_box(SIZES), black_box(ALIGNS));
    let mut index = 0;
    for _ in 0..count {
        // SAFETY: the aligns are powers of two, and the sizes are small.
        let layout = unsafe { Layout::from_size_align_unchecked(sizes[index], aligns[index]) };
        used(allocator.allocate(layout), layout);
        index = (index + 1) % SIZES.len();
    }
}

/// Allocates two `u64` and frees them, the last first.
pub fn last_in_first_out<A: BumpArena>(count: usize) {
    let arena: A = arena(count);
    let allocator = black_box(&arena).handle();
    let layout = Layout::new::<u64>();
    let allocate = || {
        let block = allocator.allocate(layout);
        used(block, layout);
        block.expect("`used` has seen the error").cast()
    };
    for _ in 0..count {
        let first = allocate();
        let second = allocate();
        // SAFETY: the block was allocated with `layout` just now.
        unsafe { allocator.deallocate(second, layout) };
        // SAFETY: as above.
        unsafe { allocator.deallocate(first, layout) };
    }
}

/// The loop of [`last_in_first_out`] alone, with two values passed through [`black_box`].
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

/// Pushes values into vectors, each from empty to [`PUSHES`] elements. `count` is that of the pushes.
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
