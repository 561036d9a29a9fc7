//! Pages of spans without a block in use go back to the system.

use core::cell::Cell;
use core::sync::atomic::Ordering::Relaxed;

use super::class::Class;
use super::shard::Guarded;
use super::span::Span;
use crate::pools::shared::chunks::{Chunk, Chunks};
use crate::pools::shared::geometry::GRANULE;
use crate::pools::shared::options::Options;

/// Where pages are looked for: at a slice; those that were free at the last look too, where that counts `only`; each as long as
/// `page` granules. Any free one is noted: the chunk is not `full` then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) full: &'a Cell<bool>,
    pub(crate) chunk: Chunk,
    pub(crate) slice: usize,
    pub(crate) only_idle: bool,
    pub(crate) page: usize,
}

impl Guarded<'_> {
    /// Gives pages of the span at `slice` back to the system that have no block in use, with no lock held meanwhile. Returns how many
    /// bytes. If there is no span, or it is another shard's, or another thread has just emptied it: none.
    ///
    /// One thread does this at a time; the chunk stays meanwhile. `own` is the number of this shard.
    pub(crate) fn purge(&self, chunks: &Chunks, options: Options, own: u8, class: usize, place: Place<'_>) -> usize {
        let Place { full, chunk, slice, only_idle, page } = place;
        let (of, span) = (Class::of(class), Span::at(chunk, slice));
        let granules = {
            let _held = self.lock.lock();
            let free = || span.slice().free.load(Relaxed);
            if chunk.span_at(slice) != Some((class, own)) || free() == of.capacity {
                return 0;
            }
            // SAFETY: the lock is held, and the span is this shard's.
            let granules = unsafe { span.look(of, only_idle, page) };
            full.set(full.get() && span.slice().pages.idle.get() == 0);
            if granules == 0 {
                return 0;
            }
            // SAFETY: as above; found just now.
            let hidden = unsafe { span.hide(of, granules) };
            if hidden == 0 {
                // Nothing would keep the span from going meanwhile.
                return 0;
            }
            if free() == 0 {
                // SAFETY: it had a free block and one in use, so it is in that list.
                unsafe { self.spans[class].remove(span.first()) };
            }
            granules
        };
        Chunks::use_small_pages(chunk);
        // SAFETY: they are hidden.
        let is_clean = unsafe { span.discard(granules) };
        let _held = self.lock.lock();
        let was_full = span.slice().free.load(Relaxed) == 0;
        // SAFETY: the lock is held; hidden above. A span with hidden blocks is not empty, and stays.
        unsafe { span.show(of, granules, is_clean) };
        if was_full {
            // SAFETY: a full span is in no list.
            unsafe { self.spans[class].push_back(span.first()) };
        }
        if span.slice().free.load(Relaxed) == of.capacity {
            self.emptied(chunks, options, class, span);
        }
        if is_clean { granules.count_ones() as usize * GRANULE } else { 0 }
    }
}
