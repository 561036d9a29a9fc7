//! An allocator that records its live blocks and their layouts. It panics if a collection breaks the allocator contract, and fails on
//! request.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::thread::panicking;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};

/// A checking allocator over [`System`]. It is passed by reference, so one ledger serves many collections.
///
/// It panics unless these rules hold:
///
/// * No request has size 0.
/// * A block is freed or resized with its alignment, and with a size from the requested to the returned one. The returned size is the
///   requested one rounded up to a multiple of 16.
/// * No block is live when the ledger is dropped.
///
/// It overwrites new and freed bytes, so a read of them shows.
#[derive(Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The live blocks, by address.
    live: HashMap<usize, Block>,
    /// The number of requests for memory so far.
    requests: usize,
    /// The request that fails, counted from 0.
    failing: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    requested: Layout,
    returned: usize,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns a ledger whose request number `nth`, counted from 0, fails.
    pub(crate) fn failing(nth: usize) -> Self {
        let ledger = Self::new();
        ledger.state.lock().unwrap().failing = Some(nth);
        ledger
    }

    /// Returns the number of live blocks.
    pub(crate) fn live(&self) -> usize {
        self.state.lock().unwrap().live.len()
    }

    /// Returns the requested layouts of the live blocks, in arbitrary order.
    pub(crate) fn layouts(&self) -> Vec<Layout> {
        self.state.lock().unwrap().live.values().map(|block| block.requested).collect()
    }

    /// Returns the number of requests for memory so far.
    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }

    /// Counts a request for `layout`, and fails if it is the one that is to fail.
    #[track_caller]
    fn request(&self, layout: Layout) -> Result<(), AllocError> {
        assert_ne!(layout.size(), 0, "size 0 reached the allocator");
        let mut state = self.state.lock().unwrap();
        let number = state.requests;
        state.requests += 1;
        if state.failing == Some(number) { Err(AllocError) } else { Ok(()) }
    }

    /// Returns a new block, whose bytes are `fill`.
    fn serve(&self, layout: Layout, fill: u8) -> Result<NonNull<[u8]>, AllocError> {
        let padded = padded_layout(layout)?;
        let block = System.allocate(padded)?.cast::<u8>();
        // SAFETY: `System` has just returned the block for `padded`.
        unsafe { block.write_bytes(fill, padded.size()) };
        let entry = Block { requested: layout, returned: padded.size() };
        let before = self.state.lock().unwrap().live.insert(block.addr().get(), entry);
        assert!(before.is_none());
        Ok(NonNull::slice_from_raw_parts(block, padded.size()))
    }

    /// Removes a block from the live ones, and returns its entry.
    #[track_caller]
    fn remove(&self, block: NonNull<u8>, layout: Layout) -> Block {
        assert_ne!(layout.size(), 0, "size 0 reached the allocator");
        let found = self.state.lock().unwrap().live.remove(&block.addr().get());
        let found = found.unwrap_or_else(|| panic!("{block:?} of {layout:?} is not live"));
        assert_eq!(layout.align(), found.requested.align(), "{found:?}");
        assert!((found.requested.size()..=found.returned).contains(&layout.size()), "{layout:?} for {found:?}");
        found
    }

    /// Moves a block of layout `old` to a new one of layout `new`, with its first `kept` bytes.
    ///
    /// # Safety
    ///
    /// 1. `block` is a live block of this ledger, and `old` fits it.
    /// 2. `kept` is at most the size of `old` and at most that of `new`.
    unsafe fn move_to(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        kept: usize,
        fill: u8,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.serve(new, fill)?;
        // SAFETY: the blocks are live and so do not overlap; both have `kept` bytes, by 1 and 2 of `# Safety` of this fn.
        unsafe { moved.cast::<u8>().copy_from_nonoverlapping(block, kept) };
        // SAFETY: by 1 of `# Safety` of this fn.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

/// Returns the layout of the block that serves `layout`. A collection may use the excess bytes.
fn padded_layout(layout: Layout) -> Result<Layout, AllocError> {
    let size = layout.size().checked_next_multiple_of(16).ok_or(AllocError)?;
    Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
}

// SAFETY: each block is one of `System`, which keeps it valid until `deallocate`; a move of the ledger moves no block.
unsafe impl Allocator for Ledger {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout)?;
        self.serve(layout, 0xCD)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout)?;
        self.serve(layout, 0)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let found = self.remove(block, layout);
        let padded = padded_layout(found.requested).unwrap();
        // SAFETY: `serve` allocated the block with `padded`, and it was live until now.
        unsafe { block.write_bytes(0xDD, padded.size()) };
        // SAFETY: `serve` allocated the block from `System` with `padded`, and it was live until now.
        unsafe { System.deallocate(block, padded) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size());
        self.request(new)?;
        // SAFETY: by `# Safety` of this fn; `new` is no smaller than `old`.
        unsafe { self.move_to(block, old, new, old.size(), 0xCD) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size());
        self.request(new)?;
        // SAFETY: by `# Safety` of this fn; `new` is no smaller than `old`.
        unsafe { self.move_to(block, old, new, old.size(), 0) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() <= old.size());
        self.request(new)?;
        // SAFETY: by `# Safety` of this fn; `new` is no larger than `old`.
        unsafe { self.move_to(block, old, new, new.size(), 0xCD) }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if !panicking() {
            assert!(self.state.get_mut().unwrap().live.is_empty(), "leaked: {:?}", self.layouts());
        }
    }
}

/// Runs `work` with each of its requests failing in turn, until it succeeds. `work` must return an error whenever a request failed,
/// and leave no block live.
pub(crate) fn each_failure<E: Debug>(mut work: impl FnMut(&Ledger) -> Result<(), E>) {
    for nth in 0.. {
        let ledger = Ledger::failing(nth);
        let result = work(&ledger);
        assert_eq!(ledger.live(), 0, "request {nth} failed");
        if ledger.requests() <= nth {
            return result.expect("no request failed");
        }
        result.expect_err("a request failed");
    }
}

/// Counts the creations, clones and drops of its values, and so finds values dropped twice or never.
#[derive(Default)]
pub(crate) struct Drops {
    created: Cell<usize>,
    dropped: Cell<usize>,
    /// The clone that panics, counted from 0.
    panicking_clone: Cell<Option<usize>>,
    /// The drop that panics, counted from 0.
    panicking_drop: Cell<Option<usize>>,
    clones: Cell<usize>,
}

/// A value counted by [`Drops`].
#[derive(Debug)]
pub(crate) struct Value<'a> {
    pub(crate) number: usize,
    drops: &'a Drops,
    /// Lets a sanitizer find a second drop of the value, which frees this twice.
    _own: Box<u8>,
}

impl Debug for Drops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} dropped", self.dropped.get(), self.created.get())
    }
}

impl Drops {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns a new value. Its number is the count of values created before it.
    pub(crate) fn value(&self) -> Value<'_> {
        let number = self.created.replace(self.created.get() + 1);
        Value { number, drops: self, _own: Box::default() }
    }

    /// Makes the `nth` clone from now on, counted from 0, panic.
    pub(crate) fn panic_in_clone(&self, nth: usize) {
        self.panicking_clone.set(Some(self.clones.get() + nth));
    }

    /// Makes the `nth` drop from now on, counted from 0, panic. The value counts as dropped.
    pub(crate) fn panic_in_drop(&self, nth: usize) {
        self.panicking_drop.set(Some(self.dropped.get() + nth));
    }

    /// Returns the number of live values.
    pub(crate) fn live(&self) -> usize {
        self.created.get().checked_sub(self.dropped.get()).expect("a value was dropped twice")
    }

    pub(crate) fn dropped(&self) -> usize {
        self.dropped.get()
    }
}

impl Clone for Value<'_> {
    fn clone(&self) -> Self {
        let drops = self.drops;
        let number = drops.clones.replace(drops.clones.get() + 1);
        assert!(drops.panicking_clone.get() != Some(number), "a clone panics");
        drops.value()
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Drop for Value<'_> {
    fn drop(&mut self) {
        let drops = self.drops;
        let number = drops.dropped.replace(drops.dropped.get() + 1);
        assert!(drops.panicking_drop.get() != Some(number), "a drop panics");
    }
}

/// Runs `work`, and returns whether it panicked.
pub(crate) fn panics<T>(work: impl FnOnce() -> T) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err()
}
