//! Rules 2, 4 and 5: the contents of blocks.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use janus_alloc::api::Layout;
use janus_alloc::testing::conformance::Rule;

use super::base::{AllocResult, Base, Broken, Fault};
use super::reports;

/// Changes a byte of the block allocated last when it allocates another.
#[derive(Default)]
struct WritesIntoLive {
    last: Cell<Option<NonNull<u8>>>,
}

impl Fault for WritesIntoLive {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let block = base.allocate(layout)?;
        // The last block may have been freed or resized since.
        if let Some(last) = self.last.get().filter(|&last| base.knows(last) && last != block.cast()) {
            base.corrupt(last);
        }
        self.last.set((layout.size() != 0).then_some(block.cast()));
        Ok(block)
    }
}

#[test]
fn a_write_into_a_live_block() {
    reports(Rule::Untouched, || Broken::new(WritesIntoLive::default()));
}

struct NotZeroed;
impl Fault for NotZeroed {
    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> AllocResult {
        base.allocate(layout)
    }
}

struct ZeroesTheRequestedOnly;
impl Fault for ZeroesTheRequestedOnly {
    const RETURNS_EXCESS: bool = true;

    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> AllocResult {
        let block = base.allocate(layout)?;
        base.fill(block.cast(), 0, layout.size(), 0);
        Ok(block)
    }
}

#[test]
fn bytes_not_zeroed() {
    reports(Rule::Zeroed, || Broken::new(NotZeroed));
    reports(Rule::Zeroed, || Broken::new(ZeroesTheRequestedOnly));
}

struct GrowZeroedGrows;
impl Fault for GrowZeroedGrows {
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.replace(start, old, new, old.size())
    }
}

/// Like an allocator that grows in place and zeroes only the bytes that are new to the block, not its dirty excess.
struct LeavesDirtyExcess;
impl Fault for LeavesDirtyExcess {
    const RETURNS_EXCESS: bool = true;

    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let had = base.capacity(start).min(Base::rounded(new.size()));
        let grown = base.replace(start, old, new, had.max(old.size()))?;
        base.fill(grown.cast(), had, grown.len(), 0);
        Ok(grown)
    }
}

struct GrowZeroesTheRequestedOnly;
impl Fault for GrowZeroesTheRequestedOnly {
    const RETURNS_EXCESS: bool = true;

    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.replace(start, old, new, old.size())?;
        base.fill(grown.cast(), old.size(), new.size(), 0);
        Ok(grown)
    }
}

#[test]
fn bytes_not_zeroed_by_grow() {
    reports(Rule::GrowZeroed, || Broken::new(GrowZeroedGrows));
    reports(Rule::GrowZeroed, || Broken::new(LeavesDirtyExcess));
    reports(Rule::GrowZeroed, || Broken::new(GrowZeroesTheRequestedOnly));
}

struct GrowLosesAll;
impl Fault for GrowLosesAll {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.replace(start, old, new, 0)
    }
}

struct GrowZeroedLosesOne;
impl Fault for GrowZeroedLosesOne {
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.replace(start, old, new, old.size().saturating_sub(1))?;
        base.fill(grown.cast(), old.size(), grown.len(), 0);
        Ok(grown)
    }
}

/// Remembers the requested size, and copies no more than that.
#[derive(Default)]
struct CopiesTheRequestedOnly {
    requested: RefCell<HashMap<usize, usize>>,
}

impl CopiesTheRequestedOnly {
    fn remember(&self, block: AllocResult, layout: Layout) -> AllocResult {
        let address = block?.cast::<u8>().addr().get();
        self.requested.borrow_mut().insert(address, layout.size());
        block
    }
}

impl Fault for CopiesTheRequestedOnly {
    const RETURNS_EXCESS: bool = true;

    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        self.remember(base.allocate(layout), layout)
    }
    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> AllocResult {
        self.remember(base.allocate_zeroed(layout), layout)
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let requested = self.requested.borrow().get(&start.addr().get()).copied().unwrap_or(0);
        self.remember(base.replace(start, old, new, requested.min(old.size())), new)
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.remember(base.grow_zeroed(start, old, new), new)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.remember(base.replace(start, old, new, new.size()), new)
    }
}

#[test]
fn contents_lost_by_grow() {
    reports(Rule::GrowKeeps, || Broken::new(GrowLosesAll));
    reports(Rule::GrowKeeps, || Broken::new(GrowZeroedLosesOne));
    reports(Rule::GrowKeeps, || Broken::new(CopiesTheRequestedOnly::default()));
}

struct ShrinkLosesOne;
impl Fault for ShrinkLosesOne {
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.replace(start, old, new, new.size().saturating_sub(1))
    }
}

#[test]
fn contents_lost_by_shrink() {
    reports(Rule::ShrinkKeeps, || Broken::new(ShrinkLosesOne));
}
