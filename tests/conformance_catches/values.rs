//! Rules 7, 8 and 10: what happens to the allocator value itself.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::rc::Rc;

use janus_alloc::api::{AllocError, Allocator, AllocatorClone, Layout};
use janus_alloc::testing::conformance::{Options, Rule, check, check_clones};

use super::base::{Base, Broken, Fault, Returned};
use super::{options, reports, reports_clones, unwind};

/// An arena with its memory inside itself, which would be right for `&Inline` only.
struct Inline {
    memory: UnsafeCell<[MaybeUninit<u8>; 4096]>,
    used: Cell<usize>,
}

impl Inline {
    const fn new() -> Self {
        Self { memory: UnsafeCell::new([MaybeUninit::uninit(); 4096]), used: Cell::new(0) }
    }
}

// SAFETY: it is not: moving the value leaves its blocks behind.
unsafe impl Allocator for Inline {
    fn allocate(&self, layout: Layout) -> Returned {
        let start = NonNull::from(&self.memory).cast::<u8>();
        let end = start.addr().get() + self.used.get();
        let first = end.checked_next_multiple_of(layout.align()).ok_or(AllocError)? - start.addr().get();
        let next = first.checked_add(layout.size()).filter(|&next| next <= 4096).ok_or(AllocError)?;
        self.used.set(next);
        // SAFETY: within the memory.
        Ok(NonNull::slice_from_raw_parts(unsafe { start.add(first) }, layout.size()))
    }
    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
}

#[test]
fn memory_inside_the_value() {
    reports(Rule::Move, Inline::new);
    // By reference it is right.
    for seed in super::SEEDS {
        let arena = Inline::new();
        let report = check(&arena, &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > 10, "{report}");
    }
}

/// Takes itself for new when its address has changed, and clears its memory.
#[derive(Default)]
struct RemembersItsAddress {
    address: Cell<usize>,
}

impl Fault for RemembersItsAddress {
    fn allocate(&self, base: &Base, layout: Layout) -> Returned {
        let address = std::ptr::from_ref(self).addr();
        if ![0, address].contains(&self.address.replace(address)) {
            base.clear();
        }
        base.allocate(layout)
    }
}

#[test]
fn blocks_lost_by_a_move() {
    reports(Rule::Move, || Broken::new(RemembersItsAddress::default()));
}

struct DropUnwinds;
impl Fault for DropUnwinds {}
impl Drop for DropUnwinds {
    fn drop(&mut self) {
        unwind();
    }
}

#[test]
fn a_drop_that_unwinds() {
    reports(Rule::Unwind, || Broken::new(DropUnwinds));
    let end = check(Broken::new(DropUnwinds), &options(1)).unwrap_err();
    assert_eq!(end.operation, options(1).operations + 1);
}

/// Clones share what they own.
struct Shared {
    base: Rc<Base>,
    /// What the drop of a clone that is not the last one does.
    dropped: fn(&Self),
    /// How many clones may be made.
    clones: Rc<Cell<u32>>,
    given: RefCell<Vec<NonNull<u8>>>,
    /// Whether a block that another clone gave is refused.
    refuses: bool,
}

impl Shared {
    fn new(dropped: fn(&Self), clones: u32) -> Self {
        Self {
            base: Rc::default(),
            dropped,
            clones: Rc::new(Cell::new(clones)),
            given: RefCell::default(),
            refuses: false,
        }
    }
}

impl Clone for Shared {
    fn clone(&self) -> Self {
        match self.clones.get().checked_sub(1) {
            Some(left) => self.clones.set(left),
            None => unwind(),
        }
        let (base, clones) = (self.base.clone(), self.clones.clone());
        Self { base, dropped: self.dropped, clones, given: RefCell::default(), refuses: self.refuses }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if Rc::strong_count(&self.base) > 1 {
            (self.dropped)(self);
        }
    }
}

// SAFETY: the base is honest; what a drop does may not be, but the kit is the only user.
unsafe impl Allocator for Shared {
    fn allocate(&self, layout: Layout) -> Returned {
        let block = self.base.allocate(layout)?;
        self.given.borrow_mut().push(block.cast());
        Ok(block)
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        if self.refuses && layout.size() != 0 && !self.given.borrow().contains(&start) {
            unwind();
        }
        self.base.deallocate(start, layout);
    }
}

// SAFETY: all clones use one base.
unsafe impl AllocatorClone for Shared {}

#[test]
fn clones_that_share_everything() {
    for seed in super::SEEDS {
        let options = Options { operations: 20_000, ..options(seed) };
        let report = check_clones(Shared::new(|_| (), u32::MAX), &options).unwrap_or_else(|error| panic!("{error}"));
        assert!(report.moves > 50 && report.grows > 1000, "{report}");
    }
}

#[test]
fn a_clone_that_takes_all_blocks_along() {
    reports_clones(Rule::Equivalence, || Shared::new(|shared| shared.base.clear(), u32::MAX));
}

#[test]
fn a_clone_that_refuses_the_blocks_of_others() {
    reports_clones(Rule::Equivalence, || {
        let mut shared = Shared::new(|_| (), u32::MAX);
        shared.refuses = true;
        shared
    });
}

#[test]
fn a_clone_that_unwinds() {
    for clones in [0, 1, 5] {
        reports_clones(Rule::Unwind, || Shared::new(|_| (), clones));
    }
    reports_clones(Rule::Unwind, || Shared::new(|_| unwind(), u32::MAX));
}
