//! Blocks of size classes: which class serves a layout, when a block stays in place, and when it is reused.

use std::collections::HashSet;
use std::ptr::NonNull;

use janus_alloc::Pool;
use janus_alloc::api::{Allocator, Layout, Owns};
use janus_alloc::collections::{Box as BoxIn, HashMap, Vec as VecIn};

use crate::live::{LiveBlocks, Random};
use crate::{address, all_equal, block, bytes, counted, fill, free, held_in_parent, layout, resize};

const LARGEST: usize = 32 << 10;

#[test]
fn a_freed_block_is_allocated_next() {
    let pool = Pool::new();
    for size in [1, 8, 9, 64, 65, 100, 1000, 4096, 5000, LARGEST] {
        let layout = layout(size, 1);
        let blocks: Vec<NonNull<u8>> = (0..10).map(|_| block(&pool, layout)).collect();
        assert_eq!(blocks.iter().collect::<HashSet<_>>().len(), 10);
        blocks.iter().for_each(|&block| free(&pool, block, layout));
        // The block freed last is allocated first.
        assert!(blocks.iter().rev().all(|&freed| freed == block(&pool, layout)));
    }
}

#[test]
fn a_block_serves_all_layouts_of_its_class() {
    let pool = counted();
    let first = block(&pool, layout(100, 4));
    free(&pool, first, layout(100, 4));
    for (size, align) in [(97, 1), (104, 8), (101, 2), (98, 4)] {
        let again = block(&pool, layout(size, align));
        assert_eq!(again, first);
        free(&pool, again, layout(size, align));
    }
    // 100 bytes aligned to 16 need 112.
    assert_eq!(pool.good_size(layout(100, 16)), 112);
    assert_ne!(block(&pool, layout(100, 16)), first);
    assert_eq!(pool.parent().snapshot().allocations, 1);
}

#[test]
fn every_size_with_every_align() {
    let pool = counted();
    let mut live = LiveBlocks::default();
    let sizes = (0..200).chain((200..2000).step_by(37)).chain((2000..LARGEST + 2000).step_by(3001));
    for size in sizes {
        for align in (0..=16).map(|power| 1 << power) {
            live.allocate(&pool, layout(size, align)).unwrap();
            let good = pool.good_size(layout(size, align));
            assert!(good >= size && (good % align == 0 || good > LARGEST || align > LARGEST), "{size} {align}");
            assert!(align > 8 || size <= 64 || size > LARGEST || good <= size + size / 8 + 8, "{size} {align}");
            if live.len() > 300 {
                live.check();
                (0..250).for_each(|_| live.free(&pool, live.len() / 2));
            }
        }
    }
    live.check();
    (0..live.len()).for_each(|_| live.free(&pool, 0));
    assert_eq!(pool.live_bytes(), 0);
    assert_eq!(pool.held_bytes(), held_in_parent(&pool).1);
}

#[test]
fn blocks_grow_and_shrink_where_they_are_within_a_class() {
    let pool = Pool::new();
    for (small, large) in [(1, 8), (57, 64), (65, 72), (1025, 1152), (4097, 4608), (30_721, LARGEST)] {
        for align in [1, 8] {
            let here = block(&pool, layout(small, align));
            fill(here, 5, small);
            for size in [small, small + 1, large, small + 2, small] {
                assert_eq!(resize(&pool, here, layout(small, align), layout(size, align)), here);
                assert_eq!(resize(&pool, here, layout(size, align), layout(small, align)), here);
            }
            assert!(all_equal(bytes(here, small), 5));
            let elsewhere = resize(&pool, here, layout(large, align), layout(large + 1, align));
            assert_ne!(elsewhere, here);
            assert!(all_equal(bytes(elsewhere, small), 5));
            free(&pool, elsewhere, layout(large + 1, align));
        }
    }
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn a_block_moves_under_another_align() {
    let pool = Pool::new();
    // All of these layouts have the class of 4096 bytes, whose blocks are aligned to all of these aligns.
    let mut old = layout(4000, 1);
    let mut here = block(&pool, old);
    for align in [2, 4096, 8, 1, 64] {
        for size in [4000, 4096, 3999] {
            let new = layout(size, align);
            fill(here, align as u8, old.size());
            let there = resize(&pool, here, old, new);
            assert!(there != here || old.align() == align);
            assert!(all_equal(bytes(there, size.min(old.size())), align as u8));
            (here, old) = (there, new);
        }
    }
}

#[test]
fn reused_blocks_are_zeroed_on_request() {
    let pool = Pool::new();
    for size in [1, 8, 60, 1000, LARGEST] {
        let (whole, part) = (layout(size, 1), layout(size / 2, 1));
        let dirty = block(&pool, whole);
        fill(dirty, 0xff, size);
        free(&pool, dirty, whole);
        let zeroed = pool.allocate_zeroed(whole).unwrap();
        assert_eq!((zeroed.cast(), zeroed.len()), (dirty, size));
        assert!(all_equal(bytes(dirty, size), 0));
        fill(dirty, 0xff, size);
        // Growth within the class and out of it, with a dirty excess.
        let shrunk = resize(&pool, dirty, whole, part);
        // SAFETY: the block is live and has that layout; the new size is not smaller.
        let grown = unsafe { pool.grow_zeroed(shrunk, part, whole) }.unwrap().cast();
        assert!(all_equal(bytes(grown, size / 2), 0xff) && all_equal(&bytes(grown, size)[size / 2..], 0));
        // SAFETY: the block is live and has that layout; the new size is not smaller.
        let large = unsafe { pool.grow_zeroed(grown, whole, layout(LARGEST + size, 1)) }.unwrap().cast();
        assert!(all_equal(bytes(large, size / 2), 0xff) && all_equal(&bytes(large, LARGEST + size)[size / 2..], 0));
        free(&pool, large, layout(LARGEST + size, 1));
    }
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn size_zero_uses_no_memory() {
    let pool = counted();
    for align in (0..=16).map(|power| 1 << power) {
        let empty = layout(0, align);
        let dangling = block(&pool, empty);
        assert_eq!(pool.allocate_zeroed(empty).unwrap().len(), 0);
        let other = resize(&pool, dangling, empty, layout(0, 2 * align));
        assert_ne!(other, dangling);
        // SAFETY: the block is live and has that layout; the new size is not smaller.
        unsafe { pool.grow_zeroed(other, layout(0, 2 * align), layout(0, 2 * align)) }.unwrap();
        // SAFETY: the block is live and has that layout; the new size is not larger.
        unsafe { pool.shrink(other, layout(0, 2 * align), empty) }.unwrap();
        free(&pool, dangling, empty);
    }
    assert_eq!((pool.held_bytes(), pool.parent().snapshot().total_bytes), (0, 0));
    // Resizes from and to size 0.
    let grown = resize(&pool, block(&pool, layout(0, 8)), layout(0, 8), layout(10, 8));
    fill(grown, 1, 10);
    resize(&pool, grown, layout(10, 8), layout(0, 8));
    let large = resize(&pool, block(&pool, layout(0, 8)), layout(0, 8), layout(100_000, 8));
    resize(&pool, large, layout(100_000, 8), layout(0, 8));
    assert_eq!((pool.live_bytes(), held_in_parent(&pool).0), (0, 1));
}

#[test]
fn huge_layouts_fail() {
    let pool = counted();
    let small = block(&pool, layout(100, 8));
    let large = block(&pool, layout(100_000, 8));
    for align in [1, 8, 4096, 1 << 20] {
        let last = isize::MAX as usize - (align - 1);
        for size in [last, last - 7, last - 8, last - 39, last - 40, last - 41, last - 48, last - 4096, last / 2 + 1] {
            let huge = layout(size, align);
            assert!(pool.allocate(huge).is_err() && pool.allocate_zeroed(huge).is_err());
            assert_eq!(pool.good_size(huge), size);
            // SAFETY: the block is live and has that layout; the new size is not smaller.
            assert!(unsafe { pool.grow(small, layout(100, 8), huge) }.is_err());
            // SAFETY: as above.
            assert!(unsafe { pool.grow_zeroed(large, layout(100_000, 8), huge) }.is_err());
        }
    }
    free(&pool, small, layout(100, 8));
    free(&pool, large, layout(100_000, 8));
    assert_eq!((pool.live_bytes(), held_in_parent(&pool).0), (0, 1));
}

#[test]
fn figures_are_exact() {
    let pool = counted();
    let (mut live, mut random) = (Vec::<(NonNull<u8>, Layout)>::new(), Random(3));
    let good = |layout: Layout| match layout.size() {
        0 => 0,
        _ if pool.good_size(layout) > LARGEST || layout.align() > LARGEST => layout.size().next_multiple_of(8),
        _ => pool.good_size(layout),
    };
    for step in 0..3000 {
        if random.below(3) > 0 || live.is_empty() {
            let layout = layout(random.size(), random.align());
            live.push((block(&pool, layout), layout));
        } else {
            let (block, layout) = live.swap_remove(random.below(live.len()));
            free(&pool, block, layout);
        }
        if step % 50 == 0 {
            assert_eq!(pool.live_bytes(), live.iter().map(|&(_, layout)| good(layout)).sum());
            assert_eq!(pool.held_bytes(), held_in_parent(&pool).1);
        }
    }
    let shown = format!("{pool:?}");
    for part in ["Pool {", &format!("held_bytes: {}", pool.held_bytes()), "live_bytes: ", "chunks: ", "large_blocks: "]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_pool_owns_its_blocks_and_no_others() {
    let (pool, other) = (Pool::new(), Pool::new());
    let mut random = Random(4);
    for _ in 0..500 {
        let layout = layout(random.size().max(1), random.align());
        let (own, foreign) = (block(&pool, layout), block(&other, layout));
        assert!(pool.owns(own) && Owns::owns(&&pool, own, layout));
        assert!(!pool.owns(foreign) && !Owns::owns(&pool, foreign, layout));
        if random.below(2) == 0 {
            free(&pool, own, layout);
            free(&other, foreign, layout);
        }
    }
    assert!(!pool.owns(NonNull::dangling()) && !pool.owns(NonNull::from(&pool).cast()));
}

#[test]
fn random_use_keeps_contents() {
    for seed in 0..20 {
        let pool = counted();
        let (mut live, mut random) = (LiveBlocks::default(), Random(seed));
        for _ in 0..2000 {
            live.step(&pool, &mut random).unwrap();
        }
        live.check();
        (0..live.len()).for_each(|_| live.free(&pool, 0));
        assert_eq!(pool.live_bytes(), 0);
    }
}

#[test]
fn collections_of_collections_share_a_pool() {
    let pool = counted();
    let mut rows: HashMap<usize, VecIn<BoxIn<usize, _>, _>, _, _> = HashMap::new_in(&pool);
    for n in 0..2000 {
        let row = rows.entry(n % 50).or_insert_with(|| VecIn::new_in(&pool));
        row.push(BoxIn::new_in(n, &pool));
        if n % 7 == 0 {
            rows.remove(&(n % 13));
        }
    }
    for (key, row) in &rows {
        assert!(row.iter().all(|n| **n % 50 == *key));
    }
    drop(rows);
    assert_eq!(pool.live_bytes(), 0);
}

#[test]
fn a_pointer_to_part_of_a_block_frees_all_of_it() {
    let pool = Pool::new();
    for size in [1, 100, 100_000] {
        let layout = layout(size, 1);
        let mut here = block(&pool, layout);
        fill(here, 1, size);
        // SAFETY: the first byte of the live block is initialised.
        let first = NonNull::from(unsafe { here.as_mut() });
        free(&pool, first, layout);
        let mut again = block(&pool, layout);
        fill(again, 2, size);
        assert!(all_equal(bytes(again, size), 2));
        // SAFETY: as above.
        let first = NonNull::from(unsafe { again.as_mut() });
        let mut grown = resize(&pool, first, layout, self::layout(2 * size, 1));
        assert!(all_equal(bytes(grown, size), 2));
        fill(grown, 3, 2 * size);
        // SAFETY: as above.
        let first = NonNull::from(unsafe { grown.as_mut() });
        let shrunk = resize(&pool, first, self::layout(2 * size, 1), layout);
        assert!(all_equal(bytes(shrunk, size), 3));
    }
}

#[test]
fn a_pool_may_be_const_or_default() {
    thread_local! {
        static POOL: Pool = const { Pool::new() };
    }
    POOL.with(|pool| {
        let mut numbers = VecIn::new_in(pool);
        numbers.extend(0..1000);
        assert_eq!(numbers.iter().sum::<i32>(), 499_500);
    });
    assert_eq!(Pool::default().held_bytes(), 0);
    assert!(address(block(&Pool::default(), layout(8, 8))) > 0);
}
