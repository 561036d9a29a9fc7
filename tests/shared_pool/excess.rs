//! A parent that returns more than was requested, as the trait allows.

use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::pools::Retain;
use janus_alloc::testing::conformance::{self, check};
use janus_alloc::{Malloc, SharedPool, Stats};

use crate::blocks::Block;
use crate::figures::check_usable;
use crate::{CHECKED, LARGE, UNCHECKED, layout};

/// Returns blocks with a number of extra bytes. Its parent is `Malloc`, whose blocks can be freed with any size.
struct ExcessParent<A>(usize, A);

impl<A> ExcessParent<A> {
    fn with_excess(&self, layout: Layout) -> Result<Layout, AllocError> {
        let size = layout.size().checked_add(self.0).ok_or(AllocError)?;
        Layout::from_size_align(size, layout.align()).map_err(|_| AllocError)
    }
}

// SAFETY: each call is forwarded with a size that is not smaller. The size of a block to be freed or resized may differ from the
// requested size, which `Malloc`, and `Stats` over it, accept.
unsafe impl<A: Allocator> Allocator for ExcessParent<A> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.1.allocate(self.with_excess(layout)?)
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.1.allocate_zeroed(self.with_excess(layout)?)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.deallocate(block, layout) };
    }

    unsafe fn grow(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size(), "{old:?} {new:?}");
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.grow(block, old, self.with_excess(new)?) }
    }

    unsafe fn grow_zeroed(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size(), "{old:?} {new:?}");
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.grow_zeroed(block, old, self.with_excess(new)?) }
    }

    unsafe fn shrink(&self, block: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() <= old.size(), "{old:?} {new:?}");
        let more = self::layout(old.size().min(new.size() + self.0), new.align());
        // SAFETY: by `# Safety` of this fn.
        unsafe { self.1.shrink(block, old, more) }
    }
}

#[test]
fn a_pool_over_such_a_parent_keeps_the_rules() {
    for more in [1, 1000, 5000, 1 << 20] {
        for options in [UNCHECKED, CHECKED, UNCHECKED.retain(Retain::Nothing)] {
            let pool = SharedPool::with_options_in(options, ExcessParent(more, Malloc));
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
            let pool = SharedPool::with_options_in(options, ExcessParent(more, Stats::new(Malloc)));
            for size in [100, 5000, 40_000, 200_000, LARGE - 1, LARGE + 1, 600_000, 1 << 20, 1_900_001] {
                check_usable(&pool, layout(size, 8));
                check_usable(&pool, layout(size, 1 << 20));
            }
        }
    }
}

/// Shrinks the largest layout that fits, by one byte and by more. The pool never requests a size above the old one.
#[test]
fn a_shrink_requests_no_more_than_the_block_has() {
    for options in [UNCHECKED, CHECKED] {
        let pool = SharedPool::with_options_in(options, ExcessParent(1000, Malloc));
        let block = Block::allocate(&pool, layout(1 << 20, 8), 1).unwrap();
        // SAFETY: the block is live and of this pool.
        let usable = unsafe { janus_alloc::api::UsableSize::layout_of(&pool, block.start) };
        let mut block = Block::from_raw(block.start, usable, 2);
        for size in [usable.size() - 1, usable.size() - 1000, 1 << 20, 600_000, 100] {
            block.resize(&pool, layout(size, usable.align()), false).unwrap();
        }
        block.free(&pool);
    }
}
