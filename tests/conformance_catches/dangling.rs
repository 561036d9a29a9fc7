//! Rule 6: at size 0 an allocator accepts pointers that it never returned.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::testing::conformance::{Options, Rule, check};
use janus_alloc::{Pages, System};

use super::base::{AllocResult, Base, Broken, Fault};
use super::{assert_reported, options, passes, reports, reports_clones, unwind};

/// Serves small sizes, 0 included, with a block of at least `bytes` bytes, which has to be freed. The trait allows that.
#[derive(Clone, Copy)]
struct MinimumSize<A> {
    bytes: usize,
    parent: A,
}

impl<A> MinimumSize<A> {
    fn parent_layout(&self, layout: Layout) -> Result<Layout, AllocError> {
        Layout::from_size_align(layout.size().max(self.bytes), layout.align()).map_err(|_| AllocError)
    }
}

// SAFETY: each block is a block of the parent that is no shorter. (This breaks rule 6 nonetheless.)
unsafe impl<A: Allocator> Allocator for MinimumSize<A> {
    fn allocate(&self, layout: Layout) -> AllocResult {
        let block = self.parent.allocate_zeroed(self.parent_layout(layout)?)?;
        Ok(NonNull::slice_from_raw_parts(block.cast(), layout.size()))
    }
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        let layout = self.parent_layout(layout).expect("the block was allocated with this layout");
        // SAFETY: by `# Safety` of this fn, which the kit does not keep at size 0.
        unsafe { self.parent.deallocate(start, layout) };
    }
}

// SAFETY: all clones forward to one parent.
unsafe impl janus_alloc::api::AllocatorClone for MinimumSize<System> {}

#[test]
fn size_zero_served_by_blocks() {
    reports(Rule::Dangling, || MinimumSize { bytes: 1, parent: System });
    reports(Rule::Dangling, || MinimumSize { bytes: 16, parent: System });
    reports_clones(Rule::Dangling, || MinimumSize { bytes: 1, parent: System });
    // A parent that unmaps freed memory.
    reports(Rule::Dangling, || MinimumSize { bytes: 1, parent: Pages::new() });
}

#[test]
fn the_message_says_what_to_do() {
    let text = check(MinimumSize { bytes: 1, parent: System }, &options(1)).unwrap_err().to_string();
    for part in ["rule 6", "size 0, align", "never returned", "serve size 0 by a dangling pointer", "free nothing"] {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

/// The rule exists because collections pass dangling pointers of their own at size 0.
#[test]
fn collections_work_with_an_allocator_that_passes() {
    let system = MinimumSize { bytes: 0, parent: System };
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
        let report =
            check(MinimumSize { bytes: 1, parent: System }, &options).unwrap_or_else(|error| panic!("{error}"));
        assert!(report.zero_sized > 10 && report.dangling == 0, "{report}");
    }
}

/// In the named method, frees the block at the address, also at size 0.
struct FreesByAddress(&'static str);

impl FreesByAddress {
    fn old(&self, method: &str, old: Layout) -> Layout {
        let one_byte = Layout::from_size_align(1, old.align()).unwrap();
        if self.0 == method && old.size() == 0 { one_byte } else { old }
    }
}

impl Fault for FreesByAddress {
    fn deallocate(&self, base: &Base, start: NonNull<u8>, layout: Layout) {
        base.deallocate(start, self.old("deallocate", layout));
    }
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        base.replace(start, self.old("grow", old), new, old.size())
    }
    fn grow_zeroed(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        let grown = base.grow_zeroed(start, old, new)?;
        base.deallocate(start, self.old("grow_zeroed", old));
        Ok(grown)
    }
    fn shrink(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
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

/// Unwinds for a pointer that is neither a known block nor, in its opinion, dangling.
struct Insists {
    /// Whether it takes all low addresses for dangling, not only the address that equals the align.
    knows_dangling: bool,
}

impl Insists {
    fn insist(&self, base: &Base, start: NonNull<u8>, old: Layout) {
        let dangling = start.addr().get() == old.align() || self.knows_dangling && start.addr().get() < 1 << 24;
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
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
        self.insist(base, start, old);
        base.replace(start, old, new, old.size())
    }
}

/// The kit passes other pointers than `NonNull::dangling` at size 0.
#[test]
fn allocators_that_guess_which_pointers_dangle() {
    reports(Rule::Dangling, || Broken::new(Insists { knows_dangling: false }));
    reports(Rule::Dangling, || Broken::new(Insists { knows_dangling: true }));
}

/// Grows a block of size 0 in place, although there are no bytes. It does so only at addresses that no block can have, because
/// elsewhere the kit would write to memory of others.
struct GrowsAnywhere;

impl Fault for GrowsAnywhere {
    fn grow(&self, base: &Base, start: NonNull<u8>, old: Layout, new: Layout) -> AllocResult {
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
    // More operations, because three random conditions have to coincide.
    let more = |seed| Options { operations: 20_000, ..options(seed) };
    assert_reported(Rule::Dangling, more, |options| check(Broken::new(GrowsAnywhere), options));
}
