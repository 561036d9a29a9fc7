//! `Failing` fails what it says, nothing else, and the same each time.

use std::collections::HashSet;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::api::{Allocator, GlobalAllocator, Layout, Owns, UsableSize};
use janus_alloc::collections::{Box, Vec as VecIn};
use janus_alloc::{Arena, Failing, Global, Limit, Null, Pool, SharedPool, Stats, System};
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_impl_all!(Failing<System>: GlobalAllocator, Sync, Send);
assert_impl_all!(Failing<SharedPool>: GlobalAllocator, Owns, UsableSize);
assert_not_impl_any!(Failing<Global>: GlobalAllocator, Clone);

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

/// Whether each of six requests succeeds: one of each kind. The block that lives on is freed.
fn six_requests<A: Allocator>(allocator: &A) -> [bool; 6] {
    let mut results = [false; 6];
    let (mut start, mut size) = (NonNull::<u64>::dangling().cast::<u8>(), 0);
    let mut made =
        |start: &mut NonNull<u8>, size: &mut usize, step: usize, new: usize, block: Result<NonNull<[u8]>, _>| {
            if let Ok(block) = block {
                results[step] = true;
                (*start, *size) = (block.cast(), new);
            }
        };
    if let Ok(block) = allocator.allocate(layout(10)) {
        // SAFETY: live with that layout.
        unsafe { allocator.deallocate(block.cast(), layout(10)) };
        made(&mut start, &mut size, 0, 0, Ok(block));
    }
    let zeroed = allocator.allocate_zeroed(layout(20));
    made(&mut start, &mut size, 1, 20, zeroed);
    for (step, new) in [(2, 40), (3, 80), (4, 30), (5, 31)] {
        let (old, new_layout) = (layout(size), layout(new));
        let block = match step {
            // SAFETY: live with that layout, or of size 0.
            3 if new >= size => unsafe { allocator.grow_zeroed(start, old, new_layout) },
            // SAFETY: as above.
            _ if new >= size => unsafe { allocator.grow(start, old, new_layout) },
            // SAFETY: as above.
            _ => unsafe { allocator.shrink(start, old, new_layout) },
        };
        made(&mut start, &mut size, step, new, block);
    }
    // SAFETY: live with that layout, or of size 0.
    unsafe { allocator.deallocate(start, layout(size)) };
    results
}

#[test]
fn each_kind_of_request_counts() {
    for moving in [false, true] {
        let wrap = |failing: Failing<Stats<System>>| if moving { failing.always_moving() } else { failing };
        for n in 0..8 {
            let failing = wrap(Failing::nth(Stats::new(System), n));
            let results = six_requests(&failing);
            assert!(results.iter().enumerate().all(|(step, &ok)| ok == (step != n)), "{n}: {results:?}");
            assert_eq!((failing.requests(), failing.failures()), (6, usize::from(n < 6)));
            assert_eq!(failing.parent().snapshot().live_blocks(), 0);
            let failing = wrap(Failing::from_nth(Stats::new(System), n));
            let results = six_requests(&failing);
            assert!(results.iter().enumerate().all(|(step, &ok)| ok == (step < n)), "{n}: {results:?}");
            assert_eq!((failing.requests(), failing.failures()), (6, 6_usize.saturating_sub(n)));
            assert_eq!(failing.parent().snapshot().live_blocks(), 0);
        }
        let failing = wrap(Failing::above(Stats::new(System), 35));
        assert_eq!(six_requests(&failing), [true, true, false, false, true, true]);
        let failing = wrap(Failing::never(Stats::new(System)));
        assert_eq!((six_requests(&failing), failing.requests(), failing.failures()), ([true; 6], 6, 0));
    }
}

#[test]
fn equal_seeds_fail_equal_requests() {
    let failed = |seed, one_in| -> Vec<usize> {
        let failing = Failing::chance(System, seed, one_in);
        (0..10_000)
            .filter(|_| {
                failing
                    .allocate(layout(8))
                    .map(|block| unsafe {
                        // SAFETY: live with that layout.
                        failing.deallocate(block.cast(), layout(8));
                    })
                    .is_err()
            })
            .collect()
    };
    let lists: Vec<_> = (0..10).map(|seed| failed(seed, 20)).collect();
    assert!(lists.iter().all(|list| (350..650).contains(&list.len())));
    assert_eq!(lists.iter().collect::<HashSet<_>>().len(), 10, "seeds differ");
    assert_eq!(lists[3], failed(3, 20));
    assert_eq!((failed(1, 0).len(), failed(1, 1).len()), (0, 10_000));
    assert!((4000..6000).contains(&failed(1, 2).len()));
    // Failures do not come in a pattern: every distance up to 20 is there.
    let distances: HashSet<usize> = lists[0].windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((1..=20).all(|distance| distances.contains(&distance)));
}

#[test]
fn a_failure_does_not_reach_the_parent() {
    let failing = Failing::nth(Limit::new(Stats::new(System), 1000), 1);
    let block = failing.allocate(layout(100)).unwrap().cast::<u8>();
    // SAFETY: live with that layout.
    unsafe { block.write_bytes(7, 100) };
    // SAFETY: as above.
    assert!(unsafe { failing.grow(block, layout(100), layout(200)) }.is_err());
    // SAFETY: as above: a failure leaves the block as it was.
    let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), 100) };
    assert!(bytes.iter().all(|&byte| byte == 7));
    assert_eq!((failing.parent().used(), failing.parent().parent().snapshot().failures), (100, 0));
    // SAFETY: as above.
    unsafe { failing.deallocate(block, layout(100)) };
}

/// The requests that the parent refuses are not its failures.
#[test]
fn a_refusal_of_the_parent_is_passed_on() {
    let failing = Failing::nth(Null, 5);
    assert_eq!(six_requests(&failing), [false; 6]);
    assert_eq!((failing.requests(), failing.failures()), (6, 1));
}

#[test]
fn size_0_neither_counts_nor_fails() {
    for failing in [Failing::from_nth(System, 0), Failing::from_nth(System, 0).always_moving()] {
        let block = failing.allocate(layout(0)).unwrap();
        // SAFETY: a block of size 0.
        let block = unsafe { failing.grow(block.cast(), layout(0), layout(0)) }.unwrap();
        // SAFETY: a block of size 0.
        assert!(unsafe { failing.grow(block.cast(), layout(0), layout(1)) }.is_err());
        // SAFETY: a block of size 0.
        unsafe { failing.deallocate(block.cast(), layout(0)) };
        assert_eq!((failing.requests(), failing.failures()), (1, 1));
        failing.heal();
        let block = failing.allocate(layout(10)).unwrap();
        // SAFETY: live with that layout. Shrinking to nothing is a free.
        unsafe { failing.shrink(block.cast(), layout(10), layout(0)) }.unwrap();
        assert_eq!((failing.requests(), failing.failures()), (2, 1));
    }
}

/// The place of a block depends on the requests alone, so code that depends on it makes the same requests.
#[test]
fn moving_does_not_depend_on_the_memory_behind_a_block() {
    let run = |other_block: bool, moving: bool| {
        let arena = Arena::new();
        let failing = Failing::never(&arena);
        let failing = if moving { failing.always_moving() } else { failing };
        let mut bytes: VecIn<u8, _> = VecIn::with_capacity_in(16, &failing);
        let other = other_block.then(|| arena.alloc(7_u8));
        let mut moves = 0;
        for size in [20, 40, 80] {
            let before = bytes.as_ptr();
            bytes.reserve_exact(size);
            moves += usize::from(bytes.as_ptr() != before);
        }
        assert!(other.is_none_or(|other| *other == 7));
        (moves, failing.requests())
    };
    assert_eq!((run(false, true), run(true, true)), ((3, 4), (3, 4)));
    assert_ne!(run(false, false).0, run(true, false).0);
}

#[test]
fn one_failure_among_threads() {
    for n in [0, 100, 3999] {
        let failing = Failing::nth(Pool::new_in(System), n);
        let failing = janus_alloc::Locked::new(failing);
        let failures: usize = thread::scope(|scope| {
            let failing = &failing;
            let count = move || (0..500).filter(|&n| Box::try_new_in(n, failing).is_err()).count();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(count)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(failures, 1);
        failing.with(|failing| assert_eq!((failing.requests(), failing.failures()), (4000, 1)));
    }
    let failing = Failing::chance(System, 1, 4);
    let failures: usize = thread::scope(|scope| {
        let failing = &failing;
        let count = move || (0..500).filter(|&n| Box::try_new_in(n, failing).is_err()).count();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((failing.requests(), failing.failures()), (4000, failures));
    // As many as in one thread: it depends on the numbers alone.
    let alone = Failing::chance(System, 1, 4);
    assert_eq!((0..4000).filter(|&n| Box::try_new_in(n, &alone).is_err()).count(), failures);
}
