//! Rules 7, 8 and 10: moves, drops and clones of the allocator value.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::rc::Rc;

use janus_alloc::api::{AllocError, Allocator, AllocatorClone, Layout};
use janus_alloc::testing::conformance::{Options, Rule, check, check_clones};

use super::base::{AllocResult, Base, Broken, Fault};
use super::{options, reports, reports_clones, unwind};

/// An arena with its memory inside itself, which would be sound for `&Inline` only.
struct Inline {
    memory: UnsafeCell<[MaybeUninit<u8>; 4096]>,
    used: Cell<usize>,
}

impl Inline {
    const fn new() -> Self {
        Self { memory: UnsafeCell::new([MaybeUninit::uninit(); 4096]), used: Cell::new(0) }
    }
}

// SAFETY: violated on purpose: moving the value invalidates its blocks.
unsafe impl Allocator for Inline {
    fn allocate(&self, layout: Layout) -> AllocResult {
        let start = NonNull::from(&self.memory).cast::<u8>();
        let end = start.addr().get() + self.used.get();
        let first = end.checked_next_multiple_of(layout.align()).ok_or(AllocError)? - start.addr().get();
        let next = first.checked_add(layout.size()).filter(|&next| next <= 4096).ok_or(AllocError)?;
        self.used.set(next);
        // SAFETY: `first` is at most `next`, which is at most the size of the memory.
        Ok(NonNull::slice_from_raw_parts(unsafe { start.add(first) }, layout.size()))
    }
    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
}

#[test]
fn memory_inside_the_value() {
    reports(Rule::Move, Inline::new);
    // A reference to the arena keeps the rules.
    for seed in super::SEEDS {
        let arena = Inline::new();
        let report = check(&arena, &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
        assert!(report.allocations > 10, "{report}");
    }
}

/// Clears its memory when its address has changed.
#[derive(Default)]
struct RemembersItsAddress {
    address: Cell<usize>,
}

impl Fault for RemembersItsAddress {
    fn allocate(&self, base: &Base, layout: Layout) -> AllocResult {
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

/// An allocator whose clones share one base.
struct SharedBase {
    base: Rc<Base>,
    /// Called by the drop of every clone but the last.
    dropped: fn(&Self),
    /// Number of clones that can still be made before `clone` unwinds.
    clones: Rc<Cell<u32>>,
    allocated: RefCell<Vec<NonNull<u8>>>,
    /// Whether `deallocate` unwinds for a block that another clone allocated.
    refuses_foreign_blocks: bool,
}

impl SharedBase {
    fn new(dropped: fn(&Self), clones: u32) -> Self {
        Self {
            base: Rc::default(),
            dropped,
            clones: Rc::new(Cell::new(clones)),
            allocated: RefCell::default(),
            refuses_foreign_blocks: false,
        }
    }
}

impl Clone for SharedBase {
    fn clone(&self) -> Self {
        match self.clones.get().checked_sub(1) {
            Some(left) => self.clones.set(left),
            None => unwind(),
        }
        let (base, clones) = (self.base.clone(), self.clones.clone());
        Self {
            base,
            dropped: self.dropped,
            clones,
            allocated: RefCell::default(),
            refuses_foreign_blocks: self.refuses_foreign_blocks,
        }
    }
}

impl Drop for SharedBase {
    fn drop(&mut self) {
        if Rc::strong_count(&self.base) > 1 {
            (self.dropped)(self);
        }
    }
}

// SAFETY: the base is honest. A drop may not be, but the only user is the kit.
unsafe impl Allocator for SharedBase {
    fn allocate(&self, layout: Layout) -> AllocResult {
        let block = self.base.allocate(layout)?;
        self.allocated.borrow_mut().push(block.cast());
        Ok(block)
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        if self.refuses_foreign_blocks && layout.size() != 0 && !self.allocated.borrow().contains(&start) {
            unwind();
        }
        self.base.deallocate(start, layout);
    }
}

// SAFETY: all clones use one base.
unsafe impl AllocatorClone for SharedBase {}

#[test]
fn clones_that_share_everything() {
    for seed in super::SEEDS {
        let options = Options { operations: 20_000, ..options(seed) };
        let report =
            check_clones(SharedBase::new(|_| (), u32::MAX), &options).unwrap_or_else(|error| panic!("{error}"));
        assert!(report.moves > 50 && report.grows > 1000, "{report}");
    }
}

#[test]
fn a_clone_whose_drop_clears_all_blocks() {
    reports_clones(Rule::Equivalence, || SharedBase::new(|shared| shared.base.clear(), u32::MAX));
}

#[test]
fn a_clone_that_refuses_the_blocks_of_others() {
    reports_clones(Rule::Equivalence, || {
        let mut shared = SharedBase::new(|_| (), u32::MAX);
        shared.refuses_foreign_blocks = true;
        shared
    });
}

#[test]
fn a_clone_that_unwinds() {
    for clones in [0, 1, 5] {
        reports_clones(Rule::Unwind, || SharedBase::new(|_| (), clones));
    }
    reports_clones(Rule::Unwind, || SharedBase::new(|_| unwind(), u32::MAX));
}
