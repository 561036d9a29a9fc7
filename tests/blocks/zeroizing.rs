use std::mem::MaybeUninit;
use std::ptr::NonNull;

use janus_alloc::api::{Allocator, Layout};
use janus_alloc::collections::{BTreeMap, HashMap, String, Vec};
use janus_alloc::{Arena, FixedArena, Null, Pool, Segregate, Stats, System, Zeroizing};
use proptest::prelude::*;

use crate::conformance::{keeps_the_rules, options};
use crate::inspect::Inspect;
use crate::shadow;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

#[test]
fn keeps_the_rules_over_each_parent() {
    keeps_the_rules(Zeroizing::new(System), &options(100_000));
    keeps_the_rules(Zeroizing::new(Pool::new()), &options(50_000));
    #[cfg(any(unix, windows))]
    keeps_the_rules(Zeroizing::new(janus_alloc::Pages::new()), &options(20_000));
}

/// Every start and length around words, so that no byte at an end is left.
#[test]
fn all_bytes_of_a_freed_block_are_zero_and_no_others() {
    let mut bytes = [MaybeUninit::uninit(); 256];
    for start in 0..16 {
        for length in 0..100 {
            bytes.fill(MaybeUninit::new(0xee));
            let arena = FixedArena::new(&mut bytes);
            let zeroizing = Zeroizing::new(&arena);
            arena.allocate(layout(start, 1)).unwrap();
            let block = zeroizing.allocate(layout(length, 1)).unwrap();
            // SAFETY: live, with that layout.
            unsafe { zeroizing.deallocate(block.cast(), layout(length, 1)) };
            for (at, byte) in bytes.iter().enumerate() {
                let wiped = (start..start + length).contains(&at);
                // SAFETY: filled above.
                assert_eq!(unsafe { byte.assume_init() }, if wiped { 0 } else { 0xee }, "{start} {length} {at}");
            }
        }
    }
}

#[test]
fn freed_blocks_reach_the_parent_wiped() {
    let zeroizing = Zeroizing::new(Inspect::new(System));
    let mut secret = String::with_capacity_in(10, &zeroizing);
    secret.push_str("swordfish");
    secret.push_str(" is the password"); // moves
    secret.truncate(9);
    secret.shrink_to_fit(); // moves
    assert_eq!(&*secret, "swordfish");
    assert_eq!(zeroizing.parent().frees.get(), 2);
    drop(secret);
    assert_eq!((zeroizing.parent().frees.get(), zeroizing.parent().dirty.get()), (3, 0));

    let mut map = HashMap::new_in(&zeroizing);
    let mut tree = BTreeMap::new_in(&zeroizing);
    for n in 0..1000_u64 {
        map.insert(!n, !n);
        tree.insert(!n, !n);
    }
    drop((map, tree));
    assert!(zeroizing.parent().frees.get() > 10);
    assert_eq!((zeroizing.parent().dirty.get(), zeroizing.parent().resizes.get()), (0, 0));

    // The parent does see what is not wiped.
    let inspect = Inspect::new(System);
    let mut bytes = Vec::with_capacity_in(4, &inspect);
    bytes.extend([1_u8, 2, 3, 4]);
    drop(bytes);
    assert_eq!((inspect.frees.get(), inspect.dirty.get()), (1, 1));
}

/// An optimiser may leave out writes to memory that is freed next. So this reads the memory behind its back, after the free. It says something
/// in a released build only.
#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
mod behind_the_optimiser {
    use std::fs::File;
    use std::hint::black_box;
    use std::os::unix::fs::FileExt;

    use janus_alloc::api::AllocError;

    use super::*;

    const SECRET: u8 = 0xa5;
    const LENGTH: usize = 5000;

    /// Wipes by writes that nobody reads.
    struct Plain;

    // SAFETY: every call is forwarded to `System`; a block is written to before its free.
    unsafe impl Allocator for Plain {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            System.allocate(layout)
        }

        #[inline(always)]
        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
            // SAFETY: by `# Safety` of this fn.
            unsafe { block.write_bytes(0, layout.size()) };
            // SAFETY: by `# Safety` of this fn.
            unsafe { System.deallocate(block, layout) };
        }
    }

    /// Frees a block with a secret, and returns how many bytes of it are left where it was.
    #[inline(never)]
    fn left(allocator: impl Allocator) -> usize {
        let memory = File::open("/proc/self/mem").unwrap();
        let mut secret = Vec::with_capacity_in(LENGTH, allocator);
        secret.resize(LENGTH, SECRET);
        black_box(&secret[..]);
        let address = secret.as_ptr().addr();
        let mut bytes = [0; LENGTH];
        drop(secret);
        memory.read_exact_at(&mut bytes, address as u64).unwrap();
        bytes.iter().filter(|&&byte| byte == SECRET).count()
    }

    #[test]
    fn nothing_is_left_after_the_free() {
        assert_eq!(left(Zeroizing::new(System)), 0);
        // Otherwise this test shows nothing. The C library writes to some of a freed block itself.
        assert!(left(System) > LENGTH - 100);
        if !cfg!(debug_assertions) {
            assert!(left(Plain) > LENGTH - 100, "an optimiser leaves the writes out");
        }
    }
}

#[test]
fn a_resize_leaves_no_copy() {
    // An arena would resize in place, or leave the old bytes where they are.
    let mut bytes = [MaybeUninit::new(0_u8); 1024];
    let arena = FixedArena::new(&mut bytes);
    let zeroizing = Zeroizing::new(&arena);
    let mut key = Vec::with_capacity_in(64, &zeroizing);
    key.extend([0x5a_u8; 64]);
    key.reserve_exact(64);
    key.shrink_to_fit();
    assert_eq!(key[..], [0x5a; 64]);
    drop(key);
    // SAFETY: initialised above.
    assert!(bytes.iter().all(|byte| unsafe { byte.assume_init() } == 0));
}

#[cfg(any(unix, windows))]
#[test]
fn blocks_are_as_long_as_requested() {
    let zeroizing = Zeroizing::new(janus_alloc::Pages::new());
    let block = zeroizing.allocate(layout(100, 1)).unwrap();
    assert_eq!(block.len(), 100);
    // SAFETY: live, with that layout.
    unsafe { zeroizing.deallocate(block.cast(), layout(100, 1)) };
}

#[test]
fn a_resize_to_the_same_layout_does_nothing() {
    let zeroizing = Zeroizing::new(Stats::new(System));
    let block = zeroizing.allocate_zeroed(layout(100, 8)).unwrap();
    // SAFETY: live, with that layout.
    let same = unsafe { zeroizing.grow(block.cast(), layout(100, 8), layout(100, 8)) }.unwrap();
    // SAFETY: as above.
    let same = unsafe { zeroizing.shrink(same.cast(), layout(100, 8), layout(100, 8)) }.unwrap();
    assert_eq!((same, zeroizing.parent().snapshot().allocations), (block, 1));
    // SAFETY: as above.
    unsafe { zeroizing.deallocate(same.cast(), layout(100, 8)) };
}

/// A failed request leaves the block, unwiped.
#[test]
fn a_failure_wipes_nothing() {
    let zeroizing = Zeroizing::new(Segregate::<64, _, _>::new(Inspect::new(System), Null));
    let mut bytes = Vec::with_capacity_in(64, &zeroizing);
    bytes.extend([7_u8; 64]);
    assert!(bytes.try_reserve(1).is_err());
    assert_eq!(bytes[..], [7; 64]);
}

/// In a release build the writes would be the first to go, as nobody reads the block any more.
#[test]
fn an_optimiser_keeps_the_wipe() {
    let arena = Arena::new();
    let start = {
        let mut key = janus_alloc::collections::Box::new_in([0_u8; 32], Zeroizing::new(&arena));
        key.fill(0x5a);
        NonNull::from(&key[..]).cast::<u8>()
    };
    // SAFETY: the arena has the chunk still, and the wipe has initialised the bytes.
    let after = unsafe { std::slice::from_raw_parts(start.as_ptr(), 32) };
    assert_eq!(after, [0; 32]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn like_the_model(operations in shadow::operations()) {
        let zeroizing = Zeroizing::new(Inspect::new(Stats::new(System)));
        prop_assert_eq!(shadow::run(&zeroizing, &operations), 0);
        prop_assert_eq!(zeroizing.parent().dirty.get(), 0);
        prop_assert_eq!(zeroizing.parent().parent.snapshot().live_bytes, 0);
    }
}
