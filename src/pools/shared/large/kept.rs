//! Large blocks that were freed and wait for a request, in lists by size: eight to a doubling.

use core::cell::Cell;
use core::ops::RangeInclusive;
use core::ptr::NonNull;

use super::block::{Block, State};
use crate::sync::list::List;

const CLASSES: usize = u64::BITS as usize;
/// The first class has all that is shorter than its end; the last, from 120 MiB on, all that is longer.
const FIRST: u32 = (512_usize << 10).trailing_zeros();
/// How many blocks of a list to look at for one of the right length and align: for the time it takes.
const LOOKS: usize = 8;

/// All zero bytes are none.
#[derive(Debug)]
pub(super) struct Kept {
    /// Those of a list that were freed last come first.
    lists: [List<Block>; CLASSES],
    /// A bit for each list that is not empty.
    filled: Cell<u64>,
    /// Bytes that may be in memory.
    bytes: Cell<usize>,
    /// How many blocks were ever kept.
    order: Cell<usize>,
}

fn class(size: usize) -> usize {
    let power = (size | 1).ilog2();
    match power.checked_sub(FIRST) {
        Some(doublings) => (doublings as usize * 8 + (size >> (power - 3)) % 8).min(CLASSES - 1),
        None => 0,
    }
}

impl Kept {
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Puts a block where a request finds it before others of its size.
    ///
    /// # Safety
    ///
    /// It is in no list, and lives as long as this.
    pub(super) unsafe fn push(&self, block: &Block) {
        block.order.set(self.order.get());
        self.order.set(self.order.get().wrapping_add(1));
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.list_for(block).push_front(NonNull::from(block)) };
    }

    /// As [`push`](Self::push), behind all others of its size.
    ///
    /// # Safety
    ///
    /// As for [`push`](Self::push).
    pub(super) unsafe fn push_oldest(&self, block: &Block) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.list_for(block).push_back(NonNull::from(block)) };
    }

    /// Counts a block as kept, and returns the list that it belongs in.
    fn list_for(&self, block: &Block) -> &List<Block> {
        let class = class(block.size());
        block.state.set(State::Kept);
        self.filled.set(self.filled.get() | 1 << class);
        self.bytes.set(self.bytes.get() + block.dirty.get());
        &self.lists[class]
    }

    /// # Safety
    ///
    /// The block is in one of these lists.
    pub(super) unsafe fn remove(&self, block: &Block) {
        let class = class(block.size());
        let list = &self.lists[class];
        // SAFETY: by `# Safety` of this fn; that is the list of its size.
        unsafe { list.remove(NonNull::from(block)) };
        if list.first().is_none() {
            self.filled.set(self.filled.get() & !(1 << class));
        }
        self.bytes.set(self.bytes.get() - block.dirty.get());
    }

    /// The lists of these classes that are not empty, in order.
    fn filled(&self, classes: RangeInclusive<usize>) -> impl DoubleEndedIterator<Item = &List<Block>> {
        let filled = self.filled.get();
        classes.filter(move |class| filled >> class & 1 == 1).map(|class| &self.lists[class])
    }

    fn at(&self, block: NonNull<Block>) -> &Block {
        // SAFETY: what is in a list lives as long as this.
        unsafe { block.as_ref() }
    }

    fn fitting<'a>(&'a self, list: &'a List<Block>, sizes: &RangeInclusive<usize>, align: usize) -> Option<&'a Block> {
        let mut blocks = list.iter().take(LOOKS).map(|block| self.at(block));
        blocks.find(|block| sizes.contains(&block.size()) && block.align() == align)
    }

    /// One of the shortest blocks that have between so many bytes, and that align.
    pub(super) fn shortest(&self, sizes: RangeInclusive<usize>, align: usize) -> Option<&Block> {
        let mut lists = self.filled(class(*sizes.start())..=class(*sizes.end()));
        lists.find_map(|list| self.fitting(list, &sizes, align))
    }

    /// One of the longest blocks that have between so many bytes, and that align.
    pub(super) fn longest(&self, sizes: RangeInclusive<usize>, align: usize) -> Option<&Block> {
        let lists = self.filled(class(*sizes.start())..=class(*sizes.end()));
        lists.rev().find_map(|list| self.fitting(list, &sizes, align))
    }

    /// The block that was freed before all others.
    pub(super) fn oldest(&self) -> Option<&Block> {
        let last = self.filled(0..=CLASSES - 1).filter_map(List::last).map(|block| self.at(block));
        last.max_by_key(|block| self.order.get().wrapping_sub(block.order.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn classes_are_eighths_of_a_doubling() {
        let mut last = 0;
        for size in (0..64 << 20_usize).step_by(4096) {
            let class = class(size);
            assert!(class == last || class == last + 1, "{size}");
            last = class;
        }
        assert_eq!([0, 512 << 10, 575 << 10, 576 << 10, 1 << 20, (1 << 20) + (1 << 17)].map(class), [0, 0, 0, 1, 8, 9]);
        assert_eq!([64 << 20, 120 << 20, 1 << 30, isize::MAX as usize].map(class), [56, 63, 63, 63]);
    }
}
