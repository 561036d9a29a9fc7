//! Scopes: a scope uses a part of its arena's chunk until it ends.

use core::ptr::NonNull;

use super::supply::ChunkSupply;
use super::{BumpRegion, State};
use crate::arenas::arena::chunk::ArenaChunk;

/// The region that an arena does not use while a scope uses it.
#[derive(Debug)]
pub(in crate::arenas::arena) enum SuspendedRegion<const MIN_ALIGN: usize> {
    /// The region of the arena's cursor, from `position` on. It is a part of `chunk`, or of the base if there is none.
    Cursor { region: BumpRegion, position: NonNull<u8>, chunk: Option<ArenaChunk<MIN_ALIGN>> },
    /// The arena's tail.
    Tail(BumpRegion),
}

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// Returns the state of a new scope in this arena, and the region that the scope starts with. If that is the cursor's region,
    /// this arena allocates in other chunks until [`end_scope`](Self::end_scope).
    #[inline]
    pub(in crate::arenas::arena) fn begin_scope(&self) -> (Self, SuspendedRegion<MIN_ALIGN>) {
        let region = BumpRegion { start: self.region_start.get(), end: self.cursor.end() };
        let position = self.cursor.position();
        let rest = BumpRegion { start: position, end: region.end };
        // A tail is preferred, unless it is much shorter: then this arena keeps its region, and no further tail comes to be.
        let (base, suspended) = if self.tail.get().length() > rest.length() / 8 {
            let tail = self.tail.replace(Self::NO_REGION);
            (tail, SuspendedRegion::Tail(tail))
        } else {
            self.leave_region();
            (rest, SuspendedRegion::Cursor { region, position, chunk: self.chunks.first() })
        };
        let scope = Self { base, outer_supply: Some(NonNull::from(self.supply())), ..Self::new() };
        scope.set_region(base, base.start);
        (scope, suspended)
    }

    /// Ends a scope: takes its region back, and makes the chunks spare that it has taken.
    ///
    /// # Safety
    ///
    /// 1. `scope` and `suspended` are from [`begin_scope`](Self::begin_scope) of this state. Scopes that began later have ended.
    /// 2. No block of the scope is used again.
    #[inline]
    pub(in crate::arenas::arena) unsafe fn end_scope(&self, scope: &Self, suspended: &SuspendedRegion<MIN_ALIGN>) {
        self.record_peak();
        self.recorded_peak.set(self.recorded_peak.get().max(self.allocated() + scope.high_water()));
        if scope.chunks.first().is_some() || scope.oversize.first().is_some() {
            scope.give_chunks_to(self.supply());
        }
        match *suspended {
            SuspendedRegion::Cursor { region, .. } if region == Self::NO_REGION => {}
            // Meanwhile this arena allocated nothing, or only oversize blocks: it goes on where it was.
            SuspendedRegion::Cursor { region, position, chunk }
                if !self.has_region() && self.chunks.first() == chunk =>
            {
                let used = position.addr().get() - region.start.addr().get();
                self.allocated_outside.set(self.allocated_outside.get() - used);
                self.set_region(region, position);
            }
            SuspendedRegion::Cursor { region, position, .. } => {
                self.keep_tail(BumpRegion { start: position, end: region.end });
            }
            SuspendedRegion::Tail(tail) => self.keep_tail(tail),
        }
    }

    /// Moves the chunks of both lists to the spare ones of `supply`.
    #[inline(never)]
    pub(super) fn give_chunks_to(&self, supply: &ChunkSupply<MIN_ALIGN>) {
        for chunks in [&self.oversize, &self.chunks] {
            while let Some(chunk) = chunks.pop() {
                supply.spare.insert(chunk);
            }
        }
    }

    /// Keeps the longer one of `tail` and the present tail.
    #[inline]
    fn keep_tail(&self, tail: BumpRegion) {
        if tail.length() > self.tail.get().length() {
            self.tail.set(tail);
        }
    }
}
