//! Which addresses are those of a pool's chunks: a bit for each, in leaves that are there where there are chunks.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicPtr, AtomicUsize};

use super::chunk::Chunk;
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::shared::geometry::CHUNK;
use crate::sync::published;

const BITS: usize = usize::BITS as usize;
/// Chunks that a leaf has a bit for: 128 GiB of addresses.
const LEAF: usize = 1 << 16;
/// Processes have 48 bits of addresses.
const ROOT: usize = if BITS == 64 { (1 << 48) / (LEAF * CHUNK) } else { 1 };

/// All zero bytes are an empty set. Changes under the lock of the chunks; whoever has a block of a chunk may ask for that
/// without it.
#[derive(Debug)]
pub(crate) struct ChunkSet {
    leaves: [AtomicPtr<Leaf>; ROOT],
    /// What all addresses have above those bits, and one; 0 before the first chunk.
    above: AtomicUsize,
}

type Leaf = [AtomicUsize; LEAF / BITS];

/// Where a chunk has its bit: the leaf, the word in it, and the bit in that.
#[inline(always)]
fn place(address: usize) -> (usize, usize, usize) {
    let number = address / CHUNK;
    (number / LEAF % ROOT, number % LEAF / BITS, 1 << (number % BITS))
}

/// What an address has above the bits that processes have, and one: a tag, or their sign where processes have the upper half.
#[inline(always)]
fn above(address: usize) -> usize {
    address / CHUNK / LEAF / ROOT + 1
}

impl ChunkSet {
    /// Whether `address` lies in a chunk of the set.
    #[inline]
    pub(super) fn has(&self, address: usize) -> bool {
        if above(address) != self.above.load(Relaxed) {
            return false;
        }
        let (leaf, word, bit) = place(address);
        // SAFETY: a leaf lives as long as the pool.
        let leaf = published::find(&self.leaves[leaf]).map(|leaf| unsafe { leaf.as_ref() });
        leaf.is_some_and(|leaf| leaf[word].load(Relaxed) & bit != 0)
    }

    /// Makes sure that there is a bit for a chunk; `Err` if there is no memory for it. Without the lock: the parent may come back.
    pub(super) fn make_room(&self, chunk: Chunk, parent: &impl Allocator) -> Result<(), AllocError> {
        let address = chunk.start().addr().get();
        let leaf = &self.leaves[place(address).0];
        if published::find(leaf).is_none() {
            let made = parent.allocate_zeroed(Layout::new::<Leaf>())?.cast();
            if published::put(leaf, made).is_some() {
                // SAFETY: it came from there, and nobody knows it: there was another meanwhile.
                unsafe { parent.deallocate(made.cast(), Layout::new::<Leaf>()) };
            }
        }
        match self.above.compare_exchange(0, above(address), Relaxed, Relaxed) {
            Err(other) if other != above(address) => Err(AllocError),
            _ => Ok(()),
        }
    }

    /// Adds a chunk that there is room for, or removes one; the caller holds the lock.
    pub(super) fn set(&self, chunk: Chunk, is_there: bool) {
        let (leaf, word, bit) = place(chunk.start().addr().get());
        // SAFETY: a leaf lives as long as the pool.
        if let Some(leaf) = unsafe { self.leaves[leaf].load(Relaxed).as_ref() } {
            let others = leaf[word].load(Relaxed) & !bit;
            leaf[word].store(if is_there { others | bit } else { others }, Relaxed);
        }
    }

    /// All chunks. The caller holds the lock, and may remove what it was given.
    pub(super) fn iter(&self) -> impl Iterator<Item = Chunk> {
        let above = self.above.load(Relaxed).saturating_sub(1) * ROOT * LEAF;
        self.leaves.iter().enumerate().flat_map(move |(at, leaf)| {
            // SAFETY: a leaf lives as long as the pool.
            let words = unsafe { leaf.load(Relaxed).as_ref() }.map_or(&[][..], |leaf| &leaf[..]);
            words.iter().enumerate().flat_map(move |(word, bits)| {
                let mut bits = bits.load(Relaxed);
                core::iter::from_fn(move || {
                    if bits == 0 {
                        return None;
                    }
                    let number = above + at * LEAF + word * BITS + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    // SAFETY: it was added, so it is a chunk.
                    Some(unsafe { Chunk::of(number * CHUNK) })
                })
            })
        })
    }

    /// The first chunk from the `from`th place on, and its place: places are numbered in the order of the addresses, below 2^27. The
    /// caller holds the lock.
    pub(super) fn first_from(&self, from: usize) -> Option<(usize, Chunk)> {
        let above = self.above.load(Relaxed).saturating_sub(1) * ROOT * LEAF;
        let mut from = from;
        while from < ROOT * LEAF {
            // SAFETY: a leaf lives as long as the pool.
            let leaf = unsafe { self.leaves[from / LEAF].load(Relaxed).as_ref() };
            let bits = leaf.map_or(0, |leaf| leaf[from % LEAF / BITS].load(Relaxed) >> (from % BITS));
            if bits != 0 {
                let place = from + bits.trailing_zeros() as usize;
                // SAFETY: it was added, so it is a chunk.
                return Some((place, unsafe { Chunk::of((above + place) * CHUNK) }));
            }
            // To the next word, or leaf.
            let step = if leaf.is_some() { BITS } else { LEAF };
            from = (from / step + 1) * step;
        }
        None
    }

    /// The bytes of the leaves.
    pub(super) fn held(&self) -> usize {
        let is_there = |leaf: &&AtomicPtr<Leaf>| !leaf.load(Relaxed).is_null();
        self.leaves.iter().filter(is_there).count() * size_of::<Leaf>()
    }

    /// Gives the leaves back.
    ///
    /// # Safety
    ///
    /// They came from `parent`, and nobody uses the set at the same time.
    pub(super) unsafe fn free(&self, parent: &impl Allocator) {
        for leaf in &self.leaves {
            if let Some(leaf) = NonNull::new(leaf.swap(ptr::null_mut(), Relaxed)) {
                // SAFETY: by `# Safety` of this fn.
                unsafe { parent.deallocate(leaf.cast(), Layout::new::<Leaf>()) };
            }
        }
    }
}
