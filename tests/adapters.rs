//! Every mismatch between the two contracts is translated. A `GlobalAlloc` that checks what its contract promises it, and
//! writes down what it was asked, stands behind the adapters.
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

/// Panics when it is called as a `GlobalAlloc` must not be. Zeroes nothing it need not.
#[derive(Default)]
struct Strict {
    live: RefCell<BTreeMap<usize, Layout>>,
    calls: RefCell<std::vec::Vec<Call>>,
    refuse: std::cell::Cell<bool>,
}

impl Strict {
    fn calls(&self) -> std::vec::Vec<Call> {
        self.calls.take()
    }

    fn give(&self, block: *mut u8, layout: Layout) -> *mut u8 {
        assert!(self.live.borrow_mut().insert(block.addr(), layout).is_none());
        block
    }

    fn take(&self, block: *mut u8, layout: Layout) {
        assert_eq!(self.live.borrow_mut().remove(&block.addr()), Some(layout), "given back with another layout");
    }
}

// SAFETY: forwards to `System`, or refuses.
unsafe impl GlobalAlloc for Strict {
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
        self.give(block, layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        assert_ne!(layout.size(), 0);
        self.calls.borrow_mut().push(AllocZeroed(layout));
        if self.refuse.get() {
            return std::ptr::null_mut();
        }
        // SAFETY: the size is not 0.
        self.give(unsafe { System.alloc_zeroed(layout) }, layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.calls.borrow_mut().push(Dealloc(layout));
        self.take(block, layout);
        // SAFETY: `take` found it live with that layout.
        unsafe { System.dealloc(block, layout) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        assert_ne!(new_size, 0);
        assert!(Layout::from_size_align(new_size, layout.align()).is_ok());
        self.calls.borrow_mut().push(Realloc(layout, new_size));
        if self.refuse.get() {
            return std::ptr::null_mut();
        }
        self.take(block, layout);
        // SAFETY: `take` found it live with that layout.
        let moved = unsafe { System.realloc(block, layout, new_size) };
        if new_size > layout.size() {
            // SAFETY: within the block.
            let tail = unsafe { moved.add(layout.size()) };
            // SAFETY: within the block.
            unsafe { tail.write_bytes(0xAA, new_size - layout.size()) };
        }
        // SAFETY: of the align it had.
        self.give(moved, unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) })
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn bytes(block: NonNull<[u8]>) -> &'static [u8] {
    // SAFETY: the tests write every byte first, and drop the slice before the block.
    unsafe { block.as_ref() }
}

#[test]
fn size_zero_reaches_no_global_alloc() {
    let strict = Strict::default();
    let allocator = AsAllocatorRef::new(&strict);
    for align in [1, 2, 16, 4096, 1 << 20] {
        for block in [allocator.allocate(layout(0, align)), allocator.allocate_zeroed(layout(0, align))] {
            let block = block.unwrap();
            assert_eq!((block.len(), block.cast::<u8>().addr().get() % align), (0, 0));
            // SAFETY: live, with that layout.
            unsafe { allocator.deallocate(block.cast(), layout(0, align)) };
        }
        let block = allocator.allocate(layout(0, align)).unwrap();
        // SAFETY: live, with that layout; 0 is not smaller than 0.
        let grown = unsafe { allocator.grow(block.cast(), layout(0, align), layout(0, 2 * align)) }.unwrap();
        assert_eq!(grown.cast::<u8>().addr().get() % (2 * align), 0);
        // SAFETY: as above.
        unsafe { allocator.shrink(grown.cast(), layout(0, 2 * align), layout(0, 1)) }.unwrap();
    }
    assert_eq!(strict.calls(), []);
}

#[test]
fn grow_from_zero_allocates_and_shrink_to_zero_frees() {
    let strict = Strict::default();
    let allocator = AsAllocatorRef::new(&strict);
    let empty = allocator.allocate(layout(0, 8)).unwrap();
    // SAFETY: live, with that layout.
    let grown = unsafe { allocator.grow(empty.cast(), layout(0, 8), layout(40, 8)) }.unwrap();
    assert_eq!(grown.len(), 40);
    // SAFETY: live, with that layout.
    let shrunk = unsafe { allocator.shrink(grown.cast(), layout(40, 8), layout(0, 4096)) }.unwrap();
    assert_eq!((shrunk.len(), shrunk.cast::<u8>().addr().get() % 4096), (0, 0));
    // SAFETY: live, with that layout.
    let zeroed = unsafe { allocator.grow_zeroed(shrunk.cast(), layout(0, 4096), layout(24, 8)) }.unwrap();
    assert_eq!(bytes(zeroed), [0; 24]);
    // SAFETY: live, with that layout.
    unsafe { allocator.deallocate(zeroed.cast(), layout(24, 8)) };
    assert_eq!(
        strict.calls(),
        [Alloc(layout(40, 8)), Dealloc(layout(40, 8)), AllocZeroed(layout(24, 8)), Dealloc(layout(24, 8))]
    );
}

#[test]
fn shrink_to_zero_under_the_same_align_frees_too() {
    let strict = Strict::default();
    let allocator = AsAllocatorRef::new(&strict);
    let block = allocator.allocate(layout(40, 8)).unwrap();
    // SAFETY: live, with that layout.
    let shrunk = unsafe { allocator.shrink(block.cast(), layout(40, 8), layout(0, 8)) }.unwrap();
    assert_eq!(shrunk.len(), 0);
    assert_eq!(strict.calls(), [Alloc(layout(40, 8)), Dealloc(layout(40, 8))]);
}

/// `isize::MAX` bytes are a layout at align 1 only: nothing rounds past that under the old align.
#[test]
fn a_size_that_rounds_past_isize_max_is_err_and_no_realloc() {
    let strict = Strict::default();
    let allocator = AsAllocatorRef::new(&strict);
    let (old, huge) = (layout(64, 16), layout(isize::MAX as usize, 1));
    let block = allocator.allocate(old).unwrap();
    strict.refuse.set(true);
    // SAFETY: live with `old`; the new size is larger.
    assert_eq!(unsafe { allocator.grow(block.cast(), old, huge) }, Err(AllocError));
    assert_eq!(strict.calls(), [Alloc(old), Alloc(huge)]);
    assert_eq!(bytes(block), [0xAA; 64]);
    // SAFETY: live with `old`.
    unsafe { allocator.deallocate(block.cast(), old) };
}

/// A block comes back under the layout the C library knows, as C's `free` needs it.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
#[test]
fn layouts_are_known_from_the_bare_pointer() {
    use janus_alloc::api::UsableSize;

    fn check<A: UsableSize>(allocator: A) {
        for (size, align) in [(1, 1), (8, 8), (24, 16), (100, 1), (100, 64), (5000, 4096), (1 << 20, 16)] {
            let block = allocator.allocate(layout(size, align)).unwrap().cast::<u8>();
            // SAFETY: live, and not of size 0.
            let known = unsafe { allocator.layout_of(block) };
            // SAFETY: as above.
            assert_eq!(unsafe { allocator.usable_size(block) }, known.size());
            assert!(known.size() >= size && block.addr().get() % known.align() == 0, "{known:?}");
            let larger = layout(2 * known.size(), known.align());
            // SAFETY: the layout of `layout_of` fits; the new size is larger.
            let block = unsafe { allocator.grow(block, known, larger) }.unwrap().cast::<u8>();
            // SAFETY: live, and not of size 0.
            let known = unsafe { allocator.layout_of(block) };
            let smaller = layout(size, known.align());
            // SAFETY: the layout of `layout_of` fits; the new size is smaller.
            let block = unsafe { allocator.shrink(block, known, smaller) }.unwrap().cast::<u8>();
            // SAFETY: live, and not of size 0.
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
    let strict = Strict::default();
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
        // SAFETY: the block has 100 bytes or more.
        unsafe { block.cast::<u8>().write_bytes(7, 100) };
        let before = block;
        let resized = if grow {
            // SAFETY: live with `old`; the new size is not smaller.
            unsafe { allocator.grow(block.cast(), old, new) }
        } else {
            // SAFETY: live with `old`; the new size is not larger.
            unsafe { allocator.shrink(block.cast(), old, new) }
        };
        block = resized.unwrap();
        assert_eq!(block.len(), new.size(), "exactly the requested length");
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
    // SAFETY: live, with that layout.
    unsafe { allocator.deallocate(block.cast(), old) };
    assert!(strict.live.borrow().is_empty());
}

#[test]
fn grow_zeroed_zeroes_what_realloc_does_not() {
    let strict = Strict::default();
    let allocator = AsAllocatorRef::new(&strict);
    for (old, new) in
        [(layout(10, 8), layout(1000, 8)), (layout(10, 8), layout(1000, 64)), (layout(9, 4), layout(9, 4))]
    {
        let block = allocator.allocate(old).unwrap();
        // SAFETY: live, with that layout.
        let grown = unsafe { allocator.grow_zeroed(block.cast(), old, new) }.unwrap();
        assert!(bytes(grown)[..old.size()].iter().all(|&byte| byte == 0xAA));
        assert!(bytes(grown)[old.size()..].iter().all(|&byte| byte == 0));
        // SAFETY: live, with that layout.
        unsafe { allocator.deallocate(grown.cast(), new) };
    }
}

#[test]
fn null_is_err_and_leaves_the_old_block() {
    let strict = Strict::default();
    let allocator = AsAllocatorRef::new(&strict);
    let old = layout(16, 8);
    let block = allocator.allocate(old).unwrap();
    strict.refuse.set(true);
    assert_eq!(allocator.allocate(old), Err(AllocError));
    assert_eq!(allocator.allocate_zeroed(old), Err(AllocError));
    for new in [layout(32, 8), layout(32, 64)] {
        // SAFETY: live with `old`; the new size is larger.
        assert_eq!(unsafe { allocator.grow(block.cast(), old, new) }, Err(AllocError));
        // SAFETY: as above.
        assert_eq!(unsafe { allocator.grow_zeroed(block.cast(), old, new) }, Err(AllocError));
    }
    for new in [layout(8, 8), layout(8, 64)] {
        // SAFETY: live with `old`; the new size is smaller.
        assert_eq!(unsafe { allocator.shrink(block.cast(), old, new) }, Err(AllocError));
    }
    assert_eq!(bytes(block), [0xAA; 16]);
    // SAFETY: live, with that layout.
    unsafe { allocator.deallocate(block.cast(), old) };
    assert!(strict.live.borrow().is_empty());
}

#[test]
fn err_is_null() {
    let global = AsGlobal::new(Null);
    // SAFETY: the size is not 0.
    assert!(unsafe { global.alloc(layout(8, 8)) }.is_null());
    // SAFETY: the size is not 0.
    assert!(unsafe { global.alloc_zeroed(layout(8, 8)) }.is_null());
    assert!(!(&global).owns(NonNull::<u64>::dangling().cast(), layout(8, 8)));
}

#[test]
fn a_size_past_isize_max_is_null_and_leaves_the_block() {
    let huge = isize::MAX as usize - 15;
    let old = layout(64, 16);
    for global in
        [&AsGlobal::new(Malloc) as &dyn GlobalAlloc, &AsGlobal::new(Pages::new()), &AsGlobal::new(Stats::new(System))]
    {
        // SAFETY: the size is not 0.
        assert!(unsafe { global.alloc(layout(huge, 16)) }.is_null());
        // SAFETY: the size is not 0.
        let block = unsafe { global.alloc_zeroed(old) };
        // SAFETY: live with `old`; the new size, rounded up to 16, is at most `isize::MAX`.
        assert!(unsafe { global.realloc(block, old, huge) }.is_null());
        // SAFETY: the block was zeroed, and is 64 bytes long.
        assert_eq!(unsafe { block.cast::<[u8; 64]>().read() }, [0; 64]);
        // SAFETY: live with `old`.
        unsafe { global.dealloc(block, old) };
    }
}

#[test]
fn realloc_goes_both_ways_through_the_round_trip() {
    let round_trip = AsGlobal::new(AsAllocator::new(System));
    // SAFETY: the size is not 0.
    let block = unsafe { round_trip.alloc(layout(10, 1)) };
    // SAFETY: the block has 10 bytes.
    unsafe { block.write_bytes(3, 10) };
    // SAFETY: live, with that layout.
    let block = unsafe { round_trip.realloc(block, layout(10, 1), 100_000) };
    // SAFETY: live, with that layout.
    let block = unsafe { round_trip.realloc(block, layout(100_000, 1), 10) };
    // SAFETY: the first bytes have survived both.
    assert_eq!(unsafe { std::slice::from_raw_parts(block, 10) }, [3; 10]);
    // SAFETY: live, with that layout.
    unsafe { round_trip.dealloc(block, layout(10, 1)) };
}

/// The value that `AsAllocator` took lives on in every copy, and is never dropped.
#[test]
fn as_allocator_never_drops_what_it_took() {
    struct Loud;
    impl Drop for Loud {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    // SAFETY: forwards to `System`.
    unsafe impl GlobalAlloc for Loud {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: by `# Safety` of this fn.
            unsafe { System.alloc(layout) }
        }
        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { System.dealloc(block, layout) };
        }
    }
    let allocator = AsAllocator::new(Loud);
    let first = Box::new_in(1, allocator);
    let mut second = Vec::new_in(allocator);
    second.push(2);
    assert_eq!(*first.clone() + second.clone()[0], 3);
}
