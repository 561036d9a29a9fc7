//! Zeroed requests return zeroed memory, whatever it was used for before.

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{Pages, SharedPool, Stats, System};

use crate::blocks::is_zero;
use crate::raw::all_equal;
use crate::{CHECKED, UNCHECKED, layout};

const SIZES: [usize; 17] = [
    1,
    8,
    24,
    100,
    1000,
    4096,
    30_000,
    32 << 10,
    40 << 10,
    100_000,
    200_000,
    300_000,
    (512 << 10) - 1,
    512 << 10,
    700_000,
    1_000_000,
    3 << 20,
];

/// Tests pools over parents that are whole pages, and over others.
fn with_each_parent(test: impl Fn(&dyn Allocator)) {
    for retain in [Retain::Nothing, Retain::Bounded(128 << 20), Retain::Everything] {
        for options in [UNCHECKED.retain(retain), CHECKED.retain(retain)] {
            test(&SharedPool::with_options(options));
            test(&SharedPool::with_options_in(options, Pages::new()));
            test(&SharedPool::with_options_in(options, System));
            test(&SharedPool::with_options_in(options, Stats::new(Pages::new())));
            test(&SharedPool::with_options_in(options, Stats::new(System)));
        }
    }
}

/// Allocates `count` blocks, fills them with bytes that are not 0, and frees them.
fn dirty(pool: &dyn Allocator, size: usize, align: usize, count: usize) {
    let layout = layout(size, align);
    let blocks: Vec<_> = (0..count).map(|_| pool.allocate(layout).unwrap().cast::<u8>()).collect();
    for block in blocks {
        // SAFETY: the block is live and has that size.
        unsafe { block.write_bytes(0xa5, size) };
        // SAFETY: the block is live and has that layout.
        unsafe { pool.deallocate(block, layout) };
    }
}

#[test]
fn reused_blocks_are_zeroed() {
    with_each_parent(|pool| {
        for size in SIZES {
            for align in [1, 16, 4096] {
                dirty(pool, size, align, 3);
                let layout = layout(size, align);
                let blocks: Vec<_> = (0..4).map(|_| pool.allocate_zeroed(layout).unwrap()).collect();
                for block in blocks {
                    // SAFETY: the block is live, initialised, and not referred to by anything else.
                    assert!(is_zero(unsafe { block.as_ref() }), "{layout:?}");
                    // SAFETY: the block is live and has that layout.
                    unsafe { pool.deallocate(block.cast(), layout) };
                }
            }
        }
    });
}

/// Grows a block of `old` bytes, all of which are used, to `new` bytes, and asserts that the new bytes are zero. If `blocked`, another
/// block lies behind it.
fn grow(pool: &dyn Allocator, old: usize, new: usize, blocked: bool) {
    let (from, to) = (layout(old, 8), layout(new, 8));
    let block = pool.allocate(from).unwrap().cast::<u8>();
    // A block behind it keeps it from growing in place.
    let behind = blocked.then(|| pool.allocate(from).unwrap().cast::<u8>());
    // SAFETY: the block is live and has that size.
    unsafe { block.write_bytes(0x5a, old) };
    // SAFETY: the block is live and has the layout `from`; the new size is not smaller.
    let grown = unsafe { pool.grow_zeroed(block, from, to) }.unwrap();
    // SAFETY: the block is live, initialised, and not referred to by anything else.
    let bytes = unsafe { grown.as_ref() };
    assert_eq!(bytes.len(), new);
    assert!(all_equal(&bytes[..old], 0x5a), "{old} {new}");
    assert!(is_zero(&bytes[old..]), "{old} {new} {blocked}");
    // SAFETY: the block is live and has that size.
    unsafe { grown.cast::<u8>().write_bytes(0xa5, new) };
    // SAFETY: the block is live and has that layout.
    unsafe { pool.deallocate(grown.cast(), to) };
    if let Some(behind) = behind {
        // SAFETY: the block is live and has that layout.
        unsafe { pool.deallocate(behind, from) };
    }
}

#[test]
fn growth_is_zeroed_in_place_and_elsewhere() {
    let pairs = [
        (1, 8),
        (17, 24),
        (90, 96),
        (100, 5000),
        (4000, 32 << 10),
        (20_000, 40_000),
        // Within the last slice, and into further slices.
        (40_000, 48 << 10),
        (140_000, 144 << 10),
        (150_000, 160_000),
        (150_000, 400_000),
        (200_000, 512 << 10),
        (50_000, 60_000),
        (40_000, 200_000),
        (100_000, 512 << 10),
        // From slices to a block of the parent, and within a block of the parent.
        (500_000, 600_000),
        (600_001, 600_002),
        (600_000, 700_000),
        (1_000_000, 5_000_000),
        (4_500_000, 6_000_000),
    ];
    with_each_parent(|pool| {
        for (old, new) in pairs {
            for blocked in [false, true] {
                // The memory of the block, and the memory it grows into.
                dirty(pool, old, 8, 2);
                dirty(pool, new, 8, 2);
                grow(pool, old, new, blocked);
                grow(pool, old, new, blocked);
            }
        }
    });
}

/// Large blocks are grown by the parent, since with `Retain::Nothing` there is no kept block to copy them to.
#[test]
fn growth_by_the_parent_is_zeroed() {
    fn test(options: Options, parent: impl Allocator) {
        let pool = SharedPool::with_options_in(options.retain(Retain::Nothing), parent);
        for old in [600_000, 1_000_000, 2_000_001, 5_000_000] {
            // Memory that the parent may reuse.
            dirty(pool.parent(), 3 * old, 8, 3);
            grow(&pool, old, 2 * old, false);
            dirty(pool.parent(), 300_000, 8, 20);
            grow(&pool, old, old + 200_000, true);
        }
    }
    for options in [UNCHECKED, CHECKED] {
        test(options, Pages::new());
        test(options, System);
        test(options, Stats::new(System));
        // A parent that reuses its memory at once.
        let inner = SharedPool::with_options(UNCHECKED.retain(Retain::Everything));
        test(options, &inner);
    }
}

#[test]
fn slices_returned_to_the_system_are_zeroed_on_reuse() {
    for checked in [false, true] {
        let pool = SharedPool::with_options(Options::new().checked(checked));
        for _ in 0..3 {
            dirty(&pool, 100_000, 8, 30);
            dirty(&pool, 200_000, 8, 15);
            dirty(&pool, 20_000, 8, 60);
            let kept = pool.allocate(layout(100, 8)).unwrap().cast();
            pool.collect();
            let blocks: Vec<_> = (0..20).map(|_| pool.allocate_zeroed(layout(90_000, 8)).unwrap()).collect();
            for block in blocks {
                // SAFETY: the block is live, initialised, and not referred to by anything else.
                assert!(is_zero(unsafe { block.as_ref() }));
                // SAFETY: the block is live and has that layout.
                unsafe { pool.deallocate(block.cast(), layout(90_000, 8)) };
            }
            // SAFETY: the block is live and has that layout.
            unsafe { pool.deallocate(kept, layout(100, 8)) };
        }
    }
}
