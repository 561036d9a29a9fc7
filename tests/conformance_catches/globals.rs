//! The same through the face of the process.

use std::alloc::{GlobalAlloc, Layout, System};

use janus_alloc::testing::conformance::{Rule, check_global};

use super::{assert_reported, options, unwind};

/// `System` with one of its methods replaced.
#[derive(Default)]
struct Global {
    ignores_zero: bool,
    realloc_loses: bool,
    realloc_unwinds: bool,
}

// SAFETY: it is not, but the kit is the only user. What is promised to `System` is kept.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        assert_ne!(layout.size(), 0);
        // SAFETY: the size is not 0. Zeroed, so that nothing uninitialised is ever compared.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        assert_ne!(layout.size(), 0);
        // SAFETY: by the contract of this method.
        unsafe { System.dealloc(block, layout) };
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the contract of this method.
        let block = unsafe { self.alloc(layout) };
        if self.ignores_zero && !block.is_null() {
            // SAFETY: the size is not 0.
            unsafe { block.write(1) };
        }
        block
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if self.realloc_unwinds {
            unwind();
        }
        // SAFETY: by the contract of this method.
        let block = unsafe { System.realloc(block, layout, new_size) };
        if self.realloc_loses && !block.is_null() && new_size > layout.size() {
            // SAFETY: the block has at least `layout.size()` bytes.
            let last = unsafe { block.add(layout.size() - 1) };
            // SAFETY: as above; it was initialised.
            let byte = unsafe { last.read() };
            // SAFETY: as above.
            unsafe { last.write(!byte) };
        }
        block
    }
}

#[track_caller]
fn reports(rule: Rule, global: &Global) {
    assert_reported(rule, options, |options| check_global(global, options));
}

#[test]
fn a_global_that_obeys() {
    for seed in super::SEEDS {
        check_global(&Global::default(), &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
        let erased: &dyn GlobalAlloc = &Global::default();
        check_global(erased, &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
    }
}

#[test]
fn globals_that_do_not() {
    // Growing from size 0 comes down to `alloc_zeroed` as well, so it may be noticed there first.
    for seed in super::SEEDS {
        let global = Global { ignores_zero: true, ..Global::default() };
        let violation = check_global(&global, &options(seed)).unwrap_err();
        assert!(matches!(violation.rule, Rule::Zeroed | Rule::GrowZeroed), "{violation}");
    }
    reports(Rule::GrowKeeps, &Global { realloc_loses: true, ..Global::default() });
    reports(Rule::Unwind, &Global { realloc_unwinds: true, ..Global::default() });
}
