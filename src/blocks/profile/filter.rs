//! Finds out in a few instructions that a block is not sampled.
//!
//! A counting Bloom filter with one hash function: the address of a block selects a counter of a table. The counter holds
//! the number of sampled blocks that select it. If it is 0, the block is not sampled.
//!
//! # Invariants
//!
//! 1. A table that was published stays where it is until the filter is dropped.
//! 2. Counters change under the lock of the recorder only, and only those of the current table.
//! 3. Before a sampled block is handed to its owner, it is counted in the table that is current then, and each later table counts it
//!    from the start. Hence the owner finds its counter above 0: it reads a table at least as new, or an old one whose counters
//!    stay as they were when it was replaced.
//! 4. A counter that has reached [`STUCK`] stays there.

use core::mem::offset_of;
use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU8};

use crate::api::{Allocator, Layout};
use crate::sources::Pages;

const STUCK: u8 = u8::MAX;

/// Counters for each sampled block, so that fewer than one in 64 other blocks is taken for a sampled one.
const COUNTERS_EACH: usize = 64;
const MIN_COUNTERS: usize = 1 << 14;
const MAX_COUNTERS: usize = 1 << 24;
/// The factor by which a table grows that is too small.
const GROWTH: usize = 4;

/// The golden ratio in fixed-point arithmetic (Knuth's multiplicative hashing).
#[cfg(target_pointer_width = "64")]
const MULTIPLIER: usize = 0x9E37_79B9_7F4A_7C15;
#[cfg(not(target_pointer_width = "64"))]
const MULTIPLIER: usize = 0x9E37_79B9_u32 as usize;

/// `LENGTH` counters. A table in pages has length 0, and is followed by as many counters as `shift` says.
#[repr(C)]
struct Table<const LENGTH: usize> {
    /// The counter of an address is the one at `address * MULTIPLIER >> shift`.
    shift: u32,
    /// The table that this one replaced, if that is one in pages.
    previous: *mut Header,
    counters: [AtomicU8; LENGTH],
}

type Header = Table<0>;

// SAFETY: the counters are atomic, and the rest does not change.
unsafe impl<const LENGTH: usize> Sync for Table<LENGTH> {}

const fn constant(counter: u8) -> Table<2> {
    let counters = [const { AtomicU8::new(0) }; 2];
    let mut table = Table { shift: usize::BITS - 1, previous: ptr::null_mut(), counters };
    table.counters = [AtomicU8::new(counter), AtomicU8::new(counter)];
    table
}

/// The table of a filter that contains no block.
static NONE: Table<2> = constant(0);
/// The table of a filter that contains each block.
static ALL: Table<2> = constant(STUCK);

#[derive(Debug)]
pub(super) struct Filter {
    table: AtomicPtr<Header>,
}

/// Converts an address to the index of its counter.
#[inline]
fn index(address: usize, shift: u32) -> usize {
    // A shift is less than the bits of a word.
    address.wrapping_mul(MULTIPLIER) >> (shift & (usize::BITS - 1))
}

/// Returns the counter of `address`.
///
/// # Safety
///
/// The table lives as long as the result is used.
#[inline]
unsafe fn counter<'a>(table: *mut Header, address: usize) -> &'a AtomicU8 {
    // SAFETY: by `# Safety` of this fn.
    let shift = unsafe { (*table).shift };
    // SAFETY: the counters follow the fields, within the block or static that the pointer is of.
    let counters = unsafe { table.byte_add(offset_of!(Header, counters)) }.cast::<AtomicU8>();
    // SAFETY: there are as many counters as indices by `shift`.
    let counter = unsafe { counters.add(index(address, shift)) };
    // SAFETY: as above.
    unsafe { &*counter }
}

const fn layout(counters: usize) -> Option<Layout> {
    // At most `MAX_COUNTERS`.
    match Layout::from_size_align(size_of::<Header>() + counters, align_of::<Header>()) {
        Ok(layout) => Some(layout),
        Err(_) => None,
    }
}

impl Filter {
    pub(super) const fn new() -> Self {
        Self { table: AtomicPtr::new((&raw const NONE).cast_mut().cast()) }
    }

    /// Returns `false` if the block is not sampled. The caller owns the block, or it is one of size 0.
    #[inline]
    pub(super) fn may_contain(&self, block: NonNull<u8>) -> bool {
        // Acquire: the table may be newer than the block.
        let table = self.table.load(Acquire);
        // SAFETY: by invariant 1. Relaxed: the block was counted before its owner received it.
        unsafe { counter(table, block.addr().get()) }.load(Relaxed) != 0
    }

    /// Makes the filter contain each block from now on. Called before the first table is published.
    pub(super) fn contain_all(&self) {
        self.table.store((&raw const ALL).cast_mut().cast(), Release);
    }

    /// Counts a sampled block. The caller holds the lock of the recorder. `samples` are the addresses of all sampled
    /// blocks, this one included.
    pub(super) fn add(&self, address: usize, samples: impl ExactSizeIterator<Item = usize>) {
        let table = self.table.load(Relaxed);
        if !self.grow(table, samples) {
            add_to(table, address);
        }
    }

    /// Uncounts a block that is not sampled any more. The caller holds the lock of the recorder.
    pub(super) fn remove(&self, address: usize) {
        // SAFETY: by invariant 1.
        let counter = unsafe { counter(self.table.load(Relaxed), address) };
        match counter.load(Relaxed) {
            0 | STUCK => {}
            count => counter.store(count - 1, Relaxed),
        }
    }

    /// Replaces the table by a larger one in which all `samples` are counted, if it is too small for them. Returns whether it
    /// did.
    fn grow(&self, table: *mut Header, samples: impl ExactSizeIterator<Item = usize>) -> bool {
        let is_constant = |constant: &'static Table<2>| ptr::addr_eq(table, constant);
        if is_constant(&ALL) {
            return false;
        }
        let is_first = is_constant(&NONE);
        // SAFETY: by invariant 1. A table in pages has at least one bit of an index, so the shift is less than a word.
        let counters = if is_first { 0 } else { 1_usize << (usize::BITS - unsafe { (*table).shift }) };
        if !is_first && (samples.len().saturating_mul(COUNTERS_EACH) <= counters || counters >= MAX_COUNTERS) {
            return false;
        }
        let counters = (counters * GROWTH).clamp(MIN_COUNTERS, MAX_COUNTERS);
        let made = layout(counters).and_then(|layout| Pages::new().allocate_zeroed(layout).ok());
        let Some(made) = made else {
            if is_first {
                // Without counters each block is looked up in the table of samples.
                self.contain_all();
            }
            return is_first;
        };
        let made = made.cast::<Header>().as_ptr();
        let previous = if is_first { ptr::null_mut() } else { table };
        let header = Table { shift: usize::BITS - counters.trailing_zeros(), previous, counters: [] };
        // SAFETY: a fresh block with room for it.
        unsafe { made.write(header) };
        samples.for_each(|address| add_to(made, address));
        self.table.store(made, Release);
        true
    }
}

fn add_to(table: *mut Header, address: usize) {
    // SAFETY: by invariant 1, or a new table that is not published yet.
    let counter = unsafe { counter(table, address) };
    let count = counter.load(Relaxed);
    if count != STUCK {
        counter.store(count + 1, Relaxed);
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        let mut table = *self.table.get_mut();
        let is_constant = |constant: &'static Table<2>| ptr::addr_eq(table, constant);
        if is_constant(&NONE) || is_constant(&ALL) {
            return;
        }
        while let Some(block) = NonNull::new(table) {
            // SAFETY: a table in pages, which is freed below.
            let shift = unsafe { (*table).shift };
            // SAFETY: as above.
            table = unsafe { (*table).previous };
            if let Some(layout) = layout(1 << (usize::BITS - shift)) {
                // SAFETY: `grow` has allocated it with that layout. Nothing uses the filter any more.
                unsafe { Pages::new().deallocate(block.cast(), layout) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::ptr::NonNull;
    use std::vec::Vec;

    use super::Filter;

    fn block(address: usize) -> NonNull<u8> {
        NonNull::new(core::ptr::without_provenance_mut(address)).unwrap()
    }

    #[test]
    fn blocks_are_contained_until_they_are_removed() {
        let filter = Filter::new();
        let addresses: Vec<usize> = (1..5000).map(|n| n * 48).collect();
        assert!(!addresses.iter().any(|&address| filter.may_contain(block(address))));
        for (at, &address) in addresses.iter().enumerate() {
            filter.add(address, addresses[..=at].iter().copied());
            assert!(addresses[..=at].iter().all(|&address| filter.may_contain(block(address))));
        }
        let wrong = (0..100_000).filter(|n| filter.may_contain(block(0x7000_0000 + n * 64))).count();
        assert!(wrong < 100_000 / 32, "{wrong} of 100,000 other blocks are taken for sampled ones");
        for (at, &address) in addresses.iter().enumerate() {
            filter.remove(address);
            assert!(addresses[at + 1..].iter().all(|&address| filter.may_contain(block(address))));
        }
        assert!(!addresses.iter().any(|&address| filter.may_contain(block(address))));
    }

    #[test]
    fn a_full_counter_stays() {
        let filter = Filter::new();
        (0..1000).for_each(|_| filter.add(4096, [4096].into_iter()));
        (0..1000).for_each(|_| filter.remove(4096));
        assert!(filter.may_contain(block(4096)));
    }

    #[test]
    fn all_are_contained() {
        let filter = Filter::new();
        filter.contain_all();
        filter.add(16, [16].into_iter());
        filter.remove(16);
        assert!((1..1000).all(|n| filter.may_contain(block(n * 16))));
    }
}
