//! Faults of a `GlobalAlloc`.

use std::alloc::{GlobalAlloc, Layout, System};

use janus_alloc::testing::conformance::{Rule, check_global};

use super::{assert_reported, options, unwind};

/// `System` with at most one faulty method.
#[derive(Default)]
struct FaultyGlobal {
    alloc_zeroed_writes: bool,
    realloc_changes_a_byte: bool,
    realloc_unwinds: bool,
}

// SAFETY: violated on purpose; the only user is the kit. The contract of `System` is kept.
unsafe impl GlobalAlloc for FaultyGlobal {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        assert_ne!(layout.size(), 0);
        // Zeroed, so that the kit never compares uninitialised bytes.
        // SAFETY: the size is not 0.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        assert_ne!(layout.size(), 0);
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.dealloc(block, layout) };
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by `# Safety` of this fn.
        let block = unsafe { self.alloc(layout) };
        if self.alloc_zeroed_writes && !block.is_null() {
            // SAFETY: the block is live and has at least one byte.
            unsafe { block.write(1) };
        }
        block
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if self.realloc_unwinds {
            unwind();
        }
        // SAFETY: by `# Safety` of this fn.
        let block = unsafe { System.realloc(block, layout, new_size) };
        if self.realloc_changes_a_byte && !block.is_null() && new_size > layout.size() {
            // SAFETY: the block has at least `layout.size()` bytes.
            let last = unsafe { block.add(layout.size() - 1) };
            // SAFETY: as above; the byte was initialised.
            let byte = unsafe { last.read() };
            // SAFETY: as above.
            unsafe { last.write(!byte) };
        }
        block
    }
}

#[track_caller]
fn reports(rule: Rule, global: &FaultyGlobal) {
    assert_reported(rule, options, |options| check_global(global, options));
}

#[test]
fn an_honest_global_passes() {
    for seed in super::SEEDS {
        check_global(&FaultyGlobal::default(), &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
        let erased: &dyn GlobalAlloc = &FaultyGlobal::default();
        check_global(erased, &options(seed)).unwrap_or_else(|violation| panic!("{violation}"));
    }
}

#[test]
fn faulty_globals() {
    // Growing from size 0 calls `alloc_zeroed` too, so the fault may be noticed there first.
    for seed in super::SEEDS {
        let global = FaultyGlobal { alloc_zeroed_writes: true, ..FaultyGlobal::default() };
        let violation = check_global(&global, &options(seed)).unwrap_err();
        assert!(matches!(violation.rule, Rule::Zeroed | Rule::GrowZeroed), "{violation}");
    }
    reports(Rule::GrowKeeps, &FaultyGlobal { realloc_changes_a_byte: true, ..FaultyGlobal::default() });
    reports(Rule::Unwind, &FaultyGlobal { realloc_unwinds: true, ..FaultyGlobal::default() });
}
