//! `Stats` counts exactly in one thread, and within its documented bounds among threads; also behind the default.
#![cfg(feature = "std")]

use std::hint::black_box;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::api::{AllocError, Allocator, Layout, Reset};
use janus_alloc::collections::{Box, HashMap, Vec};
use janus_alloc::{Arena, AsGlobal, Global, Null, Pages, Stats, System};

#[global_allocator]
static DEFAULT: AsGlobal<Stats<System>> = AsGlobal::new(Stats::new(System));

/// The documented inaccuracy of the peak for each thread, in bytes.
const PER_THREAD: u64 = 64 * 1024;

#[test]
fn every_count_of_one_thread_is_exact() {
    let stats = Stats::new(System);
    let layout = |size| Layout::from_size_align(size, 8).unwrap();
    let a = stats.allocate(layout(1000)).unwrap();
    let b = stats.allocate_zeroed(layout(500)).unwrap();
    assert_eq!(stats.snapshot().peak_bytes, 1500);
    // SAFETY: the block is live and has that layout.
    let a = unsafe { stats.grow(a.cast(), layout(1000), layout(100_000)) }.unwrap();
    // SAFETY: the block is live and has that layout.
    unsafe { stats.deallocate(b.cast(), layout(500)) };
    // SAFETY: the block is live and has that layout.
    let a = unsafe { stats.shrink(a.cast(), layout(100_000), layout(10)) }.unwrap();
    // SAFETY: the block is live and has that layout.
    let a = unsafe { stats.grow_zeroed(a.cast(), layout(10), Layout::from_size_align(20, 64).unwrap()) }.unwrap();
    let s = stats.snapshot();
    assert_eq!((s.allocations, s.deallocations, s.live_blocks()), (2, 1, 1));
    assert_eq!((s.grows(), s.shrinks()), (2, 1));
    assert!(s.grows_moved >= 1 && s.bytes_copied >= 10);
    assert_eq!((s.live_bytes, s.peak_bytes), (20, 100_500));
    assert_eq!(s.total_bytes, 1000 + 500 + 99_000 + 10);
    assert_eq!((s.slack_bytes, s.failures, s.largest_request), (0, 0, 100_000));
    // SAFETY: the block is live and has that layout.
    unsafe { stats.deallocate(a.cast(), Layout::from_size_align(20, 64).unwrap()) };
    assert_eq!((stats.snapshot().live_bytes, stats.snapshot().live_blocks()), (0, 0));
    // Without `black_box`, an optimised build removes the call of `malloc`, and takes it for successful.
    assert!(black_box(stats.allocate(layout(1 << 60))).is_err());
    assert_eq!((stats.snapshot().failures, stats.snapshot().largest_request), (1, 1 << 60));
}

/// A reset frees what each thread has allocated, and counting goes on.
#[test]
fn a_reset_counts_all_blocks_as_freed() {
    for mut stats in [Stats::new(Arena::new()), Stats::named("an arena", Arena::new())] {
        for round in 1..=3 {
            // More than a thread keeps to itself.
            (0..100).for_each(|_| std::mem::forget(Box::new_in([0_u8; 1000], &stats)));
            // Moved to a thread whose counts are elsewhere.
            stats = thread::spawn(move || {
                std::mem::forget(Box::new_in([0_u8; 500], &stats));
                stats
            })
            .join()
            .unwrap();
            let before = stats.snapshot();
            assert_eq!((before.live_blocks(), before.live_bytes, before.allocations), (101, 100_500, 101 * round));
            stats.reset();
            let after = stats.snapshot();
            assert_eq!((after.live_blocks(), after.live_bytes), (0, 0));
            assert_eq!((after.allocations, after.deallocations), (101 * round, 101 * round));
            assert_eq!((after.total_bytes, after.peak_bytes), (100_500 * round, before.peak_bytes));
            assert!((100_500..=100_500 + 2 * PER_THREAD).contains(&after.peak_bytes), "{after:?}");
            assert_eq!(stats.parent().allocated_bytes(), 0);
        }
    }
}

#[test]
fn the_peak_of_one_thread_is_exact_in_small_steps_too() {
    let stats = Stats::new(Global);
    let mut boxes = std::vec::Vec::new();
    let mut most = 0;
    // Live bytes rise and fall by far more than `PER_THREAD`.
    for _ in 0..3 {
        for _ in 0..1000 {
            boxes.push(Box::new_in([0_u8; 500], &stats));
            most = most.max(500 * boxes.len() as u64);
            assert_eq!(stats.snapshot().peak_bytes, most);
        }
        boxes.truncate(10);
        assert_eq!(stats.snapshot().live_bytes, 5000);
    }
}

#[test]
fn slack_is_cut_off_and_counted() {
    let stats = Stats::new(Pages::new());
    let layout = Layout::from_size_align(100, 8).unwrap();
    let block = stats.allocate(layout).unwrap();
    assert_eq!(block.len(), 100);
    assert_eq!(stats.snapshot().slack_bytes, Pages::page_size() as u64 - 100);
    // SAFETY: the block is live and has that layout.
    unsafe { stats.deallocate(block.cast(), layout) };
    // hashbrown frees with the length that was returned, which `Stats` cut to the requested one.
    let mut map = HashMap::new_in(&stats);
    map.extend((0..1000_u64).map(|n| (n, n)));
    drop(map);
    assert_eq!((stats.snapshot().live_bytes, stats.snapshot().live_blocks()), (0, 0));
}

#[test]
fn failures_are_counted_and_nothing_else() {
    let stats = Stats::new(Null);
    let mut none: Vec<u64, _> = Vec::new_in(&stats);
    assert!(none.try_reserve_exact(3).is_err());
    let s = stats.snapshot();
    assert_eq!((s.failures, s.largest_request, s.allocations, s.total_bytes, s.peak_bytes), (1, 24, 0, 0, 0));
}

#[test]
fn counts_of_threads_add_up() {
    // Also more threads than there are counters for.
    for threads in [2_u64, 8, 40, 80] {
        let stats = Stats::new(System);
        let kept = thread::scope(|scope| {
            let work = |index: u64| {
                let stats = &stats;
                move || {
                    let mut kept = std::vec::Vec::new();
                    for round in 0..500 {
                        drop(Box::new_in([0_u64; 100], stats));
                        if round % 10 == 0 {
                            kept.push(Box::new_in(index, stats));
                        }
                    }
                    kept
                }
            };
            let handles: std::vec::Vec<_> = (0..threads).map(|index| scope.spawn(work(index))).collect();
            handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect::<std::vec::Vec<_>>()
        });
        let s = stats.snapshot();
        assert_eq!(kept.len() as u64, 50 * threads);
        assert_eq!((s.allocations, s.deallocations), (550 * threads, 500 * threads));
        assert_eq!((s.live_bytes, s.live_blocks()), (8 * 50 * threads, 50 * threads));
        assert_eq!(s.total_bytes, threads * (500 * 800 + 50 * 8));
        let most = threads * (800 + 50 * 8);
        assert!(s.peak_bytes >= s.live_bytes && s.peak_bytes <= most + threads * PER_THREAD);
        // Freed by another thread than those that allocated.
        drop(kept);
        assert_eq!((stats.snapshot().live_bytes, stats.snapshot().live_blocks()), (0, 0));
    }
}

/// The peak of several threads is close to the sum of what they hold at the same time.
#[test]
fn the_peak_of_threads_is_within_its_bound() {
    let threads = 6_u64;
    let each = 3_000_000_u64;
    let stats = Stats::new(System);
    let barrier = std::sync::Barrier::new(threads as usize);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut held = std::vec::Vec::new();
                for _ in 0..each / 1000 {
                    held.push(Box::new_in([0_u8; 1000], &stats));
                }
                barrier.wait();
                drop(held);
            });
        }
    });
    let s = stats.snapshot();
    let (peak, bound) = (threads * each, threads * PER_THREAD);
    assert!(s.peak_bytes >= peak - bound && s.peak_bytes <= peak + bound, "{} is not about {peak}", s.peak_bytes);
    assert_eq!(s.live_bytes, 0);
}

/// A parent whose answers the test chooses: all those that `Stats` distinguishes.
#[derive(Default)]
struct ScriptedParent {
    moves: std::cell::Cell<bool>,
    fails: std::cell::Cell<bool>,
    excess: std::cell::Cell<usize>,
}

impl ScriptedParent {
    fn answer(&self, start: NonNull<u8>, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        // The memory is never accessed.
        let start = if self.moves.get() { start.map_addr(|address| address.checked_add(4096).unwrap()) } else { start };
        let length = layout.size() + self.excess.get();
        if self.fails.get() { Err(AllocError) } else { Ok(NonNull::slice_from_raw_parts(start, length)) }
    }
}

// SAFETY: violated on purpose: there is no memory. Neither `Stats` nor the test accesses the blocks.
unsafe impl Allocator for ScriptedParent {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.answer(NonNull::<Page>::dangling().cast(), layout)
    }
    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.allocate(layout)
    }
    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
    unsafe fn grow(&self, block: NonNull<u8>, _: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.answer(block, new)
    }
    unsafe fn grow_zeroed(&self, block: NonNull<u8>, _: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.answer(block, new)
    }
    unsafe fn shrink(&self, block: NonNull<u8>, _: Layout, new: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.answer(block, new)
    }
}

#[repr(align(4096))]
struct Page;

/// Compares the whole snapshot after each call.
#[test]
fn every_call_changes_its_counts_and_no_other() {
    let stats = Stats::new(ScriptedParent::default());
    let layout = |size| Layout::from_size_align(size, 8).unwrap();
    let mut expected = stats.snapshot();
    macro_rules! expect {
        ($($field:ident $op:tt $n:expr),* $(,)?) => {
            $(expected.$field $op $n;)*
            expected.peak_bytes = expected.peak_bytes.max(expected.live_bytes);
            assert_eq!(stats.snapshot(), expected);
        };
    }
    let block = stats.allocate(layout(100)).unwrap().cast::<u8>();
    expect!(allocations += 1, live_bytes += 100, total_bytes += 100, largest_request = 100);
    stats.parent().excess.set(7);
    stats.allocate_zeroed(layout(50)).unwrap();
    expect!(allocations += 1, live_bytes += 50, total_bytes += 50, slack_bytes += 7);
    for zeroed in [false, true] {
        let grow = |old, new| {
            if zeroed {
                // SAFETY: the parent does not access the block.
                unsafe { stats.grow_zeroed(block, layout(old), layout(new)) }
            } else {
                // SAFETY: as above.
                unsafe { stats.grow(block, layout(old), layout(new)) }
            }
        };
        stats.parent().excess.set(3);
        assert_eq!(grow(100, 300).unwrap().len(), 300);
        expect!(grows_in_place += 1, live_bytes += 200, total_bytes += 200, slack_bytes += 3, largest_request = 300);
        stats.parent().moves.set(true);
        assert_eq!(grow(100, 300).unwrap().len(), 300);
        expect!(grows_moved += 1, bytes_copied += 100, live_bytes += 200, total_bytes += 200, slack_bytes += 3);
        stats.parent().moves.set(false);
        stats.parent().fails.set(true);
        assert!(grow(100, 200).is_err());
        expect!(failures += 1);
        stats.parent().fails.set(false);
    }
    // SAFETY: the parent does not access the block.
    let shrink = |old, new| unsafe { stats.shrink(block, layout(old), layout(new)) };
    stats.parent().excess.set(5);
    assert_eq!(shrink(300, 60).unwrap().len(), 60);
    expect!(shrinks_in_place += 1, live_bytes -= 240, slack_bytes += 5);
    stats.parent().moves.set(true);
    assert_eq!(shrink(300, 60).unwrap().len(), 60);
    expect!(shrinks_moved += 1, bytes_copied += 60, live_bytes -= 240, slack_bytes += 5);
    stats.parent().fails.set(true);
    assert!(shrink(300, 60).is_err());
    expect!(failures += 1);
    assert!(stats.allocate(layout(4000)).is_err());
    expect!(failures += 1, largest_request = 4000);
    // SAFETY: the parent does not access the block.
    unsafe { stats.deallocate(block, layout(60)) };
    expect!(deallocations += 1, live_bytes -= 60);
}

/// Collections free pointers at size 0 that no allocator returned. So size 0 is not counted, neither when allocated nor when freed.
#[test]
fn size_zero_is_no_block() {
    let stats = Stats::new(System);
    let layout = |size| Layout::from_size_align(size, 8).unwrap();
    let dangling = NonNull::<u64>::dangling().cast::<u8>();
    let live = stats.allocate(layout(100)).unwrap();
    let before = stats.snapshot();

    // SAFETY: by rule 6 of `api`, a dangling pointer may be passed at size 0.
    unsafe { stats.deallocate(dangling, layout(0)) };
    let nothing = stats.allocate(layout(0)).unwrap();
    stats.allocate_zeroed(layout(0)).unwrap();
    // SAFETY: the pointer was returned for that layout.
    unsafe { stats.deallocate(nothing.cast(), layout(0)) };
    // SAFETY: as above.
    unsafe { stats.shrink(dangling, layout(0), layout(0)) }.unwrap();
    // SAFETY: as above.
    unsafe { stats.grow(dangling, layout(0), layout(0)) }.unwrap();
    // SAFETY: as above.
    unsafe { stats.grow_zeroed(dangling, layout(0), layout(0)) }.unwrap();
    assert_eq!(stats.snapshot(), before);

    // SAFETY: as above.
    let grown = unsafe { stats.grow(dangling, layout(0), layout(10)) }.unwrap();
    // SAFETY: as above.
    let zeroed = unsafe { stats.grow_zeroed(dangling, layout(0), layout(10)) }.unwrap();
    let s = stats.snapshot();
    assert_eq!((s.allocations, s.deallocations, s.live_blocks(), s.live_bytes), (3, 0, 3, 120));
    assert_eq!((s.grows(), s.shrinks(), s.total_bytes), (2, 0, 120));

    // SAFETY: the block is live and has that layout.
    unsafe { stats.shrink(grown.cast(), layout(10), layout(0)) }.unwrap();
    // SAFETY: the block is live and has that layout.
    unsafe { stats.deallocate(zeroed.cast(), layout(10)) };
    let s = stats.snapshot();
    assert_eq!((s.allocations, s.deallocations, s.live_blocks(), s.live_bytes), (3, 2, 1, 100));
    // SAFETY: the block is live and has that layout.
    unsafe { stats.deallocate(live.cast(), layout(100)) };
    assert_eq!(stats.snapshot().live_blocks(), 0);
}

/// allocator-api2 frees such a pointer after an empty vector became a box. `tests/generations.rs` tests its other versions.
#[test]
fn empty_boxed_slices_do_not_hide_a_leak() {
    let stats = Stats::new(System);
    let leaked = Box::into_raw_with_allocator(Box::new_in(7_u64, &stats)).0;
    for _ in 0..3 {
        drop(allocator_api2::vec::Vec::<u64, _>::new_in(&stats).into_boxed_slice());
    }
    assert_eq!(stats.snapshot().live_blocks(), 1);
    // Freed, or leak checkers would report it.
    // SAFETY: the pointer and the allocator are those of the box above.
    drop(unsafe { Box::from_raw_in(leaked, &stats) });
    assert_eq!(stats.snapshot().live_blocks(), 0);
}

/// Threads without their own counters share one set of counters.
#[test]
fn threads_that_share_counters_lose_nothing() {
    let (parked, working, rounds) = (64_u64, 4_u64, 50_000_u64);
    let stats = Stats::new(System);
    let ready = std::sync::Barrier::new((parked + working) as usize);
    let done = std::sync::Barrier::new((parked + working) as usize);
    thread::scope(|scope| {
        for _ in 0..parked {
            scope.spawn(|| {
                // Takes a thread index, if one is left.
                drop(Box::new_in(1_u64, &stats));
                ready.wait();
                done.wait();
            });
        }
        for _ in 0..working {
            scope.spawn(|| {
                // All thread indices with counters are taken after this.
                ready.wait();
                for _ in 0..rounds {
                    drop(Box::new_in(1_u64, &stats));
                }
                done.wait();
            });
        }
    });
    let s = stats.snapshot();
    assert_eq!((s.allocations, s.deallocations), (parked + working * rounds, parked + working * rounds));
    assert_eq!((s.live_bytes, s.total_bytes), (0, 8 * s.allocations));
}

/// The error of a snapshot taken beside a working thread does not grow with the blocks allocated and freed meanwhile.
#[test]
fn a_snapshot_beside_a_working_thread_is_nearly_exact() {
    let stats = Stats::new(System);
    let done = std::sync::atomic::AtomicBool::new(false);
    let size = 1000;
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..300_000 {
                drop(Vec::<u8, _>::with_capacity_in(size, &stats));
            }
            done.store(true, std::sync::atomic::Ordering::Release);
        });
        while !done.load(std::sync::atomic::Ordering::Acquire) {
            let s = stats.snapshot();
            assert!(s.live_bytes <= PER_THREAD + 2 * size as u64, "{s}");
            assert!(s.peak_bytes <= PER_THREAD + 2 * size as u64, "{s}");
        }
    });
    assert_eq!(stats.snapshot().live_bytes, 0);
}

/// Calls by destructors of thread-locals, while their thread ends, are counted too.
#[test]
fn thread_exit_loses_nothing() {
    static STATS: Stats<System> = Stats::new(System);
    struct AllocatesOnDrop(std::cell::RefCell<std::vec::Vec<Box<[u8; 100], &'static Stats<System>>>>);
    impl Drop for AllocatesOnDrop {
        fn drop(&mut self) {
            drop(Box::new_in(1, &STATS));
            self.0.borrow_mut().clear();
        }
    }
    // One is registered before the thread has an index and one after, so one is dropped after the index was released.
    thread_local! {
        static FIRST: AllocatesOnDrop = const { AllocatesOnDrop(std::cell::RefCell::new(std::vec::Vec::new())) };
        static LAST: AllocatesOnDrop = const { AllocatesOnDrop(std::cell::RefCell::new(std::vec::Vec::new())) };
    }
    for _ in 0..100 {
        thread::spawn(|| {
            FIRST.with(|holder| assert!(holder.0.borrow().is_empty()));
            FIRST.with(|holder| holder.0.borrow_mut().push(Box::new_in([0; 100], &STATS)));
            LAST.with(|holder| holder.0.borrow_mut().push(Box::new_in([0; 100], &STATS)));
        })
        .join()
        .unwrap();
    }
    let s = STATS.snapshot();
    assert_eq!((s.allocations, s.deallocations, s.live_bytes), (400, 400, 0));
}

#[test]
fn the_default_counts_what_std_allocates() {
    let before = DEFAULT.snapshot().total_bytes;
    drop(black_box(std::vec![0_u8; 12_345]));
    assert!(DEFAULT.snapshot().total_bytes >= before + 12_345);
    assert!(DEFAULT.snapshot().live_bytes > 0);
}

#[test]
fn a_snapshot_is_a_table() {
    let stats = Stats::new(System);
    drop(Box::new_in([0_u8; 77], &stats));
    let table = stats.snapshot().to_string();
    let lines: std::vec::Vec<&str> = table.lines().collect();
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "not aligned:\n{table}");
    assert!(lines.iter().any(|line| line.starts_with("peak bytes") && line.ends_with(" 77")), "{table}");
    assert!(format!("{stats:?}").contains("peak_bytes: 77"));
}
