//! A cache that owns all of its memory: an index, its slots, and the text of each entry share one allocator.
//!
//! All of it is safe code. Entries refer to each other by the numbers of their slots, and to the allocator by a clone of it, so
//! nothing in the cache borrows from the cache.

use std::hash::BuildHasher;

use janus_alloc::api::{AllocError, Allocator};
use janus_alloc::collections::{Box, DefaultHashBuilder, HashTable, TryReserveError, Vec};

/// Texts by name. When it is full, it drops the entry that has not been used for the longest time.
///
/// It is full when it has as many entries as it was made for, or when the allocator refuses memory for a new one. So a
/// [`Limit`](janus_alloc::Limit) as the allocator bounds it in bytes. Each operation takes the same time however many entries there
/// are: constant time, amortised.
#[derive(Debug)]
pub(crate) struct Lru<A: Allocator + Clone> {
    /// The slots by the hashes of their keys.
    index: HashTable<usize, A>,
    /// The entries, in no order and without gaps.
    slots: Vec<Slot<A>, A>,
    /// The slot used last. Unspecified while there are no slots.
    newest: usize,
    max_entries: usize,
    hasher: DefaultHashBuilder,
    evictions: u64,
}

/// An entry, in a ring: the slot used before the oldest one is the newest.
#[derive(Debug)]
struct Slot<A: Allocator> {
    key: Box<str, A>,
    value: Box<str, A>,
    /// The slot used next after this one.
    newer: usize,
    /// The slot used last before this one.
    older: usize,
}

impl<A: Allocator + Clone> Lru<A> {
    /// Creates a cache for `max_entries` entries. The index and the slots get their final size here, so that later only texts are
    /// allocated.
    pub(crate) fn try_new_in(max_entries: usize, allocator: A) -> Result<Self, TryReserveError> {
        assert!(max_entries > 0, "a cache has room for an entry");
        let slots = Vec::try_with_capacity_in(max_entries, allocator.clone())?;
        let mut index = HashTable::new_in(allocator);
        // A table that removals have worn is cleaned in place if it is at most half full, and otherwise moves to a larger block.
        index.try_reserve(2 * max_entries, |_| 0)?;
        Ok(Self { index, slots, newest: 0, max_entries, hasher: DefaultHashBuilder::default(), evictions: 0 })
    }

    /// Returns the value of `key`, which is the newest entry from now on.
    pub(crate) fn get(&mut self, key: &str) -> Option<&str> {
        let at = self.find(key)?;
        self.unlink(at);
        self.link_as_newest(at);
        Some(&self.slots[at].value)
    }

    /// Sets the value of `key`, and drops old entries as long as there is no room for it.
    ///
    /// # Errors
    ///
    /// If there is no room even in an empty cache. A former value of `key` is dropped then too, since it is no longer valid.
    pub(crate) fn put(&mut self, key: &str, value: &str) -> Result<(), AllocError> {
        if let Some(at) = self.find(key) {
            self.remove(at);
        }
        if self.slots.len() == self.max_entries {
            self.evict_oldest();
        }
        let (key, value) = loop {
            let copy = |text| Box::try_clone_from_ref_in(text, self.allocator().clone());
            match copy(key).and_then(|key| Ok((key, copy(value)?))) {
                Ok(texts) => break texts,
                Err(error) if self.slots.is_empty() => return Err(error),
                Err(_) => self.evict_oldest(),
            }
        };
        let (at, hash) = (self.slots.len(), self.hasher.hash_one(&*key));
        self.slots.push(Slot { key, value, newer: at, older: at });
        self.index.insert_unique(hash, at, |&slot| self.hasher.hash_one(&*self.slots[slot].key));
        self.link_as_newest(at);
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns how many entries were dropped to make room.
    pub(crate) fn evictions(&self) -> u64 {
        self.evictions
    }

    /// Returns the allocator, which the cache owns together with those who have a clone of it.
    pub(crate) fn allocator(&self) -> &A {
        self.slots.allocator()
    }

    fn find(&self, key: &str) -> Option<usize> {
        self.index.find(self.hasher.hash_one(key), |&at| *self.slots[at].key == *key).copied()
    }

    fn evict_oldest(&mut self) {
        self.remove(self.slots[self.newest].newer);
        self.evictions += 1;
    }

    /// Drops the entry in a slot. The last slot takes its place.
    fn remove(&mut self, at: usize) {
        self.unlink(at);
        let hash = self.hasher.hash_one(&*self.slots[at].key);
        if let Ok(found) = self.index.find_entry(hash, |&slot| slot == at) {
            found.remove();
        }
        let last = self.slots.len() - 1;
        if at != last {
            let hash = self.hasher.hash_one(&*self.slots[last].key);
            if let Some(slot) = self.index.find_mut(hash, |&slot| slot == last) {
                *slot = at;
            }
            let Slot { newer, older, .. } = self.slots[last];
            self.slots[newer].older = at;
            self.slots[older].newer = at;
            if self.newest == last {
                self.newest = at;
            }
        }
        self.slots.swap_remove(at);
    }

    /// Takes a slot out of the ring.
    fn unlink(&mut self, at: usize) {
        let Slot { newer, older, .. } = self.slots[at];
        self.slots[newer].older = older;
        self.slots[older].newer = newer;
        if self.newest == at {
            self.newest = older;
        }
    }

    /// Puts a slot that is in no ring between the newest one and the oldest one. Alone, it is both.
    fn link_as_newest(&mut self, at: usize) {
        let newest = if self.slots.len() == 1 { at } else { self.newest };
        let oldest = if newest == at { at } else { self.slots[newest].newer };
        (self.slots[at].newer, self.slots[at].older) = (oldest, newest);
        self.slots[newest].newer = at;
        self.slots[oldest].older = at;
        self.newest = at;
    }
}
