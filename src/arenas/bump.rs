//! The arithmetic of bump allocation, on plain integers. All arenas bump upwards, so that the last block can grow in place.

#![forbid(unsafe_code)]

/// The place of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    /// The start of the block.
    pub(crate) start: usize,
    /// The position after the block: its end, rounded up to the minimum alignment.
    pub(crate) next: usize,
}

/// Returns the first place for a block of `size` bytes aligned to `align` from `position` on, or `None` if the block, rounded
/// up, does not end at or before `end`.
///
/// No sum wraps, because the caller guarantees:
///
/// 1. `align` and `min_align` are powers of two, and `min_align` is at most [`LARGEST_MIN_ALIGN`]. `size` rounded up to `align`
///    is at most `isize::MAX`, as in every `Layout`.
/// 2. `position` is a multiple of `min_align`. It is at most `end`; or it exceeds `end` by at most `isize::MAX`, and then no
///    block fits, not even one of size 0.
/// 3. `end - position` is at most `isize::MAX`. Where addresses are low (see [`fits_low`]), both are at most `isize::MAX`.
#[inline(always)]
pub(crate) const fn find_fit(position: usize, end: usize, size: usize, align: usize, min_align: usize) -> Option<Fit> {
    let place = place(position, size, align, min_align);
    if fits(position, place.next, end) { Some(place) } else { None }
}

/// Returns the place of the block as if there were no end; it may wrap. `next` is at most `isize::MAX + 1` past `position`.
#[inline(always)]
const fn place(position: usize, size: usize, align: usize, min_align: usize) -> Fit {
    // For a constant `align` of at most `min_align` this folds away, because callers tell the compiler condition 2.
    let start = position.wrapping_add(align - 1) & align.wrapping_neg();
    // Rounding the size rather than the sum folds for every constant size.
    Fit { start, next: start.wrapping_add(round_up(size, min_align)) }
}

/// Rounds `size` up to a multiple of `min_align`. The result is at most `isize::MAX + 1`, because `min_align` divides that.
#[inline(always)]
pub(super) const fn round_up(size: usize, min_align: usize) -> usize {
    size.wrapping_add(min_align - 1) & min_align.wrapping_neg()
}

/// Returns the size of a chunk that has room for a block of `size` bytes aligned to `align` behind `overhead` bytes, at any
/// address that is a multiple of `chunk_align`. The result is a multiple of `chunk_align`; `None` if it would be too large.
#[cfg(any(feature = "alloc", all(os_memory, target_has_atomic = "ptr")))]
pub(super) fn chunk_size(size: usize, align: usize, overhead: usize, chunk_align: usize) -> Option<usize> {
    let padding = align.saturating_sub(chunk_align);
    let size = size.checked_add(padding)?.checked_add(overhead)?;
    size.checked_next_multiple_of(chunk_align).filter(|&size| size <= isize::MAX as usize - chunk_align)
}

/// The largest minimum alignment: a page. A larger one would have no use.
pub(super) const LARGEST_MIN_ALIGN: usize = 4096;

#[cfg(not(low_addresses))]
use fits_anywhere as fits;
#[cfg(low_addresses)]
use fits_low as fits;

/// Returns whether `next`, at most `isize::MAX + 1` past the position, is at most `end`.
///
/// For systems whose addresses are all in the lower half (a list in `build.rs`). There `next` does not wrap, so one compare is
/// enough.
#[cfg(any(test, low_addresses))]
#[inline(always)]
const fn fits_low(_position: usize, next: usize, end: usize) -> bool {
    next <= end
}

/// Returns whether `next`, at most `isize::MAX + 1` past the position, is at most `end`.
///
/// For all addresses, also if `next` wraps. (Kernels and processes of illumos have addresses in the upper half, and AArch64
/// pointers may have a tag in the upper bits.) The sign of `end - next` is not enough: if `position` exceeds `end`, a large block
/// makes the difference wrap to a positive one.
#[cfg(any(test, not(low_addresses)))]
#[inline(always)]
const fn fits_anywhere(position: usize, next: usize, end: usize) -> bool {
    let room = end.wrapping_sub(position);
    room <= isize::MAX as usize && next.wrapping_sub(position) <= room
}

#[cfg(all(test, feature = "std"))]
// The path is explicit because `tests/models` compiles this file, too.
#[path = "bump/tests.rs"]
mod tests;
