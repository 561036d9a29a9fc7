//! What an arena is made of, but for its parent.

mod resets;

use core::cell::Cell;
use core::ops::Range;
use core::ptr::NonNull;

use crate::api::translate::dangling;
use crate::api::{AllocError, Allocator, Layout};
use crate::arenas::chunks::{Chunk, Chunks};
use crate::arenas::cursor::Cursor;
use crate::arenas::spare::Spare;

/// The first chunk has room for so much; each further one doubles it,
const FIRST_CHUNK: usize = 4 << 10;
/// up to this.
const LARGEST_CHUNK: usize = 1 << 20;
/// Blocks up to this never need a chunk of their own.
const LARGE_BLOCK: usize = 16 << 10;

/// Every chunk is in one of two lists or spare, and all of them go back to the parent in the end.
#[derive(Debug)]
pub(super) struct State<const MIN_ALIGN: usize> {
    pub(super) cursor: Cursor<MIN_ALIGN>,
    /// Where the region of the cursor starts; the cursor's `NOWHERE` if it has none.
    start: Cell<NonNull<u8>>,
    /// What a scope starts with: the free end of its arena's chunk. Its chunks come after it.
    base: Region,
    /// The bytes allocated in `base`, when the cursor has left it.
    base_used: Cell<usize>,
    /// The cursor walks in the first one; the others were walked through.
    chunks: Chunks<MIN_ALIGN>,
    /// One block is in each of these.
    oversize: Chunks<MIN_ALIGN>,
    own_stock: Stock<MIN_ALIGN>,
    /// A scope has that of the arena it is in, and of that only.
    outer_stock: Option<NonNull<Stock<MIN_ALIGN>>>,
    /// The free end of a chunk that was left while a scope had it: for the next scope.
    tail: Cell<Region>,
    /// The bytes allocated outside the region of the cursor.
    elsewhere: Cell<usize>,
    /// The most that were allocated since the last reset, as far as it has been added up; and before.
    peak: Cell<usize>,
    earlier_peak: Cell<usize>,
    serial: Cell<usize>,
}

/// What an arena and the scopes in it have together.
#[derive(Debug)]
struct Stock<const MIN_ALIGN: usize> {
    spare: Spare<MIN_ALIGN>,
    /// How much room the next chunk gets.
    next_room: Cell<usize>,
}

/// Where a cursor walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    start: NonNull<u8>,
    end: NonNull<u8>,
}

impl Region {
    fn length(self) -> usize {
        self.end.addr().get() - self.start.addr().get()
    }
}

/// A point in the life of an arena.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    position: NonNull<u8>,
    end: NonNull<u8>,
    serial: usize,
}

/// What an arena does not use while a scope uses it.
#[derive(Debug)]
pub(super) enum Lent<const MIN_ALIGN: usize> {
    /// The rest of the cursor's region, which is in `chunk`.
    Rest { region: Region, position: NonNull<u8>, chunk: Option<Chunk<MIN_ALIGN>> },
    /// That of a chunk the cursor has left.
    Tail(Region),
}

impl<const MIN_ALIGN: usize> State<MIN_ALIGN> {
    const NOWHERE: Region = Region { start: Cursor::<MIN_ALIGN>::NOWHERE, end: Cursor::<MIN_ALIGN>::NOWHERE };

    pub(super) const fn new() -> Self {
        Self {
            cursor: Cursor::empty(),
            start: Cell::new(Self::NOWHERE.start),
            base: Self::NOWHERE,
            base_used: Cell::new(0),
            chunks: Chunks::new(),
            oversize: Chunks::new(),
            own_stock: Stock { spare: Spare::new(), next_room: Cell::new(FIRST_CHUNK) },
            outer_stock: None,
            tail: Cell::new(Self::NOWHERE),
            elsewhere: Cell::new(0),
            peak: Cell::new(0),
            earlier_peak: Cell::new(0),
            serial: Cell::new(0),
        }
    }

    fn stock(&self) -> &Stock<MIN_ALIGN> {
        match &self.outer_stock {
            // SAFETY: the arena that a scope is in is borrowed while the scope is there.
            Some(outer) => unsafe { outer.as_ref() },
            None => &self.own_stock,
        }
    }

    // -- getting memory

    /// A first chunk with this room, for as many blocks as fit.
    pub(super) fn reserve_first(&self, parent: &impl Allocator, room: Layout) -> Result<(), AllocError> {
        if room.size() == 0 {
            return Ok(());
        }
        let size = Chunk::<MIN_ALIGN>::size_for(room.pad_to_align()).ok_or(AllocError)?;
        self.enter(Chunk::new(parent, size, false)?);
        self.stock().expect(room.size().saturating_mul(2).min(LARGEST_CHUNK));
        Ok(())
    }

    /// Allocates where the cursor has no room. Says whether the block is known to be zero.
    #[cold]
    #[inline(never)]
    pub(super) fn take_elsewhere(
        &self,
        parent: &impl Allocator,
        layout: Layout,
        zeroed: bool,
    ) -> Result<(NonNull<u8>, bool), AllocError> {
        if layout.size() == 0 {
            return Ok((dangling(layout).cast(), true));
        }
        let size = Chunk::<MIN_ALIGN>::size_for(layout).ok_or(AllocError)?;
        let stock = self.stock();
        let room = stock.next_room.get();
        let needs_own = size > Self::size_with(room.max(LARGE_BLOCK));
        let spare = stock.spare.take_best(size);
        if needs_own && spare.is_none_or(|spare| spare.size() / 2 <= size) {
            // A spare chunk may be dirty.
            let zeroed = zeroed && spare.is_none();
            let chunk = spare.map_or_else(|| Chunk::new(parent, size, zeroed), Ok)?;
            self.add_oversize(chunk, layout.size());
            return Ok((chunk.block(layout), zeroed));
        }
        let chunk = match spare {
            Some(spare) => spare,
            None => {
                // A collection that doubles fits once more: else each of its sizes would need the next chunk.
                let twice = (2 * (size - Chunk::<MIN_ALIGN>::OVERHEAD)).next_power_of_two();
                let room = room.max(twice.min(LARGEST_CHUNK));
                // A parent that is close to a limit may still have what is needed now.
                let chunk =
                    Chunk::new(parent, Self::size_with(room), false).or_else(|_| Chunk::new(parent, size, false))?;
                // Not if the chunk is left for a large block, or because a scope has it.
                let next = if self.is_well_used() { room.saturating_mul(2) } else { room };
                stock.next_room.set(next.clamp(FIRST_CHUNK, LARGEST_CHUNK));
                chunk
            }
        };
        self.enter(chunk);
        let block = self.cursor.take(layout);
        debug_assert!(block.is_some(), "the chunk was made for it");
        block.map(|block| (block, false)).ok_or(AllocError)
    }

    /// The whole size of a chunk with so much room.
    fn size_with(room: usize) -> usize {
        room + Chunk::<MIN_ALIGN>::OVERHEAD
    }

    /// Whether at least half of the region is in use.
    fn is_well_used(&self) -> bool {
        if self.start.get() == Self::NOWHERE.start {
            return self.chunks.first().is_none() && self.base == Self::NOWHERE;
        }
        let free = self.cursor.end().addr().get() - self.cursor.position().addr().get();
        self.used_here() >= free
    }

    /// Lets the cursor walk in `chunk`, which is in no list.
    fn enter(&self, chunk: Chunk<MIN_ALIGN>) {
        self.leave();
        chunk.set_serial(self.next_serial());
        self.chunks.push(chunk);
        self.walk(Region { start: chunk.start(), end: chunk.end() }, chunk.start());
    }

    fn next_serial(&self) -> usize {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
    }

    /// Writes down what is allocated in the region, which the cursor leaves.
    #[inline]
    fn leave(&self) {
        self.add_up_peak();
        if self.start.get() == Self::NOWHERE.start {
            return;
        }
        let used = self.used_here();
        match self.chunks.first() {
            Some(chunk) => chunk.set_used(used),
            None => self.base_used.set(used),
        }
        self.elsewhere.set(self.elsewhere.get() + used);
        self.walk(Self::NOWHERE, Self::NOWHERE.start);
    }

    #[inline]
    fn walk(&self, region: Region, position: NonNull<u8>) {
        self.start.set(region.start);
        // SAFETY: the region is nowhere; or the free end of a chunk that is in the list or, by `lend`, of an arena that
        // does not use it meanwhile. The position was one of its cursor's, or is its start, which is aligned.
        unsafe { self.cursor.set(position, region.end) };
    }

    // -- blocks with a chunk of their own

    fn add_oversize(&self, chunk: Chunk<MIN_ALIGN>, used: usize) {
        chunk.set_serial(self.next_serial());
        self.push_oversize(chunk, used);
    }

    fn push_oversize(&self, chunk: Chunk<MIN_ALIGN>, used: usize) {
        chunk.set_used(used);
        self.oversize.push(chunk);
        self.add_up_peak();
        self.elsewhere.set(self.elsewhere.get() + used);
    }

    fn pop_oversize(&self) -> Option<Chunk<MIN_ALIGN>> {
        let chunk = self.oversize.pop()?;
        self.add_up_peak();
        self.elsewhere.set(self.elsewhere.get() - chunk.used());
        Some(chunk)
    }

    /// Whether `block` is the one of the newest chunk that holds one block.
    #[inline]
    pub(super) fn is_last_oversize(&self, block: NonNull<u8>, layout: Layout) -> bool {
        // All blocks in such chunks are larger than a first chunk; most tests end here, and many at compile time.
        layout.size() > FIRST_CHUNK / 2
            && self.oversize.first().is_some_and(|chunk| chunk.range().contains(&block.as_ptr().cast_const()))
    }

    /// Gives the newest chunk that holds one block back to the parent.
    ///
    /// # Safety
    ///
    /// It came from `parent`; the block is not used again.
    #[cold]
    pub(super) unsafe fn free_last_oversize(&self, parent: &impl Allocator) {
        if let Some(chunk) = self.pop_oversize() {
            // SAFETY: by `# Safety` of this fn; it is in no list any more.
            unsafe { chunk.free(parent) };
        }
    }

    /// Lets the parent resize the newest chunk that holds one block.
    ///
    /// # Safety
    ///
    /// 1. It came from `parent`; its block has the layout `old`, and is used with `new` from now on.
    /// 2. Both have the same align, at most [`Chunk::ALIGN`]: so the block's place in the chunk stays.
    #[cold]
    pub(super) unsafe fn resize_last_oversize(
        &self,
        parent: &impl Allocator,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        let size = Chunk::<MIN_ALIGN>::size_for(new).ok_or(AllocError)?;
        let mut chunk = self.pop_oversize().ok_or(AllocError)?;
        let old_used = chunk.used();
        // SAFETY: by `# Safety` of this fn; it is in no list now.
        let resized = unsafe { chunk.resize(parent, size) };
        self.push_oversize(chunk, if resized.is_ok() { new.size() } else { old_used });
        resized.map(|()| chunk.block(new))
    }

    // -- going back

    pub(super) fn point(&self) -> Point {
        Point { position: self.cursor.position(), end: self.cursor.end(), serial: self.serial.get() }
    }

    /// Goes back to `point`. Chunks taken since become spare.
    ///
    /// # Safety
    ///
    /// 1. `point` is one of this arena, which has not been reset nor gone back to an earlier one since. No scope that began
    ///    since is running.
    /// 2. No block that was allocated, grown or shrunk since is used again.
    pub(super) unsafe fn rewind(&self, point: Point) {
        let newer = |chunk: Chunk<MIN_ALIGN>| chunk.serial() > point.serial;
        if self.oversize.first().is_some_and(newer) {
            self.add_up_peak();
            self.to_stock(self.oversize.split(newer));
        }
        // Nothing to go back to: there was no region at that time, or a scope had it, and may have it now.
        let had_region = point.position != Self::NOWHERE.start;
        if self.chunks.first().is_some_and(newer) {
            self.leave();
            self.to_stock(self.chunks.split(newer));
            // Unless it was there before: it is in a chunk that was left since, or became spare.
            if self.tail.get().start != point.end {
                self.tail.set(Self::NOWHERE);
            }
            if had_region {
                let chunk = self.chunks.first();
                let used = chunk.map_or(self.base_used.get(), |chunk| chunk.used());
                self.elsewhere.set(self.elsewhere.get() - used);
                let start = chunk.map_or(self.base.start, |chunk| chunk.start());
                self.walk(Region { start, end: point.end }, point.position);
            }
        } else if had_region && self.start.get() != Self::NOWHERE.start {
            self.add_up_peak();
            // SAFETY: by (1) the position was one of this cursor's, in this region; by (2) all behind it is free.
            unsafe { self.cursor.set(point.position, self.cursor.end()) };
        }
    }

    /// Makes chunks spare that were left, or have a block of their own.
    fn to_stock(&self, left: Chunks<MIN_ALIGN>) {
        while let Some(chunk) = left.pop() {
            self.elsewhere.set(self.elsewhere.get() - chunk.used());
            self.stock().spare.put(chunk);
        }
    }

    // -- scopes

    /// What a scope starts with: the free end of a chunk. If it is that of the cursor's chunk, this arena
    /// allocates elsewhere until it comes back with [`take_back`](Self::take_back).
    #[inline]
    pub(super) fn lend(&self) -> (Self, Lent<MIN_ALIGN>) {
        let region = Region { start: self.start.get(), end: self.cursor.end() };
        let position = self.cursor.position();
        let rest = Region { start: position, end: region.end };
        // Rather a tail, even a shorter one: then this arena goes on undisturbed, and leaves no further tail.
        let (base, lent) = if self.tail.get().length() > rest.length() / 8 {
            let tail = self.tail.replace(Self::NOWHERE);
            (tail, Lent::Tail(tail))
        } else {
            self.leave();
            (rest, Lent::Rest { region, position, chunk: self.chunks.first() })
        };
        let scope = Self { base, outer_stock: Some(NonNull::from(self.stock())), ..Self::new() };
        scope.walk(base, base.start);
        (scope, lent)
    }

    /// Takes back what was lent, and the chunks that the scope got from the parent since: for the next scope.
    ///
    /// # Safety
    ///
    /// 1. `scope` and `lent` come from [`lend`](Self::lend); what was lent after them has been taken back.
    /// 2. No block of the scope is used again.
    #[inline]
    pub(super) unsafe fn take_back(&self, scope: &Self, lent: &Lent<MIN_ALIGN>) {
        self.add_up_peak();
        self.peak.set(self.peak.get().max(self.allocated() + scope.high_water()));
        if scope.chunks.first().is_some() || scope.oversize.first().is_some() {
            scope.make_spare(self.stock());
        }
        match *lent {
            Lent::Rest { region, .. } if region == Self::NOWHERE => {}
            // Nothing was allocated here meanwhile, or all of it in chunks of their own.
            Lent::Rest { region, position, chunk }
                if self.start.get() == Self::NOWHERE.start && self.chunks.first() == chunk =>
            {
                let used = position.addr().get() - region.start.addr().get();
                self.elsewhere.set(self.elsewhere.get() - used);
                self.walk(region, position);
            }
            Lent::Rest { region, position, .. } => self.keep_tail(Region { start: position, end: region.end }),
            Lent::Tail(tail) => self.keep_tail(tail),
        }
    }

    /// Puts the chunks of both lists into `stock`.
    #[inline(never)]
    fn make_spare(&self, stock: &Stock<MIN_ALIGN>) {
        for chunks in [&self.oversize, &self.chunks] {
            while let Some(chunk) = chunks.pop() {
                stock.spare.put(chunk);
            }
        }
    }

    #[inline]
    fn keep_tail(&self, tail: Region) {
        if tail.length() > self.tail.get().length() {
            self.tail.set(tail);
        }
    }

    // -- inspection

    /// The bytes allocated in the region.
    fn used_here(&self) -> usize {
        self.cursor.position().addr().get() - self.start.get().addr().get()
    }

    pub(super) fn allocated(&self) -> usize {
        self.elsewhere.get() + self.used_here()
    }

    /// What is allocated elsewhere is about to change.
    #[inline]
    fn add_up_peak(&self) {
        self.peak.set(self.high_water_since_reset());
        self.cursor.forget_peak();
    }

    pub(super) fn high_water(&self) -> usize {
        self.high_water_since_reset().max(self.earlier_peak.get())
    }

    fn high_water_since_reset(&self) -> usize {
        let here = self.cursor.peak().addr().get() - self.start.get().addr().get();
        self.peak.get().max(self.elsewhere.get() + here)
    }

    /// The address ranges of what the blocks are in, and of spare chunks. Not to be gone on with after a
    /// [change](Self::changes).
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<*const u8>> + use<'_, MIN_ALIGN> {
        let base = (self.base != Self::NOWHERE)
            .then(|| self.base.start.as_ptr().cast_const()..self.base.end.as_ptr().cast_const());
        let chunks = self.oversize.iter().chain(self.chunks.iter()).map(|chunk| chunk.range());
        chunks.chain(self.own_stock.spare.ranges()).chain(base)
    }

    /// How often a chunk came to this arena's, or one of its went elsewhere: the [`ranges`](Self::ranges) are the same as long as
    /// this is.
    pub(super) fn changes(&self) -> u64 {
        self.oversize.changes() + self.chunks.changes() + self.own_stock.spare.changes()
    }
}

impl<const MIN_ALIGN: usize> Stock<MIN_ALIGN> {
    /// Makes the next chunk large enough for `bytes` in blocks, and then some: chunks end where blocks do not.
    fn expect(&self, bytes: usize) {
        let room = bytes.saturating_add(bytes / 8).min(isize::MAX as usize / 2).next_multiple_of(FIRST_CHUNK);
        self.next_room.set(self.next_room.get().max(room));
    }

    /// Gives the next chunk no more room than `bytes`, as far as that is enough for a first one.
    fn expect_at_most(&self, bytes: usize) {
        let room = (bytes / FIRST_CHUNK * FIRST_CHUNK).max(FIRST_CHUNK);
        self.next_room.set(self.next_room.get().min(room));
    }
}
