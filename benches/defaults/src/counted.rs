//! Loops whose instructions are counted.

use std::ffi::c_void;
use std::hint::black_box;

/// The loop `name`.
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

/// The loop alone.
fn nothing(turns: u64) {
    for turn in 0..turns {
        black_box(turn);
    }
}

/// A box of 64 bytes, made and dropped.
fn boxed(turns: u64) {
    for turn in 0..turns {
        drop(black_box(Box::new([turn; 8])));
    }
}

/// Blocks that stay, as a program has some: a heap with one block alone, or the first of its size, is a case of its own for some
/// allocators.
fn settle(sizes: &[usize]) {
    for size in sizes {
        // SAFETY: any size may be asked for.
        black_box(unsafe { libc::malloc(*size) });
    }
}

/// # Safety
///
/// The block is one of C's, or null, and nobody uses it.
unsafe fn free(block: *mut c_void) {
    // SAFETY: by `# Safety` of this fn.
    unsafe { libc::free(black_box(block)) };
}

/// C's `malloc` and `free`, of a size that the compiler does not know.
fn malloc<const SIZE: usize>(turns: u64) {
    settle(&[SIZE, SIZE]);
    for _ in 0..turns {
        // SAFETY: any size may be asked for.
        let block = unsafe { libc::malloc(black_box(SIZE)) };
        // SAFETY: allocated above.
        unsafe { free(block) };
    }
}

/// C's `calloc` and `free`.
fn calloc(turns: u64) {
    settle(&[64, 64]);
    for _ in 0..turns {
        // SAFETY: any size may be asked for.
        let block = unsafe { libc::calloc(1, black_box(64)) };
        // SAFETY: allocated above.
        unsafe { free(block) };
    }
}

/// C's `malloc`, `realloc` to a block that is twice as long, and `free`.
fn realloc(turns: u64) {
    settle(&[64, 64, 128, 128]);
    for _ in 0..turns {
        // SAFETY: any size may be asked for.
        let block = black_box(unsafe { libc::malloc(black_box(64)) });
        // SAFETY: allocated above.
        let block = unsafe { libc::realloc(block, black_box(128)) };
        // SAFETY: allocated above.
        unsafe { free(block) };
    }
}
