//! A hash table from the address of a block to the slot of its record, with linear probing.

use core::num::NonZeroU32;

use super::paged_vec::PagedVec;
use crate::api::AllocError;

/// The number of a record, from 1 on.
pub(super) type Slot = NonZeroU32;

/// A map from the addresses of blocks to their slots.
///
/// # Invariants
///
/// 1. The length of `slots` is 0 or a power of two, and at least half of them are empty.
/// 2. No empty slot lies between an entry and its home.
pub(super) struct Index {
    slots: PagedVec<Option<Slot>>,
    len: usize,
}

const FIRST_LENGTH: usize = 1024;

impl Index {
    pub(super) const fn new() -> Self {
        Self { slots: PagedVec::new(), len: 0 }
    }

    /// Makes room for one more entry. `address_of` returns the address of a slot's block.
    pub(super) fn reserve(&mut self, address_of: impl Fn(Slot) -> usize) -> Result<(), AllocError> {
        if 2 * (self.len + 1) <= self.slots.len() {
            return Ok(());
        }
        let length = (2 * self.slots.len()).max(FIRST_LENGTH);
        let mut larger = Self { slots: PagedVec::with_len(length)?, len: 0 };
        self.slots.iter().flatten().for_each(|&slot| larger.insert(address_of(slot), slot));
        *self = larger;
        Ok(())
    }

    /// Adds an entry, for which room was [reserved](Self::reserve). There is none for this address.
    pub(super) fn insert(&mut self, address: usize, slot: Slot) {
        let mut position = self.home(address);
        while self.slots[position].is_some() {
            position = self.next(position);
        }
        self.slots[position] = Some(slot);
        self.len += 1;
    }

    pub(super) fn find(&self, address: usize, address_of: impl Fn(Slot) -> usize) -> Option<Slot> {
        self.position(address, address_of).and_then(|position| self.slots[position])
    }

    pub(super) fn remove(&mut self, address: usize, address_of: impl Fn(Slot) -> usize) {
        let Some(mut gap) = self.position(address, &address_of) else { return };
        self.len -= 1;
        // Moves entries back that the gap would cut off from their home (invariant 2).
        let mut position = gap;
        loop {
            self.slots[gap] = None;
            position = self.next(position);
            let Some(slot) = self.slots[position] else { return };
            let home = self.home(address_of(slot));
            let mask = self.slots.len() - 1;
            if position.wrapping_sub(home) & mask >= position.wrapping_sub(gap) & mask {
                self.slots[gap] = Some(slot);
                gap = position;
            }
        }
    }

    /// Removes all entries, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.slots.fill(None);
        self.len = 0;
    }

    fn position(&self, address: usize, address_of: impl Fn(Slot) -> usize) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut position = self.home(address);
        // Ends, as there are empty slots.
        loop {
            if address_of(self.slots[position]?) == address {
                return Some(position);
            }
            position = self.next(position);
        }
    }

    fn home(&self, address: usize) -> usize {
        let mixed = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.slots.len() - 1)
    }

    fn next(&self, position: usize) -> usize {
        (position + 1) & (self.slots.len() - 1)
    }
}
