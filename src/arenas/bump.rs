//! Where the next block goes, on plain integers. All arenas bump upwards, so that the last block can grow where it is.

#![forbid(unsafe_code)]

/// A request that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    /// Where the block starts.
    pub(super) start: usize,
    /// Where the next one may: the block's size is rounded up to the minimum alignment.
    pub(super) next: usize,
}

/// The first block of `size` bytes aligned to `align` from `position` on, if it and its rounding end at `end` or before.
///
/// What the caller knows, and what keeps the sums from wrapping:
///
/// 1. `align` and `min_align` are powers of two, `min_align` at most [`LARGEST_MIN_ALIGN`]; `size` rounded up to `align` is
///    at most `isize::MAX`, as in every `Layout`.
/// 2. `position` is a multiple of `min_align` and at most `end`, or (nothing fits, not even size 0) more than
///    `end` by at most `isize::MAX`.
/// 3. `end - position` is at most `isize::MAX`; where addresses are low (see [`fits`]), `end` is at most `isize::MAX`.
#[inline(always)]
pub(super) const fn up(position: usize, end: usize, size: usize, align: usize, min_align: usize) -> Option<Fit> {
    // For a constant `align` up to `min_align` all of this folds away: the caller has told the compiler (2).
    let start = position.wrapping_add(align - 1) & align.wrapping_neg();
    // Rounding the size, and not the sum, folds for every constant size.
    let next = start.wrapping_add(round(size, min_align));
    if fits(next, end) { Some(Fit { start, next }) } else { None }
}

/// `size` rounded up to a multiple of `min_align`. At most `isize::MAX + 1`, since `min_align` divides that.
#[inline(always)]
pub(super) const fn round(size: usize, min_align: usize) -> usize {
    size.wrapping_add(min_align - 1) & min_align.wrapping_neg()
}

/// No larger minimum alignment makes sense: it is a page.
pub(super) const LARGEST_MIN_ALIGN: usize = 4096;

/// Whether `next`, less than `isize::MAX + 2` past a position, is at `end` or before.
///
/// Processes have addresses in the lower half only, on x86-64: `next` does not wrap, and one compare tells.
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", os_memory))]
#[inline(always)]
const fn fits(next: usize, end: usize) -> bool {
    next <= end
}

/// Whether `next`, at most `isize::MAX + 1` past a position, is at `end` or before.
///
/// Right wherever the addresses are: `next` may wrap, but `end - next` lies between `isize::MIN` and `isize::MAX`, so its
/// sign bit tells. (A kernel has addresses in the upper half, and pointers of AArch64 may have a tag up there.)
#[cfg(not(all(target_arch = "x86_64", target_pointer_width = "64", os_memory)))]
#[inline(always)]
const fn fits(next: usize, end: usize) -> bool {
    end.wrapping_sub(next) <= isize::MAX as usize
}
