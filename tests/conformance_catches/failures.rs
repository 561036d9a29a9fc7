//! Rules 3, 4 and 7: calls that fail, reject a size, or unwind.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Layout};
use janus_alloc::testing::conformance::Rule;

use super::base::{AllocResult, Base, Broken, Fault};
use super::{reports, unwind};

/// Frees the old block of a grow that fails, and allocates it again next.
#[derive(Default)]
struct FreesThenFails {
    freed: Cell<Option<NonNull<u8>>>,
}

impl Fault for FreesThenFails {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        let aligned = |start: &NonNull<u8>| start.addr().get() % layout.align() == 0;
        let fits = |start: &NonNull<u8>| base.capacity(*start) >= layout.size() && aligned(start);
        match self.freed.take().filter(fits) {
            Some(start) => Ok(base.slice(start, layout)),
            None => base.allocate(layout),
        }
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.replace(start, old, new, old.size());
        // A block of size 0 has no bytes that could be allocated twice.
        if grown.is_err() && old.size() != 0 {
            self.freed.set(Some(start));
        }
        grown
    }
}

struct SpoilsThenFails;
impl Fault for SpoilsThenFails {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.replace(start, old, new, old.size());
        if grown.is_err() && old.size() != 0 {
            base.corrupt(start);
        }
        grown
    }
}

struct ShrinkSpoilsThenFails;
impl Fault for ShrinkSpoilsThenFails {
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.fill(start, new.size(), old.size(), 0);
        Err(AllocError)
    }
}

#[test]
fn an_old_block_changed_by_a_failed_call() {
    reports(Rule::ErrKeeps, || Broken::new(FreesThenFails::default()));
    reports(Rule::ErrKeeps, || Broken::new(SpoilsThenFails));
    reports(Rule::ErrKeeps, || Broken::new(ShrinkSpoilsThenFails));
}

/// Unwinds for any size but the requested one, although it returned more.
#[derive(Default)]
struct InsistsOnTheRequested {
    requested: RefCell<HashMap<usize, usize>>,
    by_deallocate: bool,
}

impl InsistsOnTheRequested {
    fn remember(&self, block: AllocResult, layout: Layout) -> AllocResult {
        let address = block?.cast::<u8>().addr().get();
        self.requested.borrow_mut().insert(address, layout.size());
        block
    }

    fn insist(&self, start: NonNull<u8>, layout: Layout) {
        if layout.size() != 0 && self.requested.borrow()[&start.addr().get()] != layout.size() {
            unwind();
        }
    }
}

impl Fault for InsistsOnTheRequested {
    const RETURNS_EXCESS: bool = true;

    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        self.remember(base.allocate(layout), layout)
    }
    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> AllocResult {
        self.remember(base.allocate_zeroed(layout), layout)
    }
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        if self.by_deallocate {
            self.insist(start, layout);
        }
        base.deallocate(start, layout);
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        if !self.by_deallocate {
            self.insist(start, old);
        }
        self.remember(base.replace(start, old, new, old.size()), new)
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.remember(base.grow_zeroed(start, old, new), new)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.remember(base.replace(start, old, new, new.size()), new)
    }
}

#[test]
fn a_size_in_the_fit_range_rejected() {
    for by_deallocate in [false, true] {
        reports(Rule::FitRange, || Broken::new(InsistsOnTheRequested { by_deallocate, ..Default::default() }));
    }
}

/// Unwinds in the named method, for large aligns.
struct Unwinds(&'static str);

impl Unwinds {
    fn maybe_unwind(&self, method: &str, layout: Layout) {
        if self.0 == method && layout.align() >= 64 {
            unwind();
        }
    }
}

impl Fault for Unwinds {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        self.maybe_unwind("allocate", layout);
        base.allocate(layout)
    }
    fn allocate_zeroed(&self, base: &Base, layout: Layout) -> AllocResult {
        self.maybe_unwind("allocate_zeroed", layout);
        base.allocate_zeroed(layout)
    }
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        self.maybe_unwind("deallocate", layout);
        base.deallocate(start, layout);
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.maybe_unwind("grow", new);
        base.replace(start, old, new, old.size())
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.maybe_unwind("grow_zeroed", new);
        base.grow_zeroed(start, old, new)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.maybe_unwind("shrink", new);
        base.replace(start, old, new, new.size())
    }
}

#[test]
fn a_method_that_unwinds() {
    for method in ["allocate", "allocate_zeroed", "deallocate", "grow", "grow_zeroed", "shrink"] {
        reports(Rule::Unwind, || Broken::new(Unwinds(method)));
    }
}

/// Unwinds for huge layouts, as arithmetic with overflow checks does.
struct UnwindsForHuge;
impl UnwindsForHuge {
    fn add_header(layout: Layout) {
        if layout.size().checked_add(1 << 20).is_none_or(|size| size > isize::MAX as usize) {
            unwind();
        }
    }
}
impl Fault for UnwindsForHuge {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        Self::add_header(layout);
        base.allocate(layout)
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        Self::add_header(new);
        base.replace(start, old, new, old.size())
    }
}

struct UnwindsForNothing;
impl Fault for UnwindsForNothing {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
        if layout.size() == 0 {
            unwind();
        }
        base.allocate(layout)
    }
}

#[test]
fn a_method_that_unwinds_at_the_ends_of_the_range() {
    reports(Rule::Unwind, || Broken::new(UnwindsForHuge));
    reports(Rule::Unwind, || Broken::new(UnwindsForNothing));
}
