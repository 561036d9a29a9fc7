//! Chunks that any number of threads cut pieces from, without a lock. Modelled in `tests/models/shared_chunks.rs`.

mod oversize;

use core::hint::assert_unchecked;
use core::ops::Range;
use core::ptr::{self, NonNull};

use crate::api::Layout;
use crate::arenas::bump::{self, Fit};
use crate::sync::{AtomicPtr, Ordering};
pub(crate) use oversize::OversizeChunks;

/// The first bytes of a chunk.
#[repr(C, align(16))]
struct Header {
    /// The next older chunk of the list, or null.
    previous: AtomicPtr<()>,
    /// The address after the chunk's last byte.
    end: usize,
    /// The address at which the next piece is cut, with the provenance of the whole chunk.
    position: AtomicPtr<u8>,
}

/// The align of all chunks.
pub(crate) const ALIGN: usize = align_of::<Header>();
/// The bytes of a chunk in front of its first piece.
pub(crate) const OVERHEAD: usize = size_of::<Header>();
/// Pieces start and end at multiples of this, and so do blocks in a span. So if a block ends where its span and the last piece of the
/// chunk do, its rounded size is the same for the span and for the chunk.
pub(crate) const MIN_ALIGN: usize = 8;

/// Two lists of chunks, the newest first: those with any number of pieces, and those with one block each.
///
/// # Invariants
///
/// 1. Each chunk of a list starts with an initialised header, aligned to [`ALIGN`]. Its `end` is at least [`OVERHEAD`] bytes from the
///    start and does not change.
/// 2. While `self` is shared, chunks with pieces are only added. So a chunk that a thread has found stays, and no other chunk gets its
///    address. (Oversize chunks may leave their list: see the invariants of [`OversizeChunks`].)
/// 3. `position` of a chunk with pieces is a multiple of [`MIN_ALIGN`], from the end of the header to the end of the chunk. Live pieces
///    are disjoint and lie between the header and `position`. So if a live piece ends at `position`, it is the last one, whatever was
///    cut and freed before: one exchange of `position` suffices to free or resize it.
#[derive(Debug)]
pub(crate) struct SharedChunks {
    /// The list of chunks with pieces. Pieces are cut from the newest one only.
    pub(crate) newest: AtomicPtr<()>,
    /// The chunks that hold one block each.
    pub(crate) oversize: OversizeChunks,
}

/// A block of the parent that is to become a chunk, or that was one.
#[derive(Debug)]
pub(crate) struct RawChunk {
    pub(crate) start: NonNull<u8>,
    pub(crate) size: usize,
}

/// A chunk of a list.
#[derive(Clone, Copy)]
pub(crate) struct SharedChunk<'a> {
    /// The start, with the provenance of the whole chunk.
    start: NonNull<u8>,
    header: &'a Header,
}

impl SharedChunk<'_> {
    /// Returns the chunk as the parent returned it.
    pub(crate) fn raw(self) -> RawChunk {
        RawChunk { start: self.start, size: self.header.end - self.start.addr().get() }
    }

    /// Returns the number of bytes from the end of the header to the position, at some moment.
    pub(crate) fn used(self) -> usize {
        self.header.position.load(Ordering::Relaxed).addr() - self.start.addr().get() - OVERHEAD
    }

    /// Returns the addresses from the end of the header to that of the chunk.
    pub(crate) fn range(self) -> Range<*const u8> {
        let start = self.start.as_ptr().cast_const();
        start.wrapping_byte_add(OVERHEAD)..start.wrapping_byte_add(self.raw().size)
    }

    /// Returns the number of bytes from the end of the header to that of the chunk.
    pub(crate) fn capacity(self) -> usize {
        self.raw().size - OVERHEAD
    }

    /// Returns whether the chunk is the oldest of its list.
    pub(crate) fn is_oldest(self) -> bool {
        self.header.previous.load(Ordering::Relaxed).is_null()
    }

    /// Cuts a piece of `layout`, if there is room.
    pub(crate) fn cut(self, layout: Layout) -> Option<NonNull<u8>> {
        let mut position = self.header.position.load(Ordering::Relaxed);
        loop {
            match self.try_cut(position, layout)? {
                Ok(piece) => return Some(piece),
                Err(now) => position = now,
            }
        }
    }

    /// Cuts a piece of `layout` at `position`, a value of the chunk's position that the caller has loaded. Returns `None` if there is no
    /// room, and the position as an error if another thread has moved it.
    #[inline(always)]
    fn try_cut(self, position: *mut u8, layout: Layout) -> Option<Result<NonNull<u8>, *mut u8>> {
        let at = position.addr();
        // SAFETY: by invariant 3 of `SharedChunks`.
        unsafe { assert_unchecked(at % MIN_ALIGN == 0) };
        let Fit { start, next } = bump::find_fit(at, self.header.end, layout.size(), layout.align(), MIN_ALIGN)?;
        // SAFETY: by invariant 3 the fit starts at or after the chunk's header, and it ends at or before the chunk's end.
        let next = unsafe { position.byte_add(next - at) };
        // SAFETY: as above.
        let start = unsafe { position.byte_add(start - at) };
        // Acquire for accesses to bytes that were freed.
        let cut = self.header.position.compare_exchange(position, next, Ordering::Acquire, Ordering::Relaxed);
        // For an align of at most `MIN_ALIGN` the two are the same, and the compiler has the first one in the right register already.
        let start = |position| if layout.align() <= MIN_ALIGN { position } else { start };
        // SAFETY: it lies in the chunk.
        Some(cut.map(|position| unsafe { NonNull::new_unchecked(start(position)) }))
    }

    /// Resizes a live piece in place, if it ends at the position and there is room. Then returns the piece, with the provenance of the
    /// chunk.
    #[inline(always)]
    fn resize_last(self, piece: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        let (old, new) = (bump::round_up(old, MIN_ALIGN), bump::round_up(new, MIN_ALIGN));
        let at = piece.addr().get();
        // This load keeps the usual free of another piece from writing. A free of the last piece sees at least its own cut.
        let position = self.header.position.load(Ordering::Relaxed);
        // By invariant 3 a live piece that ends at the position is one of this chunk. One without bytes may have any address.
        if position.addr() != at.wrapping_add(old) || new > self.header.end - at {
            return None;
        }
        let start = position.wrapping_byte_sub(old);
        // Release for accesses to the bytes that the piece loses, acquire for those to the bytes that it gains.
        let next = start.wrapping_byte_add(new);
        self.header.position.compare_exchange(position, next, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        // SAFETY: it has the address of `piece`, which is not null.
        Some(unsafe { NonNull::new_unchecked(start) })
    }
}

impl SharedChunks {
    /// Returns the newest chunk with pieces, if there is one.
    #[inline(always)]
    pub(crate) fn newest(&self) -> Option<SharedChunk<'_>> {
        // Acquire for the header.
        let start = NonNull::new(self.newest.load(Ordering::Acquire))?;
        // SAFETY: by invariants 1 and 2.
        Some(SharedChunk { start: start.cast(), header: unsafe { start.cast().as_ref() } })
    }

    /// Returns whether `chunk` is still the newest one.
    pub(crate) fn is_newest(&self, chunk: Option<SharedChunk<'_>>) -> bool {
        self.newest().map(|newest| newest.start) == chunk.map(|chunk| chunk.start)
    }

    /// Cuts a piece of `layout` from the newest chunk, if there is room and no other thread does the same at this moment. On `None`
    /// the caller tries [`cut`](SharedChunk::cut).
    #[inline(always)]
    pub(crate) fn cut_once(&self, layout: Layout) -> Option<NonNull<u8>> {
        let newest = self.newest()?;
        newest.try_cut(newest.header.position.load(Ordering::Relaxed), layout)?.ok()
    }

    /// Resizes a live piece in place, if it was cut last from the newest chunk and there is room. Then returns the piece, with the
    /// provenance of the chunk.
    #[inline(always)]
    pub(crate) fn resize_last(&self, piece: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        self.newest()?.resize_last(piece, old, new)
    }

    /// Returns whether there is no chunk.
    pub(crate) fn is_empty(&self) -> bool {
        self.newest().is_none() && self.oversize.is_empty()
    }

    /// Returns whether there is more than one chunk.
    #[inline]
    pub(crate) fn has_several(&self) -> bool {
        let is_one = match self.newest() {
            Some(newest) => newest.is_oldest() && self.oversize.is_empty(),
            None => self.oversize.is_empty(),
        };
        !is_one && self.iter().nth(1).is_some()
    }

    /// Frees all pieces if there is one chunk alone, of at most `max` bytes, and returns whether there is.
    #[inline]
    pub(crate) fn restart_only(&mut self, max: usize) -> bool {
        let only = self.newest().filter(|newest| newest.is_oldest() && newest.raw().size <= max);
        let Some(only) = only.filter(|_| self.oversize.is_vacant()) else { return false };
        only.header.position.store(only.start.as_ptr().wrapping_byte_add(OVERHEAD), Ordering::Relaxed);
        true
    }

    /// Returns the size of a chunk that has room for a block of `layout`.
    pub(crate) fn size_for(layout: Layout) -> Option<usize> {
        bump::chunk_size(layout.size(), layout.align(), OVERHEAD, ALIGN)
    }

    /// Makes `raw` the newest chunk if `newest` still is, and returns whether it was.
    pub(crate) fn add(&self, newest: Option<SharedChunk<'_>>, raw: &RawChunk) -> bool {
        let seen = newest.map_or(ptr::null_mut(), |chunk| chunk.start.as_ptr().cast());
        let added = into_chunk(raw, seen, 0);
        // Release for the header. By invariant 2 an equal address means the same chunk.
        self.newest.compare_exchange(seen, added, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Iterates over all chunks, those with pieces first. The iterator does not read a chunk after it has yielded it, so an owner of
    /// `self` may release the chunk then. While the iterator exists, no oversize chunk is released or resized by another thread.
    pub(crate) fn iter(&self) -> impl Iterator<Item = SharedChunk<'_>> + use<'_> {
        // SAFETY: by invariants 1 and 2.
        unsafe { walk(&self.newest) }.chain(self.oversize.iter())
    }
}

/// Iterates over a list of chunks. The iterator does not read a chunk after it has yielded it.
///
/// # Safety
///
/// Each chunk that the list has while the iterator exists has an initialised header, and stays until it has been yielded or the
/// iterator is dropped.
unsafe fn walk(list: &AtomicPtr<()>) -> impl Iterator<Item = SharedChunk<'_>> + use<'_> {
    // Acquire for the header.
    let mut next = NonNull::new(list.load(Ordering::Acquire));
    core::iter::from_fn(move || {
        let start = next?;
        // SAFETY: by `# Safety` of this fn.
        let header: &Header = unsafe { start.cast().as_ref() };
        // Acquire for the header of that chunk, which may have got there since.
        next = NonNull::new(header.previous.load(Ordering::Acquire));
        Some(SharedChunk { start: start.cast(), header })
    })
}

/// Writes the header of a chunk in which `used` bytes are in use, and returns the chunk for a list.
fn into_chunk(raw: &RawChunk, previous: *mut (), used: usize) -> *mut () {
    let position = AtomicPtr::new(raw.start.as_ptr().wrapping_byte_add(OVERHEAD + used));
    let (previous, end) = (AtomicPtr::new(previous), raw.start.addr().get() + raw.size);
    // SAFETY: callers own the block, which is aligned to `ALIGN` and has at least `OVERHEAD` bytes.
    unsafe { raw.start.cast().write(Header { previous, end, position }) };
    raw.start.as_ptr().cast()
}
