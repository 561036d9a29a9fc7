//! The records of a guard: one for each live block, for each block in quarantine, and for the latest of those that have left it.

use core::panic::Location;
use core::ptr::NonNull;

use super::backtraces::{Depot, TraceId};
use super::index::{Index, Slot};
use super::paged_vec::PagedVec;
use crate::api::{AllocError, Layout};

/// A place in the source of the program.
pub(super) type Origin = &'static Location<'static>;

/// An allocation, a free, or a resize.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    /// Events of a guard are numbered from 1 on.
    pub(super) number: u64,
    pub(super) thread: usize,
    pub(super) location: Origin,
    pub(super) trace: Option<TraceId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Live,
    /// A thread is freeing or resizing it.
    Leaving,
    /// Freed, and its memory is still the guard's. `is_sealed` says whether nothing can access it, else it is poisoned.
    Quarantined {
        is_sealed: bool,
    },
    /// Freed, and its memory is the parent's again.
    Released,
    /// The record belongs to no block.
    Vacant,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// The start of the block. The pointer may be used for all of the parent's block around it.
    pub(super) start: NonNull<u8>,
    pub(super) layout: Layout,
    pub(super) status: Status,
    pub(super) allocated: Event,
    /// The free or resize that ended the block. `None` for a live block.
    pub(super) freed: Option<Event>,
    /// The neighbours in the list of the blocks of this status.
    previous: Option<Slot>,
    next: Option<Slot>,
}

/// The reason why a block cannot be used as the program asks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// There is no block with that start.
    Unknown,
    /// It is free, or being freed.
    Free(Record),
    /// It is live, with another layout.
    WrongLayout(Record),
}

/// A list of records in the order in which they were added.
#[derive(Clone, Copy)]
struct List {
    first: Option<Slot>,
    last: Option<Slot>,
    len: usize,
}

/// The records of all blocks, and the order in which they leave the quarantine and the history.
///
/// # Invariants
///
/// 1. `index` has each record but the vacant ones, by the address of its block. No two have the same.
/// 2. `quarantine` has the quarantined records, `history` the released ones, and `vacant` the vacant ones. All others are in no list.
/// 3. The memory of live, leaving and quarantined blocks belongs to the guard. That of a quarantined one is not accessed by others,
///    unless the program is faulty.
pub(super) struct Ledger {
    records: PagedVec<Record>,
    index: Index,
    vacant: List,
    quarantine: List,
    history: List,
    /// The bytes of the parent's blocks in quarantine.
    quarantined_bytes: usize,
    live_blocks: usize,
    live_bytes: usize,
    events: u64,
    pub(super) depot: Depot,
}

// The docs of `Guard` promise about 100 bytes.
const _: () = assert!(size_of::<usize>() != 8 || (size_of::<Record>() >= 80 && size_of::<Record>() <= 110));

/// The maximum number of blocks that are remembered after they have left the quarantine.
const MAX_HISTORY: usize = 4096;

impl Ledger {
    pub(super) const fn new() -> Self {
        Self {
            records: PagedVec::new(),
            index: Index::new(),
            vacant: List::new(),
            quarantine: List::new(),
            history: List::new(),
            quarantined_bytes: 0,
            live_blocks: 0,
            live_bytes: 0,
            events: 0,
            depot: Depot::new(),
        }
    }

    pub(super) fn live_blocks(&self) -> usize {
        self.live_blocks
    }

    pub(super) fn live_bytes(&self) -> usize {
        self.live_bytes
    }

    pub(super) fn quarantined_bytes(&self) -> usize {
        self.quarantined_bytes
    }

    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn events(&self) -> u64 {
        self.events
    }

    pub(super) fn next_event(&mut self) -> u64 {
        self.events += 1;
        self.events
    }

    /// Returns the record of the block that starts at `start`, whatever its status is.
    pub(super) fn find(&self, start: NonNull<u8>) -> Option<&Record> {
        self.slot_of(start).map(|slot| self.record(slot))
    }

    /// Returns the layout of the live block at `start`.
    pub(super) fn layout_of(&self, start: NonNull<u8>) -> Result<Layout, Refusal> {
        match self.find(start) {
            None => Err(Refusal::Unknown),
            Some(record) if record.status == Status::Live => Ok(record.layout),
            Some(record) => Err(Refusal::Free(*record)),
        }
    }

    /// Adds a live block, whose memory is the guard's.
    pub(super) fn add(&mut self, start: NonNull<u8>, layout: Layout, allocated: Event) -> Result<(), AllocError> {
        // A record with this start can only be that of a released block, by invariant 3.
        let slot = match self.slot_of(start) {
            Some(slot) => {
                unlink(&mut self.history, &mut self.records, slot);
                slot
            }
            None => self.new_slot(start)?,
        };
        let record = Record { start, layout, status: Status::Live, allocated, freed: None, previous: None, next: None };
        *self.record_mut(slot) = record;
        self.live_blocks += 1;
        self.live_bytes += layout.size();
        Ok(())
    }

    /// Takes a live block out of use, to free or resize it. `layout` is the layout that the program passes, if it passes one.
    pub(super) fn begin_leaving(
        &mut self,
        start: NonNull<u8>,
        layout: Option<Layout>,
        event: Event,
    ) -> Result<Record, Refusal> {
        let slot = self.slot_of(start).ok_or(Refusal::Unknown)?;
        let record = self.record_mut(slot);
        if record.status != Status::Live {
            return Err(Refusal::Free(*record));
        }
        if layout.is_some_and(|layout| layout != record.layout) {
            return Err(Refusal::WrongLayout(*record));
        }
        record.status = Status::Leaving;
        record.freed = Some(event);
        let record = *record;
        self.live_blocks -= 1;
        self.live_bytes -= record.layout.size();
        Ok(record)
    }

    /// Makes a block that is leaving live again.
    pub(super) fn stay(&mut self, start: NonNull<u8>) {
        if let Some(slot) = self.slot_of(start) {
            let record = self.record_mut(slot);
            record.status = Status::Live;
            record.freed = None;
            let size = record.layout.size();
            self.live_blocks += 1;
            self.live_bytes += size;
        }
    }

    /// Puts a block that is leaving into quarantine. `outer_size` is the size of the parent's block.
    pub(super) fn quarantine(&mut self, start: NonNull<u8>, outer_size: usize, is_sealed: bool) {
        if let Some(slot) = self.slot_of(start) {
            self.record_mut(slot).status = Status::Quarantined { is_sealed };
            push(&mut self.quarantine, &mut self.records, slot);
            self.quarantined_bytes += outer_size;
        }
    }

    /// Notes that the memory of a block that is leaving is about to go back to the parent.
    pub(super) fn release(&mut self, start: NonNull<u8>) {
        if let Some(slot) = self.slot_of(start) {
            self.release_slot(slot);
        }
    }

    /// Releases the oldest block in quarantine, if there are more than `limit` bytes. `outer_size` returns the size of the
    /// parent's block for a layout. Returns the record as it was before.
    pub(super) fn release_oldest(&mut self, limit: usize, outer_size: impl Fn(Layout) -> usize) -> Option<Record> {
        if self.quarantined_bytes <= limit {
            return None;
        }
        let slot = self.quarantine.first?;
        let record = *self.record(slot);
        unlink(&mut self.quarantine, &mut self.records, slot);
        self.quarantined_bytes = self.quarantined_bytes.saturating_sub(outer_size(record.layout));
        self.release_slot(slot);
        Some(record)
    }

    /// Forgets all blocks.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.index.clear();
        (self.vacant, self.quarantine, self.history) = (List::new(), List::new(), List::new());
        (self.quarantined_bytes, self.live_blocks, self.live_bytes) = (0, 0, 0);
    }

    fn release_slot(&mut self, slot: Slot) {
        self.record_mut(slot).status = Status::Released;
        push(&mut self.history, &mut self.records, slot);
        if self.history.len > MAX_HISTORY {
            if let Some(oldest) = self.history.first {
                unlink(&mut self.history, &mut self.records, oldest);
                let (records, address) = (&self.records, self.record(oldest).start.addr().get());
                self.index.remove(address, |slot| address_of(records, slot));
                self.record_mut(oldest).status = Status::Vacant;
                push(&mut self.vacant, &mut self.records, oldest);
            }
        }
    }

    /// Returns a slot for the block at `start`, which has none, and enters it into the index. The record in it is an old one, or a
    /// vacant one, which the caller overwrites.
    fn new_slot(&mut self, start: NonNull<u8>) -> Result<Slot, AllocError> {
        let records = &self.records;
        self.index.reserve(|slot| address_of(records, slot))?;
        let slot = match self.vacant.first {
            Some(slot) => {
                unlink(&mut self.vacant, &mut self.records, slot);
                slot
            }
            None => {
                let number = u32::try_from(self.records.len() + 1).map_err(|_| AllocError)?;
                let slot = Slot::new(number).ok_or(AllocError)?;
                self.records.push(Record::vacant())?;
                slot
            }
        };
        self.index.insert(start.addr().get(), slot);
        Ok(slot)
    }

    fn slot_of(&self, start: NonNull<u8>) -> Option<Slot> {
        self.index.find(start.addr().get(), |slot| address_of(&self.records, slot))
    }

    fn record(&self, slot: Slot) -> &Record {
        &self.records[position(slot)]
    }

    fn record_mut(&mut self, slot: Slot) -> &mut Record {
        &mut self.records[position(slot)]
    }
}

impl Record {
    fn vacant() -> Self {
        let allocated = Event { number: 0, thread: 0, location: Location::caller(), trace: None };
        Self {
            start: NonNull::dangling(),
            layout: Layout::new::<()>(),
            status: Status::Vacant,
            allocated,
            freed: None,
            previous: None,
            next: None,
        }
    }

    /// Returns whether the memory of the block is the guard's.
    pub(super) fn has_memory(&self) -> bool {
        matches!(self.status, Status::Live | Status::Leaving | Status::Quarantined { .. })
    }
}

impl List {
    const fn new() -> Self {
        Self { first: None, last: None, len: 0 }
    }
}

fn position(slot: Slot) -> usize {
    slot.get() as usize - 1
}

fn address_of(records: &[Record], slot: Slot) -> usize {
    records[position(slot)].start.addr().get()
}

/// Adds a record at the end of a list. It is in none.
fn push(list: &mut List, records: &mut [Record], slot: Slot) {
    records[position(slot)].previous = list.last;
    records[position(slot)].next = None;
    match list.last {
        Some(last) => records[position(last)].next = Some(slot),
        None => list.first = Some(slot),
    }
    list.last = Some(slot);
    list.len += 1;
}

/// Removes a record from the list that it is in.
fn unlink(list: &mut List, records: &mut [Record], slot: Slot) {
    let Record { previous, next, .. } = records[position(slot)];
    match previous {
        Some(previous) => records[position(previous)].next = next,
        None => list.first = next,
    }
    match next {
        Some(next) => records[position(next)].previous = previous,
        None => list.last = previous,
    }
    list.len -= 1;
}
