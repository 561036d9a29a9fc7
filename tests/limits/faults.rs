//! `exhaust` runs code with each failure, and finds what it does wrong.

use std::cell::Cell;
use std::mem;
use std::ptr::NonNull;
use std::thread;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::{Box, Vec as VecIn};
use janus_alloc::testing::faults::{FaultAllocator, FaultKind, Report, exhaust, exhaust_from};

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

#[track_caller]
fn kinds(report: &Report) -> Vec<(usize, FaultKind)> {
    report.faults().iter().map(|fault| (fault.run, fault.kind.clone())).collect()
}

#[test]
fn each_request_fails_once() {
    let runs = Cell::new(0);
    let report = exhaust(|allocator| {
        assert_eq!(allocator.failing_request(), runs.replace(runs.get() + 1));
        let boxes: Result<Vec<_>, AllocError> = (0..10).map(|n| Box::try_new_in(n, allocator)).collect();
        boxes.map(drop)
    });
    assert_eq!((report.failures(), report.requests(), runs.get()), (10, 10, 11));
    assert!(report.is_clean());
    assert_eq!(report.to_string(), "10 failures: 0 panics, 0 leaks, 0 misuses, 0 swallowed failures");
    assert_eq!(exhaust(|_| Ok::<_, ()>(())).failures(), 0);
}

/// Every kind of request, with its description.
#[test]
fn all_kinds_of_requests_fail() {
    let report = exhaust(|allocator| {
        let block = allocator.allocate(layout(10))?.cast::<u8>();
        let swallow = |result: Result<NonNull<[u8]>, AllocError>, old: (NonNull<u8>, usize), new| {
            result.map_or(old, |block| (block.cast::<u8>(), new))
        };
        // SAFETY: live with these layouts, here and below.
        let (block, size) = swallow(unsafe { allocator.grow(block, layout(10), layout(20)) }, (block, 10), 20);
        // SAFETY: as above.
        let grown = unsafe { allocator.grow_zeroed(block, layout(size), layout(30)) };
        let (block, size) = swallow(grown, (block, size), 30);
        // SAFETY: as above.
        let shrunk = unsafe { allocator.shrink(block, layout(size), layout(5)) };
        let (block, size) = swallow(shrunk, (block, size), 5);
        // SAFETY: as above.
        unsafe { allocator.deallocate(block, layout(size)) };
        let block = allocator.allocate_zeroed(layout(8));
        let block = swallow(block, (block_of_size_0(), 0), 8);
        // SAFETY: as above.
        unsafe { allocator.deallocate(block.0, layout(block.1)) };
        Ok::<_, AllocError>(())
    });
    assert_eq!(kinds(&report), (1..5).map(|run| (run, FaultKind::Swallowed)).collect::<Vec<_>>());
    let calls: Vec<_> = report.faults().iter().map(|fault| fault.failed.as_deref().unwrap()).collect();
    assert_eq!(
        calls,
        [
            "grow from 10 to 20 bytes, align 8",
            "grow_zeroed from 20 to 30 bytes, align 8",
            "shrink from 30 to 5 bytes, align 8",
            "allocate_zeroed 8 bytes, align 8"
        ]
    );
    assert!(
        report.to_string().contains("\nrequest 1 fails (grow from 10 to 20 bytes, align 8): swallowed"),
        "{report}"
    );
}

fn block_of_size_0() -> NonNull<u8> {
    NonNull::<u64>::dangling().cast()
}

#[test]
fn a_leak_is_found_in_the_runs_that_have_it() {
    let report = exhaust(|allocator| {
        let first = mem::ManuallyDrop::new(Box::try_new_in([1_u64; 4], allocator)?);
        let second = mem::ManuallyDrop::new(Box::try_new_in(2_u64, allocator)?);
        let third = Box::try_new_in(3_u64, allocator)?;
        drop((mem::ManuallyDrop::into_inner(first), mem::ManuallyDrop::into_inner(second), third));
        Ok::<_, AllocError>(())
    });
    let leak = |blocks, bytes| FaultKind::Leaked { blocks, bytes };
    assert_eq!(kinds(&report), [(1, leak(1, 32)), (2, leak(2, 40))]);
    assert!(report.to_string().contains("align 8): leak of 40 bytes in 2 blocks"), "{report}");
    // One that needs no failure.
    let report = exhaust(|allocator| Box::try_new_in(1_u64, allocator).map(mem::forget));
    assert_eq!(kinds(&report), [(1, leak(1, 8))]);
    assert!(report.faults()[0].failed.is_none() && report.to_string().contains("no request fails: leak"), "{report}");
}

#[test]
fn a_panic_is_found_and_its_blocks_are_freed() {
    let report = exhaust(|allocator| {
        let kept = Box::try_new_in(1_u64, allocator)?;
        let numbers = VecIn::<u64, _>::try_with_capacity_in(10, allocator);
        assert!(numbers.is_ok() || *kept != 1, "no memory for numbers");
        Ok::<_, AllocError>(())
    });
    assert_eq!(report.failures(), 2);
    assert_eq!(kinds(&report), [(1, FaultKind::Panicked("no memory for numbers".to_owned()))]);
    // Values that are not strings, and panics without a failure: the last run, since no more requests are reached.
    let report = exhaust(|_| -> Result<(), ()> { std::panic::panic_any(7) });
    assert_eq!(kinds(&report), [(0, FaultKind::Panicked("a value that is not a string".to_owned()))]);
    // A panic in the drop of the result.
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let report = exhaust(|_| Ok::<_, ()>(Bomb));
    assert_eq!(kinds(&report), [(0, FaultKind::Panicked("dropped".to_owned()))]);
}

/// Blocks are freed twice, resized after they were freed, and freed with other layouts. None of it is done.
#[test]
fn misuse_is_found_and_not_done() {
    let report = exhaust(|allocator| {
        let block = allocator.allocate(layout(64))?.cast::<u8>();
        // SAFETY: it is not. The allocator says that it notices.
        unsafe { allocator.deallocate(block, layout(32)) };
        // SAFETY: as above.
        assert!(unsafe { allocator.grow(block, layout(32), layout(100)) }.is_err());
        // SAFETY: live with that layout.
        unsafe { allocator.deallocate(block, layout(64)) };
        // SAFETY: as for the first.
        unsafe { allocator.deallocate(block, layout(64)) };
        // SAFETY: as above.
        assert!(unsafe { allocator.shrink(block, layout(64), layout(1)) }.is_err());
        Ok::<_, AllocError>(())
    });
    let found: Vec<_> = report.faults().iter().map(ToString::to_string).collect();
    assert_eq!(report.failures(), 1);
    assert_eq!(found.len(), 4, "{report}");
    for (found, part) in found.iter().zip([
        "free of a block of Layout",
        "grow of a block of Layout",
        "that is not live",
        "shrink of a block of Layout",
    ]) {
        assert!(found.starts_with("no request fails: misuse: ") && found.contains(part), "{found}");
    }
}

#[test]
fn an_error_without_a_failure_ends_it() {
    let report = exhaust(|allocator| {
        Box::try_new_in(1, allocator).map_err(drop)?;
        Err::<(), ()>(())
    });
    assert_eq!((report.failures(), kinds(&report)), (1, vec![(1, FaultKind::Refused)]));
}

#[test]
fn fewer_requests_than_before_are_noticed() {
    let runs = Cell::new(0);
    let report = exhaust(|allocator| {
        let many = if runs.replace(runs.get() + 1) < 4 { 10 } else { 2 };
        (0..many).try_for_each(|n| Box::try_new_in(n, allocator).map(drop))
    });
    assert_eq!((report.failures(), kinds(&report)), (4, vec![(4, FaultKind::Changed { requests: 2 })]));
}

/// A second request, made because the first failed, fails too, or not.
#[test]
fn all_requests_from_one_on() {
    let again = |allocator: &FaultAllocator| {
        let first = Box::try_new_in(1, allocator)?;
        let second = Box::try_new_in(2, allocator).or_else(|_| Box::try_new_in(2, allocator))?;
        Ok::<_, AllocError>(*first + *second)
    };
    assert_eq!(kinds(&exhaust(again)), [(1, FaultKind::Swallowed)]);
    let report = exhaust_from(again);
    assert!(report.is_clean() && report.failures() == 2 && report.requests() == 3, "{report}");
}

/// Patterns, so that code which reads what it has not written, or has freed, is seen to.
#[test]
fn blocks_are_filled_and_always_move() {
    let report = exhaust(|allocator| {
        let block = allocator.allocate(layout(16))?.cast::<u8>();
        // SAFETY: the block has 16 bytes, which the allocator has written.
        let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), 16) };
        assert_eq!(bytes, [0xCD; 16]);
        // SAFETY: live with that layout.
        let grown = unsafe { allocator.grow(block, layout(16), layout(24)) };
        let grown = grown.inspect_err(|_| {
            // SAFETY: still live with that layout.
            unsafe { allocator.deallocate(block, layout(16)) };
        })?;
        assert_ne!(grown.cast(), block);
        assert_eq!(grown.len(), 24);
        // SAFETY: live with that layout.
        unsafe { allocator.deallocate(grown.cast(), layout(24)) };
        Ok::<_, AllocError>(())
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn code_with_threads() {
    let report = exhaust(|allocator| {
        thread::scope(|scope| {
            let work = || (0..5).try_for_each(|n| Box::try_new_in(n, allocator).map(drop));
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(work)).collect();
            let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            results.into_iter().collect::<Result<Vec<()>, AllocError>>()
        })
    });
    assert!(report.is_clean() && report.failures() >= 13, "{report}");
}

#[test]
fn backtraces_say_where() {
    crate::children::alone("faults::backtraces_say_where", || {
        // SAFETY: no other thread of this process reads the environment.
        unsafe { std::env::set_var("RUST_BACKTRACE", "1") };
        let report = exhaust(|allocator| {
            let kept = Box::leak(Box::try_new_in(1_u64, allocator).map_err(drop)?);
            let numbers = VecIn::<u64, _>::try_with_capacity_in(10, allocator).map_err(drop)?;
            // SAFETY: leaked above.
            drop(unsafe { Box::from_raw_in(kept, allocator) });
            drop(numbers);
            Ok::<_, ()>(())
        });
        let [fault] = report.faults() else { panic!("{report}") };
        assert!(
            fault.backtrace.contains("the request was made here") && fault.backtrace.contains("try_with_capacity_in")
        );
        assert!(
            fault.backtrace.contains("a leaked block was allocated here") && fault.backtrace.contains("try_new_in")
        );
        assert!(report.to_string().contains("faults.rs"), "{report}");
    });
}
