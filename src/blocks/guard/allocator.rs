//! The traits of a guard.

use core::panic::Location;
use core::ptr::NonNull;

use super::Guard;
use super::calls::Resize;
use super::placement;
use super::report::{Call, Moment};
use super::state::State;
use crate::api::contents::Contents;
use crate::api::{
    AllocError, Allocator, CallsMalloc, GlobalAllocator, Layout, Owns, Reset, StaticAllocator, UsableSize,
};

// SAFETY: a block lies in a block of the parent of its own, between watched bytes, and is exactly as long as requested. Blocks are found
// by their addresses, which do not change when the guard moves. Nothing unwinds: where the program is at fault, the process ends.
unsafe impl<A: Allocator> Allocator for Guard<A> {
    #[track_caller]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_at(layout, Contents::Uninit, Location::caller())
    }

    #[track_caller]
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate_at(layout, Contents::Zeroed, Location::caller())
    }

    #[track_caller]
    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate_at(block, Some(layout), Location::caller()) };
    }

    #[track_caller]
    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let resize = Resize { call: Call::Grow, old, new, contents: Contents::Uninit };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.resize_at(block, resize, Location::caller()) }
    }

    #[track_caller]
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let resize = Resize { call: Call::Grow, old, new, contents: Contents::Zeroed };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.resize_at(block, resize, Location::caller()) }
    }

    #[track_caller]
    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let resize = Resize { call: Call::Shrink, old, new, contents: Contents::Uninit };
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.resize_at(block, resize, Location::caller()) }
    }
}

// SAFETY: a block lies in one of the parent, a `StaticAllocator`. The drop of a guard returns only freed blocks to it.
unsafe impl<A: StaticAllocator> StaticAllocator for Guard<A> {}
// SAFETY: the records are in pages of the system's, and do not move with the guard. Backtraces are captured without an allocation.
// (A report may allocate from the default; it ends the process.) Everything else is the parent's, a `GlobalAllocator`.
unsafe impl<A: GlobalAllocator> GlobalAllocator for Guard<A> {}
impl<A: Allocator + CallsMalloc> CallsMalloc for Guard<A> {}

// SAFETY: each live block has a record, by its address; a block of another allocator that takes no memory from this one has another
// address.
unsafe impl<A: Allocator> Owns for Guard<A> {
    fn owns(&self, block: NonNull<u8>, _: Layout) -> bool {
        State::get(&self.state).is_some_and(|state| state.ledger().layout_of(block).is_ok())
    }
}

// SAFETY: the layout is the one of the request, and only that one is accepted.
unsafe impl<A: Allocator> UsableSize for Guard<A> {
    #[track_caller]
    unsafe fn layout_of(&self, block: NonNull<u8>) -> Layout {
        self.layout_at(block, Location::caller())
    }

    #[track_caller]
    unsafe fn deallocate_without_layout(&self, block: NonNull<u8>) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.deallocate_at(block, None, Location::caller()) };
    }
}

/// Checks all blocks before they end. Blocks that are live are no leaks.
impl<A: Allocator + Reset> Reset for Guard<A> {
    #[track_caller]
    fn reset(&mut self) {
        if let Some(state) = State::get(&self.state) {
            super::check_state(state, Moment::Reset, Location::caller());
            let mut ledger = state.ledger();
            let live = ledger.records().iter().filter(|record| record.freed.is_none() && record.has_memory());
            // SAFETY: the memory is the guard's, by invariant 3 of `Ledger`, and `&mut self` says that no block is in use.
            live.for_each(|record| unsafe { placement::poison(record.start, record.layout.size()) });
            ledger.clear();
        }
        self.parent.reset();
    }
}
