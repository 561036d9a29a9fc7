//! The size classes of a shared pool, and the properties of the spans and bins of each: a table computed at compile time.

use crate::api::Layout;
use crate::pools::shared::geometry::SLICE;
use crate::pools::size_class::{class_by_table_up_to, classes_up_to, size_of_class};

/// The size of the largest class. A larger request gets a run of slices, which wastes an eighth at most, as the classes do.
const LARGEST: usize = 128 << 10;

/// The bytes that a bin may hold regardless of the budget.
const UNBUDGETED: usize = 2 << 10;

/// The number of classes.
pub(crate) const CLASSES: usize = classes_up_to(LARGEST);

/// Returns the class of a request, if it has one.
#[inline(always)]
pub(crate) const fn class_of(layout: Layout) -> Option<usize> {
    class_by_table_up_to(LARGEST, layout)
}

/// The properties of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClassInfo {
    /// The size of a block, in bytes.
    pub(crate) size: u32,
    /// The number of slices of a span: a power of two.
    pub(crate) slices: u32,
    /// The number of empty spans that a shard keeps beside spans with free blocks.
    pub(crate) max_empty_spans: u32,
    /// The number of blocks of a span.
    pub(crate) capacity: u32,
    /// The index of the first block of a span. It is not 0 where the bitmap of a span lies at the start of the span.
    pub(crate) first_block: u32,
    /// `2^32 / size`, rounded down, plus one: see [`block_index`](Self::block_index).
    reciprocal: u32,
    /// The capacity of a bin, in blocks: when its thread begins to use it, and without a share of the budget.
    pub(crate) initial_bin: u32,
    pub(crate) unbudgeted_bin: u32,
    /// The largest capacity for a thread that only allocates or only frees, and for one that does both in turns.
    pub(crate) max_bin_one_way: u32,
    pub(crate) max_bin: u32,
    /// The index of the bin's first entry among the entries of a cache.
    pub(crate) first_entry: u32,
}

/// The number of entries of the bins of a cache, including one before each bin that stays null.
pub(crate) const ENTRIES: usize = {
    let last = &TABLE[CLASSES - 1];
    (last.first_entry + last.max_bin) as usize
};

static CLASS_INFOS: [ClassInfo; CLASSES] = TABLE;

const TABLE: [ClassInfo; CLASSES] = {
    let mut table = [ClassInfo {
        size: 0,
        slices: 0,
        max_empty_spans: 0,
        capacity: 0,
        first_block: 0,
        reciprocal: 0,
        initial_bin: 0,
        unbudgeted_bin: 0,
        max_bin_one_way: 0,
        max_bin: 0,
        first_entry: 0,
    }; CLASSES];
    let mut class = 0;
    let mut entry = 1;
    while class < CLASSES {
        let size = size_of_class(class);
        let slices = span_slices(size);
        let blocks = slices * SLICE / size;
        let first_block = if class == 0 { blocks / 8 / size } else { 0 };
        let max_bin = max_bin(size);
        table[class] = ClassInfo {
            size: size as u32,
            slices: slices as u32,
            max_empty_spans: max_empty_spans(size) as u32,
            capacity: (blocks - first_block) as u32,
            first_block: first_block as u32,
            reciprocal: ((1_u64 << 32) / size as u64 + 1) as u32,
            initial_bin: initial_bin(size) as u32,
            unbudgeted_bin: unbudgeted_bin(size) as u32,
            max_bin_one_way: max_bin_one_way(size) as u32,
            max_bin: max_bin as u32,
            first_entry: entry as u32,
        };
        entry += max_bin + 1;
        class += 1;
    }
    table
};

/// Returns the slices of a span: enough for some dozens of blocks, or for two of the largest.
const fn span_slices(size: usize) -> usize {
    match size {
        0..=16 => 1,
        17..=128 => 2,
        129..=1024 => 4,
        1025..=8192 => 8,
        _ => 16,
    }
}

/// Returns the number of empty spans to keep: none of the short ones, since the slices of a long one take longer to find.
const fn max_empty_spans(size: usize) -> usize {
    match size {
        0..=8192 => 0,
        8193..=32768 => 4,
        _ => 16,
    }
}

/// Returns the largest capacity for a thread that allocates and frees in turns, which needs no lock then: the blocks
/// that 256 KiB hold, but between 64 and 2048; and for blocks of more than 64 KiB what 4 MiB hold.
const fn max_bin(size: usize) -> usize {
    match (256 << 10) / size {
        0..64 if size > 64 << 10 => (4 << 20) / size,
        0..64 => 64,
        2048.. => 2048,
        blocks => blocks,
    }
}

/// Returns the largest capacity for a thread that only allocates, or only frees: the blocks that 64 KiB hold, but
/// between 8 and 1024; and for blocks of more than 64 KiB what 512 KiB hold. More would not save a lock, and hold more
/// memory.
const fn max_bin_one_way(size: usize) -> usize {
    match (64 << 10) / size {
        0..8 if size > 64 << 10 => (512 << 10) / size,
        0..8 => 8,
        1024.. => 1024,
        blocks => blocks,
    }
}

/// Returns the capacity that a bin has even when the budget of all caches is used up.
const fn unbudgeted_bin(size: usize) -> usize {
    match UNBUDGETED / size {
        8.. => 8,
        blocks => blocks,
    }
}

/// Returns the capacity with which a bin starts.
const fn initial_bin(size: usize) -> usize {
    match (64 << 10) / size {
        0 => 1,
        8.. => 8,
        blocks => blocks,
    }
}

impl ClassInfo {
    #[inline(always)]
    pub(crate) fn of(class: usize) -> &'static Self {
        &CLASS_INFOS[class]
    }

    /// Returns the bytes of the budget that a bin of this capacity takes.
    pub(crate) fn budget_bytes(&self, capacity: usize) -> usize {
        capacity.saturating_sub(self.unbudgeted_bin as usize) * self.size as usize
    }

    /// Returns the bytes of a span.
    #[inline(always)]
    pub(crate) fn span_bytes(&self) -> usize {
        self.slices as usize * SLICE
    }

    /// Returns whether a block starts `offset` bytes from the start of a span.
    pub(crate) fn is_block(&self, offset: usize) -> bool {
        let (size, first, capacity) = (self.size as usize, self.first_block as usize, self.capacity as usize);
        offset % size == 0 && (first..first + capacity).contains(&(offset / size))
    }

    /// Returns the index of the block that starts `offset` bytes from the start of its span, by a multiplication.
    ///
    /// `offset` is `index * size` exactly. The reciprocal is too large by at most 1, so the product is too large by at
    /// most `offset`, which is less than 2^32 and so does not carry into the upper 32 bits.
    #[inline(always)]
    pub(crate) fn block_index(&self, offset: usize) -> usize {
        ((offset as u64 * u64::from(self.reciprocal)) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, ClassInfo, SLICE};

    #[test]
    fn indices_and_capacities() {
        for class in 0..CLASSES {
            let info = ClassInfo::of(class);
            let size = info.size as usize;
            let end = (info.first_block + info.capacity) as usize;
            for index in 0..=end {
                assert_eq!(info.block_index(index * size), index, "{info:?}");
            }
            let (end, length) = (end * size, info.slices as usize * SLICE);
            assert!(end <= length && end + size > length, "{info:?}");
            assert!(info.slices.is_power_of_two() && info.capacity >= 2 && info.initial_bin <= info.max_bin_one_way);
            assert!(info.max_bin_one_way >= 4 && info.max_bin_one_way <= info.max_bin);
        }
    }
}
