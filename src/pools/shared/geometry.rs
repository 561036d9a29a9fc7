//! The sizes of chunks, slices and granules, and the place of an address in them.

/// The bytes of a chunk, which is aligned to them.
pub(super) const CHUNK: usize = 2 << 20;
/// The bytes of a slice, the unit in which a chunk is divided into spans and runs.
pub(super) const SLICE: usize = 16 << 10;
/// The slices of a chunk: one for each bit of a `u128`.
pub(super) const SLICES: usize = CHUNK / SLICE;
/// The words of the bitmap of a slice, which has a bit for each 16 bytes.
pub(super) const BITMAP_WORDS: usize = SLICE / 16 / 64;
/// The bytes of a granule, the unit in which the free memory of a span is returned to the system.
pub(super) const GRANULE: usize = 4 << 10;

/// Returns the index of the slice in which `address` lies, in its chunk.
#[inline(always)]
pub(super) const fn slice_at(address: usize) -> usize {
    address % CHUNK / SLICE
}
