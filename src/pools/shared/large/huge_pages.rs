//! Huge pages, for blocks that are likely to be written to throughout. They save such a block most of its page faults and
//! TLB misses. A block of which only a part is written to would waste memory.

use core::ptr::NonNull;
use core::sync::atomic::AtomicIsize;
use core::sync::atomic::Ordering::Relaxed;

use super::{Block, Large, MIN_ALIGN};
use crate::api::{AllocError, Allocator, Layout};
use crate::os::advice;
use crate::pools::shared::options::Options;
use crate::pools::shared::parent::Parent;

/// The bytes of a huge page on x86-64, and on AArch64 with pages of 4 KiB.
pub(super) const HUGE_PAGE: usize = 2 << 20;
/// The longest block that is requested in whole huge pages. A longer one would gain less than a hundredth, and a request
/// that fails would be made twice.
const MAX_ROUNDED: usize = 1 << 30;
/// The largest excess of a block of whole huge pages over its request: one part in so many of the request. A block with
/// more is shrunk.
const MAX_EXCESS_PART: usize = 8;
/// The shortest block from which the usage of others is predicted.
const MIN_SAMPLE: usize = 512 << 10;
/// The bound of the counter of a [`UsagePredictor`]. So many blocks of the other usage suffice to forget a prediction.
const MAX_CONFIDENCE: isize = 4;
/// The bytes that are read at one place of a block to tell its usage.
const PROBE: usize = MIN_ALIGN;

/// How much of a block was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usage {
    /// All of it, as far as that is known.
    Dense,
    /// A part of it.
    Sparse,
}

/// A prediction of the usage of the next block by that of the last ones: a saturating counter. It is above 0 if more of
/// these were dense, and below 0 if more were sparse. Zero bytes predict nothing.
#[derive(Debug)]
pub(super) struct UsagePredictor(AtomicIsize);

impl UsagePredictor {
    /// Records the usage of a block. If another thread does so at the same time, one of the two may be lost.
    fn record(&self, usage: Usage) {
        let change = match usage {
            Usage::Dense => 1,
            Usage::Sparse => -1,
        };
        let confidence = self.0.load(Relaxed) + change;
        self.0.store(confidence.clamp(-MAX_CONFIDENCE, MAX_CONFIDENCE), Relaxed);
    }

    /// Returns the usage that is predicted for the next block, if any.
    pub(super) fn prediction(&self) -> Option<Usage> {
        match self.0.load(Relaxed) {
            0 => None,
            1.. => Some(Usage::Dense),
            ..0 => Some(Usage::Sparse),
        }
    }
}

/// Returns the usage of a block, judged by three pages in the middle.
///
/// # Safety
///
/// 1. The block has `length` bytes, which is a multiple of [`PROBE`] above 0, or at least four times that.
/// 2. No thread writes to them meanwhile.
unsafe fn usage_of(block: NonNull<u8>, length: usize) -> Usage {
    // The last page that begins before the end of each quarter.
    let offset = |quarter: usize| (length / 4 * quarter).next_multiple_of(PROBE) - PROBE;
    let is_written = |offset| {
        // SAFETY: the page lies within the block, by (1).
        let page = unsafe { block.add(offset) };
        // SAFETY: as above; no thread writes to it, by (2).
        unsafe { advice::is_written(page, PROBE) }
    };
    if (1..4).map(offset).all(is_written) { Usage::Dense } else { Usage::Sparse }
}

impl Large {
    /// Returns whether the usage of a live block predicts that of others: if the block was fresh, and is long enough.
    pub(super) fn is_sample(options: Options, block: &Block) -> bool {
        options.advises_huge_pages() && block.is_fresh.get() && block.needed.get() >= MIN_SAMPLE
    }

    /// Records the usage of a block that is freed.
    ///
    /// # Safety
    ///
    /// 1. It is a live block, and a [sample](Self::is_sample).
    /// 2. No thread uses it any more.
    pub(super) unsafe fn record_usage(&self, block: &Block) {
        // SAFETY: (1) the block has the bytes that its request needs, which are more than four times `PROBE` for a
        // sample. (2) By (2).
        self.usage.record(unsafe { usage_of(block.start.get(), block.needed.get()) });
    }

    /// Obtains a block of layout `whole` from the parent by `call`, which allocates or grows it. If it is long enough
    /// and `is_dense` predicts that all of it will be written to, it is put on huge pages.
    ///
    /// Such a block is requested in whole huge pages at first, [up to a certain length](MAX_ROUNDED), since the system
    /// aligns a mapping of such a length to huge pages. If it has [much](MAX_EXCESS_PART) more than `whole` then, it is
    /// shrunk to that.
    pub(super) fn obtain<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        whole: Layout,
        is_dense: impl FnOnce() -> bool,
        call: impl Fn(Layout) -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if whole.size() < HUGE_PAGE || !parent.options.advises_huge_pages() || !is_dense() {
            return call(whole);
        }
        let rounded = match whole.size().checked_next_multiple_of(HUGE_PAGE) {
            Some(size) if size <= MAX_ROUNDED => Layout::from_size_align(size, whole.align()).unwrap_or(whole),
            _ => whole,
        };
        let block = match call(rounded) {
            Err(_) if rounded != whole => return call(whole),
            result => result?,
        };
        // SAFETY: the pages of a block are mapped.
        unsafe { advice::huge_pages(block.cast(), block.len()) };
        if block.len() - whole.size() <= whole.size() / MAX_EXCESS_PART {
            return Ok(block);
        }
        // SAFETY: the align is that of a layout, and a block of an allocator is no longer than a layout with it can be.
        let actual = unsafe { Layout::from_size_align_unchecked(block.len(), whole.align()) };
        // SAFETY: the parent has just returned the block, `actual` fits it, and `whole` is no larger.
        let shrunk = unsafe { parent.allocator.shrink(block.cast(), actual, whole) };
        // If the parent cannot shrink it, it is unchanged.
        Ok(shrunk.unwrap_or(block))
    }

    /// Returns whether all of a block that grows is likely to be written to, as all of it was before, or as others are.
    ///
    /// # Safety
    ///
    /// Those of [`usage_of`].
    pub(super) unsafe fn grows_densely(&self, block: NonNull<u8>, length: usize) -> bool {
        // SAFETY: by `# Safety` of this fn.
        self.usage.prediction() == Some(Usage::Dense) || unsafe { usage_of(block, length) } == Usage::Dense
    }
}
