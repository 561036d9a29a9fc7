//! An allocator that knows its live blocks.

use core::ptr::NonNull;
use std::backtrace::Backtrace;
use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

use super::FaultKind;
use crate::api::{AllocError, Allocator, Layout, System};

/// `System`, with a list of the live blocks. It frees only blocks that are live, with their own layouts, and records every other
/// free as a misuse. When it is dropped, it frees the rest.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By address.
    live: BTreeMap<usize, LiveBlock>,
    misuses: Vec<String>,
}

#[derive(Debug)]
struct LiveBlock {
    start: Start,
    layout: Layout,
    origin: Backtrace,
}

/// The start of a block.
#[derive(Clone, Copy, Debug)]
struct Start(NonNull<u8>);

// SAFETY: the ledger uses the pointer only to free the block, once, under its lock or when it is dropped.
unsafe impl Send for Start {}

/// The value of new bytes, and below it that of freed bytes.
const NEW: u8 = 0xCD;
const FREED: u8 = 0xDD;

impl Ledger {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether `block` is live and `layout` fits it. If not, records a misuse by `operation`. A block of size 0 always
    /// fits.
    pub(super) fn check(&self, operation: &str, block: NonNull<u8>, layout: Layout) -> bool {
        layout.size() == 0 || {
            let mut state = self.state();
            let fault = match state.live.get(&block.addr().get()) {
                Some(live) if live.layout == layout => return true,
                Some(live) => format!("{operation} of a block of {:?} as one of {layout:?}", live.layout),
                None => format!("{operation} of a block of {layout:?} that is not live"),
            };
            state.misuses.push(fault);
            false
        }
    }

    /// Returns the misuses so far.
    pub(super) fn misuses(&self) -> Vec<String> {
        core::mem::take(&mut self.state().misuses)
    }

    /// Returns the live blocks as a leak, with the place where one of them was allocated.
    pub(super) fn leak(&self) -> Option<(FaultKind, String)> {
        let state = self.state();
        let first = state.live.values().next()?;
        let bytes = state.live.values().map(|block| block.layout.size()).sum();
        Some((FaultKind::Leaked { blocks: state.live.len(), bytes }, super::report::text(&first.origin)))
    }

    fn enter(&self, block: NonNull<[u8]>, layout: Layout) -> NonNull<[u8]> {
        let start = block.cast::<u8>();
        if layout.size() != 0 {
            let live = LiveBlock { start: Start(start), layout, origin: Backtrace::capture() };
            self.state().live.insert(start.addr().get(), live);
        }
        NonNull::slice_from_raw_parts(start, layout.size())
    }
}

// SAFETY: blocks are those of `System`, which each is returned to once.
unsafe impl Allocator for Ledger {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.enter(System.allocate(layout)?, layout);
        // SAFETY: the block is fresh, and has that many bytes.
        unsafe { block.cast::<u8>().write_bytes(NEW, layout.size()) };
        Ok(block)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Ok(self.enter(System.allocate_zeroed(layout)?, layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        if layout.size() == 0 || !self.check("free", block, layout) {
            return;
        }
        self.state().live.remove(&block.addr().get());
        // SAFETY: the block was live, has that many bytes, and is not used again.
        unsafe { block.write_bytes(FREED, layout.size()) };
        // SAFETY: a block of `System` with this layout, which was live until now.
        unsafe { System.deallocate(block, layout) };
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        for block in self.state().live.values() {
            // SAFETY: live, with this layout. Nobody uses it: blocks end with their allocator.
            unsafe { System.deallocate(block.start.0, block.layout) };
        }
    }
}
