//! An allocator that keeps books: what is live with which layout. It panics when a collection breaks the contract, and fails when it is
//! told to.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::thread::panicking;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, Layout};

/// Passed by reference, so that one ledger serves many collections. When it is dropped, nothing may be live.
///
/// * Size 0 never comes.
/// * A block comes back with its align, and a size from the requested one to the returned one, which is up to 15 bytes more.
/// * New bytes and freed ones are overwritten.
#[derive(Default)]
pub(crate) struct Ledger {
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    /// By address.
    live: HashMap<usize, Block>,
    /// Requests for more memory so far.
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

    /// A ledger whose `nth` request for more memory fails, counted from 0, and no other.
    pub(crate) fn failing(nth: usize) -> Self {
        let ledger = Self::new();
        ledger.books.lock().unwrap().failing = Some(nth);
        ledger
    }

    /// How many blocks are live.
    pub(crate) fn live(&self) -> usize {
        self.books.lock().unwrap().live.len()
    }

    /// The layouts of the live blocks, in no order.
    pub(crate) fn layouts(&self) -> Vec<Layout> {
        self.books.lock().unwrap().live.values().map(|block| block.requested).collect()
    }

    /// Requests for more memory so far.
    pub(crate) fn requests(&self) -> usize {
        self.books.lock().unwrap().requests
    }

    /// Counts a request for `layout`, and says whether it may be served.
    #[track_caller]
    fn request(&self, layout: Layout) -> Result<(), AllocError> {
        assert_ne!(layout.size(), 0, "size 0 reached the allocator");
        let mut books = self.books.lock().unwrap();
        let number = books.requests;
        books.requests += 1;
        if books.failing == Some(number) { Err(AllocError) } else { Ok(()) }
    }

    /// A new block, whose bytes are `fill`.
    fn serve(&self, layout: Layout, fill: u8) -> Result<NonNull<[u8]>, AllocError> {
        let padded = real(layout)?;
        let block = System.allocate(padded)?.cast::<u8>();
        // SAFETY: the block is fresh and as long.
        unsafe { block.write_bytes(fill, padded.size()) };
        let entry = Block { requested: layout, returned: padded.size() };
        let before = self.books.lock().unwrap().live.insert(block.addr().get(), entry);
        assert!(before.is_none());
        Ok(NonNull::slice_from_raw_parts(block, padded.size()))
    }

    /// Takes a block out of the books, and returns how long it is.
    #[track_caller]
    fn strike(&self, block: NonNull<u8>, layout: Layout) -> Block {
        assert_ne!(layout.size(), 0, "size 0 reached the allocator");
        let found = self.books.lock().unwrap().live.remove(&block.addr().get());
        let found = found.unwrap_or_else(|| panic!("{block:?} of {layout:?} is not live"));
        assert_eq!(layout.align(), found.requested.align(), "{found:?}");
        assert!((found.requested.size()..=found.returned).contains(&layout.size()), "{layout:?} for {found:?}");
        found
    }

    /// Moves a block of `old` to one of `new`, keeping `kept` bytes.
    unsafe fn move_to(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
        kept: usize,
        fill: u8,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.serve(new, fill)?;
        // SAFETY: both are live, disjoint, and have so many bytes.
        unsafe { moved.cast::<u8>().copy_from_nonoverlapping(block, kept) };
        // SAFETY: by the contract of the callers.
        unsafe { self.deallocate(block, old) };
        Ok(moved)
    }
}

/// The layout of the block that is really served: the excess is a collection's to use or not.
fn real(layout: Layout) -> Result<Layout, AllocError> {
    let size = layout.size().checked_next_multiple_of(16).ok_or(AllocError)?;
    Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
}

// SAFETY: blocks are `System`'s.
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
        let found = self.strike(block, layout);
        let padded = real(found.requested).unwrap();
        // SAFETY: the block was live, and is as long.
        unsafe { block.write_bytes(0xDD, padded.size()) };
        // SAFETY: it is `System`'s, with this layout.
        unsafe { System.deallocate(block, padded) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size());
        self.request(new)?;
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.move_to(block, old, new, old.size(), 0xCD) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size());
        self.request(new)?;
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.move_to(block, old, new, old.size(), 0) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() <= old.size());
        self.request(new)?;
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.move_to(block, old, new, new.size(), 0xCD) }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if !panicking() {
            assert!(self.books.get_mut().unwrap().live.is_empty(), "leaked: {:?}", self.layouts());
        }
    }
}

/// Runs `work` with each of its requests failing in turn, until it succeeds. It must fail as often as it asks, and leave nothing live.
pub(crate) fn each_failure<E: Debug>(mut work: impl FnMut(&Ledger) -> Result<(), E>) {
    for nth in 0.. {
        let ledger = Ledger::failing(nth);
        let done = work(&ledger);
        assert_eq!(ledger.live(), 0, "request {nth} failed");
        if ledger.requests() <= nth {
            return done.expect("no request failed");
        }
        done.expect_err("a request failed");
    }
}

/// Counts its values: each is dropped exactly once.
#[derive(Default)]
pub(crate) struct Drops {
    made: Cell<usize>,
    dropped: Cell<usize>,
    /// The clone that panics, and the drop that does, counted from 0.
    panicking_clone: Cell<Option<usize>>,
    panicking_drop: Cell<Option<usize>>,
    clones: Cell<usize>,
}

/// A value of [`Drops`].
#[derive(Debug)]
pub(crate) struct Value<'a> {
    pub(crate) number: usize,
    drops: &'a Drops,
    /// Dropped twice, a second free of this is noticed by sanitizers.
    _own: Box<u8>,
}

impl Debug for Drops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} dropped", self.dropped.get(), self.made.get())
    }
}

impl Drops {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A new value, numbered in the order they are made.
    pub(crate) fn value(&self) -> Value<'_> {
        let number = self.made.replace(self.made.get() + 1);
        Value { number, drops: self, _own: Box::default() }
    }

    /// The `nth` clone from now on panics.
    pub(crate) fn panic_in_clone(&self, nth: usize) {
        self.panicking_clone.set(Some(self.clones.get() + nth));
    }

    /// The `nth` drop from now on panics, having counted.
    pub(crate) fn panic_in_drop(&self, nth: usize) {
        self.panicking_drop.set(Some(self.dropped.get() + nth));
    }

    pub(crate) fn live(&self) -> usize {
        self.made.get().checked_sub(self.dropped.get()).expect("a value was dropped twice")
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

/// Whether `work` panics.
pub(crate) fn panics<T>(work: impl FnOnce() -> T) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err()
}
