//! The size classes of a shared pool, and what follows from one for its spans and bins: a table made at compile time.

use crate::api::Layout;
use crate::pools::shared::geometry::SLICE;
use crate::pools::size_class::{class_by_table_up_to, classes_up_to, size_of_class};

/// The size of the largest. Above it a run of slices wastes an eighth at most, as classes do.
const LARGEST: usize = 128 << 10;

/// Up to how many bytes a bin may hold in any case.
const FLOOR: usize = 2 << 10;

/// How many there are.
pub(crate) const CLASSES: usize = classes_up_to(LARGEST);

/// The class of a request, if it has one.
#[inline(always)]
pub(crate) const fn class_of(layout: Layout) -> Option<usize> {
    class_by_table_up_to(LARGEST, layout)
}

/// What there is to know of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Class {
    /// Of a block, in bytes.
    pub(crate) size: u32,
    /// Of a span, in slices: a power of two.
    pub(crate) slices: u32,
    /// How many empty spans a shard keeps beside others: some of the longest, which take long to make.
    pub(crate) kept: u32,
    /// How many blocks a span has.
    pub(crate) capacity: u32,
    /// The first block of a span. Not 0 where the bits of a span lie in the span.
    pub(crate) first: u32,
    /// `2^32 / size`, rounded up past it: see [`number_of`](Self::number_of).
    reciprocal: u32,
    /// How many blocks a bin that is used holds at least; and where there is no budget for so many.
    pub(crate) least: u32,
    pub(crate) floor: u32,
    /// The most blocks that a bin may hold, of a thread that only allocates or only frees, and of one that does both in turns.
    pub(crate) most_one_way: u32,
    pub(crate) most: u32,
    /// Where in the entries of a cache those of the bin start.
    pub(crate) entry: u32,
}

/// How many entries the bins of a cache have together, with one in front of each that stays null.
pub(crate) const ENTRIES: usize = {
    let last = &TABLE[CLASSES - 1];
    (last.entry + last.most) as usize
};

static TABLE_OF_CLASSES: [Class; CLASSES] = TABLE;

const TABLE: [Class; CLASSES] = {
    let mut table = [Class {
        size: 0,
        slices: 0,
        kept: 0,
        capacity: 0,
        first: 0,
        reciprocal: 0,
        most_one_way: 0,
        most: 0,
        least: 0,
        floor: 0,
        entry: 0,
    }; CLASSES];
    let mut class = 0;
    let mut entry = 1;
    while class < CLASSES {
        let size = size_of_class(class);
        let slices = slices(size);
        let blocks = slices * SLICE / size;
        let first = if class == 0 { blocks / 8 / size } else { 0 };
        let most = most(size);
        table[class] = Class {
            size: size as u32,
            slices: slices as u32,
            kept: kept(size) as u32,
            capacity: (blocks - first) as u32,
            first: first as u32,
            reciprocal: ((1_u64 << 32) / size as u64 + 1) as u32,
            least: least(size) as u32,
            floor: floor(size) as u32,
            most_one_way: most_one_way(size) as u32,
            most: most as u32,
            entry: entry as u32,
        };
        entry += most + 1;
        class += 1;
    }
    table
};

/// Enough slices for some dozens of blocks, and for a handful of the largest.
const fn slices(size: usize) -> usize {
    match size {
        0..=16 => 1,
        17..=128 => 2,
        129..=1024 => 4,
        1025..=8192 => 8,
        _ => 16,
    }
}

/// Taking the slices of a longer span takes time, so some are kept.
const fn kept(size: usize) -> usize {
    match size {
        0..=8192 => 0,
        8193..=32768 => 4,
        _ => 16,
    }
}

/// The blocks of 256 KiB, within bounds; of the largest classes those of 4 MiB. So many serve a thread that allocates and frees in turns
/// without a lock.
const fn most(size: usize) -> usize {
    match (256 << 10) / size {
        0..64 if size > 64 << 10 => (4 << 20) / size,
        0..64 => 64,
        2048.. => 2048,
        blocks => blocks,
    }
}

/// The blocks of 64 KiB, within bounds; of the largest classes those of 512 KiB. For a thread that only allocates, or only frees, more would
/// save no lock, but hold more memory.
const fn most_one_way(size: usize) -> usize {
    match (64 << 10) / size {
        0..8 if size > 64 << 10 => (512 << 10) / size,
        0..8 => 8,
        1024.. => 1024,
        blocks => blocks,
    }
}

/// What a thread may keep though the caches of all threads hold as much as they may.
const fn floor(size: usize) -> usize {
    match FLOOR / size {
        8.. => 8,
        blocks => blocks,
    }
}

/// What a thread may keep that needs few.
const fn least(size: usize) -> usize {
    match (64 << 10) / size {
        0 => 1,
        8.. => 8,
        blocks => blocks,
    }
}

impl Class {
    #[inline(always)]
    pub(crate) fn of(class: usize) -> &'static Self {
        &TABLE_OF_CLASSES[class]
    }

    /// The bytes of the budget of all caches that a bin takes which may hold `capacity` blocks.
    pub(crate) fn budget(&self, capacity: usize) -> usize {
        capacity.saturating_sub(self.floor as usize) * self.size as usize
    }

    /// Whether a block starts `offset` bytes from the start of a span.
    pub(crate) fn is_block(&self, offset: usize) -> bool {
        let (size, first, capacity) = (self.size as usize, self.first as usize, self.capacity as usize);
        offset % size == 0 && (first..first + capacity).contains(&(offset / size))
    }

    /// The number of the block that starts `offset` bytes from the start of its span, by a multiplication. For an offset that is
    /// `n * size` exactly: the reciprocal is too large by at most 1, so the product by at most `offset < 2^32`, which changes
    /// nothing above the 32nd bit.
    #[inline(always)]
    pub(crate) fn number_of(&self, offset: usize) -> usize {
        ((offset as u64 * u64::from(self.reciprocal)) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, Class, SLICE};

    #[test]
    fn numbers_and_capacities() {
        for class in 0..CLASSES {
            let of = Class::of(class);
            let size = of.size as usize;
            for number in 0..=(of.first + of.capacity) as usize {
                assert_eq!(of.number_of(number * size), number, "{of:?}");
            }
            let end = (of.first + of.capacity) as usize * size;
            assert!(end <= of.slices as usize * SLICE && end + size > of.slices as usize * SLICE, "{of:?}");
            assert!(of.slices.is_power_of_two() && of.capacity >= 2 && of.least <= of.most_one_way);
            assert!(of.most_one_way >= 4 && of.most_one_way <= of.most);
        }
    }
}
