//! Blocks that are adjacent although they belong to different chunks or spans, and must not be confused.

use std::alloc::{GlobalAlloc, System};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::mpsc::channel;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::Vec;
use janus_alloc::{Arena, SyncArena};

use crate::layout;

/// A parent that places each chunk directly below the previous one, as `mmap` does.
struct DownwardParent {
    lowest: NonNull<u8>,
    position: Cell<NonNull<u8>>,
    freed: Cell<usize>,
}

// SAFETY: blocks are disjoint parts of one block of `System`, which outlives them.
unsafe impl Allocator for &DownwardParent {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let position = self.position.get();
        let start = (position.addr().get() - layout.size()) & !(layout.align() - 1);
        assert!(start >= self.lowest.addr().get());
        // SAFETY: `start` is not below the lowest byte of the block of `System`, as asserted.
        self.position.set(unsafe { position.byte_sub(position.addr().get() - start) });
        Ok(NonNull::slice_from_raw_parts(self.position.get(), layout.size()))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.freed.set(self.freed.get() + 1);
        // SAFETY: the caller gives the block up. The bytes are overwritten so that a later use of the block is noticed.
        unsafe { block.write_bytes(0xf5, layout.size()) };
    }
}

#[test]
fn an_over_aligned_block_is_not_mistaken_for_an_oversize_block() {
    const SIZE: usize = 1 << 20;
    const ALIGN: usize = 1 << 16;
    // SAFETY: the size is not 0.
    let lowest = unsafe { System.alloc(layout(SIZE, SIZE)) };
    let lowest = NonNull::new(lowest).expect("a MiB");
    // The first chunk lies below this address and contains a multiple of `ALIGN`; the second ends where the first starts.
    // SAFETY: the offset is less than `SIZE`.
    let top = unsafe { lowest.add(8 * ALIGN + 20_000) };
    let parent = DownwardParent { lowest, position: Cell::new(top), freed: Cell::new(0) };
    {
        let arena = Arena::with_capacity_in(25_000, &parent);
        let aligned = arena.allocate(layout(3000, ALIGN)).unwrap().cast::<u8>();
        arena.alloc(1_u64);
        assert_eq!(arena.chunks().count(), 1);
        let mut oversize = Vec::with_capacity_in(60_100, &arena);
        oversize.resize(60_100, 7_u8);
        assert_eq!(arena.chunks().count(), 2);
        // SAFETY: the block is live and has that layout.
        unsafe { arena.deallocate(aligned, layout(3000, ALIGN)) };
        assert_eq!((parent.freed.get(), oversize[0]), (0, 7));
    }
    // SAFETY: the block was allocated above with that layout, and the arena over it has been dropped.
    unsafe { System.dealloc(lowest.as_ptr(), layout(SIZE, SIZE)) };
}

/// The last block of a full span ends where the span ends, and here the span is the last in its chunk. A thread that shrinks the
/// block returns its last bytes to the chunk, and the thread that owns the span must not use them too.
#[test]
fn bytes_at_the_end_of_a_full_span_have_one_owner() {
    const SPAN: usize = (32 << 10) - 32;
    for less in 1..16 {
        let arena = SyncArena::new();
        let arena = &arena;
        std::thread::scope(|threads| {
            let (to_other, from_first) = channel::<Vec<u8, &SyncArena>>();
            let (to_first, from_other) = channel();
            threads.spawn(move || {
                let mut last = from_first.recv().unwrap();
                last.shrink_to(4096 - less);
                let mut piece: Vec<u8, &SyncArena> = Vec::with_capacity_in(10_000, arena);
                piece.resize(10_000, 0xdd);
                assert_eq!(piece.as_ptr().addr() % 8, 0);
                to_first.send((last, piece)).unwrap();
            });
            let mut before = std::vec::Vec::new();
            let mut left = SPAN - 4096;
            while left > 0 {
                let size = left.min(4096);
                before.push(Vec::<u8, _>::with_capacity_in(size, arena));
                left -= size;
            }
            let mut last = Vec::with_capacity_in(4096, arena);
            last.resize(4096 - less, 0xbb);
            to_other.send(last).unwrap();
            let (mut last, piece) = from_other.recv().unwrap();
            last.resize(4096, 0xbb);
            assert!(piece.iter().all(|&byte| byte == 0xdd), "{less}");
            assert!(last.iter().all(|&byte| byte == 0xbb), "{less}");
        });
    }
}
