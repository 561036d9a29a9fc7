//! Rule 6: at size 0 an allocator accepts pointers that it never returned.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::testing::conformance::{Options, Rule, check};
use janus_alloc::{Pages, System};

use super::base::{Base, Broken, Fault, Returned};
use super::{assert_reported, options, passes, reports, reports_clones, unwind};

/// Serves size 0 with a block of so many bytes, which it wants back. The trait allows that.
#[derive(Clone, Copy)]
struct AtLeast<A> {
    bytes: usize,
    parent: A,
}

impl<A> AtLeast<A> {
    fn of_parent(&self, layout: Layout) -> Result<Layout, AllocError> {
        Layout::from_size_align(layout.size().max(self.bytes), layout.align()).map_err(|_| AllocError)
    }
}

// SAFETY: each block is one of the parent's, which is no shorter. (It breaks rule 6 all the same.)
unsafe impl<A: Allocator> Allocator for AtLeast<A> {
    fn allocate(&self, layout: Layout) -> Returned {
        let block = self.parent.allocate_zeroed(self.of_parent(layout)?)?;
        Ok(NonNull::slice_from_raw_parts(block.cast(), layout.size()))
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        let layout = self.of_parent(layout).expect("it was one before");
        // SAFETY: by the contract of the trait, which the kit does not keep at size 0.
        unsafe { self.parent.deallocate(start, layout) };
    }
}

// SAFETY: all clones pass to one parent.
unsafe impl janus_alloc::api::AllocatorClone for AtLeast<System> {}

#[test]
fn size_zero_served_by_blocks() {
    reports(Rule::Dangling, || AtLeast { bytes: 1, parent: System });
    reports(Rule::Dangling, || AtLeast { bytes: 16, parent: System });
    reports_clones(Rule::Dangling, || AtLeast { bytes: 1, parent: System });
    // Whose memory is gone when it is freed.
    reports(Rule::Dangling, || AtLeast { bytes: 1, parent: Pages::new() });
}

#[test]
fn the_message_says_what_to_do() {
    let text = check(AtLeast { bytes: 1, parent: System }, &options(1)).unwrap_err().to_string();
    for part in ["rule 6", "size 0, align", "never returned", "serve size 0 by a dangling pointer", "free nothing"] {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

/// That is what the rule is for: a pointer of theirs comes back at size 0.
#[test]
fn collections_work_with_an_allocator_that_passes() {
    let system = AtLeast { bytes: 0, parent: System };
    check(system, &options(1)).unwrap();
    let mut numbers = Vec::new_in(system);
    numbers.push(1_u64);
    numbers.clear();
    drop(numbers.into_boxed_slice());
    drop(Vec::<u64, _>::new_in(system).into_boxed_slice());
    let none: Box<[u8], _> = Box::slice(Box::new_in([0_u8; 0], system));
    drop(none.clone());
}

#[test]
fn the_rule_can_be_left_out() {
    for seed in super::SEEDS {
        let options = Options { dangling_pointers: false, ..options(seed) };
        let report = check(AtLeast { bytes: 1, parent: System }, &options).unwrap_or_else(|error| panic!("{error}"));
        assert!(report.zero_sized > 10 && report.dangling == 0, "{report}");
    }
}

/// Looks at the address and not at the size, in the method of that name.
struct FreesByAddress(&'static str);

impl FreesByAddress {
    fn old(&self, method: &str, old: Layout) -> Layout {
        let taken_for = Layout::from_size_align(1, old.align()).unwrap();
        if self.0 == method && old.size() == 0 { taken_for } else { old }
    }
}

impl Fault for FreesByAddress {
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        base.deallocate(start, self.old("deallocate", layout));
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        base.replace(start, self.old("grow", old), new, old.size())
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        let grown = base.grow_zeroed(start, old, new)?;
        base.deallocate(start, self.old("grow_zeroed", old));
        Ok(grown)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        base.replace(start, self.old("shrink", old), new, new.size())
    }
}

#[test]
fn every_method_is_tested() {
    for method in ["deallocate", "grow", "grow_zeroed", "shrink"] {
        reports(Rule::Dangling, || Broken::new(FreesByAddress(method)));
        for seed in super::SEEDS {
            let text = check(Broken::new(FreesByAddress(method)), &options(seed)).unwrap_err().to_string();
            assert!(text.contains(&format!("{method}(size 0")), "{text}");
        }
    }
    passes(|| Broken::new(FreesByAddress("none")));
}

/// Insists that it knows the block, if it is at all like one.
struct Insists {
    /// Whether low addresses are taken for dangling ones.
    knows_dangling: bool,
}

impl Insists {
    fn insist(&self, base: &Base, start: NonNull<u8>, old: Layout) {
        let dangling = start.addr().get() == old.align() || self.knows_dangling && start.addr().get() < 1 << 24;
        // What has bytes is at an address of its own, or at the end of another's.
        if !base.knows(start) && !dangling {
            unwind();
        }
    }
}

impl Fault for Insists {
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        self.insist(base, start, layout);
        base.deallocate(start, layout);
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        self.insist(base, start, old);
        base.replace(start, old, new, old.size())
    }
}

/// Not only the pointer that `NonNull::dangling` gives is accepted.
#[test]
fn pointers_that_are_only_guessed_to_be_dangling() {
    reports(Rule::Dangling, || Broken::new(Insists { knows_dangling: false }));
    reports(Rule::Dangling, || Broken::new(Insists { knows_dangling: true }));
}

/// Leaves size 0 where it is, and says that there are bytes. (Only where that must be seen: elsewhere the kit would write.)
struct GrowsAnywhere;

impl Fault for GrowsAnywhere {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> Returned {
        let address = start.addr().get();
        let nowhere = !(1 << 14..=usize::MAX - (4 << 20)).contains(&address) && address != old.align();
        if old.size() == 0 && old.align() == new.align() && nowhere {
            return Ok(NonNull::slice_from_raw_parts(start, new.size()));
        }
        base.replace(start, old, new, old.size())
    }
}

#[test]
fn growth_where_there_is_no_memory() {
    // Three chances have to come together.
    let more = |seed| Options { operations: 20_000, ..options(seed) };
    assert_reported(Rule::Dangling, more, |options| check(Broken::new(GrowsAnywhere), options));
}
