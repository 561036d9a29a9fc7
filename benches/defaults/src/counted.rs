//! Loops whose instructions are counted.

use std::ffi::c_void;
use std::hint::black_box;

/// Returns the loop `name`.
pub(crate) fn named(name: &str) -> Option<fn(u64)> {
    match name {
        "nothing" => Some(nothing),
        "boxed" => Some(boxed),
        "malloc 64" => Some(malloc::<64>),
        "malloc 2000" => Some(malloc::<2000>),
        "calloc 64" => Some(calloc),
        "realloc 64 to 128" => Some(realloc),
        _ => None,
    }
}

/// Runs the empty loop.
fn nothing(turns: u64) {
    for turn in 0..turns {
        black_box(turn);
    }
}

/// Creates and drops a box of 64 bytes.
fn boxed(turns: u64) {
    for turn in 0..turns {
        drop(black_box(Box::new([turn; 8])));
    }
}

/// Leaks a block of each size, as a program has live blocks. For some allocators, the only block of a heap or the first of its size is a
/// special case.
fn settle(sizes: &[usize]) {
    for size in sizes {
        // SAFETY: `malloc` takes any size.
        black_box(unsafe { libc::malloc(*size) });
    }
}

/// Frees a block.
///
/// # Safety
///
/// The block is null, or a live block of C's functions that is not used again.
unsafe fn free(block: *mut c_void) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { libc::free(black_box(block)) };
}

/// Calls C's `malloc` and `free`, with a size that the compiler does not know.
fn malloc<const SIZE: usize>(turns: u64) {
    settle(&[SIZE, SIZE]);
    for _ in 0..turns {
        // SAFETY: `malloc` takes any size.
        let block = unsafe { libc::malloc(black_box(SIZE)) };
        // SAFETY: `malloc` has just returned the block.
        unsafe { free(block) };
    }
}

/// Calls C's `calloc` and `free`.
fn calloc(turns: u64) {
    settle(&[64, 64]);
    for _ in 0..turns {
        // SAFETY: `calloc` takes any size.
        let block = unsafe { libc::calloc(1, black_box(64)) };
        // SAFETY: `calloc` has just returned the block.
        unsafe { free(block) };
    }
}

/// Calls C's `malloc`, `realloc` to twice the size, and `free`.
fn realloc(turns: u64) {
    settle(&[64, 64, 128, 128]);
    for _ in 0..turns {
        // SAFETY: `malloc` takes any size.
        let block = black_box(unsafe { libc::malloc(black_box(64)) });
        // SAFETY: `malloc` has just returned the block.
        let block = unsafe { libc::realloc(block, black_box(128)) };
        // SAFETY: `realloc` has just returned the block.
        unsafe { free(block) };
    }
}
