//! The memory of free blocks in spans is returned to the system.

use core::sync::atomic::Ordering::Relaxed;

use super::class::ClassInfo;
use super::shard::ShardRef;
use super::span::Span;
use crate::pools::shared::chunks::{Chunk, Chunks, Scope};
use crate::pools::shared::geometry::GRANULE;

/// The location of a span in a pinned chunk, and the memory to return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanScan {
    pub(crate) chunk: Chunk,
    /// The index of the first slice.
    pub(crate) slice: usize,
    pub(crate) scope: Scope,
    /// The granules of a page of the system.
    pub(crate) page: usize,
}

/// The outcome of [`ShardRef::discard_granules`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Discarded {
    /// The bytes that were returned.
    pub(crate) bytes: usize,
    /// Whether a granule was found free.
    pub(crate) has_free: bool,
}

impl ShardRef<'_> {
    /// Returns the memory of free granules of a span to the system, without the lock meanwhile. Does nothing if there
    /// is no span of `class` and of this shard, or it is empty by now.
    ///
    /// The caller holds the lock of the scan.
    pub(crate) fn discard_granules(&self, class: usize, scan: SpanScan) -> Discarded {
        let SpanScan { chunk, slice, scope, page } = scan;
        let (info, span) = (ClassInfo::of(class), Span::at(chunk, slice));
        let free_blocks = || span.header().free_blocks.load(Relaxed);
        let (granules, has_free) = {
            let _held = self.lock.lock();
            if chunk.span_at(slice) != Some((class, self.index)) || free_blocks() == info.capacity {
                return Discarded { bytes: 0, has_free: false };
            }
            // SAFETY: (1) the lock is held. (2) `span_at` has confirmed the class and the shard under it.
            let granules = unsafe { span.discardable(info, scope, page) };
            let has_free = span.header().granules.idle.get() != 0;
            if granules == 0 {
                return Discarded { bytes: 0, has_free };
            }
            // SAFETY: (1) as above. (2) The granules were just found free.
            let hidden = unsafe { span.hide(info, granules) };
            if hidden == 0 {
                // Without a hidden block the span could be released meanwhile.
                return Discarded { bytes: 0, has_free };
            }
            if free_blocks() == 0 {
                // SAFETY: the span had a free block and was not empty, so by invariant 1 of `Shard` it is in this list.
                unsafe { self.partial[class].remove(span.header_ptr()) };
            }
            (granules, has_free)
        };
        Chunks::use_small_pages(chunk);
        // SAFETY: the blocks of the granules were hidden above.
        let is_clean = unsafe { span.discard(granules) };
        let _held = self.lock.lock();
        let was_full = free_blocks() == 0;
        // SAFETY: (1) the lock is held, and by invariant 3 of `Span` the span was not released, since it has hidden
        // blocks. (2) They were hidden above.
        unsafe { span.unhide(info, granules) };
        if is_clean {
            span.mark_clean(granules);
        }
        if was_full {
            // SAFETY: a full span is in no list, by invariant 1 of `Shard`.
            unsafe { self.partial[class].push_back(span.header_ptr()) };
        }
        if free_blocks() == info.capacity {
            self.after_last_free(class, span);
        }
        Discarded { bytes: if is_clean { granules.count_ones() as usize * GRANULE } else { 0 }, has_free }
    }
}
