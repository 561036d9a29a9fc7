//! The calls of a program to a guard, each with the location that it is made for.

use core::ptr::NonNull;

use super::Guard;
use super::ledger::{Origin, Record, Status};
use super::placement::{self, Damage, FRESH, Outer, Placement};
use super::report::{self, Call, Fault, Finder, Moment};
use super::state::State;
use crate::api::contents::Contents;
use crate::api::global_calls::dangling;
use crate::api::{AllocError, Allocator, Layout};
use crate::os::access;

/// A resize, with the layouts that the program passes.
#[derive(Clone, Copy)]
pub(super) struct Resize {
    pub(super) call: Call,
    pub(super) old: Layout,
    pub(super) new: Layout,
    /// The contents of the bytes that a growing block gains.
    pub(super) contents: Contents,
}

impl<A: Allocator> Guard<A> {
    pub(super) fn allocate_at(
        &self,
        layout: Layout,
        contents: Contents,
        origin: Origin,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Ok(dangling(layout));
        }
        let state = State::get_or_create(&self.state, self.options, self.created)?;
        let outer = state.options.placement.outer(layout).ok_or(AllocError)?;
        let block = self.allocate_outer(state, outer.layout, contents, origin)?.cast::<u8>();
        // SAFETY: the parent's block is longer than `front`.
        let start = unsafe { block.add(outer.front) };
        // SAFETY: the parent's block was allocated for `outer`, with a block of this size at `start`.
        unsafe { outer.write_canaries(start, layout.size()) };
        if contents == Contents::Uninit {
            // SAFETY: the block is the guard's, and has that many bytes.
            unsafe { start.write_bytes(FRESH, layout.size()) };
        }
        let backtrace = state.backtrace();
        let mut ledger = state.ledger();
        let event = ledger.event(origin, backtrace.as_ref());
        let added = ledger.add(start, layout, event);
        drop(ledger);
        if added.is_err() {
            // SAFETY: allocated above with that layout, and not handed out.
            unsafe { self.parent.deallocate(block, outer.layout) };
        }
        added.map(|()| NonNull::slice_from_raw_parts(start, layout.size()))
    }

    /// Frees the block at `block`. `layout` is the layout that the program passes, if it passes one.
    ///
    /// # Safety
    ///
    /// Nothing uses the block afterwards. (If it is no block, this does not return.)
    pub(super) unsafe fn deallocate_at(&self, block: NonNull<u8>, layout: Option<Layout>, origin: Origin) {
        if let Some(layout) = layout.filter(|layout| layout.size() == 0) {
            return self.check_dangling(block, layout, Call::Free, origin);
        }
        let (state, record) = self.begin_leaving(block, layout, Call::Free, origin);
        // SAFETY: the block is leaving; by `# Safety` of this fn.
        unsafe { self.retire(state, &record, origin) };
    }

    /// Moves a block into a new one.
    ///
    /// # Safety
    ///
    /// If this returns `Ok`, nothing uses the block afterwards. (If it is no block, this does not return.)
    pub(super) unsafe fn resize_at(
        &self,
        block: NonNull<u8>,
        resize: Resize,
        origin: Origin,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let Resize { call, old, new, contents } = resize;
        let is_wrong = match call {
            Call::Shrink => new.size() > old.size(),
            _ => new.size() < old.size(),
        };
        if is_wrong {
            report::abort(&Fault::WrongDirection { pointer: block, call, old, new }, &self.finder(origin));
        }
        if old.size() == 0 {
            self.check_dangling(block, old, call, origin);
            return self.allocate_at(new, contents, origin);
        }
        let (state, record) = self.begin_leaving(block, Some(old), call, origin);
        let moved = self.allocate_at(new, contents, origin);
        match moved {
            Ok(moved) => {
                // SAFETY: both blocks have as many bytes, and they are disjoint, as the guard has the memory of both.
                unsafe { record.start.copy_to_nonoverlapping(moved.cast(), old.size().min(new.size())) };
                // SAFETY: the block is leaving; by `# Safety` of this fn.
                unsafe { self.retire(state, &record, origin) };
            }
            Err(AllocError) => state.ledger().stay(record.start),
        }
        moved
    }

    /// Returns the layout of the block at `block`, or reports that there is none.
    pub(super) fn layout_at(&self, block: NonNull<u8>, origin: Origin) -> Layout {
        let found = State::get(&self.state).map(|state| state.ledger().layout_of(block));
        let refusal = match found {
            Some(Ok(layout)) => return layout,
            Some(Err(refusal)) => Some(refusal),
            None => None,
        };
        let fault = Fault::Refused { pointer: block, layout: None, refusal, call: Call::Ask };
        report::abort(&fault, &self.finder(origin))
    }

    /// Releases the oldest blocks in quarantine until there are at most `limit` bytes. Reports those that were written to.
    pub(super) fn release_oldest(&self, state: &State, limit: usize, moment: Moment, origin: Origin) {
        let placement = state.options.placement;
        let outer_size = |layout| placement.outer(layout).map_or(0, |outer| outer.layout.size());
        loop {
            // The lock is not held afterwards.
            let oldest = state.ledger().release_oldest(limit, outer_size);
            let Some(record) = oldest else { return };
            // SAFETY: by invariant 3 of `Ledger` the memory was the guard's, and it is this call's now, which has taken the record
            // out of the quarantine.
            if let Some(damage) = unsafe { damage(&record, placement) } {
                report::abort(&Fault::Damage { record, damage, moment }, &self.finder(origin));
            }
            // SAFETY: as above; nothing uses the memory any more.
            unsafe { self.return_to_parent(&record, placement) };
        }
    }

    pub(super) fn finder(&self, origin: Origin) -> Finder<'_> {
        Finder { state: State::get(&self.state), created: self.created, origin }
    }

    /// Allocates a block of the parent. If the parent refuses, it gets back all blocks in quarantine, and is asked once more.
    fn allocate_outer(
        &self,
        state: &State,
        layout: Layout,
        contents: Contents,
        origin: Origin,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let block = contents.allocate(&self.parent, layout);
        if block.is_ok() || state.ledger().quarantined_bytes() == 0 {
            return block;
        }
        self.release_oldest(state, 0, Moment::Reuse, origin);
        contents.allocate(&self.parent, layout)
    }

    /// Takes a block out of use, or reports why it cannot be freed or resized.
    fn begin_leaving(
        &self,
        block: NonNull<u8>,
        layout: Option<Layout>,
        call: Call,
        origin: Origin,
    ) -> (&State, Record) {
        let refused = |refusal| {
            report::abort(&Fault::Refused { pointer: block, layout, refusal, call }, &self.finder(origin));
        };
        let Some(state) = State::get(&self.state) else { refused(None) };
        let backtrace = state.backtrace();
        let mut ledger = state.ledger();
        let event = ledger.event(origin, backtrace.as_ref());
        let found = ledger.begin_leaving(block, layout, event);
        drop(ledger);
        let record = match found {
            Ok(record) => record,
            Err(refusal) => refused(Some(refusal)),
        };
        // SAFETY: by invariant 3 of `Ledger`.
        if let Some(damage) = unsafe { damage(&record, state.options.placement) } {
            report::abort(&Fault::Damage { record, damage, moment: Moment::Call(call) }, &self.finder(origin));
        }
        (state, record)
    }

    /// Puts a block that is leaving into quarantine, or returns it to the parent if it is too large for that.
    ///
    /// # Safety
    ///
    /// Nothing uses the block.
    unsafe fn retire(&self, state: &State, record: &Record, origin: Origin) {
        let placement = state.options.placement;
        let Some(outer) = placement.outer(record.layout) else { return };
        let limit = state.options.quarantine;
        let is_sealed = match placement {
            // SAFETY: by `# Safety` of this fn.
            Placement::PageEnd if outer.layout.size() <= limit => unsafe { seal(record.start, &outer) },
            _ => false,
        };
        if !is_sealed {
            // SAFETY: by `# Safety` of this fn.
            unsafe { placement::poison(record.start, record.layout.size()) };
        }
        if outer.layout.size() > limit {
            state.ledger().release(record.start);
            // SAFETY: by `# Safety` of this fn.
            unsafe { self.return_to_parent(record, placement) };
            return;
        }
        state.ledger().quarantine(record.start, outer.layout.size(), is_sealed);
        self.release_oldest(state, limit, Moment::Reuse, origin);
    }

    /// # Safety
    ///
    /// The block is one that was released, and is not used any more.
    unsafe fn return_to_parent(&self, record: &Record, placement: Placement) {
        if let Some(outer) = placement.outer(record.layout) {
            // SAFETY: the parent's block starts `front` bytes before the guard's.
            let block = unsafe { record.start.sub(outer.front) };
            // SAFETY: the parent has allocated the block with this layout; by `# Safety` of this fn.
            unsafe { self.parent.deallocate(block, outer.layout) };
        }
    }

    /// Checks the pointer of a block of size 0, which any aligned one may be.
    fn check_dangling(&self, block: NonNull<u8>, layout: Layout, call: Call, origin: Origin) {
        if block.addr().get() % layout.align() != 0 {
            report::abort(&Fault::Misaligned { pointer: block, layout, call }, &self.finder(origin));
        }
    }
}

/// Returns the damage to a block or around it.
///
/// # Safety
///
/// The memory of the block is the guard's, and the calling thread the only one that may release it.
pub(super) unsafe fn damage(record: &Record, placement: Placement) -> Option<Damage> {
    let outer = placement.outer(record.layout)?;
    let size = record.layout.size();
    if let Status::Quarantined { is_sealed } = record.status {
        if is_sealed {
            return None;
        }
        // SAFETY: the block was poisoned before it was put into quarantine; by `# Safety` of this fn.
        let within = unsafe { placement::damage_within(record.start, size) };
        if within.is_some() {
            return within;
        }
    }
    // SAFETY: the canaries were written when the block was allocated; by `# Safety` of this fn.
    unsafe { outer.damage_around(record.start, size) }
}

/// Makes a freed block inaccessible. Returns whether the system did so.
///
/// # Safety
///
/// The block lies at the end of pages as `outer` says, and is not used any more.
unsafe fn seal(start: NonNull<u8>, outer: &Outer) -> bool {
    // SAFETY: the parent's block starts `front` bytes before the guard's.
    let block = unsafe { start.sub(outer.front) };
    // SAFETY: the parent is `Pages`, of which this is one block; by `# Safety` of this fn.
    unsafe { access::deny(block, outer.layout.size()) }
}
