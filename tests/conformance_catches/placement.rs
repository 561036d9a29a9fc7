//! Rules 1, 2, 4 and 6: the addresses and lengths of blocks.

use std::cell::{Cell, RefCell};
use std::ptr::{self, NonNull};

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::testing::conformance::{Options, Rule, check};

use super::base::{AllocResult, Base, Broken, Fault};
use super::{assert_reported, options, passes, reports};

fn at(address: usize, length: usize) -> NonNull<[u8]> {
    let start = NonNull::new(ptr::without_provenance_mut(address)).unwrap();
    NonNull::slice_from_raw_parts(start, length)
}

/// Moves the start of `block` by 8 bytes, which misaligns it and stays within the block or its headroom.
fn shifted(block: NonNull<[u8]>) -> NonNull<[u8]> {
    // SAFETY: every block has 64 bytes of headroom, so 8 bytes further on is within the block of `System`.
    NonNull::slice_from_raw_parts(unsafe { block.cast::<u8>().add(8) }, block.len())
}

struct Misaligned;
impl Fault for Misaligned {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let block = base.allocate(layout)?;
        Ok(if layout.align() > 8 && layout.size() != 0 { shifted(block) } else { block })
    }
}

#[test]
fn a_misaligned_block() {
    reports(Rule::Alignment, || Broken::new(Misaligned));
}

/// Misaligns blocks whose align is above 4096, like an allocator that returns plain pages for them.
struct MisalignedAbovePages;
impl Fault for MisalignedAbovePages {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let block = base.allocate(layout)?;
        Ok(if layout.align() > 4096 && layout.size() != 0 { shifted(block) } else { block })
    }
}

#[test]
fn a_misaligned_block_above_a_page() {
    // Such aligns are rare, since each may cost 2 MiB.
    let options = |seed| Options { operations: 100_000, max_size: 500, ..options(seed) };
    assert_reported(Rule::Alignment, options, |options| check(Broken::new(MisalignedAbovePages), options));
}

pub(crate) struct ShortByOne;
impl Fault for ShortByOne {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let block = base.allocate(layout)?;
        Ok(NonNull::slice_from_raw_parts(block.cast(), block.len().saturating_sub(1)))
    }
}

#[test]
fn a_short_block() {
    reports(Rule::Length, || Broken::new(ShortByOne));
}

struct GrowForgetsTheNewSize;
impl Fault for GrowForgetsTheNewSize {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.replace(start, old, new, old.size())?;
        Ok(NonNull::slice_from_raw_parts(grown.cast(), old.size()))
    }
}

#[test]
fn a_short_block_from_grow() {
    reports(Rule::Length, || Broken::new(GrowForgetsTheNewSize));
}

struct BeyondIsize;
impl Fault for BeyondIsize {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let block = base.allocate(layout)?;
        // Rounded up to the align, this length exceeds `isize::MAX` by one.
        let length = if layout.align() > 8 { isize::MAX as usize } else { block.len() };
        Ok(NonNull::slice_from_raw_parts(block.cast(), length))
    }
}

#[test]
fn a_length_beyond_isize() {
    reports(Rule::Length, || Broken::new(BeyondIsize));
}

struct Wraps;
impl Fault for Wraps {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        match layout.size() {
            33..=1000 => Ok(at(usize::MAX & !(layout.align() - 1), layout.size().next_multiple_of(layout.align()))),
            _ => base.allocate(layout),
        }
    }
}

#[test]
fn a_range_that_wraps() {
    reports(Rule::Length, || Broken::new(Wraps));
}

struct AcceptsHuge;
impl Fault for AcceptsHuge {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        // The size after a rounding that wraps around.
        let wrapped = Layout::from_size_align(layout.size() & 0xFF, layout.align());
        if layout.size() <= isize::MAX as usize / 2 { base.allocate(layout) } else { base.allocate(wrapped.unwrap()) }
    }
}

struct GrowAcceptsHuge;
impl Fault for GrowAcceptsHuge {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        if new.size() <= isize::MAX as usize / 2 {
            return base.replace(start, old, new, old.size());
        }
        Ok(NonNull::slice_from_raw_parts(start, new.size()))
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_huge_layout_accepted() {
    reports(Rule::HugeLayout, || Broken::new(AcceptsHuge));
    reports(Rule::HugeLayout, || Broken::new(GrowAcceptsHuge));
}

/// Bumps through one chunk, and forgets the last `forgotten` bytes of each block, so that the next block overlaps them.
struct BumpChunk {
    start: NonNull<u8>,
    used: Cell<usize>,
    forgotten: usize,
}

const CHUNK_SIZE: usize = 64 << 20;

impl BumpChunk {
    fn new(forgotten: usize) -> Self {
        let start = System.allocate_zeroed(Layout::from_size_align(CHUNK_SIZE, 4096).unwrap()).unwrap();
        Self { start: start.cast(), used: Cell::new(0), forgotten }
    }
}

impl Drop for BumpChunk {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with that layout.
        unsafe { System.deallocate(self.start, Layout::from_size_align(CHUNK_SIZE, 4096).unwrap()) };
    }
}

// SAFETY: if nothing is forgotten, blocks are disjoint parts of the chunk. Otherwise violated on purpose; the only user is the kit.
unsafe impl Allocator for BumpChunk {
    fn allocate(&self, layout: Layout) -> AllocResult {
        let end = self.start.addr().get() + self.used.get();
        let first = end.checked_next_multiple_of(layout.align()).ok_or(AllocError)? - self.start.addr().get();
        let next = first.checked_add(layout.size()).filter(|&next| next <= CHUNK_SIZE).ok_or(AllocError)?;
        self.used.set(next.saturating_sub(self.forgotten));
        // SAFETY: `first` is at most `next`, which is at most the size of the chunk.
        Ok(NonNull::slice_from_raw_parts(unsafe { self.start.add(first) }, layout.size()))
    }
    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
    unsafe fn grow(&self, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = self.allocate(new)?;
        // SAFETY: both blocks lie within the chunk. (They may overlap, which the default method does not allow.)
        unsafe { start.copy_to(grown.cast(), old.size()) };
        Ok(grown)
    }
    unsafe fn grow_zeroed(&self, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        // SAFETY: by `# Safety` of this fn.
        let grown = unsafe { self.grow(start, old, new) }?;
        // SAFETY: the old size is at most the new size.
        let rest = unsafe { grown.cast::<u8>().add(old.size()) };
        // SAFETY: these bytes end where the new block ends.
        unsafe { rest.write_bytes(0, new.size() - old.size()) };
        Ok(grown)
    }
    unsafe fn shrink(&self, start: NonNull<u8>, _: Layout, new: Layout) -> AllocResult {
        let shrunk = self.allocate(new)?;
        // SAFETY: as above.
        unsafe { start.copy_to(shrunk.cast(), new.size()) };
        Ok(shrunk)
    }
}

#[test]
fn blocks_that_overlap_by_a_byte() {
    reports(Rule::Disjoint, || BumpChunk::new(1));
    passes(|| BumpChunk::new(0));
}

/// Keeps freed blocks for later requests that they fit.
struct FreeList {
    /// Freed blocks and their capacities.
    free: RefCell<Vec<(NonNull<u8>, usize)>>,
    /// Whether a block leaves the list when it is allocated.
    pops: bool,
}

impl FreeList {
    fn new(pops: bool) -> Broken<Self> {
        Broken::new(Self { free: RefCell::default(), pops })
    }
}

impl FreeList {
    /// Like `Base::replace`, but keeps the old block in the list: the base might allocate a freed address again.
    fn replace(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout, kept: usize) -> AllocResult {
        let moved = base.allocate(new)?;
        base.copy(start, moved.cast(), kept);
        self.keep(base, start, old);
        Ok(moved)
    }

    fn keep(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 {
            self.free.borrow_mut().push((start, base.capacity(start)));
        }
    }
}

impl Fault for FreeList {
    const RETURNS_EXCESS: bool = true;

    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let mut free = self.free.borrow_mut();
        let fits = |&(start, capacity): &(NonNull<u8>, usize)| {
            start.addr().get() % layout.align() == 0 && capacity >= layout.size() && layout.size() != 0
        };
        let Some(index) = free.iter().rposition(fits) else { return base.allocate(layout) };
        Ok(base.slice(if self.pops { free.remove(index).0 } else { free[index].0 }, layout))
    }
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        self.keep(base, start, layout);
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.replace(base, start, old, new, old.size())
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = self.replace(base, start, old, new, old.size())?;
        base.fill(grown.cast(), old.size(), grown.len(), 0);
        Ok(grown)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.replace(base, start, old, new, new.size())
    }
}

#[test]
fn a_live_block_given_out_again() {
    reports(Rule::Disjoint, || FreeList::new(false));
    passes(|| FreeList::new(true));
}

struct GrowMisaligned;
impl Fault for GrowMisaligned {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.replace(start, old, new, old.size())?;
        Ok(if new.align() > old.align().max(8) && new.size() != 0 { shifted(grown) } else { grown })
    }
}

#[test]
fn a_block_not_aligned_to_the_changed_align() {
    reports(Rule::Realign, || Broken::new(GrowMisaligned));
}

/// Resizes a block in place whenever its capacity suffices.
struct InPlace {
    /// Whether the block moves if its address does not fit the new align.
    checks_align: bool,
}

impl InPlace {
    fn stays(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> bool {
        let aligned = start.addr().get() % new.align() == 0;
        old.size() != 0 && new.size() != 0 && new.size() <= base.capacity(start) && (aligned || !self.checks_align)
    }
}

impl Fault for InPlace {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        if self.stays(base, start, old, new) {
            return Ok(base.slice(start, new));
        }
        base.replace(start, old, new, old.size())
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        if self.stays(base, start, old, new) {
            return Ok(base.slice(start, new));
        }
        base.replace(start, old, new, new.size())
    }
}

#[test]
fn a_block_kept_in_place_under_another_align() {
    reports(Rule::Realign, || Broken::new(InPlace { checks_align: false }));
}

#[test]
fn a_block_that_happens_to_be_aligned_may_stay_unless_told_otherwise() {
    let make = || Broken::new(InPlace { checks_align: true });
    for seed in super::SEEDS {
        let report = check(make(), &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.in_place > 50, "{report}");
    }
    let strict = |seed| Options { strict_realign: true, ..options(seed) };
    assert_reported(Rule::Realign, strict, |options| check(make(), options));
}

struct ZeroSizeAtOne;
impl Fault for ZeroSizeAtOne {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        if layout.size() == 0 { Ok(at(1, 0)) } else { base.allocate(layout) }
    }
}

struct ShrinkToZeroAtOne;
impl Fault for ShrinkToZeroAtOne {
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        if new.size() != 0 {
            return base.replace(start, old, new, new.size());
        }
        base.deallocate(start, old);
        Ok(at(1, 0))
    }
}

#[test]
fn size_zero_misaligned() {
    reports(Rule::ZeroSize, || Broken::new(ZeroSizeAtOne));
    reports(Rule::ZeroSize, || Broken::new(ShrinkToZeroAtOne));
}
