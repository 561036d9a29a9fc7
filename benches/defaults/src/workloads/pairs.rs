//! Allocation and deallocation alone, of `WORDS` words of 8 bytes. The compiler knows the layout.
//!
//! The workloads differ in the order of the frees and in the number of live blocks. A few blocks, freed last in first out, stay in the
//! caches of the processor; many blocks, freed in random order, do not.

use std::hint::black_box;
use std::mem::MaybeUninit;

use fastrand::Rng;

/// Frees the last block first. At most 2000 blocks and 256 KiB are live.
pub(super) fn lifo<const WORDS: usize>() -> u64 {
    pairs::<WORDS>(number::<WORDS>(256 << 10, 16, 2_000), 20_000_000, |blocks| while blocks.pop().is_some() {})
}

/// Frees the first block first. At most 20,000 blocks and 4 MiB are live.
pub(super) fn fifo<const WORDS: usize>() -> u64 {
    pairs::<WORDS>(number::<WORDS>(4 << 20, 64, 20_000), 16_000_000, Vec::clear)
}

/// Frees the blocks in one random order. At most 100,000 blocks and 16 MiB are live.
pub(super) fn shuffled<const WORDS: usize>() -> u64 {
    let blocks = number::<WORDS>(16 << 20, 256, 100_000);
    let mut order: Vec<usize> = (0..blocks).collect();
    Rng::with_seed(0).shuffle(&mut order);
    let mut slots = Vec::with_capacity(blocks);
    pairs::<WORDS>(blocks, 6_000_000, move |blocks| {
        slots.extend(blocks.drain(..).map(Some));
        order.iter().for_each(|&index| slots[index] = None);
        slots.clear();
    })
}

/// Returns the number of blocks in `bytes`, within limits.
fn number<const WORDS: usize>(bytes: usize, least: usize, most: usize) -> usize {
    (bytes / size_of::<[u64; WORDS]>()).clamp(least, most)
}

/// Allocates and frees `count` blocks, with `blocks` live at a time. The count is lower for large blocks, where some allocators take ten
/// times as long as others.
fn pairs<const WORDS: usize>(blocks: usize, count: usize, mut free: impl FnMut(&mut Vec<Pair<WORDS>>)) -> u64 {
    let count = match WORDS {
        ..32 => count,
        32..=128 => count / 2,
        _ => count / 4,
    };
    let rounds = count / blocks;
    let mut live = Vec::with_capacity(blocks);
    for _ in 0..rounds {
        (0..blocks).for_each(|_| live.push(Pair::new()));
        free(&mut live);
    }
    (rounds * blocks) as u64
}

/// A block. Its ends hold its address, and are checked when it is freed.
struct Pair<const WORDS: usize>(Box<MaybeUninit<[u64; WORDS]>>);

impl<const WORDS: usize> Pair<WORDS> {
    fn new() -> Self {
        let mut pair = Self(black_box(Box::new_uninit()));
        let address = pair.address();
        let words = pair.0.as_mut_ptr().cast::<u64>();
        // SAFETY: `WORDS` is not 0, so the block has a first word.
        unsafe { words.write(address) };
        // SAFETY: the block has `WORDS` words.
        let last = unsafe { words.add(WORDS - 1) };
        // SAFETY: `last` points to the last word of the block.
        unsafe { last.write(address) };
        pair
    }

    fn address(&self) -> u64 {
        self.0.as_ptr().addr() as u64
    }
}

impl<const WORDS: usize> Drop for Pair<WORDS> {
    fn drop(&mut self) {
        let words = self.0.as_ptr().cast::<u64>();
        // SAFETY: `new` has written the first word.
        let first = unsafe { words.read() };
        // SAFETY: the block has `WORDS` words.
        let last = unsafe { words.add(WORDS - 1) };
        // SAFETY: `new` has written the last word.
        let last = unsafe { last.read() };
        assert!(first == self.address() && last == self.address(), "a block was overwritten");
    }
}
