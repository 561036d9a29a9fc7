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
/// 3. `end - position` is at most `isize::MAX`; where addresses are low (see [`fits_low`]), both are at most `isize::MAX`.
#[inline(always)]
pub(super) const fn up(position: usize, end: usize, size: usize, align: usize, min_align: usize) -> Option<Fit> {
    let fit = reach(position, size, align, min_align);
    if fits(position, fit.next, end) { Some(fit) } else { None }
}

/// Where the block is, whether it fits or not; wrapped, if need be. `next` is at most `isize::MAX + 1` past the position.
#[inline(always)]
const fn reach(position: usize, size: usize, align: usize, min_align: usize) -> Fit {
    // For a constant `align` up to `min_align` all of this folds away: the caller has told the compiler (2).
    let start = position.wrapping_add(align - 1) & align.wrapping_neg();
    // Rounding the size, and not the sum, folds for every constant size.
    Fit { start, next: start.wrapping_add(round(size, min_align)) }
}

/// `size` rounded up to a multiple of `min_align`. At most `isize::MAX + 1`, since `min_align` divides that.
#[inline(always)]
pub(super) const fn round(size: usize, min_align: usize) -> usize {
    size.wrapping_add(min_align - 1) & min_align.wrapping_neg()
}

/// The size of a chunk with `overhead` in front in which a block fits, wherever a parent puts the chunk, which it aligns to
/// `chunk_align`. A multiple of that. `None` if no chunk is so large.
#[cfg(any(feature = "alloc", all(os_memory, target_has_atomic = "ptr")))]
pub(super) fn chunk_size(size: usize, align: usize, overhead: usize, chunk_align: usize) -> Option<usize> {
    let padding = align.saturating_sub(chunk_align);
    let size = size.checked_add(padding)?.checked_add(overhead)?;
    size.checked_next_multiple_of(chunk_align).filter(|&size| size <= isize::MAX as usize - chunk_align)
}

/// No larger minimum alignment makes sense: it is a page.
pub(super) const LARGEST_MIN_ALIGN: usize = 4096;

#[cfg(not(low_addresses))]
use fits_anywhere as fits;
#[cfg(low_addresses)]
use fits_low as fits;

/// Whether `next`, at most `isize::MAX + 1` past the position, is at `end` or before.
///
/// Where all addresses are in the lower half, as `build.rs` knows of some systems, `next` does not wrap, and one compare tells.
#[cfg(any(test, low_addresses))]
#[inline(always)]
const fn fits_low(_position: usize, next: usize, end: usize) -> bool {
    next <= end
}

/// Whether `next`, at most `isize::MAX + 1` past the position, is at `end` or before.
///
/// Right wherever the addresses are, also if `next` wraps. (A kernel has addresses in the upper half, and so have
/// processes of illumos; pointers of AArch64 may have a tag up there.) The sign of `end - next` would not tell: from a position
/// that is more than `end`, a large block reaches so far that the difference wraps to a positive one.
#[cfg(any(test, not(low_addresses)))]
#[inline(always)]
const fn fits_anywhere(position: usize, next: usize, end: usize) -> bool {
    let room = end.wrapping_sub(position);
    room <= isize::MAX as usize && next.wrapping_sub(position) <= room
}

#[cfg(all(test, feature = "std"))]
// Named because `tests/models` compiles this file from elsewhere.
#[path = "bump/tests.rs"]
mod tests;
