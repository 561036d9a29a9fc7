//! Workloads of allocators: loops of any number of turns.
//!
//! The counts of allocators can be compared only if all run the same loop. So each loop is one generic function, and [`black_box`] is at
//! the same places in the loops of both traits. A block passes through it, because the compiler may remove an unused allocation. A size
//! that the compiler must not know passes through it too. The shared functions are always inlined, because otherwise the compiler would
//! know a size in some loops and not in others.

pub mod beside_std;
pub mod bump;
pub mod deques;
pub mod global;
pub mod local;
pub mod pointers;
pub mod requests;
pub mod strings;
pub mod tags;
pub mod trees;
pub mod vectors;

use std::alloc::Layout;
use std::hint::black_box;

/// Does its work the given number of times.
pub type Workload = fn(usize);

/// A workload that is counted for itself.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// The name of the row.
    pub name: &'static str,
    /// Takes a number of turns.
    pub run: Workload,
}

/// The size of the blocks, in bytes.
const SIZE: usize = 64;
/// The size to which they grow, in bytes.
const GROWN: usize = 2 * SIZE;

/// Runs the loop alone, which passes one value through [`black_box`].
pub fn nothing(count: usize) {
    for _ in 0..count {
        black_box(SIZE);
    }
}

/// Returns a layout of words. The compiler knows it if it knows `size`.
#[inline]
fn words(size: usize) -> Layout {
    const { assert!(GROWN < 1 << 15) };
    // SAFETY: the alignment is a power of two, and the sizes of this module are far below `isize::MAX`.
    unsafe { Layout::from_size_align_unchecked(size, align_of::<usize>()) }
}

/// Leaves a free block of each size between live ones.
///
/// Then every turn of a loop finds the heap in the same state, and growing always moves the block. Otherwise, that would depend on
/// earlier allocations (as that of a thread-local of the counters), and the difference would look like a cost of an adapter.
fn settle(allocate: impl Fn(Layout) -> *mut u8, free: impl Fn(*mut u8, Layout)) {
    let layouts = [SIZE, SIZE, GROWN, SIZE].map(words);
    let blocks = layouts.map(allocate);
    free(blocks[0], layouts[0]);
    free(blocks[2], layouts[2]);
}
