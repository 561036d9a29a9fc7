//! Blocks of an allocator. They must be aligned and disjoint, and keep their contents.

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

/// A request to an allocator. A block is given by its index among the live blocks of the owner, from the newest.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) enum Request {
    Allocate(Shape),
    AllocateZeroed(Shape),
    Free(u8),
    Resize(u8, Shape),
    ResizeZeroed(u8, Shape),
}

/// The raw numbers of a layout. Most layouts are small, and some are larger than a chunk.
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
    /// The size that the allocator returned.
    len: usize,
    /// The contents of every byte.
    byte: u8,
    /// The number of the arena or scope that it belongs to.
    owner: usize,
    /// The time at which it got its present layout.
    time: usize,
}

impl Block {
    fn bytes(&self) -> &[u8] {
        // SAFETY: the block is live, and `Blocks::add` or the allocator has written all of it.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// Checks that the first `len` bytes are unchanged.
    fn check(&self, len: usize) {
        assert!(all(&self.bytes()[..len], self.byte), "{self:?} was written to");
    }
}

/// Returns whether all bytes are `byte`. This compares slices by `memcmp`, since a loop is slow under a sanitizer.
fn all(bytes: &[u8], byte: u8) -> bool {
    bytes.first().is_none_or(|&first| first == byte && bytes[1..] == bytes[..bytes.len() - 1])
}

/// The live blocks, and a clock.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    live: Vec<Block>,
    time: usize,
}

impl Blocks {
    /// Returns the current time, and advances the clock.
    pub(crate) fn tick(&mut self) -> usize {
        self.time += 1;
        self.time - 1
    }

    /// Returns the total size of the blocks of `owner`.
    pub(crate) fn size(&self, owner: usize) -> usize {
        self.owned_by(owner).map(|(_, layout)| layout.size()).sum()
    }

    /// Iterates over the blocks of `owner`, in the order in which they got their layouts.
    pub(crate) fn owned_by(&self, owner: usize) -> impl DoubleEndedIterator<Item = (NonNull<u8>, Layout)> {
        self.live.iter().filter(move |block| block.owner == owner).map(|block| (block.start, block.layout))
    }

    /// Forgets the blocks of `owner` that got their layout at `time` or later. They are freed only after this.
    pub(crate) fn forget(&mut self, owner: usize, time: usize) {
        self.live.retain(|block| {
            let kept = block.owner != owner || block.time < time;
            if !kept {
                block.check(block.len);
            }
            kept
        });
    }

    /// Checks that no live block has changed.
    pub(crate) fn check(&self) {
        self.live.iter().for_each(|block| block.check(block.len));
    }

    /// Checks the address and size of a new block, fills it and adds it.
    fn add(&mut self, owner: usize, layout: Layout, returned: NonNull<[u8]>) {
        let (start, len) = (returned.cast::<u8>(), returned.len());
        assert!(start.addr().get() % layout.align() == 0 && len >= layout.size(), "{returned:?} for {layout:?}");
        if len > 0 {
            let range = start.addr().get()..start.addr().get() + len;
            for other in self.live.iter().filter(|other| other.len > 0) {
                let other_range = other.start.addr().get()..other.start.addr().get() + other.len;
                let disjoint = range.end <= other_range.start || other_range.end <= range.start;
                assert!(disjoint, "{returned:?} for {layout:?} overlaps {other:?}");
            }
        }
        let time = self.tick();
        let byte = time as u8 | 1;
        // SAFETY: the block is new, has `len` bytes and overlaps no other.
        unsafe { start.write_bytes(byte, len) };
        self.live.push(Block { start, layout, len, byte, owner, time });
    }

    /// Returns the index of a block of `owner`, chosen by its position from the newest, modulo the number of those blocks.
    fn find(&self, owner: usize, from_newest: u8) -> Option<usize> {
        let mut indices = (0..self.live.len()).rev().filter(|&index| self.live[index].owner == owner);
        let count = indices.clone().count();
        indices.nth(usize::from(from_newest) % count.max(1))
    }

    /// Sends a request to `allocator`, which is that of `owner`. `layout` returns the layout to use for a shape.
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
                    self.add(owner, layout(shape), block);
                }
            }
            Request::AllocateZeroed(shape) => {
                if let Ok(block) = allocator.allocate_zeroed(layout(shape)) {
                    // SAFETY: the block is live, and `allocate_zeroed` has written all of it.
                    assert!(all(unsafe { block.as_ref() }, 0));
                    self.add(owner, layout(shape), block);
                }
            }
            Request::Free(from_newest) => {
                if let Some(index) = self.find(owner, from_newest) {
                    let block = self.live.remove(index);
                    block.check(block.len);
                    // SAFETY: the block is a live one of `allocator` with this layout, and is not used again.
                    unsafe { allocator.deallocate(block.start, block.layout) };
                }
            }
            Request::Resize(from_newest, shape) => {
                self.resize(allocator, owner, from_newest, layout(shape), Excess::Undefined);
            }
            Request::ResizeZeroed(from_newest, shape) => {
                self.resize(allocator, owner, from_newest, layout(shape), Excess::Zeroed);
            }
        }
    }

    /// Grows or shrinks a block, and checks that its contents are kept.
    fn resize(&mut self, allocator: &dyn Allocator, owner: usize, from_newest: u8, new: Layout, excess: Excess) {
        let Some(index) = self.find(owner, from_newest) else { return };
        let Block { start, layout: old, byte, .. } = self.live[index];
        let resized = if new.size() < old.size() {
            // SAFETY: the block is a live one of `allocator` with the layout `old`, and `new` is smaller.
            unsafe { allocator.shrink(start, old, new) }
        } else if excess == Excess::Zeroed {
            // SAFETY: the block is a live one of `allocator` with the layout `old`, and `new` is not smaller.
            unsafe { allocator.grow_zeroed(start, old, new) }
        } else {
            // SAFETY: as above.
            unsafe { allocator.grow(start, old, new) }
        };
        let Ok(returned) = resized else {
            self.live[index].check(self.live[index].len);
            return;
        };
        let kept = old.size().min(new.size());
        self.live.remove(index);
        let block = Block { start: returned.cast(), layout: new, len: kept, byte, owner, time: 0 };
        block.check(kept);
        if excess == Excess::Zeroed && new.size() > old.size() {
            let rest = Block { len: returned.len(), ..block };
            assert!(all(&rest.bytes()[kept..], 0), "{rest:?} is not zero at its end");
        }
        self.add(owner, new, returned);
    }
}

/// The bytes that a grown block has beyond its old size.
#[derive(Clone, Copy, PartialEq)]
enum Excess {
    Undefined,
    Zeroed,
}

/// Returns a parent allocator, whose request number `failing` fails.
pub(crate) fn parent(failing: Option<u8>) -> Ledger {
    failing.map_or_else(Ledger::new, |nth| Ledger::failing(nth.into()))
}
