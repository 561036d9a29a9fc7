//! Chunks that any number of threads cut pieces from, without a lock.
//!
//! Chunks are only added until all go at once, under `&mut`: nothing that a thread reads here is freed under it.

use core::ptr::{self, NonNull};

use crate::api::Layout;
use crate::arenas::bump::{self, Fit};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

/// In front of the bytes of a chunk.
#[repr(C, align(16))]
struct Header {
    previous: *mut (),
    /// Of the whole chunk.
    size: usize,
    /// The address up to which it is cut.
    position: AtomicUsize,
}

/// What all chunks are aligned to.
pub(crate) const ALIGN: usize = align_of::<Header>();
const OVERHEAD: usize = size_of::<Header>();
/// Pieces start and end at multiples of this, as blocks in a span do: so a block that ends where a span and a piece do has the
/// same end for both, whoever changes its size.
pub(crate) const MIN_ALIGN: usize = 8;

#[derive(Debug)]
pub(crate) struct SharedChunks {
    /// The chunk that is cut, and behind it those that were.
    pub(crate) newest: AtomicPtr<()>,
    /// Chunks that hold one block each.
    pub(crate) oversize: AtomicPtr<()>,
}

/// A block of `parent`, or one for it.
pub(crate) struct Raw {
    pub(crate) start: NonNull<u8>,
    pub(crate) size: usize,
}

/// A chunk that is in a list, or none.
#[derive(Clone, Copy)]
pub(crate) struct Newest<'a> {
    /// With the provenance of the whole chunk.
    start: Option<NonNull<u8>>,
    header: Option<&'a Header>,
}

impl Newest<'_> {
    /// 0 if there is none.
    pub(crate) fn size(self) -> usize {
        self.header.map_or(0, |header| header.size)
    }
}

impl SharedChunks {
    /// The chunk that is cut at the moment.
    pub(crate) fn newest(&self) -> Newest<'_> {
        // Acquire the header.
        let start = NonNull::new(self.newest.load(Ordering::Acquire)).map(NonNull::cast::<u8>);
        // SAFETY: chunks in the list are initialised, and stay while `self` is shared.
        Newest { start, header: start.map(|start| unsafe { start.cast().as_ref() }) }
    }

    /// Whether no chunk was added since.
    pub(crate) fn is_newest(&self, chunk: Newest<'_>) -> bool {
        self.newest().start == chunk.start
    }

    /// A piece of `layout` out of the chunk, if there is room.
    pub(crate) fn cut(&self, chunk: Newest<'_>, layout: Layout) -> Option<NonNull<u8>> {
        let (first, header) = (chunk.start?, chunk.header?);
        let end = first.addr().get() + header.size;
        let fit = |position| bump::up(position, end, layout.size(), layout.align(), MIN_ALIGN);
        // Acquire what was done in bytes that came back.
        let cut = |at| fit(at).map(|fit| fit.next);
        let position = header.position.fetch_update(Ordering::Acquire, Ordering::Relaxed, cut).ok()?;
        let Fit { start, .. } = fit(position)?;
        // SAFETY: a fit lies in the chunk.
        Some(unsafe { first.byte_add(start - first.addr().get()) })
    }

    /// Changes the end of the piece that was cut last, if there is room. Returns its start, good for all of the chunk, if this
    /// is the one and there is.
    pub(crate) fn resize_last(&self, piece: NonNull<u8>, old: usize, new: usize) -> Option<NonNull<u8>> {
        let (old, new) = (bump::round(old, MIN_ALIGN), bump::round(new, MIN_ALIGN));
        let newest = self.newest();
        let (first, header) = (newest.start?, newest.header?);
        let start = piece.addr().get().wrapping_sub(first.addr().get());
        let is_in = start >= OVERHEAD && start <= header.size;
        let (old_end, new_end) = (piece.addr().get().wrapping_add(old), piece.addr().get().wrapping_add(new));
        if !is_in || new > header.size - start {
            return None;
        }
        // Release what was done in bytes that go back; acquire what was done in those gained.
        header.position.compare_exchange(old_end, new_end, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        // SAFETY: it is in the chunk.
        Some(unsafe { first.byte_add(start) })
    }

    /// The whole size of a chunk in which a block of `layout` fits.
    pub(crate) fn size_for(layout: Layout) -> Option<usize> {
        bump::chunk_size(layout.size(), layout.align(), OVERHEAD, ALIGN)
    }

    /// Makes `raw` the newest chunk, unless `newest` is not that any more: whether it was.
    pub(crate) fn add(&self, newest: Newest<'_>, raw: &Raw) -> bool {
        let seen = newest.start.map_or(ptr::null_mut(), |start| start.as_ptr().cast());
        let added = into_chunk(raw, seen);
        // Release the header. A chunk that is in the list is not freed, so no other can have its address.
        self.newest.compare_exchange(seen, added, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Adds a chunk that was made for one block of `layout`, and returns that block.
    pub(crate) fn add_oversize(&self, raw: &Raw, layout: Layout) -> NonNull<u8> {
        let mut seen = self.oversize.load(Ordering::Relaxed);
        // Release the header.
        while let Err(now) =
            self.oversize.compare_exchange_weak(seen, into_chunk(raw, seen), Ordering::Release, Ordering::Relaxed)
        {
            seen = now;
        }
        // SAFETY: that is where the bytes start.
        let first = unsafe { raw.start.byte_add(OVERHEAD) };
        // SAFETY: `size_for` made room for the padding.
        unsafe { first.byte_add(first.align_offset(layout.align())) }
    }

    /// All chunks, as the parent gave them. Each was read before it is yielded: it may be freed then.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Raw> + use<'_> {
        [&self.newest, &self.oversize].into_iter().flat_map(|list| {
            let mut next = NonNull::new(list.load(Ordering::Acquire));
            core::iter::from_fn(move || {
                let start = next?;
                // SAFETY: chunks in the list are initialised, and stay while `self` is shared; or until they have been read here.
                let header: &Header = unsafe { start.cast().as_ref() };
                next = NonNull::new(header.previous);
                Some(Raw { start: start.cast(), size: header.size })
            })
        })
    }

    /// Starts with `raw` as the only chunk, all of it free, or none. The others are the caller's.
    pub(crate) fn restart(&mut self, raw: Option<&Raw>) {
        self.newest = AtomicPtr::new(raw.map_or(ptr::null_mut(), |raw| into_chunk(raw, ptr::null_mut())));
        self.oversize = AtomicPtr::new(ptr::null_mut());
    }
}

/// Writes the header of a chunk into its first bytes.
fn into_chunk(raw: &Raw, previous: *mut ()) -> *mut () {
    let position = AtomicUsize::new(raw.start.addr().get() + OVERHEAD);
    // SAFETY: a block of a parent is the caller's, aligned to `ALIGN`, and has at least `OVERHEAD` bytes.
    unsafe { raw.start.cast().write(Header { previous, size: raw.size, position }) };
    raw.start.as_ptr().cast()
}
