//! Blocks of more than half a megabyte: each is one of the parent's, with 4 KiB in front for what is to be known of it.
//!
//! A freed one is kept for a while, for the next that asks for as much, or that grows: to have its pages without a fault.

use core::cell::Cell;
use core::ops::RangeInclusive;
use core::ptr::{NonNull, with_exposed_provenance_mut};
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicIsize, AtomicUsize};

use super::options::{Options, Retain};
use super::parent::Parent;
use crate::api::{AllocError, Allocator, Layout};
use crate::sources::advice;
use crate::sync::list::{Links, List, Node};
use crate::threads::entrants::Entrants;
use crate::threads::lock::Lock;

/// In front of a block. Blocks are aligned to it at least.
pub(super) const HEADER: usize = 4096;
/// From here on huge pages are asked for in any case, and from there on if blocks are being [used](Large::learn).
const HUGE_FROM: usize = 16 << 20;
const HUGE_IF_USED_FROM: usize = 2 << 20;
/// Of x86-64, and of AArch64 with pages of 4 KiB.
const HUGE_PAGE: usize = 2 << 20;
/// Up to here a block that is to be on huge pages is asked for in whole ones. What a longer one would gain by that is less than a
/// thousandth, and a request that fails would be made twice.
const ROUNDED: usize = 1 << 30;
/// How many more blocks have to be used than are not, at most, for that to be believed of the next.
const BELIEF: isize = 4;
/// A block is copied to a kept one rather than grown by the parent if it is no larger than this.
const COPIED: usize = 4 << 20;
/// How many times as long as asked for a kept block may be that is taken: what it has too much is of use to nobody as long as it
/// lives. One that a block grows into is more likely to be used up.
const LONGER: usize = 4;
const GROWN: usize = 8;
/// A kept block is zeroed if it is no larger than this; else fresh pages cost less.
const ZEROED: usize = 8 << 20;

/// All zero bytes are none.
#[derive(Debug)]
pub(super) struct Large {
    pub(super) lock: Lock,
    live: List<Block>,
    /// Those that were freed last come first. All with an offset of `HEADER`.
    kept: List<Block>,
    kept_bytes: Cell<usize>,
    /// The most that was in use at once since the last tick: as much may be wanted again, so as much is kept.
    peak: Cell<usize>,
    /// Bytes of all of them. Read without the lock.
    held: AtomicUsize,
    live_bytes: AtomicUsize,
    /// Threads that give kept ones back.
    pub(super) giving: Entrants,
    /// Below 0 if the blocks that came back lately had been written to here and there, and not all over.
    used: AtomicIsize,
}

/// In front of a block.
#[derive(Debug)]
pub(super) struct Block {
    links: Links<Block>,
    /// What the parent gave.
    size: Cell<usize>,
    /// How far from the start of that the block lies.
    offset: usize,
    /// Whether it was kept at the last tick already.
    idle: Cell<bool>,
    /// Whether its pages came from the parent for the one who has it now.
    fresh: Cell<bool>,
    /// What was asked for, where that is [noted](Large::note).
    asked: Cell<Layout>,
}

/// A block, and from which of its bytes on it is known to be zero.
pub(super) type Found = (NonNull<u8>, usize);

impl Node for Block {
    fn links(&self) -> &Links<Self> {
        &self.links
    }
}

impl Block {
    /// # Safety
    ///
    /// `block` is a large block.
    unsafe fn of(block: NonNull<u8>) -> NonNull<Self> {
        // By address: whoever gives it back may have a pointer that is good for its bytes only.
        // SAFETY: a page lies in front of it, so that is not at 0.
        unsafe { NonNull::new_unchecked(with_exposed_provenance_mut(block.addr().get() - HEADER)) }
    }

    /// Writes the header of the block at `offset` from `start`.
    ///
    /// # Safety
    ///
    /// From `start` on there are `size` bytes, more than `offset`, which nobody uses.
    unsafe fn init(start: NonNull<u8>, size: usize, offset: usize) -> NonNull<Self> {
        start.as_ptr().expose_provenance();
        // SAFETY: the offset is at least a header, and within the bytes.
        let header = unsafe { start.add(offset - HEADER) }.cast::<Self>();
        // SAFETY: aligned to a page like the start, and of bytes that nobody uses.
        unsafe {
            header.write(Self {
                links: Links::new(),
                size: Cell::new(size),
                offset,
                idle: Cell::new(false),
                fresh: Cell::new(true),
                asked: Cell::new(Layout::new::<()>()),
            });
        };
        header
    }

    fn block(header: NonNull<Self>) -> NonNull<u8> {
        // SAFETY: the block follows.
        unsafe { header.cast::<u8>().add(HEADER) }
    }

    /// Gives the whole to the parent.
    ///
    /// # Safety
    ///
    /// It is in no list, and nobody uses it.
    unsafe fn free(header: NonNull<Self>, parent: &impl Allocator) {
        // SAFETY: by `# Safety` of this fn.
        let (start, layout) = unsafe { Self::whole(header) };
        // SAFETY: by `# Safety` of this fn; of that layout it came from the parent.
        unsafe { parent.deallocate(start, layout) };
    }

    /// What came from the parent.
    ///
    /// # Safety
    ///
    /// It lives.
    unsafe fn whole(header: NonNull<Self>) -> (NonNull<u8>, Layout) {
        // SAFETY: by `# Safety` of this fn.
        let this = unsafe { header.as_ref() };
        let (size, offset) = (this.size.get(), this.offset);
        // SAFETY: so far from the start the block lies.
        let start = unsafe { Self::block(header).sub(offset) };
        // SAFETY: it was the size of a block of that align.
        (start, unsafe { Layout::from_size_align_unchecked(size, offset) })
    }
}

/// How far behind the parent's block one of `align` starts: aligned as the parent's block is.
fn offset(align: usize) -> usize {
    align.max(HEADER)
}

/// What to ask of the parent.
fn whole(layout: Layout) -> Option<Layout> {
    let offset = offset(layout.align());
    let size = layout.size().checked_next_multiple_of(HEADER)?.checked_add(offset)?;
    Layout::from_size_align(size, offset).ok()
}

impl Large {
    pub(super) fn held(&self) -> usize {
        self.held.load(Relaxed)
    }

    pub(super) fn live(&self) -> usize {
        self.live_bytes.load(Relaxed)
    }

    pub(super) fn allocate<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        layout: Layout,
        zeroed: bool,
    ) -> Result<Found, AllocError> {
        let whole = whole(layout).ok_or(AllocError)?;
        if whole.align() == HEADER && !(zeroed && whole.size() > ZEROED) {
            if let Some(header) = self.take_kept(whole.size(), whole.size()..=whole.size().saturating_mul(LONGER)) {
                return Ok((Block::block(header), usize::MAX));
            }
            // Pages that are written to anyway, or will be.
            let grown = if zeroed || self.is_used() { self.take_shorter(parent, whole) } else { None };
            if let Some((block, zero_from)) = grown {
                if zeroed {
                    // SAFETY: it has these bytes, and nobody has it yet.
                    unsafe { block.write_bytes(0, zero_from) };
                }
                return Ok((block, if zeroed { 0 } else { usize::MAX }));
            }
        }
        let zeroed = zeroed || parent.options.whole_pages;
        let get = |whole| match zeroed {
            true => parent.allocator.allocate_zeroed(whole),
            false => parent.allocator.allocate(whole),
        };
        let (start, zero_from) = (self.get(parent, whole, get)?, if zeroed { 0 } else { usize::MAX });
        // SAFETY: fresh bytes, aligned to the offset, and more than that.
        let header = unsafe { Block::init(start.cast(), start.len(), whole.align()) };
        self.held.fetch_add(start.len(), Relaxed);
        self.add_live(header);
        Ok((Block::block(header), zero_from))
    }

    fn add_live(&self, header: NonNull<Block>) {
        let _held = self.lock.lock();
        // SAFETY: it lives, and is in no list.
        unsafe { self.live.push_front(header) };
        // SAFETY: it lives.
        self.count_live(unsafe { header.as_ref() }.size.get());
    }

    /// Under the lock.
    fn count_live(&self, size: usize) {
        let live = self.live_bytes.fetch_add(size, Relaxed) + size;
        self.peak.set(self.peak.get().max(live));
    }

    fn remove_live(&self, header: NonNull<Block>) {
        // SAFETY: a live block is in the list.
        unsafe { self.live.remove(header) };
        // SAFETY: it lives.
        self.live_bytes.fetch_sub(unsafe { header.as_ref() }.size.get(), Relaxed);
    }

    /// A kept block that is somewhat shorter than `whole`, grown to it: that moves pages, and only what it is longer needs fresh
    /// ones.
    fn take_shorter<A: Allocator>(&self, parent: Parent<'_, A>, whole: Layout) -> Option<Found> {
        if !parent.options.whole_pages || !advice::CAN_MOVE {
            return None;
        }
        let header = self.take_kept(whole.size(), whole.size() / 2..=whole.size())?;
        // SAFETY: it lives, is in use now, and is shorter.
        let Ok((block, zero_from)) = (unsafe { self.grow_by_parent(parent, header, whole) }) else {
            // SAFETY: it is a large block as before, and nobody has it.
            unsafe { self.deallocate(parent, Block::block(header)) };
            return None;
        };
        // SAFETY: a large block.
        let header = unsafe { Block::of(block) };
        // SAFETY: it lives.
        unsafe { header.as_ref() }.fresh.set(false);
        Some((block, zero_from))
    }

    /// Of the kept blocks with so many bytes the one that has most nearly as many as are `wanted`, for use.
    fn take_kept(&self, wanted: usize, sizes: RangeInclusive<usize>) -> Option<NonNull<Block>> {
        let _held = self.lock.lock();
        // SAFETY: what is in the list lives.
        let size = |header: &NonNull<Block>| unsafe { header.as_ref() }.size.get();
        let fits = |header: &NonNull<Block>| sizes.contains(&size(header));
        let header = self.kept.iter().filter(fits).min_by_key(|header| size(header).abs_diff(wanted))?;
        // SAFETY: in the list.
        unsafe { self.kept.remove(header) };
        self.kept_bytes.set(self.kept_bytes.get() - size(&header));
        // SAFETY: in no list now.
        unsafe { self.live.push_front(header) };
        self.count_live(size(&header));
        // SAFETY: it lives.
        unsafe { header.as_ref() }.fresh.set(false);
        Some(header)
    }

    /// # Safety
    ///
    /// `block` is a large block of this pool, and not used again.
    pub(super) unsafe fn deallocate<A: Allocator>(&self, parent: Parent<'_, A>, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        let header = unsafe { Block::of(block) };
        // SAFETY: it lives.
        let this = unsafe { header.as_ref() };
        let (size, offset) = (this.size.get(), this.offset);
        if parent.options.advises_huge_pages() && this.fresh.get() && size >= HUGE_IF_USED_FROM {
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.learn(block, size - offset) };
        }
        let most = parent.options.retain.bytes();
        let keep = offset == HEADER && size <= most;
        let peak = {
            let _held = self.lock.lock();
            self.remove_live(header);
            if keep {
                // SAFETY: it lives.
                unsafe { header.as_ref() }.idle.set(false);
                // SAFETY: in no list now.
                unsafe { self.kept.push_front(header) };
                self.kept_bytes.set(self.kept_bytes.get() + size);
            }
            self.peak.get()
        };
        if keep {
            let most = if parent.options.retain == Retain::Everything { most } else { most.min(peak) };
            self.free_kept(parent, |_, bytes| bytes > most);
        } else {
            // SAFETY: in no list, and not used again.
            unsafe { Block::free(header, parent.allocator) };
            self.held.fetch_sub(size, Relaxed);
        }
    }

    /// Looks whether the fresh pages of a block that comes back were all used, at a few in the middle. Huge pages are a great help
    /// if so, and a great waste if not.
    ///
    /// # Safety
    ///
    /// The block has so many bytes, four pages at least, and nobody uses it.
    unsafe fn learn(&self, block: NonNull<u8>, length: usize) {
        // SAFETY: within the block.
        let page = |quarter: usize| unsafe { block.add((length / 4 * quarter).next_multiple_of(HEADER) - HEADER) };
        // SAFETY: the page ends within the block; by `# Safety` of this fn nobody uses it.
        let used = (1..4).map(page).all(|page| unsafe { advice::is_written(page, HEADER) });
        let belief = self.used.load(Relaxed) + if used { 1 } else { -1 };
        self.used.store(belief.clamp(-BELIEF, BELIEF), Relaxed);
    }

    fn is_used(&self) -> bool {
        self.used.load(Relaxed) >= 0
    }

    /// Whether so many bytes are likely to use huge pages.
    fn is_huge(&self, options: Options, size: usize) -> bool {
        options.advises_huge_pages() && size >= if self.is_used() { HUGE_IF_USED_FROM } else { HUGE_FROM }
    }

    /// A block from the parent, which `get` asks; on huge pages, where these are likely to be used.
    ///
    /// Then it asks for whole ones at first, [mostly](ROUNDED), since the system aligns what is just as long to them, and gives the rest
    /// back.
    fn get<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        whole: Layout,
        get: impl Fn(Layout) -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if !self.is_huge(parent.options, whole.size()) {
            return get(whole);
        }
        let rounded = match whole.size().checked_next_multiple_of(HUGE_PAGE) {
            Some(size) if size <= ROUNDED => Layout::from_size_align(size, whole.align()).unwrap_or(whole),
            _ => whole,
        };
        let start = match get(rounded) {
            Err(_) if rounded != whole => return get(whole),
            asked => asked?,
        };
        // SAFETY: pages that live.
        unsafe { advice::huge_pages(start.cast(), start.len()) };
        // SAFETY: a parent's blocks are no longer than a layout can say.
        let whole_pages = unsafe { Layout::from_size_align_unchecked(start.len(), whole.align()) };
        // SAFETY: it lives, with that layout. Where it cannot be shrunk it stays as it is.
        Ok(unsafe { parent.allocator.shrink(start.cast(), whole_pages, whole) }.unwrap_or(start))
    }

    /// Frees kept blocks, the oldest first, as long as `more` says so of the oldest and the bytes that are kept. Returns how
    /// many bytes, but for those that are left to others.
    fn free_kept<A: Allocator>(&self, parent: Parent<'_, A>, more: impl Fn(&Block, usize) -> bool) -> usize {
        // SAFETY: what is in the list lives.
        let more = |oldest: &NonNull<Block>| more(unsafe { oldest.as_ref() }, self.kept_bytes.get());
        // The parent may have others kept, for each: but no more than there are.
        let at_most = self.held();
        let mut bytes = 0;
        // Once more after the last, for what was left to this thread just then.
        loop {
            {
                let _held = self.lock.lock();
                if bytes >= at_most || self.kept.last().filter(more).is_none() {
                    return bytes;
                }
            }
            let next = || {
                let _held = self.lock.lock();
                let oldest = self.kept.last().filter(more).filter(|_| bytes < at_most)?;
                // SAFETY: in the list.
                unsafe { self.kept.remove(oldest) };
                // SAFETY: it lives.
                let (start, layout) = unsafe { Block::whole(oldest) };
                self.kept_bytes.set(self.kept_bytes.get() - layout.size());
                bytes += layout.size();
                Some((start, layout))
            };
            if !parent.give_back((&self.giving, &self.held), next) {
                return bytes;
            }
        }
    }

    /// Grows a block where it is, by the parent, or by copying it to a kept one; `Err` if none of these can be done, and then
    /// it is as it was.
    ///
    /// # Safety
    ///
    /// `block` is a large block of this pool of layout `old`; the align stays.
    pub(super) unsafe fn grow<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<Found, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let header = unsafe { Block::of(block) };
        let whole = whole(new).ok_or(AllocError)?;
        // SAFETY: it lives.
        let before = unsafe { header.as_ref() }.size.get();
        if whole.size() <= before {
            return Ok((block, usize::MAX));
        }
        if whole.align() == HEADER && old.size() <= COPIED {
            if let Some(kept) = self.take_kept(whole.size(), whole.size()..=whole.size().saturating_mul(GROWN)) {
                let moved = Block::block(kept);
                // SAFETY: both have so many bytes, and are disjoint.
                unsafe { block.copy_to_nonoverlapping(moved, old.size()) };
                // SAFETY: by `# Safety` of this fn; not used again.
                unsafe { self.deallocate(parent, block) };
                return Ok((moved, usize::MAX));
            }
        }
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.grow_by_parent(parent, header, whole) }
    }

    /// Has the parent grow a block to `whole`; `Err` if it cannot, and then it is as it was.
    ///
    /// # Safety
    ///
    /// `header` is that of a live block, of that align, and no longer.
    unsafe fn grow_by_parent<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        header: NonNull<Block>,
        whole: Layout,
    ) -> Result<Found, AllocError> {
        // SAFETY: it lives.
        let before = unsafe { header.as_ref() }.size.get();
        let whole_pages = parent.options.whole_pages;
        let grow = |start, before| {
            // From where the block ended before it is zero then. Fresh pages are that anyway; but the parent may have others.
            let grow = if whole_pages { A::grow_zeroed } else { A::grow };
            // SAFETY: the block lives, with that layout, and no size here is less.
            self.get(parent, whole, |whole| unsafe { grow(parent.allocator, start, before, whole) })
        };
        // SAFETY: by `# Safety` of this fn.
        let header = unsafe { self.resize(header, grow) }?;
        let zero_from = if whole_pages { before - whole.align() } else { usize::MAX };
        Ok((Block::block(header), zero_from))
    }

    /// Shrinks a block that has much more than it needs.
    ///
    /// # Safety
    ///
    /// `block` is a large block of this pool; `new` is one for a large block too, of the same align, and no larger.
    pub(super) unsafe fn shrink<A: Allocator>(
        &self,
        parent: Parent<'_, A>,
        block: NonNull<u8>,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        // SAFETY: by `# Safety` of this fn.
        let header = unsafe { Block::of(block) };
        let whole = whole(new).ok_or(AllocError)?;
        // SAFETY: it lives.
        let before = unsafe { header.as_ref() }.size.get();
        // Where the parent gave more than it was asked for, the block may have had no room for a whole page at its end.
        if before.saturating_sub(whole.size()) < before / 4 {
            return Ok(block);
        }
        // SAFETY: the block lives, with that layout, and is larger.
        let shrink = |start, before| unsafe { parent.allocator.shrink(start, before, whole) };
        // SAFETY: by `# Safety` of this fn.
        let shrunk = unsafe { self.resize(header, shrink) };
        // A parent that cannot leaves it as it was, and that is large enough.
        Ok(shrunk.map_or(block, Block::block))
    }

    /// # Safety
    ///
    /// `header` is a live block's, and `resize` grows or shrinks what it is told lives with a layout, by the parent.
    unsafe fn resize(
        &self,
        header: NonNull<Block>,
        resize: impl FnOnce(NonNull<u8>, Layout) -> Result<NonNull<[u8]>, AllocError>,
    ) -> Result<NonNull<Block>, AllocError> {
        // SAFETY: it lives.
        let (start, before) = unsafe { Block::whole(header) };
        {
            // It may move, so it must not be in a list meanwhile.
            let _held = self.lock.lock();
            self.remove_live(header);
        }
        match resize(start, before) {
            Ok(start) => {
                // SAFETY: the header's bytes are the pool's.
                let header = unsafe { Block::init(start.cast(), start.len(), before.align()) };
                self.held.fetch_add(start.len().wrapping_sub(before.size()), Relaxed);
                self.add_live(header);
                Ok(header)
            }
            Err(error) => {
                self.add_live(header);
                Err(error)
            }
        }
    }

    /// Whether a live block starts at `address`, or goes through there.
    pub(super) fn owns(&self, address: usize) -> bool {
        let _held = self.lock.lock();
        self.live.iter().any(|header| {
            // SAFETY: what is in the list lives.
            let (start, layout) = unsafe { Block::whole(header) };
            address.wrapping_sub(start.addr().get()) < layout.size()
        })
    }

    /// Notes that a block was asked for with that layout, or grown or shrunk to it.
    ///
    /// # Safety
    ///
    /// `block` is a large block of this pool.
    pub(super) unsafe fn note(&self, block: NonNull<u8>, asked: Layout) {
        // SAFETY: by `# Safety` of this fn.
        let header = unsafe { Block::of(block) };
        let _held = self.lock.lock();
        // SAFETY: it lives.
        unsafe { header.as_ref() }.asked.set(asked);
    }

    /// If a live block starts at `address`: what was noted of it.
    pub(super) fn find(&self, address: usize) -> Option<Layout> {
        let _held = self.lock.lock();
        let header = self.live.iter().find(|&header| Block::block(header).addr().get() == address)?;
        // SAFETY: what is in the list lives.
        Some(unsafe { header.as_ref() }.asked.get())
    }

    /// Whether a block that was freed and is kept started at `address`.
    pub(super) fn keeps(&self, address: usize) -> bool {
        let _held = self.lock.lock();
        self.kept.iter().any(|header| Block::block(header).addr().get() == address)
    }

    /// The layout of a block with all its bytes. Its align is that of the parent's block, which has to be the one to resize.
    ///
    /// # Safety
    ///
    /// `block` is a large block of this pool.
    pub(super) unsafe fn layout(block: NonNull<u8>) -> Layout {
        // SAFETY: by `# Safety` of this fn.
        let header = unsafe { Block::of(block) };
        // SAFETY: it lives.
        let this = unsafe { header.as_ref() };
        // SAFETY: the parent's block has that align and is longer.
        unsafe { Layout::from_size_align_unchecked(this.size.get() - this.offset, this.offset) }
    }

    /// Gives back what was kept since the last tick, or all that is kept. Returns how many bytes.
    pub(super) fn give_idle_back<A: Allocator>(&self, parent: Parent<'_, A>, only_idle: bool) -> usize {
        let bytes = self.free_kept(parent, |oldest, _| !only_idle || oldest.idle.get());
        let _held = self.lock.lock();
        self.peak.set(self.live());
        // SAFETY: what is in the list lives.
        self.kept.iter().for_each(|header| unsafe { header.as_ref() }.idle.set(true));
        bytes
    }

    /// Gives everything back.
    ///
    /// # Safety
    ///
    /// Nobody uses any of it, or this, any more.
    pub(super) unsafe fn free<A: Allocator>(&self, parent: &A) {
        for header in self.live.iter().chain(self.kept.iter()) {
            // SAFETY: by `# Safety` of this fn; the next one was found already.
            unsafe { Block::free(header, parent) };
        }
    }
}
