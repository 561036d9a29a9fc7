//! The set of addresses of a pool's chunks: a bitmap over all addresses, whose leaves exist where there are chunks.

use core::ptr::{self, NonNull};
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicPtr, AtomicUsize};

use super::chunk::Chunk;
use crate::api::{AllocError, Allocator, Layout};
use crate::pools::shared::geometry::CHUNK;
use crate::sync::once_ptr;

const BITS: usize = usize::BITS as usize;
/// The chunks for which a leaf has a bit: 128 GiB of addresses.
const LEAF: usize = 1 << 16;
/// The number of leaves. On a 64-bit system a process uses 48 bits of an address.
const ROOT: usize = if BITS == 64 { (1 << 48) / (LEAF * CHUNK) } else { 1 };

/// A set of chunks. Zero bytes are an empty one.
///
/// # Invariants
///
/// 1. A leaf, once allocated, stays until [`free`](Self::free). It is added without the lock, with all its bits 0.
/// 2. The set changes under the lock of [`Chunks`](super::Chunks). A thread that has a block of a chunk may look the
///    chunk up without it.
/// 3. Each member is a chunk of the pool, and the upper bits of its address are those in `upper`.
#[derive(Debug)]
pub(crate) struct AddressSet {
    leaves: [AtomicPtr<Leaf>; ROOT],
    /// The [upper bits](upper) of all addresses; 0 before the first chunk.
    upper: AtomicUsize,
}

type Leaf = [AtomicUsize; LEAF / BITS];

/// The location of the bit of a chunk.
struct Location {
    leaf: usize,
    word: usize,
    mask: usize,
}

impl Location {
    #[inline(always)]
    fn of(address: usize) -> Self {
        let index = address / CHUNK;
        Self { leaf: index / LEAF % ROOT, word: index % LEAF / BITS, mask: 1 << (index % BITS) }
    }
}

/// Returns one more than the bits of an address above the lowest 48. They contain a tag, or, where processes have the
/// upper half of the addresses, copies of the sign.
#[inline(always)]
fn upper(address: usize) -> usize {
    address / CHUNK / LEAF / ROOT + 1
}

/// Returns a leaf of a set, if it exists. Leaves are added without the lock, so this acquires what their bytes were set to also for those
/// who have the lock.
#[inline(always)]
fn existing(leaf: &AtomicPtr<Leaf>) -> Option<&Leaf> {
    // SAFETY: the leaf exists until the set is freed, by invariant 1 of `AddressSet`.
    once_ptr::get(leaf).map(|leaf| unsafe { leaf.as_ref() })
}

impl AddressSet {
    /// Returns whether `address` lies in a chunk of the set.
    #[inline]
    pub(super) fn contains(&self, address: usize) -> bool {
        if upper(address) != self.upper.load(Relaxed) {
            return false;
        }
        let Location { leaf, word, mask } = Location::of(address);
        existing(&self.leaves[leaf]).is_some_and(|leaf| leaf[word].load(Relaxed) & mask != 0)
    }

    /// Allocates the leaf for a chunk, if it does not exist. The caller holds no lock, because the parent may use the pool.
    pub(super) fn reserve(&self, chunk: Chunk, parent: &impl Allocator) -> Result<(), AllocError> {
        let address = chunk.start().addr().get();
        let leaf = &self.leaves[Location::of(address).leaf];
        if once_ptr::get(leaf).is_none() {
            let new = parent.allocate_zeroed(Layout::new::<Leaf>())?.cast();
            if once_ptr::set_once(leaf, new).is_some() {
                // SAFETY: it was allocated above with that layout. Another thread was faster, so no thread knows this one.
                unsafe { parent.deallocate(new.cast(), Layout::new::<Leaf>()) };
            }
        }
        match self.upper.compare_exchange(0, upper(address), Relaxed, Relaxed) {
            Err(other) if other != upper(address) => Err(AllocError),
            _ => Ok(()),
        }
    }

    /// Inserts a chunk for which the leaf was [reserved](Self::reserve). Under the lock.
    pub(super) fn insert(&self, chunk: Chunk) {
        self.update(chunk, |word, mask| word | mask);
    }

    /// Removes a chunk. Under the lock.
    pub(super) fn remove(&self, chunk: Chunk) {
        self.update(chunk, |word, mask| word & !mask);
    }

    fn update(&self, chunk: Chunk, update: impl FnOnce(usize, usize) -> usize) {
        let Location { leaf, word, mask } = Location::of(chunk.start().addr().get());
        if let Some(leaf) = existing(&self.leaves[leaf]) {
            leaf[word].store(update(leaf[word].load(Relaxed), mask), Relaxed);
        }
    }

    /// Returns all chunks, in the order of their addresses. Under the lock. The caller may remove a chunk that it was
    /// given.
    pub(super) fn iter(&self) -> impl Iterator<Item = Chunk> {
        let first = self.first_index();
        self.leaves.iter().enumerate().flat_map(move |(at, leaf)| {
            let words = existing(leaf).map_or(&[][..], |leaf| &leaf[..]);
            words.iter().enumerate().flat_map(move |(word, bits)| {
                let mut bits = bits.load(Relaxed);
                core::iter::from_fn(move || {
                    if bits == 0 {
                        return None;
                    }
                    let index = first + at * LEAF + word * BITS + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    // SAFETY: it is the address of a chunk, by invariant 3.
                    Some(unsafe { Chunk::of(index * CHUNK) })
                })
            })
        })
    }

    /// Returns the first chunk whose position is `from` or higher, and its position. Positions are below 2^27, in the
    /// order of the addresses. Under the lock.
    pub(super) fn next_from(&self, from: usize) -> Option<(usize, Chunk)> {
        let mut from = from;
        while from < ROOT * LEAF {
            let leaf = existing(&self.leaves[from / LEAF]);
            let bits = leaf.map_or(0, |leaf| leaf[from % LEAF / BITS].load(Relaxed) >> (from % BITS));
            if bits != 0 {
                let position = from + bits.trailing_zeros() as usize;
                // SAFETY: it is the address of a chunk, by invariant 3.
                return Some((position, unsafe { Chunk::of((self.first_index() + position) * CHUNK) }));
            }
            // Continue with the next word, or with the next leaf if this one does not exist.
            let step = if leaf.is_some() { BITS } else { LEAF };
            from = (from / step + 1) * step;
        }
        None
    }

    /// Returns the position of the set's lowest address among all addresses, in chunks.
    fn first_index(&self) -> usize {
        self.upper.load(Relaxed).saturating_sub(1) * ROOT * LEAF
    }

    /// Returns the bytes of the leaves.
    pub(super) fn held_bytes(&self) -> usize {
        let exists = |leaf: &&AtomicPtr<Leaf>| !leaf.load(Relaxed).is_null();
        self.leaves.iter().filter(exists).count() * size_of::<Leaf>()
    }

    /// Returns the leaves to the parent.
    ///
    /// # Safety
    ///
    /// 1. They came from `parent`.
    /// 2. No thread uses the set.
    pub(super) unsafe fn free(&self, parent: &impl Allocator) {
        for leaf in &self.leaves {
            if let Some(leaf) = NonNull::new(leaf.swap(ptr::null_mut(), Relaxed)) {
                // SAFETY: by `# Safety` of this fn; `reserve` has allocated it with that layout.
                unsafe { parent.deallocate(leaf.cast(), Layout::new::<Leaf>()) };
            }
        }
    }
}
