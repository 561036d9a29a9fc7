//! Which blocks are to be on huge pages: those whose bytes are likely to be used, all of them. Huge pages are a great help then, and a
//! great waste else.

use core::ptr::NonNull;
use core::sync::atomic::AtomicIsize;
use core::sync::atomic::Ordering::Relaxed;

use super::{Block, GRANULE, Large};
use crate::api::{AllocError, Allocator, Layout};
use crate::os::advice;
use crate::pools::shared::options::Options;
use crate::pools::shared::parent::Parent;

/// Of x86-64, and of AArch64 with pages of 4 KiB. No shorter block has one.
pub(super) const HUGE_PAGE: usize = 2 << 20;
/// Up to here a block that is to be on huge pages is requested in whole ones. What a longer one would gain by that is less than a
/// thousandth, and a request that fails would be made twice.
const ROUNDED: usize = 1 << 30;
/// The part of a block that it may have more, to have whole ones.
const MAX_REST: usize = 8;
/// Shorter blocks say nothing of others.
const LEARNT_FROM: usize = 512 << 10;
/// How many more blocks have to be used than are not, at most, for that to be believed of the next.
const BELIEF: isize = 4;

/// Above 0 if the fresh blocks that came back lately had been written to all over, below 0 if they had been here and there. All zero
/// bytes are none that is known.
#[derive(Debug)]
pub(super) struct Evidence(AtomicIsize);

impl Evidence {
    fn add(&self, is_used: bool) {
        let belief = self.0.load(Relaxed) + if is_used { 1 } else { -1 };
        self.0.store(belief.clamp(-BELIEF, BELIEF), Relaxed);
    }

    /// Whether blocks are known to be used.
    pub(super) fn is_for(&self) -> bool {
        self.0.load(Relaxed) > 0
    }

    /// Whether blocks are known to be hardly used.
    pub(super) fn is_against(&self) -> bool {
        self.0.load(Relaxed) < 0
    }
}

/// Whether the bytes of a block were all used, judged by three pages in the middle.
///
/// # Safety
///
/// The block has so many bytes, four pages at least, and nobody writes to them.
unsafe fn is_used(block: NonNull<u8>, length: usize) -> bool {
    // SAFETY: within the block.
    let page = |quarter: usize| unsafe { block.add((length / 4 * quarter).next_multiple_of(GRANULE) - GRANULE) };
    // SAFETY: the page ends within the block; by `# Safety` of this fn nobody writes to it.
    (1..4).map(page).all(|page| unsafe { advice::is_written(page, GRANULE) })
}

impl Large {
    /// Whether a block may say something of the next ones.
    pub(super) fn may_learn(options: Options, block: &Block) -> bool {
        options.advises_huge_pages() && block.is_fresh.get() && block.needed.get() >= LEARNT_FROM
    }

    /// Looks whether a block that comes back was used.
    ///
    /// # Safety
    ///
    /// It is a live block, and nobody uses it any more.
    pub(super) unsafe fn learn(&self, block: &Block) {
        // SAFETY: by `# Safety` of this fn; no request needs more than there is.
        self.used.add(unsafe { is_used(block.start.get(), block.needed.get()) });
    }

    /// A block from the parent, which `get` asks; on huge pages, if it is likely to be `used`, and long enough.
    ///
    /// Then it asks for whole ones at first, [mostly](ROUNDED), since the system aligns what is just as long to them, and gives the rest
    /// back if that is [long](MAX_REST).
    pub(super) fn get<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        whole: Layout,
        used: impl FnOnce() -> bool,
        get: impl Fn(Layout) -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if whole.size() < HUGE_PAGE || !parent.options.advises_huge_pages() || !used() {
            return get(whole);
        }
        let rounded = match whole.size().checked_next_multiple_of(HUGE_PAGE) {
            Some(size) if size <= ROUNDED => Layout::from_size_align(size, whole.align()).unwrap_or(whole),
            _ => whole,
        };
        let start = match get(rounded) {
            Err(_) if rounded != whole => return get(whole),
            given => given?,
        };
        // SAFETY: pages that live.
        unsafe { advice::huge_pages(start.cast(), start.len()) };
        if start.len() - whole.size() <= whole.size() / MAX_REST {
            return Ok(start);
        }
        // SAFETY: a parent's blocks are no longer than a layout can say.
        let whole_pages = unsafe { Layout::from_size_align_unchecked(start.len(), whole.align()) };
        // SAFETY: it lives, with that layout. Where it cannot be shrunk it stays as it is.
        Ok(unsafe { parent.allocator.shrink(start.cast(), whole_pages, whole) }.unwrap_or(start))
    }

    /// Whether a block that grows is likely to be used, as it was so far, or as others are.
    ///
    /// # Safety
    ///
    /// `block` has `length` bytes, and nobody writes to them.
    pub(super) unsafe fn is_growth_used(&self, block: NonNull<u8>, length: usize) -> bool {
        // SAFETY: by `# Safety` of this fn.
        self.used.is_for() || unsafe { is_used(block, length) }
    }
}
