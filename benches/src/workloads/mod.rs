//! Work for allocators, in loops of any length.
//!
//! An instruction is counted for an allocator only if all others run the same loop: so each loop is one generic
//! function, and [`black_box`] stands at the same places in both faces. A block passes through it, since the compiler
//! may leave out an allocation nobody looks at; a size that the compiler is not to know passes through it as well. What
//! the loops share is always inlined, or a size that is known here would not be known there.

pub mod beside_std;
pub mod bump;
pub mod deques;
pub mod global;
pub mod local;
pub mod pointers;
pub mod strings;
pub mod trees;
pub mod vectors;

use std::alloc::Layout;
use std::hint::black_box;

/// A loop that does its work so many times.
pub type Workload = fn(usize);

/// What is asked for, in bytes.
const SIZE: usize = 64;
/// What it then grows to, in bytes.
const GROWN: usize = 2 * SIZE;

/// The loop alone, with one value passed through [`black_box`].
pub fn nothing(count: usize) {
    for _ in 0..count {
        black_box(SIZE);
    }
}

/// A layout that the compiler knows if it knows `size`.
#[inline]
fn words(size: usize) -> Layout {
    const { assert!(GROWN < 1 << 15) };
    // SAFETY: the align is a power of two, and the sizes of this module are far below `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size, align_of::<usize>()) }
}

/// Leaves a free block of each size among live ones that stay.
///
/// Then every turn of a loop finds the heap as the turn before did, and growing always moves. Left to itself it depends
/// on what else was allocated before (by a thread-local of the counters, for one), and that would be taken for the cost
/// of an adapter.
fn settle(allocate: impl Fn(Layout) -> *mut u8, free: impl Fn(*mut u8, Layout)) {
    let layouts = [SIZE, SIZE, GROWN, SIZE].map(words);
    let blocks = layouts.map(allocate);
    free(blocks[0], layouts[0]);
    free(blocks[2], layouts[2]);
}
