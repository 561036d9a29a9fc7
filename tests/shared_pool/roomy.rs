//! A parent that gives more than it was asked for, as the trait allows.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::pools::Retain;
use janus_alloc::testing::conformance::{self, check};
use janus_alloc::{Malloc, SharedPool, Stats};

use crate::blocks::Block;
use crate::figures::usable;
use crate::{CHECKED, LARGE, UNCHECKED, layout};

/// Always so many bytes more. They are of the C library, which does not mind the size that a block comes back with.
struct Roomy<A>(usize, A);

impl<A> Roomy<A> {
    fn more(&self, layout: Layout) -> Result<Layout, AllocError> {
        let size = layout.size().checked_add(self.0).ok_or(AllocError)?;
        Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
    }
}

// SAFETY: the parent's blocks, longer by as much each time; and their sizes do not matter to `Malloc`, nor to counts of blocks.
unsafe impl<A: Allocator> Allocator for Roomy<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.1.allocate(self.more(layout)?)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.1.allocate_zeroed(self.more(layout)?)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size(), "{old:?} {new:?}");
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.grow(block, old, self.more(new)?) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size(), "{old:?} {new:?}");
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.grow_zeroed(block, old, self.more(new)?) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() <= old.size(), "{old:?} {new:?}");
        let more = self::layout(old.size().min(new.size() + self.0), new.align());
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.shrink(block, old, more) }
    }
}

#[test]
fn keeps_the_rules() {
    for more in [1, 1000, 5000, 1 << 20] {
        for options in [UNCHECKED, CHECKED, UNCHECKED.whole_pages(true), UNCHECKED.retain(Retain::Nothing)] {
            let pool = SharedPool::with_options_in(options, Roomy(more, Malloc));
            let failures = conformance::Failures::NotExpected;
            let requests = conformance::Options {
                operations: 10_000,
                max_size: 4 << 20,
                max_live: 20,
                failures,
                ..Default::default()
            };
            check(&pool, &requests).unwrap_or_else(|violation| panic!("{violation}"));
            assert_eq!(pool.stats().live_bytes(), 0);
        }
    }
}

#[test]
fn layouts_from_bare_pointers_fit() {
    for more in [1, 1000, 5000] {
        for options in [UNCHECKED, CHECKED] {
            let pool = SharedPool::with_options_in(options, Roomy(more, Stats::new(Malloc)));
            for size in [100, 5000, 40_000, 200_000, LARGE - 1, LARGE + 1, 600_000, 1 << 20, 1_900_001] {
                usable(&pool, layout(size, 8));
                usable(&pool, layout(size, 1 << 20));
            }
        }
    }
}

/// The largest layout that fits, shrunk by one byte: no more is asked for than there is.
#[test]
fn shrunk_by_a_byte() {
    for options in [UNCHECKED, CHECKED] {
        let pool = SharedPool::with_options_in(options, Roomy(1000, Malloc));
        let block = Block::allocate(&pool, layout(1 << 20, 8), 1).unwrap();
        // SAFETY: live.
        let usable = unsafe { janus_alloc::api::UsableSize::layout_of(&pool, block.start) };
        let mut block = Block::of(block.start, usable, 2);
        for size in [usable.size() - 1, usable.size() - 1000, 1 << 20, 600_000, 100] {
            block.resize(&pool, layout(size, usable.align()), false).unwrap();
        }
        block.free(&pool);
    }
}
