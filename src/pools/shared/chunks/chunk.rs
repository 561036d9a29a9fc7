//! 2 MiB of the parent's memory, in slices of 16 KiB that spans and runs are made of.
//!
//! ```text
//!      128 slices
//!     +-----------+------+-------------+------+------+------------------- ...
//!     | headers,  | span | span of     | free | span | run: one block of
//!     | bits      |      | two slices  |      |      | more than 128 KiB
//!     +-----------+------+-------------+------+------+------------------- ...
//!       2 slices
//! ```
//!
//! A chunk is aligned to its size. So the address of a block leads to the header of its slice without a load; and all
//! headers lie close together, not each at the start of its span, where they would all fall on the same lines of a cache.
//!
//! Which slices are free changes under the lock of the [chunks](super::Chunks).

use core::cell::Cell;
use core::ptr::{NonNull, with_exposed_provenance_mut};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::bits::{MULTIPLES, find, mask, whole_pages};
use super::request::Wanted;
use super::slice::{Slice, Use};
use crate::api::Layout;
use crate::pools::shared::geometry::{CHUNK, SLICE, SLICES, WORDS};
use crate::sync::list::{Links, Node};

/// The slices that the chunk itself fills.
const OWN: usize = size_of::<Header>().div_ceil(SLICE);
/// The slices that there are to take.
const USABLE: u128 = u128::MAX << OWN;

pub(crate) const LAYOUT: Layout = match Layout::from_size_align(CHUNK, CHUNK) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};

/// A chunk, which lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk(NonNull<Header>);

/// At its start. All zero bytes are one without a free slice.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Header {
    slices: [Slice; SLICES],
    bits: [[Cell<u64>; WORDS]; SLICES],
    links: Links<Header>,
    free: Cell<u128>,
    /// Slices that were taken since the chunk came from the parent.
    used: Cell<u128>,
    /// Free slices that may hold memory.
    dirty: Cell<u128>,
    /// Slices that have been free since the last tick at least.
    idle: Cell<u128>,
    /// Which list of the chunks with free slices it is in: [`level`](Chunk::level) as it was then.
    listed: Cell<usize>,
    /// Whether a thread looks through it for memory to give back, so that it has to stay.
    pinned: Cell<bool>,
    /// Used by the thread that makes the chunk, and then by the one that looks through it.
    advised: Cell<Advised>,
}

/// Which pages the system was asked for. All zero bytes: for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Advised {
    Nothing = 0,
    Huge,
    /// Small ones, after it was for huge ones.
    Small,
}

/// How many [levels](Chunk::level) there are beside that of a full chunk: the largest row of a power of two is half of a chunk,
/// since the first slices are the chunk's own.
pub(crate) const LEVELS: usize = SLICES.trailing_zeros() as usize;

impl Node for Header {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl Chunk {
    /// Makes a chunk of fresh bytes.
    ///
    /// # Safety
    ///
    /// `start` is a block of [`LAYOUT`] that is used for nothing else. Its first `size_of::<Header>()` bytes are zero.
    pub(crate) unsafe fn init(start: NonNull<u8>) -> Self {
        // Blocks come back by address.
        start.as_ptr().expose_provenance();
        let chunk = Self(start.cast());
        chunk.header().free.set(USABLE);
        chunk
    }

    /// The chunk that a block lies in.
    ///
    /// By its address alone, since whoever gives a block back may have a pointer that is good for its bytes only.
    ///
    /// # Safety
    ///
    /// The block lies in a chunk.
    #[inline(always)]
    pub(crate) unsafe fn of(address: usize) -> Self {
        let start = with_exposed_provenance_mut(address & !(CHUNK - 1));
        // SAFETY: no chunk is at 0.
        Self(unsafe { NonNull::new_unchecked(start) })
    }

    pub(crate) fn from_header(header: NonNull<Header>) -> Self {
        Self(header)
    }

    #[inline(always)]
    pub(crate) fn header_pointer(self) -> NonNull<Header> {
        self.0
    }

    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: the header is initialised by `init`, and never borrowed mutably.
        unsafe { self.0.as_ref() }
    }

    #[inline(always)]
    pub(crate) fn start(self) -> NonNull<u8> {
        self.0.cast()
    }

    /// The first byte of `slice`.
    #[inline(always)]
    pub(crate) fn slice_start(self, slice: usize) -> NonNull<u8> {
        // SAFETY: there are more slices.
        unsafe { self.0.cast::<u8>().add(slice * SLICE) }
    }

    /// The bits of the blocks: [`WORDS`] for each slice.
    #[inline(always)]
    pub(crate) fn bits(self) -> NonNull<Cell<u64>> {
        // SAFETY: within the header.
        unsafe { self.0.cast::<u8>().add(core::mem::offset_of!(Header, bits)) }.cast()
    }

    #[inline]
    fn slice_ref(&self, slice: usize) -> &Slice {
        &self.header().slices[slice]
    }

    /// The [code](Use::code) of what the slice is used as, below [`Use::CODES`].
    ///
    /// # Safety
    ///
    /// The caller has a block in the slice, so nobody stores there meanwhile.
    #[inline(always)]
    pub(crate) unsafe fn code(self, slice: usize) -> usize {
        // Not as an atomic, which takes an instruction more.
        // SAFETY: by `# Safety` of this fn.
        usize::from(unsafe { self.slice_ref(slice).used_as.as_ptr().read() })
    }

    /// What the slice is used as. Of a slice that the caller has a block in it does not change meanwhile.
    #[inline]
    pub(crate) fn used_as(self, slice: usize) -> Use {
        Use::of(self.slice_ref(slice).used_as.load(Relaxed))
    }

    /// Where the span or run that `slice` is part of starts, and how many slices it has.
    pub(crate) fn part(self, slice: usize) -> (usize, usize) {
        let slice_ref = self.slice_ref(slice);
        let back = usize::from(slice_ref.back.load(Relaxed));
        (slice.saturating_sub(back), usize::from(slice_ref.slices.load(Relaxed)))
    }

    /// Of the longest row of free slices that is a power of two and starts at a multiple of its length, the number of that
    /// power, from 1 on for one slice; 0 if none is free. This and the rest is for who holds the lock of the chunks.
    pub(crate) fn level(self) -> usize {
        let mut rows = self.header().free.get();
        let mut level = 0;
        while rows != 0 {
            level += 1;
            rows &= (rows >> (1_u32 << (level - 1))) & MULTIPLES[level];
        }
        level
    }

    pub(crate) fn listed(self) -> usize {
        self.header().listed.get()
    }

    pub(crate) fn set_listed(self, level: usize) {
        self.header().listed.set(level);
    }

    /// Whether no slice is taken, and nobody has it [pinned](Self::set_pinned).
    pub(crate) fn is_empty(self) -> bool {
        self.header().free.get() == USABLE && !self.header().pinned.get()
    }

    /// Whether it has to stay, though it may be empty.
    pub(crate) fn set_pinned(self, pinned: bool) {
        self.header().pinned.set(pinned);
    }

    pub(crate) fn advised(self) -> Advised {
        self.header().advised.get()
    }

    pub(crate) fn set_advised(self, advised: Advised) {
        self.header().advised.set(advised);
    }

    /// Whether few slices are free.
    pub(crate) fn is_nearly_full(self) -> bool {
        self.header().free.get().count_ones() <= SLICES as u32 / 16
    }

    /// Takes free slices, if there are such. Says which is the first, and whether none was taken before.
    pub(crate) fn take(self, wanted: Wanted) -> Option<(usize, bool)> {
        let Wanted { count, align, used_as, shard } = wanted;
        let slice = find(self.header().free.get(), count, align)?;
        Some((slice, self.take_at(slice, count, 0, used_as, shard)))
    }

    /// Takes the `count` slices from `slice` on for a run or span that starts `back` slices before, if they are free.
    pub(crate) fn extend(self, slice: usize, back: usize, count: usize) -> Option<bool> {
        if slice + count > SLICES || !self.header().free.get() & mask(slice, count) != 0 {
            return None;
        }
        let fresh = self.take_at(slice, count, back, Use::Run, 0);
        self.set_length(slice - back, back + count);
        Some(fresh)
    }

    fn take_at(self, slice: usize, count: usize, back: usize, used_as: Use, shard: u8) -> bool {
        let header = self.header();
        let taken = mask(slice, count);
        header.free.set(header.free.get() & !taken);
        header.dirty.set(header.dirty.get() & !taken);
        header.idle.set(header.idle.get() & !taken);
        let fresh = header.used.get() & taken == 0;
        header.used.set(header.used.get() | taken);
        for at in 0..count {
            let part = self.slice_ref(slice + at);
            part.shard.store(shard, Relaxed);
            part.back.store((back + at) as u8, Relaxed);
            part.slices.store(count as u8, Relaxed);
            // After the rest: see `span_at`.
            part.used_as.store(used_as.code(), Release);
        }
        fresh
    }

    fn set_length(self, slice: usize, count: usize) {
        (slice..slice + count).for_each(|slice| self.slice_ref(slice).slices.store(count as u8, Relaxed));
    }

    /// Gives the slices back that a run from `slice` on has behind its first `keep`.
    pub(crate) fn cut(self, slice: usize, keep: usize, count: usize) {
        self.give_back(slice + keep, count - keep);
        self.set_length(slice, keep);
    }

    /// Gives slices back.
    pub(crate) fn give_back(self, slice: usize, count: usize) {
        (slice..slice + count).for_each(|slice| self.slice_ref(slice).used_as.store(Use::Nothing.code(), Relaxed));
        let header = self.header();
        header.free.set(header.free.get() | mask(slice, count));
        header.dirty.set(header.dirty.get() | mask(slice, count));
    }

    /// How many free slices may hold memory.
    pub(crate) fn dirty(self) -> usize {
        self.header().dirty.get().count_ones() as usize
    }

    /// Free slices with dirty ones among them, that have been free for as long as `only_idle` says: whole pages of the system, each
    /// as long as `page` slices. A bit for each, as in [`ranges`].
    pub(crate) fn dirty_pages(self, only_idle: bool, page: usize) -> u128 {
        let header = self.header();
        let free = if only_idle { header.free.get() & header.idle.get() } else { header.free.get() };
        whole_pages(free, header.dirty.get(), page)
    }

    /// From now on these slices, which are free, hold no memory.
    pub(crate) fn set_clean(self, slices: u128) {
        let header = self.header();
        header.dirty.set(header.dirty.get() & !slices);
    }

    /// Hides free slices, so that nobody takes them, or shows them again.
    pub(crate) fn set_hidden(self, slices: u128, hidden: bool) {
        let free = &self.header().free;
        free.set(if hidden { free.get() & !slices } else { free.get() | slices });
    }

    /// The class and the shard of the span that starts at `slice`, if one does, and has a free block. Without the lock: for who then acquires the lock of
    /// the shard, and asks again under it. If the answer is the same, the span is the shard's.
    pub(crate) fn span_at(self, slice: usize) -> Option<(usize, u8)> {
        let part = self.slice_ref(slice);
        match Use::of(part.used_as.load(Acquire)) {
            Use::Span(class) if part.back.load(Relaxed) == 0 && part.free.load(Relaxed) > 0 => {
                Some((class, part.shard.load(Relaxed)))
            }
            _ => None,
        }
    }

    /// Whether it is empty and was so at the last tick.
    pub(crate) fn is_idle(self) -> bool {
        self.is_empty() && self.header().idle.get() == USABLE
    }

    /// From now on free slices count as idle, until they are taken.
    pub(crate) fn tick(self) {
        self.header().idle.set(self.header().free.get());
    }
}
