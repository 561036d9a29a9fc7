//! The samples that are live, and the counts of each site: a place in the program, by the stack that led to it.
//!
//! All memory is whole pages from the operating system, so nothing here reaches an allocator that is profiled.
//!
//! # Invariants
//!
//! 1. The live weight of a site is the sum of the [weights](weight) of its samples, and that of the state the sum of its sites.
//! 2. The weight of a site at the peak is [`Site::at_peak`] if it was saved for the current peak. Otherwise the site has not changed
//!    since the peak, and the weight is its live one. So a new peak costs no walk over all sites.

use core::mem;
use core::ops::Range;

use super::Sampling;
use super::weight::{Weight, weight};
use crate::collections::{HashTable, Vec};
use crate::sources::Pages;

/// A sampled block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) address: usize,
    /// The requested size in bytes.
    pub(super) size: usize,
    /// The index of its site.
    site: u32,
    /// The time of the allocation, in microseconds.
    born: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Site {
    hash: u64,
    stack: Range<usize>,
    pub(super) live: Weight,
    pub(super) freed: Weight,
    /// The live weight at the maximum of its bytes.
    pub(super) max: Weight,
    at_peak: Weight,
    /// The number of the peak that `at_peak` was saved for.
    saved_for: u64,
    /// The sum of the lifetimes of freed blocks, in microseconds by the unit of [`Weight::blocks`].
    ended: u128,
    /// The sum of the times at which live blocks were allocated, in the same unit.
    born: u128,
}

impl Site {
    /// Returns the addresses of the stack, out of those of all sites.
    pub(super) fn stack<'a>(&self, addresses: &'a [usize]) -> &'a [usize] {
        addresses.get(self.stack.clone()).unwrap_or_default()
    }

    /// Returns the weight at the peak with this number.
    pub(super) fn at_peak(&self, peak: u64) -> Weight {
        if self.saved_for == peak { self.at_peak } else { self.live }
    }

    /// Returns the sum of the lifetimes of all blocks in microseconds, where live ones live until `now`.
    pub(super) fn lifetimes(&self, now: u64) -> u64 {
        let live = (u128::from(self.live.blocks) * u128::from(now)).saturating_sub(self.born);
        u64::try_from((self.ended + live) / u128::from(super::weight::BLOCK)).unwrap_or(u64::MAX)
    }
}

/// The reason why a sample ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Its block was freed.
    Freed,
    /// Its block has shrunk, and is not sampled any more.
    Dropped,
}

/// The peak of the live bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peak {
    pub(super) bytes: u64,
    /// Raised by each new peak.
    pub(super) number: u64,
    /// In microseconds.
    pub(super) time: u64,
}

#[derive(Debug)]
pub(super) struct State {
    sampling: Sampling,
    sites: Vec<Site, Pages>,
    /// The stacks of all sites, back to back.
    addresses: Vec<usize, Pages>,
    /// The indices of sites by the hashes of their stacks.
    by_stack: HashTable<u32, Pages>,
    samples: HashTable<Sample, Pages>,
    live_bytes: u64,
    pub(super) peak: Peak,
    /// The number of samples lost because there was no memory for them.
    pub(super) lost: u64,
}

/// Hashes an address, or a part of a stack.
fn hash_of(word: usize, seed: u64) -> u64 {
    let bits = (word as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (bits ^ (bits >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

fn hash_of_sample(sample: &Sample) -> u64 {
    hash_of(sample.address, 0)
}

impl State {
    pub(super) const fn new(sampling: Sampling) -> Self {
        Self {
            sampling,
            sites: Vec::new_in(Pages::new()),
            addresses: Vec::new_in(Pages::new()),
            by_stack: HashTable::new_in(Pages::new()),
            samples: HashTable::new_in(Pages::new()),
            live_bytes: 0,
            peak: Peak { bytes: 0, number: 0, time: 0 },
            lost: 0,
        }
    }

    pub(super) fn sites(&self) -> &[Site] {
        &self.sites
    }

    pub(super) fn addresses(&self) -> &[usize] {
        &self.addresses
    }

    /// Returns the addresses of all sampled blocks.
    pub(super) fn sampled(&self) -> impl ExactSizeIterator<Item = usize> {
        self.samples.iter().map(|sample| sample.address)
    }

    /// Counts a block of `size` bytes as live from now on. Returns `false` if there is no memory for it.
    pub(super) fn insert(&mut self, address: usize, size: usize, stack: &[usize], now: u64) -> bool {
        let site = self.site(stack);
        let Some(site) = site.filter(|_| self.samples.try_reserve(1, hash_of_sample).is_ok()) else {
            self.lost += 1;
            return false;
        };
        let sample = Sample { address, size, site, born: now };
        // There is room for it.
        self.samples.insert_unique(hash_of_sample(&sample), sample, hash_of_sample);
        self.change(&sample, Weight::ZERO, weight(self.sampling, size), now);
        true
    }

    /// Takes the sample at `address` out of the table. It still counts as live.
    pub(super) fn take(&mut self, address: usize) -> Option<Sample> {
        let entry = self.samples.find_entry(hash_of(address, 0), |sample| sample.address == address);
        Some(entry.ok()?.remove().0)
    }

    /// Puts a sample that was taken back into the table, with another address and size. Returns `false` if there is no memory
    /// for it: then it does not count any more.
    pub(super) fn put_back(&mut self, sample: Sample, address: usize, size: usize, now: u64) -> bool {
        if self.samples.try_reserve(1, hash_of_sample).is_err() {
            self.lost += 1;
            self.end(sample, End::Freed, now);
            return false;
        }
        let (old, new) = (weight(self.sampling, sample.size), weight(self.sampling, size));
        let sample = Sample { address, size, ..sample };
        self.samples.insert_unique(hash_of_sample(&sample), sample, hash_of_sample);
        // Bytes given up count as freed, so that the total stays.
        let given_up = Weight { bytes: old.bytes.saturating_sub(new.bytes), blocks: 0 };
        self.change(&sample, old, new, now);
        self.free(&sample, given_up);
        true
    }

    /// Ends a sample that was taken.
    ///
    /// If it was dropped, its blocks count as never allocated. That keeps the estimate unbiased: samples that are kept in the same
    /// case then stand for more blocks than before.
    pub(super) fn end(&mut self, sample: Sample, end: End, now: u64) {
        let old = weight(self.sampling, sample.size);
        self.change(&sample, old, Weight::ZERO, now);
        match end {
            End::Freed => {
                self.free(&sample, old);
                let lifetime = u128::from(old.blocks) * u128::from(now.saturating_sub(sample.born));
                if let Some(site) = self.sites.get_mut(sample.site as usize) {
                    site.ended += lifetime;
                }
            }
            End::Dropped => self.free(&sample, Weight { blocks: 0, ..old }),
        }
    }

    /// Ends all samples, as freed.
    pub(super) fn free_all(&mut self, now: u64) {
        let samples = mem::replace(&mut self.samples, HashTable::new_in(Pages::new()));
        samples.iter().for_each(|&sample| self.end(sample, End::Freed, now));
    }

    fn free(&mut self, sample: &Sample, freed: Weight) {
        if let Some(site) = self.sites.get_mut(sample.site as usize) {
            site.freed = site.freed.plus(freed);
        }
    }

    /// Replaces `old` by `new` in the live weight of the sample's site, and of all.
    fn change(&mut self, sample: &Sample, old: Weight, new: Weight, now: u64) {
        let Some(site) = self.sites.get_mut(sample.site as usize) else { return };
        if site.saved_for != self.peak.number {
            site.saved_for = self.peak.number;
            site.at_peak = site.live;
        }
        site.live = site.live.minus(old).plus(new);
        let born = |weight: Weight| u128::from(weight.blocks) * u128::from(sample.born);
        site.born = site.born.wrapping_sub(born(old)).wrapping_add(born(new));
        if site.live.bytes > site.max.bytes {
            site.max = site.live;
        }
        self.live_bytes = self.live_bytes.wrapping_sub(old.bytes).wrapping_add(new.bytes);
        if self.live_bytes > self.peak.bytes {
            self.peak = Peak { bytes: self.live_bytes, number: self.peak.number + 1, time: now };
        }
    }

    /// Returns the index of the site with this stack, which it adds if there is none. `None` if there is no memory for it.
    fn site(&mut self, stack: &[usize]) -> Option<u32> {
        let hash = stack.iter().fold(stack.len() as u64, |hash, &address| hash_of(address, hash));
        let Self { sites, addresses, by_stack, .. } = self;
        let is_same = |&index: &u32| sites.get(index as usize).is_some_and(|site| site.stack(addresses) == stack);
        if let Some(&index) = by_stack.find(hash, is_same) {
            return Some(index);
        }
        let hash_of_site = |&index: &u32| sites.get(index as usize).map_or(0, |site| site.hash);
        by_stack.try_reserve(1, hash_of_site).ok()?;
        addresses.try_reserve(stack.len()).ok()?;
        let index = u32::try_from(sites.len()).ok()?;
        by_stack.insert_unique(hash, index, hash_of_site);
        if sites.try_reserve(1).is_err() {
            if let Ok(entry) = by_stack.find_entry(hash, |&other| other == index) {
                entry.remove();
            }
            return None;
        }
        let start = addresses.len();
        // There is room for both.
        addresses.extend_from_slice(stack);
        sites.push(Site {
            hash,
            stack: start..addresses.len(),
            live: Weight::ZERO,
            freed: Weight::ZERO,
            max: Weight::ZERO,
            at_peak: Weight::ZERO,
            // Not changed since any peak: its live weight, which is 0, is that at the peak.
            saved_for: self.peak.number,
            ended: 0,
            born: 0,
        });
        Some(index)
    }
}
