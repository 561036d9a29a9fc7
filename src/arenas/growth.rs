//! The growth of the chunks of `Arena` and `TaskArena`. All numbers are bytes for blocks, without headers.

/// The capacity of the first chunk. That of later ones doubles, up to [`MAX_CAPACITY`].
pub(super) const MIN_CAPACITY: usize = 4 << 10;
/// The capacity up to which that of new chunks doubles.
pub(super) const MAX_CAPACITY: usize = 1 << 20;
/// The size up to which a block never gets a chunk of its own.
const MAX_REGULAR_BLOCK: usize = 16 << 10;

/// Returns whether a block that needs `bytes` of a chunk gets one of its own, if the next chunk would have this capacity.
pub(super) fn needs_own_chunk(bytes: usize, capacity: usize) -> bool {
    bytes > capacity.max(MAX_REGULAR_BLOCK)
}

/// Returns the capacity of a chunk that is allocated for a block that needs `bytes` of it, where it would be `capacity` otherwise.
///
/// With room for two such blocks, a collection that doubles can do so once more in place. With less, each of its sizes would need the
/// next chunk.
pub(super) fn capacity_for(bytes: usize, capacity: usize) -> usize {
    capacity.max((2 * bytes).next_power_of_two().min(MAX_CAPACITY))
}

/// Returns the capacity of the chunk after one of `capacity`.
///
/// It stays if less than half of the last chunk is in use, because that was left early, for a large block or because a scope uses it.
pub(super) fn capacity_after(capacity: usize, is_half_used: bool) -> usize {
    let next = if is_half_used { capacity.saturating_mul(2) } else { capacity };
    next.clamp(MIN_CAPACITY, MAX_CAPACITY)
}

/// Returns the capacity of a chunk for `bytes` in blocks, and an eighth more, because blocks leave the ends of chunks unused.
pub(super) fn capacity_for_round(bytes: usize) -> usize {
    bytes.saturating_add(bytes / 8).min(isize::MAX as usize / 2).next_multiple_of(MIN_CAPACITY)
}

/// Returns the largest capacity of at most `bytes`, or [`MIN_CAPACITY`] if that is more.
pub(super) fn largest_capacity(bytes: usize) -> usize {
    (bytes / MIN_CAPACITY * MIN_CAPACITY).max(MIN_CAPACITY)
}
