//! What costs little because a pool remembers: large blocks that were freed, pages that are zero, slices that are free behind a
//! run. And what it asks of the system.

use std::ptr::NonNull;
use std::sync::{Barrier, Mutex};
use std::thread;

use janus_alloc::api::Allocator;
use janus_alloc::pools::{Options, Retain};
use janus_alloc::{Pages, SharedPool, Stats};

use crate::blocks::Random;
use crate::{CHECKED, SLICE, UNCHECKED, free, layout};

/// Over pages, with their number counted.
fn over_pages(options: Options) -> SharedPool<Stats<Pages>> {
    SharedPool::with_options_in(options.whole_pages(true), Stats::new(Pages::new()))
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
            // SAFETY: the block is live, with that layout.
            unsafe { pool.deallocate(block, layout(size, 8)) };
            let asked = pool.parent().snapshot().allocations;
            // As large, and down to half of what was in use.
            for size in [size, size - 1000, size / 2 + 300_000] {
                let again = allocate(&pool, size);
                assert_eq!(again, block, "{size}");
                // SAFETY: the block is live, with that layout.
                unsafe { pool.deallocate(again, layout(size, 8)) };
            }
            assert_eq!(pool.parent().snapshot().allocations, asked, "{size}");
            pool.collect();
        }
    }
}

#[test]
fn a_large_block_grows_by_its_parent() {
    let pool = over_pages(UNCHECKED);
    let (small, large) = (layout(6 << 20, 8), layout(30 << 20, 8));
    let block = pool.allocate(small).unwrap().cast::<u8>();
    let before = pool.parent().snapshot();
    // SAFETY: the block is live, with that layout, and grows.
    let grown = unsafe { pool.grow(block, small, large) }.unwrap().cast();
    let after = pool.parent().snapshot();
    let grows = |snapshot: &janus_alloc::blocks::Snapshot| snapshot.grows_in_place + snapshot.grows_moved;
    assert_eq!((after.allocations, grows(&after)), (before.allocations, grows(&before) + 1), "{after}");
    // SAFETY: the block is live, with that layout.
    unsafe { pool.deallocate(grown, large) };
}

/// However they were given back: by bits, not by a list through the blocks.
#[test]
fn blocks_come_in_the_order_of_their_addresses() {
    const COUNT: usize = 50_000;
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options);
        let mut blocks: Vec<_> = (0..COUNT).map(|_| allocate(&pool, 64)).collect();
        let mut random = Random(7);
        (1..COUNT).for_each(|at| blocks.swap(at, random.below(at + 1)));
        blocks.drain(..).for_each(|block| free(&pool, block, 64));
        blocks.extend((0..COUNT).map(|_| allocate(&pool, 64)));
        // Within a refill the block that lies last comes first, or the other way round.
        let distances = blocks.windows(2).map(|pair| pair[1].addr().get().wrapping_sub(pair[0].addr().get()));
        let next_to_it = distances.filter(|&distance| distance == 64 || distance == 64_usize.wrapping_neg()).count();
        assert!(next_to_it > COUNT / 10 * 9, "{next_to_it} of {COUNT}");
        blocks.into_iter().for_each(|block| free(&pool, block, 64));
    }
}

/// A thread that needs a few blocks takes a few.
#[test]
fn bins_grow_with_what_is_asked_of_them() {
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

/// What is of use once only does not stay, nor what is too short for the next by far.
#[test]
fn large_blocks_are_kept_for_those_who_ask_again() {
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options);
        for size in [3 << 20, 7 << 20, 15 << 20, 31 << 20, 63 << 20] {
            free(&pool, allocate(&pool, size), size);
            let held = pool.stats().held_bytes();
            assert!(held < 1 << 20, "{held} after {size}");
        }
        free(&pool, allocate(&pool, 63 << 20), 63 << 20);
        let asked = pool.parent().snapshot().allocations;
        free(&pool, allocate(&pool, 63 << 20), 63 << 20);
        assert_eq!(pool.parent().snapshot().allocations, asked);
        assert!((63 << 20..65 << 20).contains(&pool.stats().held_bytes()), "{}", pool.stats());
    }
}

/// However different they are, and though no two are in use at once: but no more than half of the longest is kept beside it.
#[test]
fn large_blocks_of_sizes_that_take_turns() {
    for options in [UNCHECKED, CHECKED] {
        for sizes in [&[1 << 20, 5 << 20][..], &[600 << 10, 3 << 20, 16 << 20], &[1 << 20, 3 << 20, 6 << 20, 14 << 20]]
        {
            let pool = over_pages(options);
            let turn = || sizes.iter().for_each(|&size| free(&pool, allocate(&pool, size), size));
            (0..8).for_each(|_| turn());
            let asked = pool.parent().snapshot().allocations;
            (0..50).for_each(|_| turn());
            assert_eq!(pool.parent().snapshot().allocations, asked, "{sizes:?}");
            let (held, longest) = (pool.stats().held_bytes(), sizes.iter().max().unwrap());
            assert!(held <= longest + longest / 2 + (1 << 20), "{held} for {sizes:?}");
        }
    }
}

/// A thread that waits gives back what it does not need, before that.
#[test]
fn threads_that_wait_hold_no_large_blocks() {
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

/// Many threads, of which two at a time have a block: as much as these have is kept.
#[test]
fn threads_that_take_turns_share_large_blocks() {
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
        let asked = pool.parent().snapshot().allocations;
        assert!(asked < 20, "{asked} of 200 blocks were the parent's");
    }
}

/// It takes the pages along, and is zero where that is asked for.
#[test]
#[cfg(target_os = "linux")]
fn a_freed_large_block_grows_to_serve_the_next() {
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options.huge_pages(false));
        let (short, long) = (layout(2 << 20, 8), layout(3 << 20, 8));
        for zeroed in [false, true] {
            let block = allocate(&pool, short.size());
            // SAFETY: the block has so many bytes.
            unsafe { block.write_bytes(0xff, short.size()) };
            // SAFETY: the block is live, with that layout.
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
                // SAFETY: the block has so many bytes, and is zeroed.
                let bytes = unsafe { std::slice::from_raw_parts(next.as_ptr(), long.size()) };
                assert!(bytes.iter().all(|&byte| byte == 0));
            }
            assert!(pool.owns(next) && pool.stats().live_bytes() == long.size());
            // SAFETY: the block is live, with that layout.
            unsafe { pool.deallocate(next, long) };
            assert_eq!(pool.stats().live_bytes(), 0);
            pool.collect();
            assert_eq!(pool.parent().snapshot().live_bytes, 0);
        }
    }
}

#[test]
fn a_small_large_block_grows_into_one_that_is_kept() {
    let pool = over_pages(UNCHECKED.retain(Retain::Everything));
    let (small, large) = (layout(700_000, 8), layout(9 << 20, 8));
    let (kept, block) = (allocate(&pool, large.size()), allocate(&pool, small.size()));
    // SAFETY: the block is live, with that layout.
    unsafe { pool.deallocate(kept, large) };
    let before = pool.parent().snapshot();
    // SAFETY: the block is live, with that layout, and grows.
    let grown = unsafe { pool.grow(block, small, layout(2 << 20, 8)) }.unwrap().cast::<u8>();
    assert_eq!(grown, kept);
    // And further, where it is.
    // SAFETY: the block is live, with that layout, and grows.
    let further = unsafe { pool.grow(grown, layout(2 << 20, 8), large) }.unwrap().cast();
    assert_eq!(further, grown);
    let after = pool.parent().snapshot();
    assert_eq!((after.allocations, after.grows_in_place, after.grows_moved), (before.allocations, 0, 0), "{after}");
    // SAFETY: the block is live, with that layout.
    unsafe { pool.deallocate(further, large) };
}

#[test]
fn a_run_grows_and_shrinks_where_it_is() {
    for options in [UNCHECKED, CHECKED] {
        let pool = over_pages(options);
        // Longer than those a thread keeps together.
        let mut size = 10 * SLICE;
        let block = allocate(&pool, size);
        for next in [11 * SLICE, 20 * SLICE - 5, 32 * SLICE] {
            // SAFETY: the block is live, with that layout, and grows.
            assert_eq!(unsafe { pool.grow(block, layout(size, 8), layout(next, 8)) }.unwrap().cast(), block);
            size = next;
        }
        // SAFETY: the block is live, with that layout, and shrinks.
        let shrunk = unsafe { pool.shrink(block, layout(size, 8), layout(9 * SLICE, 8)) }.unwrap();
        assert_eq!((shrunk.cast(), pool.stats().live_bytes()), (block, 9 * SLICE));
        // What it gave back is the next one's.
        let next = allocate(&pool, 9 * SLICE);
        assert_eq!(next.addr().get(), block.addr().get() + 9 * SLICE);
        for block in [block, next] {
            // SAFETY: the block is live, with that layout.
            unsafe { pool.deallocate(block, layout(9 * SLICE, 8)) };
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) mod pages {
    use super::*;
    use crate::children::alone;
    use crate::giving_back::{faults, resident};

    /// Whether the page at `address` has been touched.
    fn is_resident(address: NonNull<u8>) -> bool {
        let page = address.as_ptr().map_addr(|address| address & !(Pages::page_size() - 1));
        let mut resident = 0_u8;
        // SAFETY: asks of one page that is mapped.
        assert_eq!(unsafe { libc::mincore(page.cast(), 1, &raw mut resident) }, 0);
        resident & 1 == 1
    }

    #[test]
    fn fresh_pages_are_known_to_be_zero() {
        for size in [140_000, 200 << 10, 500 << 10, 600 << 10, 40 << 20] {
            let pool = over_pages(UNCHECKED.huge_pages(false));
            let block: NonNull<u8> = pool.allocate_zeroed(layout(size, 8)).unwrap().cast();
            // SAFETY: within the block.
            let middle = unsafe { block.add(size / 2) };
            assert!(!is_resident(middle), "{size} bytes were written to, which were zero");
            // SAFETY: as above; zeroed.
            assert_eq!(unsafe { middle.read() }, 0);
            // SAFETY: the block is live, with that layout.
            unsafe { pool.deallocate(block, layout(size, 8)) };
        }
    }

    /// Whether huge pages were asked for at `address`: the flag `hg` of its mapping.
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
        // SAFETY: callers pass live blocks of that size.
        unsafe { block.write_bytes(1, size) };
    }

    /// Where blocks that came back had been used, all of them.
    #[test]
    fn huge_pages_are_asked_for_or_not() {
        for asked in [true, false] {
            for size in [2 << 20, 32 << 20] {
                let pool = over_pages(UNCHECKED.huge_pages(asked).retain(Retain::Nothing));
                // Whether it is used, and whether that was to be expected.
                for (used, expected) in [(false, false), (true, false), (true, false), (true, true), (false, true)] {
                    let block = allocate(&pool, size);
                    // SAFETY: within the block.
                    let middle = unsafe { block.add(size / 2) };
                    assert_eq!(is_advised(middle), asked && expected && has_huge_pages());
                    if used {
                        write(block, size);
                    }
                    free(&pool, block, size);
                }
            }
        }
    }

    /// What has been used so far is likely to be used when it has grown.
    #[test]
    fn growth_of_what_is_used_is_on_huge_pages() {
        for used in [true, false] {
            let pool = over_pages(UNCHECKED);
            let block = allocate(&pool, 3 << 20);
            if used {
                write(block, 3 << 20);
            }
            // SAFETY: live, with that layout, and grows.
            let grown = unsafe { pool.grow(block, layout(3 << 20, 8), layout(30 << 20, 8)) }.unwrap().cast::<u8>();
            // SAFETY: within the block.
            assert_eq!(is_advised(unsafe { grown.add(15 << 20) }), used && has_huge_pages());
            free(&pool, grown, 30 << 20);
        }
    }

    /// Blocks of each of the sizes are made, written to and freed.
    fn batch(pool: &impl Allocator, sizes: &[usize]) {
        let blocks: Vec<_> = sizes.iter().map(|&size| (allocate(pool, size), size)).collect();
        blocks.iter().for_each(|&(block, size)| write(block, size));
        blocks.into_iter().for_each(|(block, size)| free(pool, block, size));
    }

    /// A batch again and again has its pages, once the pool has seen that.
    #[test]
    fn a_batch_of_large_blocks_has_its_pages() {
        alone("reuse::pages::a_batch_of_large_blocks_has_its_pages", || {
            let pool = over_pages(UNCHECKED.huge_pages(false));
            let sizes = [1 << 20; 160];
            (0..6).for_each(|_| batch(&pool, &sizes));
            let before = faults(libc::RUSAGE_SELF);
            (0..4).for_each(|_| batch(&pool, &sizes));
            let faults = faults(libc::RUSAGE_SELF) - before;
            // Each round has 40960 pages.
            assert!(faults < 4 * 4096, "{faults}");
        });
    }

    #[test]
    fn large_blocks_that_take_turns_have_their_pages() {
        alone("reuse::pages::large_blocks_that_take_turns_have_their_pages", || {
            for sizes in [&[1 << 20, 5 << 20][..], &[600 << 10, 3000 << 10, 16_000 << 10]] {
                let pool = over_pages(UNCHECKED);
                let turn = || sizes.iter().for_each(|&size| batch(&pool, &[size]));
                (0..8).for_each(|_| turn());
                let before = faults(libc::RUSAGE_SELF);
                (0..20).for_each(|_| turn());
                let faults = faults(libc::RUSAGE_SELF) - before;
                assert!(faults < 2000, "{faults} for {sizes:?}");
            }
        });
    }

    /// A thread that has a few blocks of many sizes touches few pages of its cache.
    #[test]
    fn a_thread_that_needs_little_touches_few_pages() {
        alone("reuse::pages::a_thread_that_needs_little_touches_few_pages", || {
            let pool = over_pages(UNCHECKED);
            let use_each_size = || {
                let before = faults(libc::RUSAGE_THREAD);
                (1..=32).for_each(|n| free(&pool, allocate(&pool, 16 * n), 16 * n));
                faults(libc::RUSAGE_THREAD) - before
            };
            let of_new_thread = || thread::scope(|scope| scope.spawn(use_each_size).join().unwrap());
            // Those of the chunk are in it.
            use_each_size();
            of_new_thread();
            let (here, there) = (Barrier::new(2), Barrier::new(2));
            thread::scope(|scope| {
                // It keeps its number, so the next thread has a cache to make.
                scope.spawn(|| (use_each_size(), here.wait(), there.wait()));
                here.wait();
                let faults = of_new_thread();
                there.wait();
                assert!((1..24).contains(&faults), "{faults}");
            });
        });
    }

    /// A block of which little is touched takes little: no page in front, and no huge one.
    #[test]
    fn what_is_hardly_touched_is_hardly_resident() {
        alone("reuse::pages::what_is_hardly_touched_is_hardly_resident", || {
            for size in [600_000, 3_000_000, 20_000_000] {
                let (pool, before) = (over_pages(UNCHECKED), resident());
                for _ in 0..2 {
                    let blocks: Vec<_> = (0..500).map(|_| allocate(&pool, size)).collect();
                    // SAFETY: live, and not empty.
                    blocks.iter().for_each(|block| unsafe { block.write(1) });
                    let grown = resident().saturating_sub(before);
                    assert!(grown < 500 * Pages::page_size() * 3 / 2 + (1 << 20), "{grown} for {size}");
                    blocks.into_iter().for_each(|block| free(&pool, block, size));
                }
            }
        });
    }

    /// A kernel without huge pages knows no such flag.
    pub(crate) fn has_huge_pages() -> bool {
        std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists()
    }

    /// For what small blocks fill, from the third chunk on.
    #[test]
    fn chunks_that_are_filled_get_huge_pages() {
        for asked in [true, false] {
            let pool = over_pages(UNCHECKED.huge_pages(asked));
            let blocks: Vec<_> = (0..12_000).map(|_| allocate(&pool, 1000)).collect();
            assert!(!is_advised(blocks[0]), "a small pool stays small");
            assert_eq!(is_advised(blocks[11_000]), asked && has_huge_pages());
            blocks.into_iter().for_each(|block| free(&pool, block, 1000));
        }
    }
}
