//! The state of an arena, without its parent.

mod oversize;
mod peaks;
mod refill;
mod reset;
mod rewind;
mod scopes;
mod supply;

use core::cell::Cell;
use core::ops::Range;
use core::ptr::NonNull;

use super::chunk::{ArenaChunk, ArenaChunkList};
use crate::arenas::cursor::Cursor;
pub(super) use rewind::Mark;
pub(super) use scopes::SuspendedRegion;
use supply::ChunkSupply;

/// The state of an [`Arena`](super::Arena) or of a scope in it.
///
/// # Invariants
///
/// 1. Every chunk came from the parent of the arena. It is in exactly one place: in a list of the arena or of a scope in it, or among
///    the spare chunks of the supply that these share.
/// 2. The cursor has no region; or its region starts at `region_start` and is a part of the first one of `chunks` or, while that list
///    is empty, of `base`. No live block is in the region behind the cursor's position, and no running scope uses it.
/// 3. `tail` is `NO_REGION`, or a part of one of `chunks` or of `base`, outside the cursor's region. No live block is in it, and no
///    running scope uses it.
/// 4. The `base` of a scope is a part of a chunk of the arena around it, which does not use this part until the scope ends.
/// 5. `outer_supply` points to the supply of the arena that the scope is in, which is borrowed as long as the scope exists.
/// 6. `allocated_outside` is the sum of the bytes recorded for oversize chunks, and for other chunks and `base` when the cursor left
///    them.
/// 7. The serials in each list decrease, from the newest chunk to the oldest.
#[derive(Debug)]
pub(super) struct State<const MIN_ALIGN: usize> {
    pub(super) cursor: Cursor<MIN_ALIGN>,
    /// The start of the cursor's region, or `NO_REGION` of the cursor.
    region_start: Cell<NonNull<u8>>,
    /// The first region of a scope: the free end of a chunk of the outer arena. An arena has none.
    base: BumpRegion,
    /// The bytes allocated in `base`, once the cursor has left it.
    base_used: Cell<usize>,
    /// The chunks for any number of blocks. The cursor is in the first one; it has left the others.
    chunks: ArenaChunkList<MIN_ALIGN>,
    /// The chunks that hold one block each.
    oversize: ArenaChunkList<MIN_ALIGN>,
    /// The supply of an arena. That of a scope is not used.
    own_supply: ChunkSupply<MIN_ALIGN>,
    /// The supply that a scope shares with the arena around it.
    outer_supply: Option<NonNull<ChunkSupply<MIN_ALIGN>>>,
    /// The free end of a chunk that a scope has used, for later scopes.
    tail: Cell<BumpRegion>,
    /// The bytes allocated outside the cursor's region.
    allocated_outside: Cell<usize>,
    /// The peak of allocated bytes since the last reset, when it was last recorded.
    recorded_peak: Cell<usize>,
    /// The peak of allocated bytes before the last reset.
    peak_before_reset: Cell<usize>,
    last_serial: Cell<usize>,
}

/// The part of a chunk that a cursor walks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BumpRegion {
    start: NonNull<u8>,
    end: NonNull<u8>,
}

impl BumpRegion {
    fn length(self) -> usize {
        self.end.addr().get() - self.start.addr().get()
    }
}

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    /// The region of a cursor without one.
    const NO_REGION: BumpRegion =
        BumpRegion { start: Cursor::<MIN_ALIGN>::NO_REGION, end: Cursor::<MIN_ALIGN>::NO_REGION };

    pub(super) const fn new() -> Self {
        Self {
            cursor: Cursor::empty(),
            region_start: Cell::new(Self::NO_REGION.start),
            base: Self::NO_REGION,
            base_used: Cell::new(0),
            chunks: ArenaChunkList::new(),
            oversize: ArenaChunkList::new(),
            own_supply: ChunkSupply::new(),
            outer_supply: None,
            tail: Cell::new(Self::NO_REGION),
            allocated_outside: Cell::new(0),
            recorded_peak: Cell::new(0),
            peak_before_reset: Cell::new(0),
            last_serial: Cell::new(0),
        }
    }

    fn supply(&self) -> &ChunkSupply<MIN_ALIGN> {
        match &self.outer_supply {
            // SAFETY: by invariant 5.
            Some(outer) => unsafe { outer.as_ref() },
            None => &self.own_supply,
        }
    }

    fn next_serial(&self) -> usize {
        self.last_serial.set(self.last_serial.get() + 1);
        self.last_serial.get()
    }

    /// Returns whether the cursor has a region.
    fn has_region(&self) -> bool {
        self.region_start.get() != Self::NO_REGION.start
    }

    /// Moves the cursor to the start of `chunk`, which is in no list.
    fn enter(&self, chunk: ArenaChunk<MIN_ALIGN>) {
        self.leave_region();
        chunk.set_serial(self.next_serial());
        self.chunks.push(chunk);
        self.set_region(BumpRegion { start: chunk.start(), end: chunk.end() }, chunk.start());
    }

    /// Takes the cursor out of its region, and records the bytes allocated there.
    #[inline]
    fn leave_region(&self) {
        self.record_peak();
        if !self.has_region() {
            return;
        }
        let used = self.used_in_region();
        match self.chunks.first() {
            Some(chunk) => chunk.set_used(used),
            None => self.base_used.set(used),
        }
        self.allocated_outside.set(self.allocated_outside.get() + used);
        self.set_region(Self::NO_REGION, Self::NO_REGION.start);
    }

    /// Moves the cursor to `position` in `region`.
    ///
    /// Callers keep invariant 2: they pass `NO_REGION`; or a free part of the first one of `chunks`, or of `base` if there is none,
    /// with a position that the cursor had in it or that is its start.
    #[inline]
    fn set_region(&self, region: BumpRegion, position: NonNull<u8>) {
        self.region_start.set(region.start);
        // SAFETY: by the condition above nothing uses the bytes from the position on (invariants 2 and 4), and the position is aligned:
        // cursors keep positions aligned, and regions start at the start of a chunk or at a position.
        unsafe { self.cursor.set(position, region.end) };
    }

    /// Iterates over the address ranges of all chunks, used and spare, and of `base`. The iterator must not be used after a
    /// [change](Self::changes).
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, MIN_ALIGN> {
        let base = (self.base != Self::NO_REGION)
            .then(|| self.base.start.as_ptr().cast_const()..self.base.end.as_ptr().cast_const());
        let chunks = self.oversize.iter().chain(self.chunks.iter()).map(|chunk| chunk.range());
        chunks.chain(self.own_supply.spare.ranges()).chain(base)
    }

    /// Returns the number of changes to the set of chunks so far. As long as it stays, [`ranges`](Self::ranges) are the same.
    pub(super) fn changes(&self) -> u64 {
        self.oversize.changes() + self.chunks.changes() + self.own_supply.spare.changes()
    }
}
