//! Blocks of an allocator: each is where it may be, and keeps what is in it.

#[path = "../../tests/collections/ledger.rs"]
pub(crate) mod ledger;
#[path = "steps.rs"]
mod steps;

use std::ptr::NonNull;
use std::slice;

use arbitrary::Arbitrary;
use janus_alloc::api::{Allocator, Layout};
use ledger::Ledger;
pub(crate) use steps::Steps;

/// What is asked of an allocator. A block is told by its place among those that are live, from the newest.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) enum Request {
    Allocate(Shape),
    AllocateZeroed(Shape),
    Free(u8),
    Resize(u8, Shape),
    ResizeZeroed(u8, Shape),
}

/// A layout: most are small, some larger than a chunk.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) struct Shape {
    kind: u8,
    size: u16,
    align: u8,
}

impl Shape {
    pub(crate) fn layout(self) -> Layout {
        let size = usize::from(self.size);
        let (size, aligns) = match self.kind % 32 {
            0 => (size * 3, 14),
            1..12 => (size % 5000, 14),
            _ => (size % 200, 6),
        };
        Layout::from_size_align(size, 1 << (self.align % aligns)).unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
struct Block {
    start: NonNull<u8>,
    layout: Layout,
    /// What the allocator gave.
    len: usize,
    byte: u8,
    /// Of the arena that has it.
    owner: usize,
    /// When it got its present layout.
    time: usize,
}

impl Block {
    fn bytes(&self) -> &[u8] {
        // SAFETY: the block is live, and all of it was written.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// Whether the first `len` bytes are those written.
    fn check(&self, len: usize) {
        assert!(all(&self.bytes()[..len], self.byte), "{self:?} was written to");
    }
}

/// Whether each is `byte`: by `memcmp`, since a loop is slow under a sanitizer.
fn all(bytes: &[u8], byte: u8) -> bool {
    bytes.first().is_none_or(|&first| first == byte && bytes[1..] == bytes[..bytes.len() - 1])
}

/// The live blocks.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    live: Vec<Block>,
    time: usize,
}

impl Blocks {
    /// A point in time between changes.
    pub(crate) fn tick(&mut self) -> usize {
        self.time += 1;
        self.time - 1
    }

    /// The sizes of what `owner` has, summed up.
    pub(crate) fn size(&self, owner: usize) -> usize {
        self.of(owner).map(|(_, layout)| layout.size()).sum()
    }

    pub(crate) fn of(&self, owner: usize) -> impl DoubleEndedIterator<Item = (NonNull<u8>, Layout)> {
        self.live.iter().filter(move |block| block.owner == owner).map(|block| (block.start, block.layout))
    }

    /// Forgets the blocks of `owner` that have changed since `time`: whatever frees them has yet to do it.
    pub(crate) fn forget(&mut self, owner: usize, time: usize) {
        self.live.retain(|block| {
            let kept = block.owner != owner || block.time < time;
            if !kept {
                block.check(block.len);
            }
            kept
        });
    }

    pub(crate) fn check(&self) {
        self.live.iter().for_each(|block| block.check(block.len));
    }

    fn put(&mut self, owner: usize, layout: Layout, given: NonNull<[u8]>) {
        let (start, len) = (given.cast::<u8>(), given.len());
        assert!(start.addr().get() % layout.align() == 0 && len >= layout.size(), "{given:?} for {layout:?}");
        if len > 0 {
            let place = start.addr().get()..start.addr().get() + len;
            for other in self.live.iter().filter(|other| other.len > 0) {
                let other_place = other.start.addr().get()..other.start.addr().get() + other.len;
                let apart = place.end <= other_place.start || other_place.end <= place.start;
                assert!(apart, "{given:?} for {layout:?} is in {other:?}");
            }
        }
        let time = self.tick();
        let byte = time as u8 | 1;
        // SAFETY: the block is new, and nobody else's.
        unsafe { start.write_bytes(byte, len) };
        self.live.push(Block { start, layout, len, byte, owner, time });
    }

    fn find(&self, owner: usize, from_newest: u8) -> Option<usize> {
        let mut places = (0..self.live.len()).rev().filter(|&at| self.live[at].owner == owner);
        let count = places.clone().count();
        places.nth(usize::from(from_newest) % count.max(1))
    }

    /// Asks `allocator`, which is `owner`. `layout` says which layout to take for a shape.
    pub(crate) fn request(
        &mut self,
        allocator: &dyn Allocator,
        owner: usize,
        request: Request,
        layout: impl Fn(Shape) -> Layout,
    ) {
        match request {
            Request::Allocate(shape) => {
                if let Ok(block) = allocator.allocate(layout(shape)) {
                    self.put(owner, layout(shape), block);
                }
            }
            Request::AllocateZeroed(shape) => {
                if let Ok(block) = allocator.allocate_zeroed(layout(shape)) {
                    // SAFETY: the block is live, and all of it was written.
                    assert!(all(unsafe { block.as_ref() }, 0));
                    self.put(owner, layout(shape), block);
                }
            }
            Request::Free(place) => {
                if let Some(at) = self.find(owner, place) {
                    let block = self.live.remove(at);
                    block.check(block.len);
                    // SAFETY: the block is the allocator's, of this layout, and not used again.
                    unsafe { allocator.deallocate(block.start, block.layout) };
                }
            }
            Request::Resize(place, shape) => self.resize(allocator, owner, place, layout(shape), false),
            Request::ResizeZeroed(place, shape) => self.resize(allocator, owner, place, layout(shape), true),
        }
    }

    fn resize(&mut self, allocator: &dyn Allocator, owner: usize, place: u8, new: Layout, zeroed: bool) {
        let Some(at) = self.find(owner, place) else { return };
        let Block { start, layout: old, byte, .. } = self.live[at];
        let resized = if new.size() < old.size() {
            // SAFETY: the block is the allocator's, of this layout; the new one is smaller.
            unsafe { allocator.shrink(start, old, new) }
        } else if zeroed {
            // SAFETY: as above; the new one is no smaller.
            unsafe { allocator.grow_zeroed(start, old, new) }
        } else {
            // SAFETY: as above.
            unsafe { allocator.grow(start, old, new) }
        };
        let Ok(given) = resized else {
            self.live[at].check(self.live[at].len);
            return;
        };
        let kept = old.size().min(new.size());
        self.live.remove(at);
        let block = Block { start: given.cast(), layout: new, len: kept, byte, owner, time: 0 };
        block.check(kept);
        if zeroed && new.size() > old.size() {
            let rest = Block { len: given.len(), ..block };
            assert!(all(&rest.bytes()[kept..], 0), "{rest:?} is not zero at its end");
        }
        self.put(owner, new, given);
    }
}

/// A parent whose `nth` request fails, if one does.
pub(crate) fn parent(failing: Option<u8>) -> Ledger {
    failing.map_or_else(Ledger::new, |nth| Ledger::failing(nth.into()))
}
