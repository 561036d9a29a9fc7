//! C's rules for its allocation functions, case by case.

use std::ptr;

use libc::{EINVAL, ENOMEM};

use crate::calls::{Calls, assert_refused, assert_served, errno_of};

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
const INVALID_ALIGNS: [usize; 11] = [0, 3, 5, 6, 7, 12, 24, 100, 4095, (1 << (usize::BITS - 1)) + 1, usize::MAX];

fn aligns() -> impl Iterator<Item = usize> {
    (0..=16).map(|bit| 1 << bit)
}

/// The period of the contents: a prime, so that contents moved by a power of two differ.
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

/// Divides `length` bytes into pieces, and returns their positions and expected contents.
fn pieces(length: usize, seed: u8) -> impl Iterator<Item = (usize, &'static [u8])> {
    let piece = &PATTERN[usize::from(seed) % PERIOD..][..PERIOD * PERIODS];
    (0..length).step_by(piece.len()).map(move |at| (at, &piece[..piece.len().min(length - at)]))
}

/// Fills a block with contents that depend on `seed`, for [`check_contents`].
pub(crate) unsafe fn fill(block: *mut u8, length: usize, seed: u8) {
    for (at, piece) in pieces(length, seed) {
        unsafe { block.add(at).copy_from_nonoverlapping(piece.as_ptr(), piece.len()) };
    }
}

#[track_caller]
pub(crate) unsafe fn check_contents(block: *const u8, length: usize, seed: u8) {
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
    // Comparing slices is faster than comparing bytes in unoptimised builds.
    assert!(length == 0 || bytes[0] == 0 && bytes[1..] == bytes[..length - 1], "{length} bytes at {block:?}");
}

pub(crate) fn check_all<C: Calls>(c: &C) {
    check_malloc(c);
    check_calloc(c);
    check_realloc(c);
    check_realloc_of_null_and_to_zero(c);
    check_free_of_null(c);
    check_aligned_blocks(c);
    check_invalid_aligns(c);
    check_too_large(c);
    check_whole_pages(c);
}

fn check_malloc<C: Calls>(c: &C) {
    let blocks = SIZES.map(|size| [size; 3].map(|size| assert_served(16, || c.malloc(size))));
    for (size, [a, b, d]) in SIZES.into_iter().zip(blocks) {
        assert!(a != b && b != d && a != d, "two live blocks have the same address");
        for (block, seed) in [(a, 1), (b, 2), (d, 3)] {
            let (usable, errno) = errno_of(|| unsafe { c.malloc_usable_size(block) });
            assert!(usable >= size && errno == 0);
            unsafe { fill(block, usable, seed) };
        }
    }
    for [a, b, d] in blocks {
        for (block, seed) in [(a, 1), (b, 2), (d, 3)] {
            unsafe { check_contents(block, c.malloc_usable_size(block), seed) };
            assert_eq!(errno_of(|| unsafe { c.free(block) }), ((), 0));
        }
    }
}

fn check_calloc<C: Calls>(c: &C) {
    for size in SIZES {
        // Leaves dirty memory that `calloc` may reuse.
        let dirty = assert_served(16, || c.malloc(size));
        unsafe { fill(dirty, size, 5) };
        unsafe { c.free(dirty) };
        for (count, each) in [(size, 1), (1, size), (size / 2, 2), (0, size), (size, 0)] {
            let block = assert_served(16, || c.calloc(count, each));
            unsafe { check_zero(block, count * each) };
            unsafe { fill(block, count * each, 6) };
            unsafe { c.free(block) };
        }
    }
}

fn check_realloc<C: Calls>(c: &C) {
    for old in SIZES {
        for new in SIZES.into_iter().filter(|&new| new != 0) {
            let block = assert_served(16, || c.malloc(old));
            let usable = unsafe { c.malloc_usable_size(block) };
            unsafe { fill(block, usable, 7) };
            let block = assert_served(16, || unsafe { c.realloc(block, new) });
            unsafe { check_contents(block, usable.min(new), 7) };
            let usable = unsafe { c.malloc_usable_size(block) };
            assert!(usable >= new);
            assert!(usable / 4 <= new.max(64), "{new} bytes in {usable}");
            unsafe { fill(block, usable, 8) };
            let again = assert_served(16, || unsafe { c.reallocarray(block, new, 1) });
            unsafe { check_contents(again, new, 8) };
            unsafe { c.free(again) };
        }
    }
}

fn check_realloc_of_null_and_to_zero<C: Calls>(c: &C) {
    let null = ptr::null_mut();
    for size in SIZES {
        for block in [
            assert_served(16, || unsafe { c.realloc(null, size) }),
            assert_served(16, || unsafe { c.reallocarray(null, size, 1) }),
            assert_served(16, || unsafe { c.reallocarray(null, 1, size) }),
        ] {
            unsafe { fill(block, size, 9) };
            assert_eq!(errno_of(|| unsafe { c.realloc(block, 0) }), (null, 0));
        }
        let block = assert_served(16, || c.malloc(size));
        assert_eq!(errno_of(|| unsafe { c.reallocarray(block, 0, 8) }), (null, 0));
        let block = assert_served(16, || c.malloc(size));
        assert_eq!(errno_of(|| unsafe { c.reallocarray(block, 8, 0) }), (null, 0));
    }
}

fn check_free_of_null<C: Calls>(c: &C) {
    assert_eq!(errno_of(|| unsafe { c.free(ptr::null_mut()) }), ((), 0));
    assert_eq!(errno_of(|| unsafe { c.malloc_usable_size(ptr::null_mut()) }), (0, 0));
}

fn check_aligned_blocks<C: Calls>(c: &C) {
    for align in aligns() {
        for size in SIZES {
            let mut blocks = vec![
                assert_served(align.max(16), || c.aligned_alloc(align, size)),
                assert_served(align.max(16), || c.memalign(align, size)),
            ];
            if align >= size_of::<usize>() {
                let ((block, error), errno) = errno_of(|| c.posix_memalign(ptr::null_mut(), align, size));
                assert_eq!((error, errno), (0, 0));
                blocks.push(assert_served(align.max(16), || block));
            }
            for (&block, seed) in blocks.iter().zip(0..) {
                unsafe { fill(block, size, seed) };
            }
            for (&block, seed) in blocks.iter().zip(0..) {
                unsafe { check_contents(block, size, seed) };
                assert!(unsafe { c.malloc_usable_size(block) } >= size);
            }
            // The first is freed at once, the others after resizing.
            unsafe { c.free(blocks[0]) };
            for (&block, seed) in blocks.iter().zip(0..).skip(1) {
                let grown = assert_served(16, || unsafe { c.realloc(block, size * 3 + 1) });
                unsafe { check_contents(grown, size, seed) };
                let shrunk = assert_served(16, || unsafe { c.realloc(grown, size / 5 + 1) });
                unsafe { check_contents(shrunk, size.min(size / 5 + 1), seed) };
                unsafe { c.free(shrunk) };
            }
        }
    }
}

fn check_invalid_aligns<C: Calls>(c: &C) {
    let untouched = ptr::without_provenance_mut(16);
    for size in [0, 1, 100, 1 << 20, usize::MAX] {
        for align in INVALID_ALIGNS {
            check_rounded_up(align, size, |align| c.aligned_alloc(align, size), c);
            check_rounded_up(align, size, |align| c.memalign(align, size), c);
            assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, EINVAL), 0));
        }
        for align in [1, 2, 4].into_iter().filter(|&align| align < size_of::<usize>()) {
            assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, EINVAL), 0));
        }
    }
}

/// Asserts that an align which is no power of two is rounded up to one, as glibc does.
fn check_rounded_up<C: Calls>(align: usize, size: usize, aligned: impl FnOnce(usize) -> *mut u8, c: &C) {
    match align.checked_next_power_of_two() {
        None => assert_refused(EINVAL, || aligned(align)),
        Some(_) if size > PTRDIFF_MAX => assert_refused(ENOMEM, || aligned(align)),
        Some(rounded) => {
            let block = assert_served(rounded.max(16), || aligned(align));
            unsafe { fill(block, size, 10) };
            unsafe { c.free(block) };
        }
    }
}

fn check_too_large<C: Calls>(c: &C) {
    let block = assert_served(16, || c.malloc(100));
    unsafe { fill(block, 100, 11) };
    let untouched = ptr::without_provenance_mut(16);
    for size in TOO_LARGE {
        assert_refused(ENOMEM, || c.malloc(size));
        assert_refused(ENOMEM, || c.calloc(size, 1));
        assert_refused(ENOMEM, || c.calloc(1, size));
        assert_refused(ENOMEM, || c.valloc(size));
        assert_refused(ENOMEM, || c.pvalloc(size));
        assert_refused(ENOMEM, || unsafe { c.realloc(block, size) });
        assert_refused(ENOMEM, || unsafe { c.reallocarray(block, size, 1) });
        assert_refused(ENOMEM, || unsafe { c.realloc(ptr::null_mut(), size) });
        for align in aligns().chain([1 << 30, 1 << (usize::BITS - 1)]) {
            assert_refused(ENOMEM, || c.aligned_alloc(align, size));
            assert_refused(ENOMEM, || c.memalign(align, size));
            if align >= size_of::<usize>() {
                assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, ENOMEM), 0));
            }
        }
    }
    for align in [1 << (usize::BITS - 2), 1 << (usize::BITS - 1)] {
        for size in [0, 1, 100, 1 << 20] {
            assert_refused(ENOMEM, || c.aligned_alloc(align, size));
            assert_eq!(errno_of(|| c.posix_memalign(untouched, align, size)), ((untouched, ENOMEM), 0));
        }
    }
    for (count, size) in OVERFLOWS {
        assert_refused(ENOMEM, || c.calloc(count, size));
        assert_refused(ENOMEM, || unsafe { c.reallocarray(block, count, size) });
        assert_refused(ENOMEM, || unsafe { c.reallocarray(ptr::null_mut(), count, size) });
    }
    unsafe { check_contents(block, 100, 11) };
    unsafe { c.free(block) };
}

fn check_whole_pages<C: Calls>(c: &C) {
    let page = janus_alloc::Pages::page_size();
    for size in SIZES {
        let block = assert_served(page, || c.valloc(size));
        assert!(unsafe { c.malloc_usable_size(block) } >= size);
        unsafe { fill(block, size, 12) };
        unsafe { c.free(block) };
        let block = assert_served(page, || c.pvalloc(size));
        let whole = size.max(1).next_multiple_of(page);
        assert!(unsafe { c.malloc_usable_size(block) } >= whole);
        unsafe { fill(block, whole, 13) };
        unsafe { c.free(block) };
    }
}
