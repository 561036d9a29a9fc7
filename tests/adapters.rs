//! The adapters translate every difference between the contracts of `GlobalAlloc` and `Allocator`. Most tests put a `GlobalAlloc`
//! behind them that checks the promises of its callers and records their calls.
#![cfg(feature = "std")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Owns};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::pools::Options;
use janus_alloc::{AsAllocator, AsAllocatorRef, AsGlobal, Malloc, Null, Pages, SharedPool, Stats};

#[derive(Debug, PartialEq, Clone, Copy)]
enum Call {
    Alloc(Layout),
    AllocZeroed(Layout),
    Dealloc(Layout),
    Realloc(Layout, usize),
}
use Call::{Alloc, AllocZeroed, Dealloc, Realloc};

/// Panics when a caller breaks the contract of `GlobalAlloc`. Memory that need not be zeroed is filled with 0xAA.
#[derive(Default)]
struct StrictGlobal {
    live: RefCell<BTreeMap<usize, Layout>>,
    calls: RefCell<std::vec::Vec<Call>>,
    refuse: std::cell::Cell<bool>,
}

impl StrictGlobal {
    fn calls(&self) -> std::vec::Vec<Call> {
        self.calls.take()
    }

    fn insert(&self, block: *mut u8, layout: Layout) -> *mut u8 {
        assert!(self.live.borrow_mut().insert(block.addr(), layout).is_none());
        block
    }

    fn remove(&self, block: *mut u8, layout: Layout) {
        assert_eq!(self.live.borrow_mut().remove(&block.addr()), Some(layout), "freed with another layout");
    }
}

// SAFETY: each call is forwarded to `System` or refused.
unsafe impl GlobalAlloc for StrictGlobal {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        assert_ne!(layout.size(), 0);
        self.calls.borrow_mut().push(Alloc(layout));
        if self.refuse.get() {
            return std::ptr::null_mut();
        }
        // SAFETY: the size is not 0.
        let block = unsafe { System.alloc(layout) };
        // SAFETY: the block has that many bytes.
        unsafe { block.write_bytes(0xAA, layout.size()) };
        self.insert(block, layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        assert_ne!(layout.size(), 0);
        self.calls.borrow_mut().push(AllocZeroed(layout));
        if self.refuse.get() {
            return std::ptr::null_mut();
        }
        // SAFETY: the size is not 0.
        self.insert(unsafe { System.alloc_zeroed(layout) }, layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.calls.borrow_mut().push(Dealloc(layout));
        self.remove(block, layout);
        // SAFETY: the block is live with that layout, as `remove` checked.
        unsafe { System.dealloc(block, layout) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        assert_ne!(new_size, 0);
        assert!(Layout::from_size_align(new_size, layout.align()).is_ok());
        self.calls.borrow_mut().push(Realloc(layout, new_size));
        if self.refuse.get() {
            return std::ptr::null_mut();
        }
        self.remove(block, layout);
        // SAFETY: the block is live with that layout, as `remove` checked.
        let moved = unsafe { System.realloc(block, layout, new_size) };
        if new_size > layout.size() {
            // SAFETY: the old size is less than the new one.
            let tail = unsafe { moved.add(layout.size()) };
            // SAFETY: these bytes end where the block ends.
            unsafe { tail.write_bytes(0xAA, new_size - layout.size()) };
        }
        // SAFETY: the size and the align form a layout, as asserted above.
        self.insert(moved, unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) })
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn bytes(block: NonNull<[u8]>) -> &'static [u8] {
    // SAFETY: the tests pass a live block whose bytes are initialised, and stop using the slice before they free the block.
    unsafe { block.as_ref() }
}

#[test]
fn size_zero_reaches_no_global_alloc() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    for align in [1, 2, 16, 4096, 1 << 20] {
        for block in [allocator.allocate(layout(0, align)), allocator.allocate_zeroed(layout(0, align))] {
            let block = block.unwrap();
            assert_eq!((block.len(), block.cast::<u8>().addr().get() % align), (0, 0));
            // SAFETY: the block is live and has that layout.
            unsafe { allocator.deallocate(block.cast(), layout(0, align)) };
        }
        let block = allocator.allocate(layout(0, align)).unwrap();
        // SAFETY: the block is live and has that layout; 0 is not smaller than 0.
        let grown = unsafe { allocator.grow(block.cast(), layout(0, align), layout(0, 2 * align)) }.unwrap();
        assert_eq!(grown.cast::<u8>().addr().get() % (2 * align), 0);
        // SAFETY: as above.
        unsafe { allocator.shrink(grown.cast(), layout(0, 2 * align), layout(0, 1)) }.unwrap();
    }
    assert_eq!(strict.calls(), []);
}

#[test]
fn grow_from_zero_allocates_and_shrink_to_zero_frees() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    let empty = allocator.allocate(layout(0, 8)).unwrap();
    // SAFETY: the block is live and has that layout.
    let grown = unsafe { allocator.grow(empty.cast(), layout(0, 8), layout(40, 8)) }.unwrap();
    assert_eq!(grown.len(), 40);
    // SAFETY: the block is live and has that layout.
    let shrunk = unsafe { allocator.shrink(grown.cast(), layout(40, 8), layout(0, 4096)) }.unwrap();
    assert_eq!((shrunk.len(), shrunk.cast::<u8>().addr().get() % 4096), (0, 0));
    // SAFETY: the block is live and has that layout.
    let zeroed = unsafe { allocator.grow_zeroed(shrunk.cast(), layout(0, 4096), layout(24, 8)) }.unwrap();
    assert_eq!(bytes(zeroed), [0; 24]);
    // SAFETY: the block is live and has that layout.
    unsafe { allocator.deallocate(zeroed.cast(), layout(24, 8)) };
    assert_eq!(
        strict.calls(),
        [Alloc(layout(40, 8)), Dealloc(layout(40, 8)), AllocZeroed(layout(24, 8)), Dealloc(layout(24, 8))]
    );
}

#[test]
fn shrink_to_zero_under_the_same_align_frees_too() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    let block = allocator.allocate(layout(40, 8)).unwrap();
    // SAFETY: the block is live and has that layout.
    let shrunk = unsafe { allocator.shrink(block.cast(), layout(40, 8), layout(0, 8)) }.unwrap();
    assert_eq!(shrunk.len(), 0);
    assert_eq!(strict.calls(), [Alloc(layout(40, 8)), Dealloc(layout(40, 8))]);
}

/// `isize::MAX` bytes form a layout at align 1 only: at the old align the size would round above `isize::MAX`.
#[test]
fn a_size_that_rounds_above_isize_max_is_an_error_and_no_realloc() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    let (old, huge) = (layout(64, 16), layout(isize::MAX as usize, 1));
    let block = allocator.allocate(old).unwrap();
    strict.refuse.set(true);
    // SAFETY: the block is live and has the layout `old`; the new size is larger.
    assert_eq!(unsafe { allocator.grow(block.cast(), old, huge) }, Err(AllocError));
    assert_eq!(strict.calls(), [Alloc(old), Alloc(huge)]);
    assert_eq!(bytes(block), [0xAA; 64]);
    // SAFETY: the block is live and has the layout `old`.
    unsafe { allocator.deallocate(block.cast(), old) };
}

/// A block can be resized and freed with the layout that the allocator knows, as C's `realloc` and `free` do.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
#[test]
fn layout_of_a_bare_pointer_fits_the_block() {
    use janus_alloc::api::UsableSize;

    fn check<A: UsableSize>(allocator: A) {
        for (size, align) in [(1, 1), (8, 8), (24, 16), (100, 1), (100, 64), (5000, 4096), (1 << 20, 16)] {
            let block = allocator.allocate(layout(size, align)).unwrap().cast::<u8>();
            // SAFETY: the block is live, of this allocator, and not of size 0.
            let known = unsafe { allocator.layout_of(block) };
            // SAFETY: as above.
            assert_eq!(unsafe { allocator.usable_size(block) }, known.size());
            assert!(known.size() >= size && block.addr().get() % known.align() == 0, "{known:?}");
            let larger = layout(2 * known.size(), known.align());
            // SAFETY: the block is live and the layout of `layout_of` fits it; the new size is larger.
            let block = unsafe { allocator.grow(block, known, larger) }.unwrap().cast::<u8>();
            // SAFETY: the block is live, of this allocator, and not of size 0.
            let known = unsafe { allocator.layout_of(block) };
            let smaller = layout(size, known.align());
            // SAFETY: the block is live and the layout of `layout_of` fits it; the new size is smaller.
            let block = unsafe { allocator.shrink(block, known, smaller) }.unwrap().cast::<u8>();
            // SAFETY: the block is live, of this allocator, and not of size 0.
            unsafe { allocator.deallocate_without_layout(block) };
        }
    }
    check(Malloc);
    check(&AsGlobal::new(Malloc));
    for checked in [false, true] {
        let options = Options::new().checked(checked);
        let pool = SharedPool::with_options(options);
        check(&pool);
        check(&pool);
        assert_eq!(pool.stats().live_bytes(), 0);
        let pool = AsGlobal::new(SharedPool::with_options(options));
        check(&pool);
        assert_eq!(pool.stats().live_bytes(), 0);
    }
}

#[test]
fn realloc_serves_only_an_unchanged_align() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    let first = layout(100, 8);
    let block = allocator.allocate(first).unwrap();
    let steps = [
        (true, layout(200, 8)),
        (true, layout(200, 64)),
        (true, layout(300, 2)),
        (false, layout(250, 2)),
        (false, layout(120, 512)),
        (false, layout(110, 1)),
        (false, layout(110, 4)),
    ];
    let (mut block, mut old) = (block, first);
    for (grow, new) in steps {
        // SAFETY: the block is live and has at least 100 bytes.
        unsafe { block.cast::<u8>().write_bytes(7, 100) };
        let before = block;
        let resized = if grow {
            // SAFETY: the block is live and has the layout `old`; the new size is not smaller.
            unsafe { allocator.grow(block.cast(), old, new) }
        } else {
            // SAFETY: the block is live and has the layout `old`; the new size is not larger.
            unsafe { allocator.shrink(block.cast(), old, new) }
        };
        block = resized.unwrap();
        assert_eq!(block.len(), new.size(), "the length is not the requested one");
        assert_eq!(block.cast::<u8>().addr().get() % new.align(), 0);
        assert_eq!(&bytes(block)[..100], [7; 100]);
        let calls = strict.calls.borrow_mut().split_off(0);
        if old.align() == new.align() {
            assert_eq!(calls.last(), Some(&Realloc(old, new.size())));
        } else {
            assert_eq!(calls[calls.len() - 2..], [Alloc(new), Dealloc(old)]);
            assert_ne!(before.cast::<u8>(), block.cast::<u8>());
        }
        old = new;
    }
    // SAFETY: the block is live and has that layout.
    unsafe { allocator.deallocate(block.cast(), old) };
    assert!(strict.live.borrow().is_empty());
}

#[test]
fn grow_zeroed_zeroes_the_bytes_that_realloc_adds() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    for (old, new) in
        [(layout(10, 8), layout(1000, 8)), (layout(10, 8), layout(1000, 64)), (layout(9, 4), layout(9, 4))]
    {
        let block = allocator.allocate(old).unwrap();
        // SAFETY: the block is live and has that layout.
        let grown = unsafe { allocator.grow_zeroed(block.cast(), old, new) }.unwrap();
        assert!(bytes(grown)[..old.size()].iter().all(|&byte| byte == 0xAA));
        assert!(bytes(grown)[old.size()..].iter().all(|&byte| byte == 0));
        // SAFETY: the block is live and has that layout.
        unsafe { allocator.deallocate(grown.cast(), new) };
    }
}

#[test]
fn a_null_is_an_error_and_leaves_the_old_block() {
    let strict = StrictGlobal::default();
    let allocator = AsAllocatorRef::new(&strict);
    let old = layout(16, 8);
    let block = allocator.allocate(old).unwrap();
    strict.refuse.set(true);
    assert_eq!(allocator.allocate(old), Err(AllocError));
    assert_eq!(allocator.allocate_zeroed(old), Err(AllocError));
    for new in [layout(32, 8), layout(32, 64)] {
        // SAFETY: the block is live and has the layout `old`; the new size is larger.
        assert_eq!(unsafe { allocator.grow(block.cast(), old, new) }, Err(AllocError));
        // SAFETY: as above.
        assert_eq!(unsafe { allocator.grow_zeroed(block.cast(), old, new) }, Err(AllocError));
    }
    for new in [layout(8, 8), layout(8, 64)] {
        // SAFETY: the block is live and has the layout `old`; the new size is smaller.
        assert_eq!(unsafe { allocator.shrink(block.cast(), old, new) }, Err(AllocError));
    }
    assert_eq!(bytes(block), [0xAA; 16]);
    // SAFETY: the block is live and has that layout.
    unsafe { allocator.deallocate(block.cast(), old) };
    assert!(strict.live.borrow().is_empty());
}

#[test]
fn an_error_is_a_null() {
    let global = AsGlobal::new(Null);
    // SAFETY: the size is not 0.
    assert!(unsafe { global.alloc(layout(8, 8)) }.is_null());
    // SAFETY: the size is not 0.
    assert!(unsafe { global.alloc_zeroed(layout(8, 8)) }.is_null());
    assert!(!(&global).owns(NonNull::<u64>::dangling().cast(), layout(8, 8)));
}

#[test]
fn a_size_above_isize_max_is_a_null_and_leaves_the_block() {
    let huge = isize::MAX as usize - 15;
    let old = layout(64, 16);
    for global in
        [&AsGlobal::new(Malloc) as &dyn GlobalAlloc, &AsGlobal::new(Pages::new()), &AsGlobal::new(Stats::new(System))]
    {
        // SAFETY: the size is not 0.
        assert!(unsafe { global.alloc(layout(huge, 16)) }.is_null());
        // SAFETY: the size is not 0.
        let block = unsafe { global.alloc_zeroed(old) };
        // SAFETY: the block is live and has the layout `old`; the new size, rounded up to 16, does not exceed `isize::MAX`.
        assert!(unsafe { global.realloc(block, old, huge) }.is_null());
        // SAFETY: the block is live and has 64 bytes, which were zeroed.
        assert_eq!(unsafe { block.cast::<[u8; 64]>().read() }, [0; 64]);
        // SAFETY: the block is live and has the layout `old`.
        unsafe { global.dealloc(block, old) };
    }
}

#[test]
fn realloc_grows_and_shrinks_through_both_adapters() {
    let round_trip = AsGlobal::new(AsAllocator::new(System));
    // SAFETY: the size is not 0.
    let block = unsafe { round_trip.alloc(layout(10, 1)) };
    // SAFETY: the block is live and has 10 bytes.
    unsafe { block.write_bytes(3, 10) };
    // SAFETY: the block is live and has that layout.
    let block = unsafe { round_trip.realloc(block, layout(10, 1), 100_000) };
    // SAFETY: the block is live and has that layout.
    let block = unsafe { round_trip.realloc(block, layout(100_000, 1), 10) };
    // SAFETY: the block is live and has 10 bytes, which were initialised before the calls of `realloc`.
    assert_eq!(unsafe { std::slice::from_raw_parts(block, 10) }, [3; 10]);
    // SAFETY: the block is live and has that layout.
    unsafe { round_trip.dealloc(block, layout(10, 1)) };
}

/// Every copy of an `AsAllocator` has its value, so the value is never dropped.
#[test]
fn as_allocator_never_drops_its_value() {
    struct PanicsOnDrop;
    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    // SAFETY: each call is forwarded to `System`.
    unsafe impl GlobalAlloc for PanicsOnDrop {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: by `# Safety` of this fn.
            unsafe { System.alloc(layout) }
        }
        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { System.dealloc(block, layout) };
        }
    }
    let allocator = AsAllocator::new(PanicsOnDrop);
    let first = Box::new_in(1, allocator);
    let mut second = Vec::new_in(allocator);
    second.push(2);
    assert_eq!(*first.clone() + second.clone()[0], 3);
}
