//! Chunks that hold one block each. The owner of the newest block can take its chunk out of the list.

use core::ptr::{self, NonNull};

use super::{Header, OVERHEAD, RawChunk, SharedChunk, into_chunk, walk};
use crate::api::Layout;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

/// A list of chunks that hold one block each, the newest first.
///
/// # Invariants
///
/// 1. Each chunk of the list starts with an initialised header. Its `previous` changes only while the chunk is not in the list.
/// 2. While `self` is shared, only the thread that owns a chunk's block takes the chunk out, and only while it is the newest. So a
///    thread that finds the chunk of its own block as the newest one knows that it stays in the list until that thread takes it out;
///    that the older chunks below stay as well; and that no other chunk gets its address. One exchange of `newest` suffices.
/// 3. `visitors` counts the threads that iterate or push, and so may have found a chunk that is not their own. A chunk that was taken
///    out leaves the arena only if there were none afterwards: one that begins later does not find it. Otherwise it is put back, and
///    stays until the arena is reset, unless its owner takes it out later.
#[derive(Debug)]
pub(crate) struct OversizeChunks {
    pub(crate) newest: AtomicPtr<()>,
    pub(crate) visitors: AtomicUsize,
}

/// A visitor that is counted.
struct Visit<'a>(&'a AtomicUsize);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        // Release: the visitor has used the last chunk that it found.
        self.0.fetch_sub(1, Ordering::Release);
    }
}

impl OversizeChunks {
    pub(super) fn is_empty(&self) -> bool {
        self.newest.load(Ordering::Relaxed).is_null()
    }

    /// Returns whether there is no chunk, and no visitor, not even one that was forgotten.
    pub(super) fn is_vacant(&self) -> bool {
        self.is_empty() && self.visitors.load(Ordering::Relaxed) == 0
    }

    fn visit(&self) -> Visit<'_> {
        // Acquire: a chunk that left the arena before is not found.
        self.visitors.fetch_add(1, Ordering::Acquire);
        Visit(&self.visitors)
    }

    /// Adds a chunk that has the [size for](super::SharedChunks::size_for) one block of `layout`, and returns that block.
    pub(crate) fn add(&self, raw: &RawChunk, layout: Layout) -> NonNull<u8> {
        let chunk = into_chunk(raw, ptr::null_mut(), layout.size());
        // SAFETY: the header was just written, and the chunk is the caller's.
        self.push(chunk, unsafe { &*chunk.cast() });
        // SAFETY: the chunk has at least `OVERHEAD` bytes.
        let first = unsafe { raw.start.byte_add(OVERHEAD) };
        // SAFETY: the size from `size_for` includes the padding.
        unsafe { first.byte_add(first.align_offset(layout.align())) }
    }

    /// Puts a chunk in front of the list, which it is not in.
    fn push(&self, chunk: *mut (), header: &Header) {
        // As long as this visits, no chunk leaves, so no other one gets the address of the chunk that is linked below.
        let _visit = self.visit();
        // Acquire and release for the header of the older chunk: an iterator that is at this chunk already reads it next.
        let mut seen = self.newest.load(Ordering::Acquire);
        loop {
            header.previous.store(seen, Ordering::Release);
            // Release for the header of this chunk.
            match self.newest.compare_exchange_weak(seen, chunk, Ordering::Release, Ordering::Acquire) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
    }

    /// Takes out the chunk of `block`, if the block starts right behind the header, the chunk is the newest one, and no thread
    /// visits the list.
    ///
    /// # Safety
    ///
    /// `block` is a live block with bytes, which the calling thread owns.
    pub(crate) unsafe fn try_take(&self, block: NonNull<u8>) -> Option<RawChunk> {
        let newest = NonNull::new(self.newest.load(Ordering::Relaxed))?;
        // The address alone decides: the newest chunk may be another thread's, and gone by now. If it is the block's own, it is not.
        if block.addr().get().wrapping_sub(newest.addr().get()) != OVERHEAD {
            return None;
        }
        // SAFETY: by `# Safety` of this fn and invariant 2 the chunk is in the list.
        let header: &Header = unsafe { newest.cast().as_ref() };
        let previous = header.previous.load(Ordering::Relaxed);
        // Relaxed: a read-modify-write continues the release sequences of the pushes, so who finds `previous` sees its header.
        self.newest.compare_exchange(newest.as_ptr(), previous, Ordering::Relaxed, Ordering::Relaxed).ok()?;
        // A read-modify-write comes before or after that of a visitor. Release: a later visitor does not find the chunk. Acquire for the
        // last read of one that has ended.
        if self.visitors.fetch_add(0, Ordering::AcqRel) != 0 {
            self.push(newest.as_ptr(), header);
            return None;
        }
        Some(SharedChunk { start: newest.cast(), header }.raw())
    }

    /// Iterates over the chunks. A chunk is missed if it is added or its block is resized meanwhile.
    pub(crate) fn iter(&self) -> impl Iterator<Item = SharedChunk<'_>> + use<'_> {
        let visit = self.visit();
        // SAFETY: by invariants 1 and 3, or because the caller owns the list and releases a chunk after it was yielded.
        let mut chunks = unsafe { walk(&self.newest) };
        core::iter::from_fn(move || {
            let _visit = &visit;
            chunks.next()
        })
    }
}
