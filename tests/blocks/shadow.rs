//! Random operations on an allocator, and a shadow model of the live blocks.

use std::collections::VecDeque;
use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout};
use proptest::prelude::*;

/// A call. Blocks and sizes are chosen modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Allocate { size: usize, align: usize, zeroed: bool },
    Free { block: usize, fit: usize },
    Grow { block: usize, fit: usize, more: usize, align: Option<usize>, zeroed: bool },
    Shrink { block: usize, fit: usize, less: usize, align: Option<usize> },
}

/// Sizes around the borders that the tests draw, from 0 to 5000.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![
        4 => 0..300_usize,
        2 => prop::sample::select(vec![0, 1, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097]),
        1 => 0..5000_usize,
    ]
}

fn align() -> impl Strategy<Value = usize> {
    (0..8_u32).prop_map(|log| 1 << log)
}

/// Mostly the old align.
fn new_align() -> impl Strategy<Value = Option<usize>> {
    prop_oneof![3 => Just(None), 1 => align().prop_map(Some)]
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => (size(), align(), any::<bool>())
            .prop_map(|(size, align, zeroed)| Operation::Allocate { size, align, zeroed }),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(block, fit)| Operation::Free { block, fit }),
        3 => (any::<usize>(), any::<usize>(), size(), new_align(), any::<bool>())
            .prop_map(|(block, fit, more, align, zeroed)| Operation::Grow { block, fit, more, align, zeroed }),
        3 => (any::<usize>(), any::<usize>(), any::<usize>(), new_align())
            .prop_map(|(block, fit, less, align)| Operation::Shrink { block, fit, less, align }),
    ]
}

pub(crate) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(operation(), 1..200)
}

/// A live block, all of whose bytes are `contents`.
#[derive(Debug)]
struct Live {
    start: NonNull<u8>,
    requested: Layout,
    contents: Vec<u8>,
}

impl Live {
    /// A layout that fits: any size from the requested one to the length.
    fn fitting(&self, fit: usize) -> Layout {
        let (least, most) = (self.requested.size(), self.contents.len());
        Layout::from_size_align(least + fit % (most - least + 1), self.requested.align()).unwrap()
    }

    fn range(&self) -> std::ops::Range<usize> {
        let start = self.start.addr().get();
        start..start + self.contents.len()
    }

    fn assert_unchanged(&self) {
        // SAFETY: a live block of that length, all of it initialised.
        let bytes = unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.contents.len()) };
        assert!(bytes == self.contents, "a block of {:?} changed", self.requested);
    }
}

/// The model. Blocks are written in full, and compared before every use.
#[derive(Debug, Default)]
struct Shadow {
    blocks: VecDeque<Live>,
    next_byte: u8,
}

impl Shadow {
    /// Takes over a block that was returned for `requested`, whose first bytes are `kept`, and whose others are zero if it is `zeroed`.
    #[track_caller]
    fn receive(&mut self, block: NonNull<[u8]>, requested: Layout, kept: &[u8], zeroed: bool) {
        assert!(block.len() >= requested.size(), "too short for {requested:?}");
        let start = block.cast::<u8>();
        assert_eq!(start.addr().get() % requested.align(), 0, "not aligned for {requested:?}");
        let read = |offset| {
            // SAFETY: within the block.
            let byte = unsafe { start.add(offset) };
            // SAFETY: initialised: kept or zeroed.
            unsafe { byte.read() }
        };
        assert!(kept.iter().enumerate().all(|(offset, &byte)| read(offset) == byte), "contents lost, {requested:?}");
        assert!(!zeroed || (kept.len()..block.len()).all(|offset| read(offset) == 0), "not zero, {requested:?}");
        self.next_byte = self.next_byte.wrapping_mul(31).wrapping_add(7);
        let contents = (0..block.len()).map(|offset| self.next_byte.wrapping_add(offset as u8) | 1).collect::<Vec<_>>();
        // SAFETY: the block is ours, and so long.
        unsafe { start.copy_from_nonoverlapping(NonNull::from(&contents[..]).cast(), contents.len()) };
        let live = Live { start, requested, contents };
        let range = live.range();
        for other in &self.blocks {
            let other = other.range();
            assert!(range.is_empty() || other.is_empty() || range.end <= other.start || other.end <= range.start);
        }
        self.blocks.push_back(live);
    }

    /// Takes a block out of the model, after a check of its contents.
    fn take(&mut self, index: usize) -> Option<Live> {
        let index = index.checked_rem(self.blocks.len())?;
        let live = self.blocks.remove(index)?;
        live.assert_unchanged();
        Some(live)
    }
}

/// Makes the calls, and then frees everything. Returns how many requests failed.
#[track_caller]
pub(crate) fn run<A: Allocator>(allocator: &A, operations: &[Operation]) -> usize {
    let mut shadow = Shadow::default();
    let mut failures = 0;
    for operation in operations {
        match *operation {
            Operation::Allocate { size, align, zeroed } => {
                let layout = Layout::from_size_align(size, align).unwrap();
                let block = if zeroed { allocator.allocate_zeroed(layout) } else { allocator.allocate(layout) };
                match block {
                    Ok(block) => shadow.receive(block, layout, &[], zeroed),
                    Err(_) => failures += 1,
                }
            }
            Operation::Free { block, fit } => {
                if let Some(live) = shadow.take(block) {
                    // SAFETY: live, with a layout that fits.
                    unsafe { allocator.deallocate(live.start, live.fitting(fit)) };
                }
            }
            Operation::Grow { block, fit, more, align, zeroed } => {
                let Some(live) = shadow.take(block) else { continue };
                let old = live.fitting(fit);
                let new = Layout::from_size_align(old.size() + more, align.unwrap_or(old.align())).unwrap();
                let grown = if zeroed {
                    // SAFETY: live, with a layout that fits; the new size is no less.
                    unsafe { allocator.grow_zeroed(live.start, old, new) }
                } else {
                    // SAFETY: as above.
                    unsafe { allocator.grow(live.start, old, new) }
                };
                match grown {
                    Ok(grown) => shadow.receive(grown, new, &live.contents[..old.size()], zeroed),
                    Err(_) => {
                        failures += 1;
                        live.assert_unchanged();
                        shadow.blocks.push_back(live);
                    }
                }
            }
            Operation::Shrink { block, fit, less, align } => {
                let Some(live) = shadow.take(block) else { continue };
                let old = live.fitting(fit);
                let new = Layout::from_size_align(less % (old.size() + 1), align.unwrap_or(old.align())).unwrap();
                // SAFETY: live, with a layout that fits; the new size is no more.
                match unsafe { allocator.shrink(live.start, old, new) } {
                    Ok(shrunk) => shadow.receive(shrunk, new, &live.contents[..new.size()], false),
                    Err(_) => {
                        failures += 1;
                        live.assert_unchanged();
                        shadow.blocks.push_back(live);
                    }
                }
            }
        }
    }
    while let Some(live) = shadow.take(0) {
        // SAFETY: live, with the layout that was requested.
        unsafe { allocator.deallocate(live.start, live.requested) };
    }
    failures
}
