//! C's rules, case by case.

use std::ptr;

use libc::{EINVAL, ENOMEM};

use crate::calls::{Calls, errno_of, given, refused};

pub(crate) const SIZES: [usize; 30] = [
    0,
    1,
    2,
    7,
    8,
    9,
    15,
    16,
    17,
    24,
    31,
    32,
    33,
    48,
    63,
    64,
    65,
    100,
    128,
    1000,
    1024,
    4095,
    4096,
    4097,
    10_000,
    65_535,
    65_536,
    65_537,
    1 << 20,
    (3 << 20) + 1,
];

const PTRDIFF_MAX: usize = isize::MAX as usize;
const TOO_LARGE: [usize; 8] = [
    PTRDIFF_MAX - 4096,
    PTRDIFF_MAX - 15,
    PTRDIFF_MAX - 1,
    PTRDIFF_MAX,
    PTRDIFF_MAX + 1,
    usize::MAX - 4096,
    usize::MAX - 1,
    usize::MAX,
];
const OVERFLOWS: [(usize, usize); 7] = [
    (usize::MAX, 2),
    (2, usize::MAX),
    (1 << (usize::BITS / 2), 1 << (usize::BITS / 2)),
    (usize::MAX, usize::MAX),
    (3, usize::MAX / 3 + 1),
    (PTRDIFF_MAX, 2),
    (1, PTRDIFF_MAX + 1),
];
const NO_ALIGNS: [usize; 11] = [0, 3, 5, 6, 7, 12, 24, 100, 4095, (1 << (usize::BITS - 1)) + 1, usize::MAX];

fn aligns() -> impl Iterator<Item = usize> {
    (0..=16).map(|bit| 1 << bit)
}

/// A prime, so that contents moved by a power of two differ.
const PERIOD: usize = 251;
const PERIODS: usize = 32;
static PATTERN: [u8; PERIOD * (PERIODS + 1)] = {
    let mut pattern = [0; PERIOD * (PERIODS + 1)];
    let mut at = 0;
    while at < pattern.len() {
        pattern[at] = (at % PERIOD) as u8;
        at += 1;
    }
    pattern
};

/// Positions and lengths of the pieces of `length` bytes, with what belongs there.
fn pieces(length: usize, seed: u8) -> impl Iterator<Item = (usize, &'static [u8])> {
    let piece = &PATTERN[usize::from(seed) % PERIOD..][..PERIOD * PERIODS];
    (0..length).step_by(piece.len()).map(move |at| (at, &piece[..piece.len().min(length - at)]))
}

/// Writes what can be checked, different for each `seed`.
pub(crate) unsafe fn fill(block: *mut u8, length: usize, seed: u8) {
    for (at, piece) in pieces(length, seed) {
        unsafe { block.add(at).copy_from_nonoverlapping(piece.as_ptr(), piece.len()) };
    }
}

#[track_caller]
pub(crate) unsafe fn check(block: *const u8, length: usize, seed: u8) {
    for (at, piece) in pieces(length, seed) {
        let found = unsafe { std::slice::from_raw_parts(block.add(at), piece.len()) };
        if found != piece {
            let wrong = found.iter().zip(piece).position(|(a, b)| a != b);
            panic!("byte {at} + {wrong:?} of {length} at {block:?}");
        }
    }
}

#[track_caller]
pub(crate) unsafe fn check_zero(block: *const u8, length: usize) {
    let bytes = unsafe { std::slice::from_raw_parts(block, length) };
    // Faster than byte by byte without optimisation.
    assert!(length == 0 || bytes[0] == 0 && bytes[1..] == bytes[..length - 1], "{length} bytes at {block:?}");
}

pub(crate) fn all<C: Calls>(c: &C) {
    malloc_gives_what_was_asked_for(c);
    calloc_gives_zeroes(c);
    realloc_preserves_contents(c);
    realloc_of_null_and_to_nothing(c);
    free_of_null(c);
    aligned_blocks(c);
    no_aligns(c);
    too_large(c);
    whole_pages(c);
}

fn malloc_gives_what_was_asked_for<C: Calls>(c: &C) {
    let blocks = SIZES.map(|size| [size; 3].map(|size| given(16, || c.malloc(size))));
    for (size, [a, b, d]) in SIZES.into_iter().zip(blocks) {
        assert!(a != b && b != d && a != d, "no two blocks are the same, of size 0 either");
        for (block, seed) in [(a, 1), (b, 2), (d, 3)] {
            let (usable, errno) = errno_of(|| unsafe { c.malloc_usable_size(block) });
            assert!(usable >= size && errno == 0);
            unsafe { fill(block, usable, seed) };
        }
    }
    for [a, b, d] in blocks {
        for (block, seed) in [(a, 1), (b, 2), (d, 3)] {
            unsafe { check(block, c.malloc_usable_size(block), seed) };
            assert_eq!(errno_of(|| unsafe { c.free(block) }), ((), 0));
        }
    }
}

fn calloc_gives_zeroes<C: Calls>(c: &C) {
    for size in SIZES {
        // So that there is something dirty to be found.
        let dirty = given(16, || c.malloc(size));
        unsafe { fill(dirty, size, 5) };
        unsafe { c.free(dirty) };
        for (count, each) in [(size, 1), (1, size), (size / 2, 2), (0, size), (size, 0)] {
            let block = given(16, || c.calloc(count, each));
            unsafe { check_zero(block, count * each) };
            unsafe { fill(block, count * each, 6) };
            unsafe { c.free(block) };
        }
    }
}

fn realloc_preserves_contents<C: Calls>(c: &C) {
    for old in SIZES {
        for new in SIZES.into_iter().filter(|&new| new != 0) {
            let block = given(16, || c.malloc(old));
            let usable = unsafe { c.malloc_usable_size(block) };
            unsafe { fill(block, usable, 7) };
            let block = given(16, || unsafe { c.realloc(block, new) });
            unsafe { check(block, usable.min(new), 7) };
            let usable = unsafe { c.malloc_usable_size(block) };
            assert!(usable >= new);
            assert!(usable / 4 <= new.max(64), "{new} bytes in {usable}");
            unsafe { fill(block, usable, 8) };
            let again = given(16, || unsafe { c.reallocarray(block, new, 1) });
            unsafe { check(again, new, 8) };
            unsafe { c.free(again) };
        }
    }
}

fn realloc_of_null_and_to_nothing<C: Calls>(c: &C) {
    let null = ptr::null_mut();
    for size in SIZES {
        for block in [
            given(16, || unsafe { c.realloc(null, size) }),
            given(16, || unsafe { c.reallocarray(null, size, 1) }),
            given(16, || unsafe { c.reallocarray(null, 1, size) }),
        ] {
            unsafe { fill(block, size, 9) };
            assert_eq!(errno_of(|| unsafe { c.realloc(block, 0) }), (null, 0));
        }
        let block = given(16, || c.malloc(size));
        assert_eq!(errno_of(|| unsafe { c.reallocarray(block, 0, 8) }), (null, 0));
        let block = given(16, || c.malloc(size));
        assert_eq!(errno_of(|| unsafe { c.reallocarray(block, 8, 0) }), (null, 0));
    }
}

fn free_of_null<C: Calls>(c: &C) {
    assert_eq!(errno_of(|| unsafe { c.free(ptr::null_mut()) }), ((), 0));
    assert_eq!(errno_of(|| unsafe { c.malloc_usable_size(ptr::null_mut()) }), (0, 0));
}

fn aligned_blocks<C: Calls>(c: &C) {
    for align in aligns() {
        for size in SIZES {
            let mut blocks = vec![
                given(align.max(16), || c.aligned_alloc(align, size)),
                given(align.max(16), || c.memalign(align, size)),
            ];
            if align >= size_of::<usize>() {
                let ((block, error), errno) = errno_of(|| c.posix_memalign(ptr::null_mut(), align, size));
                assert_eq!((error, errno), (0, 0));
                blocks.push(given(align.max(16), || block));
            }
            for (&block, seed) in blocks.iter().zip(0..) {
                unsafe { fill(block, size, seed) };
            }
            for (&block, seed) in blocks.iter().zip(0..) {
                unsafe { check(block, size, seed) };
                assert!(unsafe { c.malloc_usable_size(block) } >= size);
            }
            // One is freed as it is, the others after they were resized.
            unsafe { c.free(blocks[0]) };
            for (&block, seed) in blocks.iter().zip(0..).skip(1) {
                let grown = given(16, || unsafe { c.realloc(block, size * 3 + 1) });
                unsafe { check(grown, size, seed) };
                let shrunk = given(16, || unsafe { c.realloc(grown, size / 5 + 1) });
                unsafe { check(shrunk, size.min(size / 5 + 1), seed) };
                unsafe { c.free(shrunk) };
            }
        }
    }
}

fn no_aligns<C: Calls>(c: &C) {
    let untouched = ptr::without_provenance_mut(16);
    for size in [0, 1, 100, 1 << 20, usize::MAX] {
        for align in NO_ALIGNS {
            rounded_up(align, size, |align| c.aligned_alloc(align, size), c);
            rounded_up(align, size, |align| c.memalign(align, size), c);
            assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, EINVAL), 0));
        }
        for align in [1, 2, 4].into_iter().filter(|&align| align < size_of::<usize>()) {
            assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, EINVAL), 0));
        }
    }
}

/// As glibc does it.
fn rounded_up<C: Calls>(align: usize, size: usize, aligned: impl FnOnce(usize) -> *mut u8, c: &C) {
    match align.checked_next_power_of_two() {
        None => refused(EINVAL, || aligned(align)),
        Some(_) if size > PTRDIFF_MAX => refused(ENOMEM, || aligned(align)),
        Some(rounded) => {
            let block = given(rounded.max(16), || aligned(align));
            unsafe { fill(block, size, 10) };
            unsafe { c.free(block) };
        }
    }
}

fn too_large<C: Calls>(c: &C) {
    let block = given(16, || c.malloc(100));
    unsafe { fill(block, 100, 11) };
    let untouched = ptr::without_provenance_mut(16);
    for size in TOO_LARGE {
        refused(ENOMEM, || c.malloc(size));
        refused(ENOMEM, || c.calloc(size, 1));
        refused(ENOMEM, || c.calloc(1, size));
        refused(ENOMEM, || c.valloc(size));
        refused(ENOMEM, || c.pvalloc(size));
        refused(ENOMEM, || unsafe { c.realloc(block, size) });
        refused(ENOMEM, || unsafe { c.reallocarray(block, size, 1) });
        refused(ENOMEM, || unsafe { c.realloc(ptr::null_mut(), size) });
        for align in aligns().chain([1 << 30, 1 << (usize::BITS - 1)]) {
            refused(ENOMEM, || c.aligned_alloc(align, size));
            refused(ENOMEM, || c.memalign(align, size));
            if align >= size_of::<usize>() {
                assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, ENOMEM), 0));
            }
        }
    }
    for align in [1 << (usize::BITS - 2), 1 << (usize::BITS - 1)] {
        for size in [0, 1, 100, 1 << 20] {
            refused(ENOMEM, || c.aligned_alloc(align, size));
            assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, ENOMEM), 0));
        }
    }
    for (count, size) in OVERFLOWS {
        refused(ENOMEM, || c.calloc(count, size));
        refused(ENOMEM, || unsafe { c.reallocarray(block, count, size) });
        refused(ENOMEM, || unsafe { c.reallocarray(ptr::null_mut(), count, size) });
    }
    unsafe { check(block, 100, 11) };
    unsafe { c.free(block) };
}

fn whole_pages<C: Calls>(c: &C) {
    let page = janus_alloc::Pages::page_size();
    for size in SIZES {
        let block = given(page, || c.valloc(size));
        assert!(unsafe { c.malloc_usable_size(block) } >= size);
        unsafe { fill(block, size, 12) };
        unsafe { c.free(block) };
        let block = given(page, || c.pvalloc(size));
        let whole = size.max(1).next_multiple_of(page);
        assert!(unsafe { c.malloc_usable_size(block) } >= whole);
        unsafe { fill(block, whole, 13) };
        unsafe { c.free(block) };
    }
}
