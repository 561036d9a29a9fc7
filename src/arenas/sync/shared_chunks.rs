//! Chunks that any number of threads cut pieces from, without a lock.

use core::ptr::{self, NonNull};

use crate::api::Layout;
use crate::arenas::bump::{self, Fit};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

/// The first bytes of a chunk.
#[repr(C, align(16))]
struct Header {
    previous: *mut (),
    /// The size of the whole chunk.
    size: usize,
    /// The address up to which pieces have been cut.
    position: AtomicUsize,
}

/// The align of all chunks.
pub(crate) const ALIGN: usize = align_of::<Header>();
const OVERHEAD: usize = size_of::<Header>();
/// Pieces start and end at multiples of this, and so do blocks in a span. So if a block ends where its span and the last piece of the
/// chunk do, its rounded size is the same for the span and for the chunk.
pub(crate) const MIN_ALIGN: usize = 8;

/// Two lists of chunks, the newest first.
///
/// # Invariants
///
/// 1. Each chunk of a list starts with an initialised header, aligned to [`ALIGN`]. Its `size` is at least [`OVERHEAD`], and only its
///    `position` changes.
/// 2. While `self` is shared, chunks are only added. So a chunk that a thread has found stays, and no other chunk gets its address.
/// 3. `position` is a multiple of [`MIN_ALIGN`], from the end of the header to the end of the chunk. Live pieces are disjoint and lie
///    between the header and `position`.
#[derive(Debug)]
pub(crate) struct SharedChunks {
    /// The list of chunks with pieces. Pieces are cut from the newest one only.
    pub(crate) newest: AtomicPtr<()>,
    /// The list of chunks that hold one block each.
    pub(crate) oversize: AtomicPtr<()>,
}

/// A block of the parent that is to become a chunk, or that was one.
pub(crate) struct RawChunk {
    pub(crate) start: NonNull<u8>,
    pub(crate) size: usize,
}

/// The newest chunk at some moment, if there was one.
#[derive(Clone, Copy)]
pub(crate) struct NewestChunk<'a> {
    /// The start, with the provenance of the whole chunk.
    start: Option<NonNull<u8>>,
    header: Option<&'a Header>,
}

impl NewestChunk<'_> {
    /// Returns the size of the chunk, or 0 if there is none.
    pub(crate) fn size(self) -> usize {
        self.header.map_or(0, |header| header.size)
    }
}

impl SharedChunks {
    /// Returns the newest chunk, which pieces are cut from.
    pub(crate) fn newest(&self) -> NewestChunk<'_> {
        // Acquire for the header.
        let start = NonNull::new(self.newest.load(Ordering::Acquire)).map(NonNull::cast::<u8>);
        // SAFETY: by invariants 1 and 2.
        NewestChunk { start, header: start.map(|start| unsafe { start.cast().as_ref() }) }
    }

    /// Returns whether `chunk` is still the newest one.
    pub(crate) fn is_newest(&self, chunk: NewestChunk<'_>) -> bool {
        self.newest().start == chunk.start
    }

    /// Cuts a piece of `layout` from `chunk`, if there is room.
    pub(crate) fn cut(&self, chunk: NewestChunk<'_>, layout: Layout) -> Option<NonNull<u8>> {
        let (first, header) = (chunk.start?, chunk.header?);
        let end = first.addr().get() + header.size;
        let fit = |position| bump::find_fit(position, end, layout.size(), layout.align(), MIN_ALIGN);
        // Acquire for accesses to bytes that were freed.
        let cut = |at| fit(at).map(|fit| fit.next);
        let position = header.position.fetch_update(Ordering::Acquire, Ordering::Relaxed, cut).ok()?;
        let Fit { start, .. } = fit(position)?;
        // SAFETY: by invariant 3 the fit starts at or after the chunk's header, and it ends at or before the chunk's end.
        Some(unsafe { first.byte_add(start - first.addr().get()) })
    }

    /// Resizes a piece in place, if it was cut last from the newest chunk and there is room. Returns it then, with the provenance of
    /// the chunk.
    pub(crate) fn resize_last(&self, piece: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        let (old, new) = (bump::round_up(old, MIN_ALIGN), bump::round_up(new, MIN_ALIGN));
        let newest = self.newest();
        let (first, header) = (newest.start?, newest.header?);
        let start = piece.addr().get().wrapping_sub(first.addr().get());
        let is_in = start >= OVERHEAD && start <= header.size;
        let (old_end, new_end) = (piece.addr().get().wrapping_add(old), piece.addr().get().wrapping_add(new));
        if !is_in || new > header.size - start {
            return None;
        }
        // Release for accesses to the bytes that the piece loses, acquire for those to the bytes that it gains.
        header.position.compare_exchange(old_end, new_end, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        // SAFETY: `start` is at most the size of the chunk.
        Some(unsafe { first.byte_add(start) })
    }

    /// Returns the size of a chunk that has room for a block of `layout`.
    pub(crate) fn size_for(layout: Layout) -> Option<usize> {
        bump::chunk_size(layout.size(), layout.align(), OVERHEAD, ALIGN)
    }

    /// Makes `raw` the newest chunk if `newest` still is, and returns whether it was.
    pub(crate) fn add(&self, newest: NewestChunk<'_>, raw: &RawChunk) -> bool {
        let seen = newest.start.map_or(ptr::null_mut(), |start| start.as_ptr().cast());
        let added = into_chunk(raw, seen);
        // Release for the header. By invariant 2 an equal address means the same chunk.
        self.newest.compare_exchange(seen, added, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Adds a chunk that has the [size for](Self::size_for) one block of `layout`, and returns that block.
    pub(crate) fn add_oversize(&self, raw: &RawChunk, layout: Layout) -> NonNull<u8> {
        let mut seen = self.oversize.load(Ordering::Relaxed);
        // Release for the header.
        while let Err(now) =
            self.oversize.compare_exchange_weak(seen, into_chunk(raw, seen), Ordering::Release, Ordering::Relaxed)
        {
            seen = now;
        }
        // SAFETY: the chunk has at least `OVERHEAD` bytes.
        let first = unsafe { raw.start.byte_add(OVERHEAD) };
        // SAFETY: the size from `size_for` includes the padding.
        unsafe { first.byte_add(first.align_offset(layout.align())) }
    }

    /// Iterates over all chunks, as the parent returned them. The iterator does not read a chunk after it has yielded it, so the chunk
    /// may be released then.
    pub(crate) fn iter(&self) -> impl Iterator<Item = RawChunk> + use<'_> {
        [&self.newest, &self.oversize].into_iter().flat_map(|list| {
            let mut next = NonNull::new(list.load(Ordering::Acquire));
            core::iter::from_fn(move || {
                let start = next?;
                // SAFETY: by invariants 1 and 2. A caller that releases chunks does so only after they were yielded.
                let header: &Header = unsafe { start.cast().as_ref() };
                next = NonNull::new(header.previous);
                Some(RawChunk { start: start.cast(), size: header.size })
            })
        })
    }

    /// Replaces all chunks by `raw`, without pieces, or by none. The caller releases the others.
    pub(crate) fn restart(&mut self, raw: Option<&RawChunk>) {
        self.newest = AtomicPtr::new(raw.map_or(ptr::null_mut(), |raw| into_chunk(raw, ptr::null_mut())));
        self.oversize = AtomicPtr::new(ptr::null_mut());
    }
}

/// Writes the header of a chunk, and returns the chunk for a list.
fn into_chunk(raw: &RawChunk, previous: *mut ()) -> *mut () {
    let position = AtomicUsize::new(raw.start.addr().get() + OVERHEAD);
    // SAFETY: callers own the block, which is aligned to `ALIGN` and has at least `OVERHEAD` bytes.
    unsafe { raw.start.cast().write(Header { previous, size: raw.size, position }) };
    raw.start.as_ptr().cast()
}
