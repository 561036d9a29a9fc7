//! The registry and its rows, under moves, drops and threads.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::stats::{self, Row, Snapshot};
use janus_alloc::{Arena, Global, Null, Pages, Stats, System};

/// The row of a name that one allocator has at most.
fn row(name: &str) -> Option<Row> {
    let mut rows = stats::rows().filter(|row| row.name == name);
    let row = rows.next();
    assert!(rows.next().is_none(), "{name} is there twice");
    row
}

#[test]
fn joins_with_the_first_request_and_leaves_with_the_drop() {
    let stats = Stats::named("joins", System);
    assert_eq!(stats.name(), Some("joins"));
    assert_eq!((row("joins"), stats.snapshot()), (None, Snapshot::default()));
    let boxed = BoxIn::new_in([0_u8; 100], &stats);
    let snapshot = row("joins").unwrap().snapshot;
    assert_eq!((snapshot.live_bytes, snapshot.allocations), (100, 1));
    assert_eq!(snapshot, stats.snapshot());
    drop(boxed);
    assert_eq!(row("joins").unwrap().snapshot.live_bytes, 0);
    drop(stats);
    assert_eq!(row("joins"), None);
}

#[test]
fn a_failed_request_joins_too() {
    let stats = Stats::named("fails", Null);
    let mut numbers: VecIn<u64, _> = VecIn::new_in(&stats);
    assert!(numbers.try_reserve_exact(3).is_err());
    assert_eq!(row("fails").unwrap().snapshot.failures, 1);
}

#[test]
fn without_a_name_it_stays_out() {
    let stats = Stats::new(System);
    let boxed = BoxIn::new_in([0_u8; 12_347], &stats);
    assert_eq!((stats.name(), stats.snapshot().live_bytes), (None, 12_347));
    assert!(stats::rows().all(|row| row.snapshot.largest_request != 12_347 || row.name == "the default"));
    drop(boxed);
}

/// A moved value is one allocator, and its counts go on.
#[test]
fn survives_moves() {
    let stats = Stats::named("moves", System);
    drop(BoxIn::new_in(1_u64, &stats));
    let mut boxed = Box::new(stats);
    drop(BoxIn::new_in(1_u64, &*boxed));
    let other = std::mem::replace(&mut *boxed, Stats::named("moved in", System));
    drop(BoxIn::new_in(1_u64, &*boxed));
    drop(BoxIn::new_in(1_u64, &other));
    assert_eq!(row("moves").unwrap().snapshot.allocations, 3);
    assert_eq!(row("moved in").unwrap().snapshot.allocations, 1);
    let moved = thread::spawn(move || {
        drop(BoxIn::new_in(1_u64, &other));
        other
    })
    .join()
    .unwrap();
    drop(boxed);
    assert_eq!(row("moved in"), None);
    assert_eq!(row("moves").unwrap().snapshot.allocations, 4);
    assert_eq!(moved.snapshot().allocations, 4);
    // A vector that owns its allocator moves it with itself.
    let mut numbers = VecIn::new_in(moved);
    numbers.extend(0..1000_u64);
    let numbers = Box::new(numbers);
    assert!(row("moves").unwrap().snapshot.live_bytes >= 8000);
    drop(numbers);
    assert_eq!(row("moves"), None);
}

#[test]
fn a_forgotten_value_stays() {
    let stats = Stats::named("forgotten", System);
    drop(BoxIn::new_in(1_u64, &stats));
    std::mem::forget(stats);
    assert_eq!(row("forgotten").unwrap().snapshot.allocations, 1);
}

/// An allocator that takes over the memory of a dropped one starts with counts of its own.
#[test]
fn a_successor_starts_at_zero() {
    for round in 0..100_u64 {
        let stats = Stats::named("successor", System);
        for _ in 0..round {
            std::mem::forget(BoxIn::new_in([0_u8; 3000], &stats));
        }
        let snapshot = stats.snapshot();
        assert_eq!(
            (snapshot.allocations, snapshot.live_bytes, snapshot.peak_bytes),
            (round, 3000 * round, 3000 * round)
        );
        assert_eq!(snapshot.largest_request, if round == 0 { 0 } else { 3000 });
        assert_eq!(row("successor").map(|row| row.snapshot), (round > 0).then_some(snapshot));
    }
}

#[test]
fn several_may_have_one_name() {
    let all: Vec<_> = (0..10_usize).map(|_| Stats::named("several", System)).collect();
    let boxes: Vec<_> = all.iter().map(|stats| BoxIn::new_in(1_u64, stats)).collect();
    assert_eq!(stats::rows().filter(|row| row.name == "several").count(), 10);
    drop(boxes);
    drop(all);
    assert_eq!(stats::rows().filter(|row| row.name == "several").count(), 0);
}

#[test]
fn of_any_parent() {
    let arena = Arena::new();
    let inside = Stats::named("inside", &arena);
    let pages = Stats::named("pages", Pages::new());
    static IN_A_STATIC: Stats<System> = Stats::named("in a static", System);
    let boxes = (BoxIn::new_in(1_u8, &inside), BoxIn::new_in(2_u8, &pages), BoxIn::new_in(3_u8, &IN_A_STATIC));
    for name in ["inside", "pages", "in a static"] {
        assert_eq!(row(name).unwrap().snapshot.live_bytes, 1, "{name}");
    }
    assert!(row("the default").unwrap().snapshot.allocations > 0);
    assert!(format!("{inside:?}").contains("name: \"inside\""));
    drop(boxes);
}

/// The first requests of one allocator, by many threads at once.
#[test]
fn threads_that_join_at_once_lose_nothing() {
    for round in 0..200 {
        let stats = Stats::named("at once", System);
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    for _ in 0..10 {
                        drop(BoxIn::new_in(1_u64, &stats));
                    }
                });
            }
        });
        let snapshot = row("at once").unwrap().snapshot;
        assert_eq!((snapshot.allocations, snapshot.deallocations, snapshot.live_bytes), (80, 80, 0), "round {round}");
        assert_eq!(snapshot, stats.snapshot());
    }
}

/// Allocators come and go in threads while others report: each row is one that could be there, with the right counts.
#[test]
fn reports_beside_threads_that_come_and_go() {
    const NAMES: [&str; 4] =
        ["coming and going 1", "coming and going 22", "coming and going 333", "coming and going 4444"];
    let (seen, reports) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let is_done = || seen.load(Ordering::Relaxed) >= 3000 || reports.load(Ordering::Relaxed) >= 1_000_000;
    thread::scope(|scope| {
        for (number, name) in NAMES.into_iter().enumerate() {
            // Each of a size of its own, so that a row of another allocator's counts would be noticed.
            let size = 1000 * (number + 1);
            let is_done = &is_done;
            scope.spawn(move || {
                while !is_done() {
                    let stats = Stats::named(name, System);
                    drop(VecIn::<u8, _>::with_capacity_in(size, &stats));
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_done() {
                    reports.fetch_add(1, Ordering::Relaxed);
                    for row in &stats::report() {
                        let Some(number) = NAMES.iter().position(|name| *name == row.name) else {
                            assert!(!row.name.starts_with("coming"), "{row:?}");
                            continue;
                        };
                        let size = 1000 * (number as u64 + 1);
                        let counted = row.snapshot;
                        assert!(counted.allocations <= 1 && counted.deallocations <= 1, "{row:?}");
                        assert!([0, size].contains(&counted.total_bytes), "{row:?}");
                        assert!([0, size].contains(&counted.largest_request), "{row:?}");
                        seen.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert!(seen.load(Ordering::Relaxed) >= 3000, "reports met {seen:?}");
    assert_eq!(stats::rows().filter(|row| row.name.starts_with("coming")).count(), 0);
}

/// Named allocators that threads take along, and leave to others.
#[test]
fn drops_by_other_threads() {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..4 {
            let sender = sender.clone();
            scope.spawn(move || {
                for _ in 0..200 {
                    let mut numbers = VecIn::new_in(Stats::named("handed over", Global));
                    numbers.push(7_u64);
                    sender.send(numbers).unwrap();
                }
            });
        }
        drop(sender);
        scope.spawn(move || {
            let mut kept = Vec::new();
            for (number, mut numbers) in receiver.into_iter().enumerate() {
                numbers.extend(0..100);
                if number % 3 == 0 {
                    kept.push(numbers);
                }
            }
            let rows: Vec<Row> = stats::rows().filter(|row| row.name == "handed over").collect();
            assert_eq!(rows.len(), kept.len());
            assert!(rows.iter().all(|row| row.snapshot.live_bytes >= 808 && row.snapshot.live_blocks() == 1));
        });
    });
    assert_eq!(stats::rows().filter(|row| row.name == "handed over").count(), 0);
}

/// More threads than have counters of their own.
#[test]
fn many_threads_add_up() {
    let stats = Stats::named("many threads", System);
    let barrier = Barrier::new(100);
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                drop(BoxIn::new_in(1_u64, &stats));
                barrier.wait();
                for _ in 0..100 {
                    let mut numbers: VecIn<u64, _> = VecIn::with_capacity_in(1, &stats);
                    numbers.push(1);
                    numbers.reserve_exact(10);
                    numbers.shrink_to_fit();
                }
                barrier.wait();
            });
        }
    });
    let snapshot = stats.snapshot();
    assert_eq!((snapshot.allocations, snapshot.live_bytes, snapshot.live_blocks()), (10_100, 0, 0));
    assert_eq!((snapshot.grows(), snapshot.shrinks()), (10_000, 10_000));
}

/// A child goes on with the registry as it was.
#[cfg(unix)]
#[test]
fn in_the_child_of_a_fork() {
    crate::children::alone("named::in_the_child_of_a_fork", || {
        let done = AtomicBool::new(false);
        let stats = Stats::named("forks", System);
        let kept = BoxIn::new_in([0_u8; 10], &stats);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let other = Stats::named("meanwhile", System);
                    drop(BoxIn::new_in(1_u64, &other));
                }
            });
            for _ in 0..50 {
                // SAFETY: the child uses the registry, which has no lock, `System`, which the C library keeps usable in a child, and
                // the default, a pool, which is usable, too.
                let process = unsafe { libc::fork() };
                if process == 0 {
                    let own = Stats::named("the child's", System);
                    drop(BoxIn::new_in(1_u64, &own));
                    let good = row("forks").is_some_and(|row| row.snapshot.live_bytes == 10)
                        && row("the child's").is_some_and(|row| row.snapshot.allocations == 1);
                    // SAFETY: ends the child without running anything else.
                    unsafe { libc::_exit(i32::from(!good)) };
                }
                assert!(process > 0);
                let mut status = 0;
                // SAFETY: the status may be written.
                let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
                assert_eq!((waited, status), (process, 0));
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(row("the child's"), None);
        drop(kept);
    });
}
