//! What a pool reuses: large blocks that were freed, pages known to be zero, free slices behind a run; and how it uses huge pages.

use std::ptr::NonNull;
use std::sync::{Barrier, Mutex};
use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{Pages, SharedPool, Stats};

use crate::blocks::Random;
use crate::{CHECKED, SLICE, UNCHECKED, free, layout};

/// Returns a pool over counted pages.
fn over_pages(options: Options) -> SharedPool<Stats<Pages>> {
    SharedPool::with_options_in(options, Stats::new(Pages::new()))
}

fn allocate(pool: &impl Allocator, size: usize) -> NonNull<u8> {
    pool.allocate(layout(size, 8)).unwrap().cast()
}

#[test]
fn a_freed_large_block_serves_the_next() {
    for options in [UNCHECKED, CHECKED].map(|options| options.retain(Retain::Everything)) {
        let pool = over_pages(options);
        for size in [600_000, 3 << 20, 20 << 20] {
            let block = allocate(&pool, size);
            // SAFETY: the block is live, has that layout, and is not used again.
            unsafe { pool.deallocate(block, layout(size, 8)) };
            let requests = pool.parent().snapshot().allocations;
            // Sizes from the same down to about half of the freed block.
            for size in [size, size - 1000, size / 2 + 300_000] {
                let again = allocate(&pool, size);
                assert_eq!(again, block, "{size}");
                // SAFETY: the block is live, has that layout, and is not used again.
                unsafe { pool.deallocate(again, layout(size, 8)) };
            }
            assert_eq!(pool.parent().snapshot().allocations, requests, "{size}");
            pool.collect();
        }
    }
}

#[test]
fn the_parent_grows_a_large_block() {
    let pool = over_pages(UNCHECKED);
    let (small, large) = (layout(6 << 20, 8), layout(30 << 20, 8));
    let block = pool.allocate(small).unwrap().cast::<u8>();
    let before = pool.parent().snapshot();
    // SAFETY: the block is live and has that layout; the new size is larger.
    let grown = unsafe { pool.grow(block, small, large) }.unwrap().cast();
    let after = pool.parent().snapshot();
    let grows = |snapshot: &janus_alloc::blocks::Snapshot| snapshot.grows_in_place + snapshot.grows_moved;
    assert_eq!((after.allocations, grows(&after)), (before.allocations, grows(&before) + 1), "{after}");
    // SAFETY: the block is live, has that layout, and is not used again.
    unsafe { pool.deallocate(grown, large) };
}

/// The order of the frees makes no difference: free blocks are recorded in bits, not in a list through the blocks.
#[test]
fn blocks_are_allocated_in_address_order() {
    const COUNT: usize = 50_000;
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options);
        let mut blocks: Vec<_> = (0..COUNT).map(|_| allocate(&pool, 64)).collect();
        let mut random = Random(7);
        (1..COUNT).for_each(|at| blocks.swap(at, random.below(at + 1)));
        blocks.drain(..).for_each(|block| free(&pool, block, 64));
        blocks.extend((0..COUNT).map(|_| allocate(&pool, 64)));
        // Within a refill the addresses rise or fall.
        let distances = blocks.windows(2).map(|pair| pair[1].addr().get().wrapping_sub(pair[0].addr().get()));
        let adjacent = distances.filter(|&distance| distance == 64 || distance == 64_usize.wrapping_neg()).count();
        assert!(adjacent > COUNT / 10 * 9, "{adjacent} of {COUNT}");
        blocks.into_iter().for_each(|block| free(&pool, block, 64));
    }
}

/// The cache of a thread that uses few blocks of a class holds few.
#[test]
fn bins_grow_with_use() {
    for size in [8, 64, 1000, 8000, 40_000] {
        let pool = over_pages(UNCHECKED);
        let cached = || pool.stats().cached_bytes() / pool.good_size(layout(size, 8));
        let blocks: Vec<_> = (1..300)
            .map(|count| {
                let block = allocate(&pool, size);
                assert!(cached() <= count + 8, "{} of {size} after {count}", cached());
                block
            })
            .collect();
        assert!(cached() > 0);
        blocks.into_iter().for_each(|block| free(&pool, block, size));
    }
}

/// A freed large block is not kept if its size is used once only, or if it is much too short for the next request.
#[test]
fn large_blocks_are_kept_for_repeated_requests() {
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options);
        for size in [3 << 20, 7 << 20, 15 << 20, 31 << 20, 63 << 20] {
            free(&pool, allocate(&pool, size), size);
            let held = pool.stats().held_bytes();
            assert!(held < 1 << 20, "{held} after {size}");
        }
        free(&pool, allocate(&pool, 63 << 20), 63 << 20);
        let requests = pool.parent().snapshot().allocations;
        free(&pool, allocate(&pool, 63 << 20), 63 << 20);
        assert_eq!(pool.parent().snapshot().allocations, requests);
        assert!((63 << 20..65 << 20).contains(&pool.stats().held_bytes()), "{}", pool.stats());
    }
}

/// Blocks of alternating sizes are kept, however different they are. Beside the longest, at most half of its size is kept.
#[test]
fn large_blocks_of_alternating_sizes_are_kept() {
    for options in [UNCHECKED, CHECKED] {
        for sizes in [&[1 << 20, 5 << 20][..], &[600 << 10, 3 << 20, 16 << 20], &[1 << 20, 3 << 20, 6 << 20, 14 << 20]]
        {
            let pool = over_pages(options);
            let use_each = || sizes.iter().for_each(|&size| free(&pool, allocate(&pool, size), size));
            (0..8).for_each(|_| use_each());
            let requests = pool.parent().snapshot().allocations;
            (0..50).for_each(|_| use_each());
            assert_eq!(pool.parent().snapshot().allocations, requests, "{sizes:?}");
            let (held, longest) = (pool.stats().held_bytes(), sizes.iter().max().unwrap());
            assert!(held <= longest + longest / 2 + (1 << 20), "{held} for {sizes:?}");
        }
    }
}

/// A large block that a thread frees before it waits is returned to the parent, not kept for that thread.
#[test]
fn waiting_threads_hold_no_large_blocks() {
    const THREADS: usize = 40;
    const SIZE: usize = 2 << 20;
    for options in [UNCHECKED, CHECKED] {
        let (pool, barrier) = (&over_pages(options), &Barrier::new(THREADS + 1));
        thread::scope(|threads| {
            let work = || {
                let block = allocate(pool, SIZE);
                barrier.wait();
                free(pool, block, SIZE);
                barrier.wait();
                barrier.wait();
            };
            (0..THREADS).for_each(|_| drop(threads.spawn(work)));
            barrier.wait();
            barrier.wait();
            let stats = pool.stats();
            barrier.wait();
            assert!(stats.held_bytes() < 4 * SIZE, "{stats}");
        });
    }
}

/// Two of many threads have a large block at a time, and the pool keeps about as much memory.
#[test]
fn threads_in_turn_share_large_blocks() {
    const SIZE: usize = 2 << 20;
    for options in [UNCHECKED, CHECKED] {
        let (pool, turns) = (&over_pages(options), &[Mutex::new(()), Mutex::new(())]);
        let work = |number: usize| {
            for _ in 0..5 {
                let _turn = turns[number % 2].lock().unwrap();
                free(pool, allocate(pool, SIZE), SIZE);
                assert!(pool.stats().held_bytes() < 6 * SIZE, "{}", pool.stats());
            }
        };
        thread::scope(|threads| (0..40).for_each(|number| drop(threads.spawn(move || work(number)))));
        let requests = pool.parent().snapshot().allocations;
        assert!(requests < 20, "{requests} of 200 blocks came from the parent");
    }
}

/// The parent grows the freed block, with its pages, and the pool zeroes it on request.
#[test]
#[cfg(target_os = "linux")]
fn a_freed_large_block_grows_to_serve_the_next() {
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options.huge_pages(false));
        let (short, long) = (layout(2 << 20, 8), layout(3 << 20, 8));
        for zeroed in [false, true] {
            let block = allocate(&pool, short.size());
            // SAFETY: the block is live and has that many bytes.
            unsafe { block.write_bytes(0xff, short.size()) };
            // SAFETY: the block is live, has that layout, and is not used again.
            unsafe { pool.deallocate(block, short) };
            let before = pool.parent().snapshot();
            let next = if zeroed { pool.allocate_zeroed(long) } else { pool.allocate(long) }.unwrap().cast::<u8>();
            let after = pool.parent().snapshot();
            assert_eq!(after.allocations, before.allocations, "{after}");
            assert_eq!(
                after.grows_in_place + after.grows_moved,
                before.grows_in_place + before.grows_moved + 1,
                "{after}"
            );
            if zeroed {
                // SAFETY: the block is live and has that many bytes, which were zeroed.
                let bytes = unsafe { std::slice::from_raw_parts(next.as_ptr(), long.size()) };
                assert!(bytes.iter().all(|&byte| byte == 0));
            }
            assert!(pool.owns(next) && pool.stats().live_bytes() == long.size());
            // SAFETY: the block is live, has that layout, and is not used again.
            unsafe { pool.deallocate(next, long) };
            assert_eq!(pool.stats().live_bytes(), 0);
            pool.collect();
            assert_eq!(pool.parent().snapshot().live_bytes, 0);
        }
    }
}

#[test]
fn a_large_block_grows_into_a_kept_one() {
    let pool = over_pages(UNCHECKED.retain(Retain::Everything));
    let (small, large) = (layout(700_000, 8), layout(9 << 20, 8));
    let (kept, block) = (allocate(&pool, large.size()), allocate(&pool, small.size()));
    // SAFETY: the block is live, has that layout, and is not used again.
    unsafe { pool.deallocate(kept, large) };
    let before = pool.parent().snapshot();
    // SAFETY: the block is live and has that layout; the new size is larger.
    let grown = unsafe { pool.grow(block, small, layout(2 << 20, 8)) }.unwrap().cast::<u8>();
    assert_eq!(grown, kept);
    // It grows further in place.
    // SAFETY: the block is live and has that layout; the new size is larger.
    let further = unsafe { pool.grow(grown, layout(2 << 20, 8), large) }.unwrap().cast();
    assert_eq!(further, grown);
    let after = pool.parent().snapshot();
    assert_eq!((after.allocations, after.grows_in_place, after.grows_moved), (before.allocations, 0, 0), "{after}");
    // SAFETY: the block is live, has that layout, and is not used again.
    unsafe { pool.deallocate(further, large) };
}

#[test]
fn a_run_grows_and_shrinks_in_place() {
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options);
        // Longer than the runs of spans.
        let mut size = 10 * SLICE;
        let block = allocate(&pool, size);
        for next in [11 * SLICE, 20 * SLICE - 5, 32 * SLICE] {
            // SAFETY: the block is live and has that layout; the new size is larger.
            assert_eq!(unsafe { pool.grow(block, layout(size, 8), layout(next, 8)) }.unwrap().cast(), block);
            size = next;
        }
        // SAFETY: the block is live and has that layout; the new size is smaller.
        let shrunk = unsafe { pool.shrink(block, layout(size, 8), layout(9 * SLICE, 8)) }.unwrap();
        assert_eq!((shrunk.cast(), pool.stats().live_bytes()), (block, 9 * SLICE));
        // The next block uses the slices that the shrink freed.
        let next = allocate(&pool, 9 * SLICE);
        assert_eq!(next.addr().get(), block.addr().get() + 9 * SLICE);
        for block in [block, next] {
            // SAFETY: the block is live, has that layout, and is not used again.
            unsafe { pool.deallocate(block, layout(9 * SLICE, 8)) };
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) mod pages {
    use super::*;
    use crate::children::alone;
    use crate::process_memory::{page_faults, resident_bytes};

    /// Whether the page at `address` is resident.
    fn is_resident(address: NonNull<u8>) -> bool {
        let page = address.as_ptr().map_addr(|address| address & !(Pages::page_size() - 1));
        let mut resident = 0_u8;
        // SAFETY: the page is mapped, and `resident` has a byte for it.
        assert_eq!(unsafe { libc::mincore(page.cast(), 1, &raw mut resident) }, 0);
        resident & 1 == 1
    }

    #[test]
    fn fresh_pages_are_known_to_be_zero() {
        for size in [140_000, 200 << 10, 500 << 10, 600 << 10, 40 << 20] {
            let pool = over_pages(UNCHECKED.huge_pages(false));
            let block: NonNull<u8> = pool.allocate_zeroed(layout(size, 8)).unwrap().cast();
            // SAFETY: the offset is less than the size of the block.
            let middle = unsafe { block.add(size / 2) };
            assert!(!is_resident(middle), "{size}: the pool wrote to pages that were zero");
            // SAFETY: the byte is in a live block and was zeroed.
            assert_eq!(unsafe { middle.read() }, 0);
            // SAFETY: the block is live, has that layout, and is not used again.
            unsafe { pool.deallocate(block, layout(size, 8)) };
        }
    }

    /// Whether huge pages are advised at `address`: its mapping has the flag `hg`.
    pub(crate) fn is_advised(address: NonNull<u8>) -> bool {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut inside = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let ends = range.map(|(from, to)| (usize::from_str_radix(from, 16), usize::from_str_radix(to, 16)));
            if let Some((Ok(from), Ok(to))) = ends {
                inside = (from..to).contains(&address.addr().get());
            } else if inside && line.starts_with("VmFlags:") {
                return line.split(' ').any(|flag| flag == "hg");
            }
        }
        panic!("{address:p} is not mapped");
    }

    fn write(block: NonNull<u8>, size: usize) {
        // SAFETY: callers pass a live block of that size.
        unsafe { block.write_bytes(1, size) };
    }

    /// Huge pages are advised for sizes whose blocks were used completely when they were freed.
    #[test]
    fn huge_pages_are_advised_for_used_sizes() {
        for advise in [true, false] {
            for size in [2 << 20, 32 << 20] {
                let pool = over_pages(UNCHECKED.huge_pages(advise).retain(Retain::Nothing));
                // Whether the block is used, and whether the pool expects that.
                for (used, expected) in [(false, false), (true, false), (true, false), (true, true), (false, true)] {
                    let block = allocate(&pool, size);
                    // SAFETY: the offset is less than the size of the block.
                    let middle = unsafe { block.add(size / 2) };
                    assert_eq!(is_advised(middle), advise && expected && has_huge_pages());
                    if used {
                        write(block, size);
                    }
                    free(&pool, block, size);
                }
            }
        }
    }

    /// A block that has been used completely is likely to be used completely after it grows.
    #[test]
    fn a_used_block_grows_on_huge_pages() {
        for used in [true, false] {
            let pool = over_pages(UNCHECKED);
            let block = allocate(&pool, 3 << 20);
            if used {
                write(block, 3 << 20);
            }
            // SAFETY: the block is live and has that layout; the new size is larger.
            let grown = unsafe { pool.grow(block, layout(3 << 20, 8), layout(30 << 20, 8)) }.unwrap().cast::<u8>();
            // SAFETY: the offset is less than the size of the block.
            assert_eq!(is_advised(unsafe { grown.add(15 << 20) }), used && has_huge_pages());
            free(&pool, grown, 30 << 20);
        }
    }

    /// Allocates a block of each size, writes to all of them, and frees them.
    fn batch(pool: &impl Allocator, sizes: &[usize]) {
        let blocks: Vec<_> = sizes.iter().map(|&size| (allocate(pool, size), size)).collect();
        blocks.iter().for_each(|&(block, size)| write(block, size));
        blocks.into_iter().for_each(|(block, size)| free(pool, block, size));
    }

    /// A batch that is repeated causes few page faults after the first rounds.
    #[test]
    fn a_repeated_batch_of_large_blocks_keeps_its_pages() {
        alone("reuse::pages::a_repeated_batch_of_large_blocks_keeps_its_pages", || {
            let pool = over_pages(UNCHECKED.huge_pages(false));
            let sizes = [1 << 20; 160];
            (0..6).for_each(|_| batch(&pool, &sizes));
            let before = page_faults(libc::RUSAGE_SELF);
            (0..4).for_each(|_| batch(&pool, &sizes));
            let faults = page_faults(libc::RUSAGE_SELF) - before;
            // Each round has 40960 pages.
            assert!(faults < 4 * 4096, "{faults}");
        });
    }

    #[test]
    fn alternating_large_blocks_keep_their_pages() {
        alone("reuse::pages::alternating_large_blocks_keep_their_pages", || {
            for sizes in [&[1 << 20, 5 << 20][..], &[600 << 10, 3000 << 10, 16_000 << 10]] {
                let pool = over_pages(UNCHECKED);
                let use_each = || sizes.iter().for_each(|&size| batch(&pool, &[size]));
                (0..8).for_each(|_| use_each());
                let before = page_faults(libc::RUSAGE_SELF);
                (0..20).for_each(|_| use_each());
                let faults = page_faults(libc::RUSAGE_SELF) - before;
                assert!(faults < 2000, "{faults} for {sizes:?}");
            }
        });
    }

    /// A thread that uses a few blocks of many sizes touches few pages of its cache.
    #[test]
    fn a_thread_with_few_blocks_touches_few_pages() {
        alone("reuse::pages::a_thread_with_few_blocks_touches_few_pages", || {
            let pool = over_pages(UNCHECKED);
            let use_each_size = || {
                let before = page_faults(libc::RUSAGE_THREAD);
                (1..=32).for_each(|n| free(&pool, allocate(&pool, 16 * n), 16 * n));
                page_faults(libc::RUSAGE_THREAD) - before
            };
            let faults_of_a_new_thread = || thread::scope(|scope| scope.spawn(use_each_size).join().unwrap());
            // These first uses touch the pages of the chunk.
            use_each_size();
            faults_of_a_new_thread();
            let (used, end) = (Barrier::new(2), Barrier::new(2));
            thread::scope(|scope| {
                // This thread keeps its number, so the next one creates a cache.
                scope.spawn(|| (use_each_size(), used.wait(), end.wait()));
                used.wait();
                let faults = faults_of_a_new_thread();
                end.wait();
                assert!((1..24).contains(&faults), "{faults}");
            });
        });
    }

    /// A block of which one byte is touched has one resident page: there is no page in front of it, and no huge page.
    #[test]
    fn hardly_touched_blocks_are_hardly_resident() {
        alone("reuse::pages::hardly_touched_blocks_are_hardly_resident", || {
            for size in [600_000, 3_000_000, 20_000_000] {
                let (pool, before) = (over_pages(UNCHECKED), resident_bytes());
                for _ in 0..2 {
                    let blocks: Vec<_> = (0..500).map(|_| allocate(&pool, size)).collect();
                    // SAFETY: the block is live and not of size 0.
                    blocks.iter().for_each(|block| unsafe { block.write(1) });
                    let grown = resident_bytes().saturating_sub(before);
                    assert!(grown < 500 * Pages::page_size() * 3 / 2 + (1 << 20), "{grown} for {size}");
                    blocks.into_iter().for_each(|block| free(&pool, block, size));
                }
            }
        });
    }

    /// Whether the kernel has huge pages; without them mappings lack the flag.
    pub(crate) fn has_huge_pages() -> bool {
        std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists()
    }

    /// From the third chunk on, huge pages are advised for chunks that small blocks fill.
    #[test]
    fn full_chunks_get_huge_pages() {
        for advise in [true, false] {
            let pool = over_pages(UNCHECKED.huge_pages(advise));
            let blocks: Vec<_> = (0..12_000).map(|_| allocate(&pool, 1000)).collect();
            assert!(!is_advised(blocks[0]), "the first chunk of a pool has huge pages");
            assert_eq!(is_advised(blocks[11_000]), advise && has_huge_pages());
            blocks.into_iter().for_each(|block| free(&pool, block, 1000));
        }
    }
}
