//! The sizes of chunks, slices and granules, and where an address lies in them.

pub(super) const CHUNK: usize = 2 << 20;
pub(super) const SLICE: usize = 16 << 10;
/// A bit of a `u128` for each.
pub(super) const SLICES: usize = CHUNK / SLICE;
/// Words of bits for the blocks of a slice: a bit for 16 bytes.
pub(super) const WORDS: usize = SLICE / 16 / 64;
/// The bytes of a granule.
pub(super) const GRANULE: usize = 4 << 10;

/// The slice of its chunk that an address lies in.
#[inline(always)]
pub(super) const fn slice_at(address: usize) -> usize {
    address % CHUNK / SLICE
}
