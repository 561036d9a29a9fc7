//! Large blocks that were freed and wait for a request, in lists by size: eight for each doubling.

use core::cell::Cell;
use core::ops::RangeInclusive;
use core::ptr::NonNull;

use super::block::{Block, State};
use crate::sync::list::List;

const CLASSES: usize = u64::BITS as usize;
/// The power of two from which on there are eight classes for each doubling. Shorter blocks are in the first class, and
/// blocks of 120 MiB or more in the last.
const FIRST_POWER: u32 = (512_usize << 10).trailing_zeros();
/// The number of blocks of a list to search for one of the right size and align, to bound the time.
const MAX_SEARCHED: usize = 8;

/// The kept blocks. Zero bytes are none.
///
/// # Invariants
///
/// 1. A list contains kept blocks of its class. Their records stay where they are.
/// 2. `filled` has a bit for each list, which is set if the list is not empty.
/// 3. `bytes` is the sum of `dirty` of all kept blocks, which does not change while they are kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// In each list, the blocks that were freed last come first.
    lists: [List<Block>; CLASSES],
    filled: Cell<u64>,
    bytes: Cell<usize>,
    /// The number of the next block that is freed.
    next_sequence: Cell<usize>,
}

/// Returns the class of blocks of `size` bytes.
fn class(size: usize) -> usize {
    let power = (size | 1).ilog2();
    match power.checked_sub(FIRST_POWER) {
        Some(doublings) => (doublings as usize * 8 + (size >> (power - 3)) % 8).min(CLASSES - 1),
        None => 0,
    }
}

impl Kept {
    /// Returns the bytes of the blocks that may occupy memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Adds a block that was just freed, where a request finds it before others of its class.
    ///
    /// # Safety
    ///
    /// It is in no list, and its record stays where it is.
    pub(super) unsafe fn push(&self, block: &Block) {
        block.sequence.set(self.next_sequence.get());
        self.next_sequence.set(self.next_sequence.get().wrapping_add(1));
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.list_for(block).push_front(NonNull::from(block)) };
    }

    /// Adds a block that was the oldest before it was taken, after all others of its class.
    ///
    /// # Safety
    ///
    /// Those of [`push`](Self::push).
    pub(super) unsafe fn push_oldest(&self, block: &Block) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.list_for(block).push_back(NonNull::from(block)) };
    }

    /// Marks and counts a block as kept, and returns the list of its class, to which the caller adds it.
    fn list_for(&self, block: &Block) -> &List<Block> {
        let class = class(block.size());
        block.state.set(State::Kept);
        self.filled.set(self.filled.get() | 1 << class);
        self.bytes.set(self.bytes.get() + block.dirty.get());
        &self.lists[class]
    }

    /// # Safety
    ///
    /// The block is in one of the lists.
    unsafe fn remove(&self, block: &Block) {
        let class = class(block.size());
        let list = &self.lists[class];
        // SAFETY: by `# Safety` of this fn and invariant 1 it is in this list.
        unsafe { list.remove(NonNull::from(block)) };
        if list.first().is_none() {
            self.filled.set(self.filled.get() & !(1 << class));
        }
        self.bytes.set(self.bytes.get() - block.dirty.get());
    }

    /// Returns the lists of these classes that are not empty, in order.
    fn filled_lists(&self, classes: RangeInclusive<usize>) -> impl DoubleEndedIterator<Item = &List<Block>> {
        let filled = self.filled.get();
        classes.filter(move |class| filled >> class & 1 == 1).map(|class| &self.lists[class])
    }

    /// Returns a block of a list.
    fn block(&self, node: NonNull<Block>) -> &Block {
        // SAFETY: the record of a block in a list stays where it is, by invariant 1.
        unsafe { node.as_ref() }
    }

    /// Searches a list for a block with a size in this range, and with this align.
    fn find_in<'a>(&'a self, list: &'a List<Block>, sizes: &RangeInclusive<usize>, align: usize) -> Option<&'a Block> {
        let mut blocks = list.iter().take(MAX_SEARCHED).map(|node| self.block(node));
        blocks.find(|block| sizes.contains(&block.size()) && block.align() == align)
    }

    /// Takes one of the shortest blocks with a size in this range, and with this align.
    pub(super) fn take_shortest(&self, sizes: RangeInclusive<usize>, align: usize) -> Option<&Block> {
        let mut lists = self.filled_lists(class(*sizes.start())..=class(*sizes.end()));
        let block = lists.find_map(|list| self.find_in(list, &sizes, align))?;
        // SAFETY: it was found in a list.
        unsafe { self.remove(block) };
        Some(block)
    }

    /// Takes one of the longest blocks with a size in this range, and with this align.
    pub(super) fn take_longest(&self, sizes: RangeInclusive<usize>, align: usize) -> Option<&Block> {
        let lists = self.filled_lists(class(*sizes.start())..=class(*sizes.end()));
        let block = lists.rev().find_map(|list| self.find_in(list, &sizes, align))?;
        // SAFETY: it was found in a list.
        unsafe { self.remove(block) };
        Some(block)
    }

    /// Returns the block that was freed before all others.
    pub(super) fn oldest(&self) -> Option<&Block> {
        let last = self.filled_lists(0..=CLASSES - 1).filter_map(List::last).map(|node| self.block(node));
        last.max_by_key(|block| self.next_sequence.get().wrapping_sub(block.sequence.get()))
    }

    /// Takes the [oldest](Self::oldest) block, if `condition` holds for it.
    pub(super) fn take_oldest_if(&self, condition: impl FnOnce(&Block) -> bool) -> Option<&Block> {
        let block = self.oldest().filter(|block| condition(block))?;
        // SAFETY: it was found in a list.
        unsafe { self.remove(block) };
        Some(block)
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
