//! Leaks, with their places.

use janus_alloc::blocks::guard::Leaks;
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::{Arena, Guard, SharedPool, System};

use super::*;
use crate::children::run_alone;

#[test]
fn at_drop() {
    let parts = [
        "1 live block with 123 bytes",
        "a block at 0x",
        "of size 123 and align 8, allocated: event 1, by this thread, at tests/guard/leaks.rs:",
        "guard created at tests/guard/leaks.rs:",
    ];
    reports("leaks::at_drop", "leak", &parts, || {
        let guard = Guard::new(System);
        block(&guard, 123);
    });
}

#[test]
fn of_a_forgotten_collection() {
    let line = line!() + 5;
    let place = format!("at tests/guard/leaks.rs:{line}:");
    let parts = ["1 live block with 4000 bytes", &place];
    reports("leaks::of_a_forgotten_collection", "leak", &parts, || {
        let guard = Guard::new(System);
        let mut numbers = VecIn::new_in(guard.call_site());
        numbers.reserve_exact(1000);
        numbers.extend(0..1000_u32);
        std::mem::forget(numbers);
        drop(BoxIn::new_in(1, &guard));
    });
}

/// Each place once, the one with the most bytes first.
#[test]
fn of_several_places() {
    let message = ends_by("leaks::of_several_places", libc::SIGABRT, || {
        let guard = Guard::new(SharedPool::new());
        (0..50).for_each(|_| _ = BoxIn::leak(BoxIn::new_in(1_u8, guard.call_site())));
        (0..7).for_each(|n| std::mem::forget(VecIn::<u8, _>::with_capacity_in(1000 + n, guard.call_site())));
        (0..100).for_each(|n| drop(BoxIn::new_in(n, guard.call_site())));
    });
    assert!(message.contains("leak: 57 live blocks with 7071 bytes\n"), "{message}");
    let vectors = message.find("  7 blocks with 7021 bytes, the first a block at 0x").expect(&message);
    let boxes = message.find("  50 blocks with 50 bytes, the first a block at 0x").expect(&message);
    assert!(vectors < boxes, "{message}");
    assert_eq!(message.matches("allocated: ").count(), 2, "{message}");
}

#[test]
fn of_many_places() {
    let message = ends_by("leaks::of_many_places", libc::SIGABRT, || {
        let guard = Guard::new(System);
        let sites = [
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
            guard.call_site(),
        ];
        for (index, site) in sites.into_iter().enumerate() {
            std::mem::forget(VecIn::<u8, _>::with_capacity_in(index + 1, site));
        }
    });
    assert!(message.contains("leak: 23 live blocks with 276 bytes\n"), "{message}");
    assert!(message.contains("  3 more blocks with 6 bytes, of 3 other places\n"), "{message}");
}

/// Runs the test `name`, which calls this, and asserts that the report names the block by its address.
#[track_caller]
fn names_the_address(name: &str, bug: impl FnOnce(&Guard<System>, NonNull<u8>)) {
    let message = ends_by(name, libc::SIGABRT, || {
        let guard = Guard::new(System);
        let block = block(&guard, 100);
        eprintln!("it is {block:p}");
        bug(&guard, block);
    });
    let rest = message.split("it is ").nth(1).expect(&message);
    let (address, report) = rest.split_once('\n').expect(rest);
    assert!(report.contains(&format!("block at {address} of size 100 and align 8")), "{address}: {report}");
}

#[test]
fn the_address_of_a_leak() {
    names_the_address("leaks::the_address_of_a_leak", |_, _| {});
}

#[test]
fn the_address_of_a_block() {
    names_the_address("leaks::the_address_of_a_block", |guard, block| {
        write(block, 100, 0);
        free(guard, block, 100);
    });
}

/// A free of size 0 frees nothing, whatever is there.
#[test]
fn of_a_block_freed_with_size_zero() {
    reports("leaks::of_a_block_freed_with_size_zero", "leak", &["size 100 and align 8"], || {
        let guard = Guard::new(System);
        free(&guard, block(&guard, 100), 0);
    });
}

#[test]
fn in_a_static() {
    reports("leaks::in_a_static", "leak", &["size 100 and align 8", "guard created at tests/guard/leaks.rs:"], || {
        static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
        GUARD.check_leaks();
        let leaked = block(&GUARD, 100);
        assert_eq!(GUARD.live_bytes(), 100);
        let _ = leaked;
        GUARD.check_leaks();
    });
}

/// Those of before, which are meant to stay, are no leaks. A block that moves is a new one.
#[test]
fn since_an_event() {
    let parts =
        ["2 live blocks with 350 bytes", "of size 200 and align 8, allocated: event 5, ", "of size 150 and align 8"];
    reports("leaks::since_an_event", "leak", &parts, || {
        static GUARD: Guard<SharedPool> = Guard::new(SharedPool::new());
        assert_eq!(GUARD.events(), 0);
        GUARD.check_leaks_since(0);
        let (_kept, grown) = (block(&GUARD, 100), block(&GUARD, 50));
        assert_eq!(GUARD.events(), 2);
        GUARD.check_leaks_since(2);
        free(&GUARD, block(&GUARD, 10), 10);
        GUARD.check_leaks_since(2);
        let start = GUARD.events();
        block(&GUARD, 200);
        // SAFETY: live with that layout.
        unsafe { GUARD.grow(grown, layout(50, 8), layout(150, 8)) }.unwrap();
        GUARD.check_leaks_since(start);
    });
}

/// A report without places says how to get them; one with places does not.
#[test]
fn places_that_are_missing() {
    const HINT: &str = "\n  to see the missing places, give collections `guard.call_site()`";
    let message = ends_by("leaks::places_that_are_missing", libc::SIGABRT, || {
        let with_place = Guard::new(System).leaks(Leaks::Report);
        std::mem::forget(BoxIn::new_in(1, with_place.call_site()));
        drop(with_place);
        let guard = Guard::new(System);
        std::mem::forget(BoxIn::new_in(1, &guard));
    });
    assert_eq!((message.matches(": leak: ").count(), message.matches(HINT).count()), (2, 1), "{message}");
    assert!(message.find(HINT) > message.rfind(": leak: "), "{message}");
}

/// By another thread than the one that drops the guard.
#[test]
fn of_another_thread() {
    reports("leaks::of_another_thread", "leak", &["allocated: event 1, by another thread, at "], || {
        let guard = Guard::new(System);
        std::thread::scope(|scope| {
            scope.spawn(|| _ = block(&guard, 10));
        });
    });
}

#[test]
fn may_be_reported_only() {
    const NAME: &str = "leaks::may_be_reported_only";
    if children::is_child() {
        let guard = Guard::new(System).leaks(Leaks::Report);
        block(&guard, 100);
        return;
    }
    let output = run_alone(NAME);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    assert!(message.contains("janus-alloc: Guard: leak: 1 live block with 100 bytes\n"), "{message}");
}

#[test]
fn may_be_ignored() {
    const NAME: &str = "leaks::may_be_ignored";
    if children::is_child() {
        let arena = Arena::new();
        let guard = Guard::new(&arena).leaks(Leaks::Ignore);
        let left = block(&guard, 100);
        write(left, 99, 7);
        drop(guard);
        // The drop leaves live blocks alone.
        assert_eq!(read(left, 99), 7);
        return;
    }
    let output = run_alone(NAME);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !message.contains("janus-alloc"), "{message}");
}
