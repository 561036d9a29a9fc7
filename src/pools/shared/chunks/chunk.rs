//! A chunk: 2 MiB of the parent's memory, divided into slices of 16 KiB, of which spans and runs are made.
//!
//! ```text
//!      128 slices
//!     +-----------+------+-------------+------+------+------------------- ...
//!     | header,   | span | span of     | free | span | run: one block of
//!     | bitmaps   |      | two slices  |      |      | more than 128 KiB
//!     +-----------+------+-------------+------+------+------------------- ...
//!       2 slices
//! ```
//!
//! A chunk is aligned to its size, so the address of a block leads to the header of its slice without a load. The
//! headers of all slices are adjacent. If each span started with its own header, all headers would compete for the same
//! sets of the processor's cache.
//!
//! # Invariants
//!
//! 1. A [`Chunk`] refers to a block of [`LAYOUT`] that came from the parent and has not been returned. It starts with a
//!    [`Header`], which [`Chunk::init`] has initialised and which is never borrowed mutably.
//! 2. The slices of the header are in no span or run, and never free.
//! 3. Each other slice is free, hidden, or part of one span or run. The headers of the slices of a span or run describe
//!    it, and do not change while it has a block in use. (A run is one block; its length changes when its owner resizes
//!    the block.)
//! 4. The bitmaps of the header, its list and its links change only under the lock of [`Chunks`](super::Chunks).
//! 5. Slices are hidden, and the chunk is pinned, only by the thread that holds the lock of the scan.
//! 6. The chunk is returned to the parent after all its slices were free and it was not pinned, or when the heap is freed.

use core::cell::Cell;
use core::ptr::{NonNull, with_exposed_provenance_mut};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::bits::{self, find_row, mask, whole_pages};
use super::request::SliceRequest;
use super::slice::{Slice, SliceUse};
use crate::api::Layout;
use crate::api::contents::Contents;
use crate::pools::shared::geometry::{BITMAP_WORDS, CHUNK, SLICE, SLICES};
use crate::sync::list::{Links, Node};

/// The number of slices that the header occupies.
const HEADER_SLICES: usize = size_of::<Header>().div_ceil(SLICE);
/// The slices that spans and runs can use.
const USABLE: u128 = u128::MAX << HEADER_SLICES;

pub(super) const LAYOUT: Layout = match Layout::from_size_align(CHUNK, CHUNK) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};

/// A reference to a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk(NonNull<Header>);

/// The start of a chunk. Zero bytes are one without a free slice.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Header {
    slices: [Slice; SLICES],
    /// The bitmaps of spans: a bit for each block that is free.
    bitmaps: [[Cell<u64>; BITMAP_WORDS]; SLICES],
    links: Links<Header>,
    free: Cell<u128>,
    /// Slices that may contain bytes other than zero.
    nonzero: Cell<u128>,
    /// Free slices that may occupy memory.
    dirty: Cell<u128>,
    /// Free slices that have been free since the last scan.
    idle: Cell<u128>,
    /// The [level](Chunk::level) of the list that contains the chunk, or 0.
    list_level: Cell<usize>,
    /// Whether a scan uses the chunk, which therefore must not be returned.
    pinned: Cell<bool>,
    /// Written before the chunk is in a list, and then by the thread that scans.
    advised: Cell<Advised>,
}

/// The size of pages that the system was asked for. A zero byte is `Nothing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Advised {
    Nothing = 0,
    Huge,
    /// Small pages, after huge ones.
    Small,
}

/// The highest [level](Chunk::level). The longest row has half of the slices, because the first slices are never free.
pub(super) const LEVELS: usize = SLICES.trailing_zeros() as usize;

/// Slices of a chunk that were taken together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SliceRange {
    pub(crate) chunk: Chunk,
    pub(crate) first: usize,
    pub(crate) count: usize,
    pub(crate) contents: Contents,
}

/// The free memory that a scan returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Memory that was free at the previous scan, and has not been used since.
    Idle,
    All,
}

impl Node for Header {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl Chunk {
    /// Initialises a chunk.
    ///
    /// # Safety
    ///
    /// 1. `start` is a block of [`LAYOUT`] from the parent that has no other use.
    /// 2. Its first `size_of::<Header>()` bytes are zero, and all of them if `contents` says so.
    pub(super) unsafe fn init(start: NonNull<u8>, contents: Contents) -> Self {
        // `of` finds the chunk by an address.
        start.as_ptr().expose_provenance();
        let chunk = Self(start.cast());
        chunk.header().free.set(USABLE);
        chunk.header().nonzero.set(if contents == Contents::Zeroed { 0 } else { u128::MAX });
        chunk
    }

    /// Returns the chunk in which `address` lies.
    ///
    /// It takes an address and not a pointer, since a pointer to a block may have provenance for the bytes of the block
    /// only.
    ///
    /// # Safety
    ///
    /// The address lies in a chunk.
    #[inline(always)]
    pub(crate) unsafe fn of(address: usize) -> Self {
        let start = with_exposed_provenance_mut(address & !(CHUNK - 1));
        // SAFETY: by `# Safety` of this fn it is the start of a chunk, which is not at address 0.
        Self(unsafe { NonNull::new_unchecked(start) })
    }

    pub(super) fn from_header(header: NonNull<Header>) -> Self {
        Self(header)
    }

    #[inline(always)]
    pub(super) fn header_ptr(self) -> NonNull<Header> {
        self.0
    }

    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: by invariant 1.
        unsafe { self.0.as_ref() }
    }

    #[inline(always)]
    pub(crate) fn start(self) -> NonNull<u8> {
        self.0.cast()
    }

    /// Returns the address of the first byte of the slice with this index.
    #[inline(always)]
    pub(crate) fn slice_start(self, slice: usize) -> NonNull<u8> {
        // SAFETY: an index of a slice is below `SLICES`, so the offset is less than `CHUNK`.
        unsafe { self.0.cast::<u8>().add(slice * SLICE) }
    }

    /// Returns the first word of the bitmaps, which have [`BITMAP_WORDS`] words for each slice.
    #[inline(always)]
    pub(crate) fn bitmaps(self) -> NonNull<Cell<u64>> {
        // SAFETY: the offset of a field of the header lies in the chunk, by invariant 1.
        unsafe { self.0.cast::<u8>().add(core::mem::offset_of!(Header, bitmaps)) }.cast()
    }

    #[inline]
    fn slice(&self, slice: usize) -> &Slice {
        &self.header().slices[slice]
    }

    /// Returns the [code](SliceUse::code) of the use of a slice, which is below [`SliceUse::CODES`].
    ///
    /// # Safety
    ///
    /// The caller has a block in the slice.
    #[cfg(target_os = "linux")]
    #[inline(always)]
    pub(crate) unsafe fn use_code(self, slice: usize) -> usize {
        // An atomic load would take one instruction more.
        // SAFETY: no thread stores to the field meanwhile, by `# Safety` of this fn and invariant 3.
        usize::from(unsafe { self.slice(slice).use_code.as_ptr().read() })
    }

    /// Returns the use of a slice. It may be out of date unless the caller has a block in the slice.
    #[inline]
    pub(crate) fn slice_use(self, slice: usize) -> SliceUse {
        SliceUse::from_code(self.slice(slice).use_code.load(Relaxed))
    }

    /// Returns the first slice and the number of slices of the span or run that contains `slice`.
    pub(crate) fn part_at(self, slice: usize) -> (usize, usize) {
        let header = self.slice(slice);
        let distance = usize::from(header.distance.load(Relaxed));
        (slice.saturating_sub(distance), usize::from(header.length.load(Relaxed)))
    }

    /// Returns the class and the shard of the span that starts at `slice`, if one does and it has a free block.
    ///
    /// Needs no lock, so the answer is a guess. It is true if a second call, under the lock of that shard, gives the
    /// same answer.
    pub(crate) fn span_at(self, slice: usize) -> Option<(usize, u8)> {
        let header = self.slice(slice);
        match SliceUse::from_code(header.use_code.load(Acquire)) {
            SliceUse::Span(class) if header.distance.load(Relaxed) == 0 && header.free_blocks.load(Relaxed) > 0 => {
                Some((class, header.shard.load(Relaxed)))
            }
            _ => None,
        }
    }
}

/// Methods for a caller that holds the lock of [`Chunks`](super::Chunks).
impl Chunk {
    /// Returns the [level](bits::level) of the free slices.
    pub(super) fn level(self) -> usize {
        bits::level(self.header().free.get())
    }

    pub(super) fn list_level(self) -> usize {
        self.header().list_level.get()
    }

    pub(super) fn set_list_level(self, level: usize) {
        self.header().list_level.set(level);
    }

    /// Returns whether all slices are free and the chunk is not [pinned](Self::pin), so that it can be returned.
    pub(super) fn is_empty(self) -> bool {
        self.header().free.get() == USABLE && !self.header().pinned.get()
    }

    /// Returns whether the chunk [is empty](Self::is_empty), and has been since the last scan.
    pub(super) fn is_idle(self) -> bool {
        self.is_empty() && self.header().idle.get() == USABLE
    }

    /// Keeps the chunk from being returned.
    pub(super) fn pin(self) {
        self.header().pinned.set(true);
    }

    pub(super) fn unpin(self) {
        self.header().pinned.set(false);
    }

    pub(super) fn advised(self) -> Advised {
        self.header().advised.get()
    }

    pub(super) fn set_advised(self, advised: Advised) {
        self.header().advised.set(advised);
    }

    /// Returns whether at most a sixteenth of the slices is free.
    pub(super) fn is_nearly_full(self) -> bool {
        self.header().free.get().count_ones() <= SLICES as u32 / 16
    }

    /// Takes slices, if there are enough free ones in a row.
    pub(super) fn take(self, request: SliceRequest) -> Option<SliceRange> {
        let SliceRequest { count, align, slice_use, shard } = request;
        let first = find_row(self.header().free.get(), count, align)?;
        let contents = self.take_at(first, count, 0, slice_use, shard);
        Some(SliceRange { chunk: self, first, count, contents })
    }

    /// Takes the `more` slices behind a run of `count`, if they are free, and returns their contents.
    pub(super) fn extend_run(self, first: usize, count: usize, more: usize) -> Option<Contents> {
        let behind = first + count;
        if behind + more > SLICES || !self.header().free.get() & mask(behind, more) != 0 {
            return None;
        }
        let contents = self.take_at(behind, more, count, SliceUse::Run, 0);
        self.set_length(first, count + more);
        Some(contents)
    }

    /// Takes `count` free slices from `slice` on, for a span or run that starts `distance` slices before.
    fn take_at(self, slice: usize, count: usize, distance: usize, slice_use: SliceUse, shard: u8) -> Contents {
        let header = self.header();
        let taken = mask(slice, count);
        header.free.set(header.free.get() & !taken);
        header.dirty.set(header.dirty.get() & !taken);
        header.idle.set(header.idle.get() & !taken);
        let contents = if header.nonzero.get() & taken == 0 { Contents::Zeroed } else { Contents::Uninit };
        header.nonzero.set(header.nonzero.get() | taken);
        for at in 0..count {
            let slice = self.slice(slice + at);
            slice.shard.store(shard, Relaxed);
            slice.distance.store((distance + at) as u8, Relaxed);
            slice.length.store(count as u8, Relaxed);
            // Last, with `Release`, because `span_at` reads it first, with `Acquire`.
            slice.use_code.store(slice_use.code(), Release);
        }
        contents
    }

    fn set_length(self, first: usize, count: usize) {
        (first..first + count).for_each(|slice| self.slice(slice).length.store(count as u8, Relaxed));
    }

    /// Releases all but the first `keep` slices of a run of `count`.
    pub(super) fn truncate_run(self, first: usize, count: usize, keep: usize) {
        self.release(first + keep, count - keep);
        self.set_length(first, keep);
    }

    /// Releases slices.
    pub(super) fn release(self, first: usize, count: usize) {
        let unused = SliceUse::Unused.code();
        (first..first + count).for_each(|slice| self.slice(slice).use_code.store(unused, Relaxed));
        let header = self.header();
        header.free.set(header.free.get() | mask(first, count));
        header.dirty.set(header.dirty.get() | mask(first, count));
    }

    /// Returns the number of free slices that may occupy memory.
    pub(super) fn dirty_count(self) -> usize {
        self.header().dirty.get().count_ones() as usize
    }

    /// Returns the free slices whose memory can be returned to the system: those of whole pages, each `page` slices
    /// long, with a dirty slice in each page.
    pub(super) fn discardable(self, scope: Scope, page: usize) -> u128 {
        let header = self.header();
        let free = match scope {
            Scope::Idle => header.free.get() & header.idle.get(),
            Scope::All => header.free.get(),
        };
        whole_pages(free, header.dirty.get(), page)
    }

    /// Notes that free or hidden slices occupy no memory.
    pub(super) fn mark_clean(self, slices: u128) {
        let header = self.header();
        header.dirty.set(header.dirty.get() & !slices);
    }

    /// Hides free slices, so that no thread takes them.
    pub(super) fn hide(self, slices: u128) {
        let header = self.header();
        header.free.set(header.free.get() & !slices);
    }

    /// Frees hidden slices.
    pub(super) fn unhide(self, slices: u128) {
        let header = self.header();
        header.free.set(header.free.get() | slices);
    }

    /// Makes the slices that are free now idle until they are taken.
    pub(super) fn age(self) {
        self.header().idle.set(self.header().free.get());
    }
}
