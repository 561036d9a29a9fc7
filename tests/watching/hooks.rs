//! `Trace`: which events there are, and what a hook may do.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use janus_alloc::api::{Allocator, AllocatorClone, GlobalAllocator, Layout, Owns, Reset, StaticAllocator, UsableSize};
use janus_alloc::collections::{Box as BoxIn, HashMap, Vec as VecIn};
use janus_alloc::trace::{Event, Operation, Outcome};
use janus_alloc::{Arena, AsGlobal, Global, Malloc, Null, Pages, SharedPool, Stats, System, Trace};
use static_assertions::{assert_impl_all, assert_not_impl_any};

type Hook = fn(&Event);

assert_impl_all!(Event: Copy, Send, Sync, std::fmt::Debug, std::fmt::Display, PartialEq);
assert_impl_all!(Trace<System, Hook>: Send, Sync, Clone, StaticAllocator, AllocatorClone, GlobalAllocator);
assert_impl_all!(Trace<SharedPool, Hook>: Owns, UsableSize, GlobalAllocator);
assert_impl_all!(Trace<Arena, Hook>: Owns, Reset);
assert_impl_all!(AsGlobal<Trace<Stats<Pages>, Hook>>: std::alloc::GlobalAlloc, Sync);
assert_not_impl_any!(Trace<System, Hook>: Owns, UsableSize, Reset);
assert_not_impl_any!(Trace<Global, Hook>: GlobalAllocator);
assert_not_impl_any!(Trace<Stats<System>, Hook>: Clone);
assert_not_impl_any!(Trace<System, Box<dyn Fn(&Event)>>: Sync, GlobalAllocator, Clone);
assert_not_impl_any!(Trace<&'static Arena, Hook>: Sync, StaticAllocator);

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn address(block: NonNull<[u8]>) -> usize {
    block.cast::<u8>().addr().get()
}

/// The part of an event that does not depend on where it comes from.
type Call = (Operation, Layout, Option<Layout>, Option<usize>, Outcome);

fn call(event: &Event) -> Call {
    (event.operation, event.layout, event.old_layout, event.address, event.outcome)
}

#[test]
fn each_operation_is_an_event() {
    let events = RefCell::new(Vec::new());
    let traced = Trace::new(System, |event: &Event| events.borrow_mut().push(call(event)));
    let returned = |block: NonNull<[u8]>| Outcome::Block { address: address(block), length: block.len() };
    let mut expected = Vec::new();

    let a = traced.allocate(layout(10, 8)).unwrap();
    expected.push((Operation::Allocate, layout(10, 8), None, None, returned(a)));
    let b = traced.allocate_zeroed(layout(20, 4)).unwrap();
    expected.push((Operation::AllocateZeroed, layout(20, 4), None, None, returned(b)));
    // SAFETY: live with that layout.
    let grown = unsafe { traced.grow(a.cast(), layout(10, 8), layout(100, 16)) }.unwrap();
    expected.push((Operation::Grow, layout(100, 16), Some(layout(10, 8)), Some(address(a)), returned(grown)));
    // SAFETY: live with that layout.
    let zeroed = unsafe { traced.grow_zeroed(b.cast(), layout(20, 4), layout(200, 4)) }.unwrap();
    expected.push((Operation::GrowZeroed, layout(200, 4), Some(layout(20, 4)), Some(address(b)), returned(zeroed)));
    // SAFETY: live with that layout.
    let shrunk = unsafe { traced.shrink(grown.cast(), layout(100, 16), layout(50, 16)) }.unwrap();
    expected.push((Operation::Shrink, layout(50, 16), Some(layout(100, 16)), Some(address(grown)), returned(shrunk)));
    // SAFETY: live with that layout.
    unsafe { traced.deallocate(shrunk.cast(), layout(50, 16)) };
    expected.push((Operation::Deallocate, layout(50, 16), None, Some(address(shrunk)), Outcome::Freed));
    // SAFETY: live with that layout.
    unsafe { traced.deallocate(zeroed.cast(), layout(200, 4)) };
    expected.push((Operation::Deallocate, layout(200, 4), None, Some(address(zeroed)), Outcome::Freed));
    let nothing = traced.allocate(layout(0, 64)).unwrap();
    expected.push((Operation::Allocate, layout(0, 64), None, None, returned(nothing)));
    // SAFETY: of size 0.
    unsafe { traced.deallocate(nothing.cast(), layout(0, 64)) };
    expected.push((Operation::Deallocate, layout(0, 64), None, Some(64), Outcome::Freed));
    assert_eq!(*events.borrow(), expected);
}

#[test]
fn failures_are_events() {
    let events = RefCell::new(Vec::new());
    let traced = Trace::new(Null, |event: &Event| events.borrow_mut().push(call(event)));
    assert!(traced.allocate(layout(10, 8)).is_err());
    let dangling = NonNull::<u64>::dangling().cast();
    // SAFETY: of size 0.
    assert!(unsafe { traced.grow(dangling, layout(0, 8), layout(10, 8)) }.is_err());
    let expected: [Call; 2] = [
        (Operation::Allocate, layout(10, 8), None, None, Outcome::Failed),
        (Operation::Grow, layout(10, 8), Some(layout(0, 8)), Some(8), Outcome::Failed),
    ];
    assert_eq!(*events.borrow(), expected);
}

/// The hook sees a block before it goes, so that no event of its address comes in between.
#[test]
fn a_free_is_an_event_before_it_happens() {
    let parent = Stats::new(System);
    let live = RefCell::new(Vec::new());
    let traced = Trace::new(&parent, |_: &Event| live.borrow_mut().push(parent.snapshot().live_blocks()));
    drop(BoxIn::new_in(1_u64, &traced));
    assert_eq!(*live.borrow(), [1, 1]);
    assert_eq!(parent.snapshot().live_blocks(), 0);
}

#[test]
fn origins() {
    let seen: Cell<Option<Event>> = Cell::new(None);
    let created_line = line!() + 1;
    let traced = Trace::new(System, |event: &Event| seen.set(Some(*event)));
    let last = || seen.take().unwrap();
    let line =
        |location: Option<&'static Location<'static>>| location.map(|location| (location.file(), location.line()));

    let block = traced.allocate(layout(8, 8)).unwrap();
    let event = last();
    assert_eq!(line(event.origin()), Some((file!(), line!() - 2)));
    assert_eq!((event.created.file(), event.created.line()), (file!(), created_line));
    // SAFETY: live with that layout.
    let block = unsafe { traced.grow(block.cast(), layout(8, 8), layout(16, 8)) }.unwrap();
    let event = last();
    assert_eq!(line(event.origin()), Some((file!(), line!() - 2)));
    assert!(event.to_string().ends_with(&format!("({})", event.origin().unwrap())));
    // SAFETY: live with that layout.
    unsafe { traced.deallocate(block.cast(), layout(16, 8)) };
    assert_eq!(line(last().origin()), Some((file!(), line!() - 1)));

    // A line of this crate, of allocator-api2 or of a vtable says nothing.
    drop(BoxIn::new_in(1, &traced));
    assert_eq!((last().origin(), seen.take()), (None, None));
    (&traced as &dyn Allocator).allocate(layout(0, 8)).unwrap();
    assert_eq!(last().origin(), None);
    static GLOBAL: AsGlobal<Trace<System, Hook>> = AsGlobal::new(Trace::new(System, keep));
    static KEPT: Mutex<Option<Event>> = Mutex::new(None);
    fn keep(event: &Event) {
        *KEPT.lock().unwrap() = Some(*event);
    }
    // SAFETY: the size is not 0.
    let block = unsafe { std::alloc::GlobalAlloc::alloc(&GLOBAL, layout(8, 8)) };
    let event = KEPT.lock().unwrap().take().unwrap();
    assert_eq!((event.origin(), event.created.file()), (None, file!()));
    // SAFETY: allocated above.
    unsafe { std::alloc::GlobalAlloc::dealloc(&GLOBAL, block, layout(8, 8)) };
}

#[test]
fn events_are_printed_in_a_line() {
    let lines = RefCell::new(Vec::new());
    let traced = Trace::new(System, |event: &Event| lines.borrow_mut().push(event.to_string()));
    let mut numbers: VecIn<u64, _> = VecIn::with_capacity_in(4, &traced);
    let first = numbers.as_ptr().addr();
    numbers.reserve_exact(1000);
    let second = numbers.as_ptr().addr();
    drop(numbers);
    let expected = [
        format!("allocate 32 bytes, align 8: 32 bytes at {first:#x}"),
        format!("grow 32 bytes, align 8, at {first:#x} to 8000 bytes, align 8: 8000 bytes at {second:#x}"),
        format!("deallocate 8000 bytes, align 8, at {second:#x}"),
    ];
    assert_eq!(*lines.borrow(), expected);
    let failing = Trace::new(Null, |event: &Event| assert_eq!(event.to_string(), "allocate 8 bytes, align 8: failed"));
    assert!(BoxIn::try_new_in(1_u64, &failing).is_err());
}

/// The hook uses what it traces, again and again; only calls from outside are events.
#[test]
fn a_hook_that_allocates_does_not_recurse() {
    static COUNTED: Stats<System> = Stats::new(System);
    static TRACED: Trace<&Stats<System>, Hook> = Trace::new(&COUNTED, hook);
    static EVENTS: AtomicUsize = AtomicUsize::new(0);
    fn hook(_: &Event) {
        EVENTS.fetch_add(1, Relaxed);
        let mut numbers = VecIn::new_in(&TRACED);
        numbers.extend(0..100);
        assert!(numbers.len() == 100);
    }
    for _ in 0..10 {
        drop(BoxIn::new_in(1_u64, &TRACED));
    }
    assert_eq!(EVENTS.load(Relaxed), 20);
    let counted = COUNTED.snapshot();
    assert_eq!((counted.allocations, counted.live_blocks()), (10 + 20, 0));
}

/// Nor does one that comes back through another `Trace`.
#[test]
fn hooks_of_each_other_do_not_recurse() {
    static ONE: Trace<System, Hook> = Trace::new(System, one);
    static TWO: Trace<System, Hook> = Trace::new(System, two);
    static EVENTS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
    fn one(_: &Event) {
        EVENTS[0].fetch_add(1, Relaxed);
        drop(BoxIn::new_in(1_u64, &TWO));
    }
    fn two(_: &Event) {
        EVENTS[1].fetch_add(1, Relaxed);
        drop(BoxIn::new_in(1_u64, &ONE));
    }
    drop(BoxIn::new_in(1_u64, &ONE));
    assert_eq!(EVENTS.each_ref().map(|events| events.load(Relaxed)), [2, 0]);
    drop(BoxIn::new_in(1_u64, &TWO));
    assert_eq!(EVENTS.each_ref().map(|events| events.load(Relaxed)), [2, 2]);
    // One in the other: the outer event comes after the inner one, not inside it.
    let order = RefCell::new(Vec::new());
    let inner = Trace::new(System, |_: &Event| order.borrow_mut().push("inner"));
    let outer = Trace::new(&inner, |_: &Event| order.borrow_mut().push("outer"));
    drop(BoxIn::new_in(1_u64, &outer));
    assert_eq!(*order.borrow(), ["inner", "outer", "outer", "inner"]);
}

/// Threads are in hooks independently of each other.
#[test]
fn threads_are_traced_at_once() {
    let events = AtomicUsize::new(0);
    let traced = Trace::new(System, |event: &Event| {
        assert_eq!(event.layout.size(), 8);
        events.fetch_add(1, Relaxed);
        drop(Box::new([0_u8; 100]));
    });
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    drop(BoxIn::new_in(1_u64, &traced));
                }
            });
        }
    });
    assert_eq!(events.load(Relaxed), 16_000);
}

/// What threads do at their end is traced, too.
#[test]
fn destructors_of_thread_locals_are_traced() {
    static EVENTS: AtomicUsize = AtomicUsize::new(0);
    static TRACED: Trace<System, Hook> = Trace::new(System, hook);
    fn hook(_: &Event) {
        EVENTS.fetch_add(1, Relaxed);
        drop(Box::new(1));
    }
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            drop(BoxIn::new_in(1, &TRACED));
        }
    }
    thread_local! {
        static LAST: Last = const { Last };
    }
    for _ in 0..50 {
        thread::spawn(|| LAST.with(|_| ())).join().unwrap();
    }
    assert_eq!(EVENTS.load(Relaxed), 100);
}

/// From the events alone, which blocks are live.
#[test]
fn the_events_of_a_map_add_up() {
    let live = RefCell::new(std::collections::HashMap::new());
    let traced = Trace::new(SharedPool::new(), |event: &Event| {
        if event.layout.size() == 0 && event.old_layout.is_none() {
            return;
        }
        let mut live = live.borrow_mut();
        if let Some(address) = event.address.filter(|_| event.outcome != Outcome::Failed) {
            if event.old_layout.is_none_or(|layout| layout.size() > 0) {
                assert!(live.remove(&address).is_some(), "{event} of a block that is not there");
            }
        }
        if let Outcome::Block { address, length } = event.outcome {
            assert!(length >= event.layout.size());
            assert_eq!(live.insert(address, length), None, "{event} at a live block");
        }
    });
    let mut map = HashMap::new_in(&traced);
    let mut lists = VecIn::new_in(&traced);
    for n in 0..2000_usize {
        let mut list = VecIn::new_in(&traced);
        list.extend(0..n % 40);
        lists.push(list);
        map.insert(n, n);
    }
    lists.retain(|list| list.len() % 3 == 0);
    lists.iter_mut().for_each(VecIn::shrink_to_fit);
    assert!(live.borrow().len() > lists.len() / 2);
    drop((map, lists));
    assert_eq!(live.borrow().len(), 0);
}

#[test]
fn reset_passes_through() {
    let events = Cell::new(0);
    let mut traced = Trace::new(Arena::new(), |_: &Event| events.set(events.get() + 1));
    std::mem::forget(BoxIn::new_in([0_u8; 1000], &traced));
    assert_eq!(traced.parent().allocated_bytes(), 1000);
    traced.reset();
    assert_eq!((traced.parent().allocated_bytes(), events.get()), (0, 1));
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn sizes_pass_through() {
    let freed = Cell::new(0);
    let traced = Trace::new(Malloc, |event: &Event| {
        if event.operation == Operation::Deallocate {
            freed.set(event.layout.size());
        }
    });
    let block = traced.allocate(layout(100, 8)).unwrap().cast::<u8>();
    // SAFETY: the block is live.
    let usable = unsafe { traced.usable_size(block) };
    assert!(usable >= 100);
    // SAFETY: as above.
    unsafe { traced.deallocate_without_layout(block) };
    assert_eq!(freed.get(), usable);
}

#[cfg(unix)]
mod aborts {
    use super::*;
    use crate::aborts::aborts;

    const MESSAGE: &str = "janus-alloc: the hook of a `Trace` panicked";

    #[test]
    fn a_hook_that_panics_ends_the_process() {
        aborts("hooks::aborts::a_hook_that_panics_ends_the_process", MESSAGE, || {
            let traced =
                Trace::new(System, |event: &Event| assert_ne!(event.operation, Operation::Grow, "a fault of a hook"));
            let mut numbers = VecIn::with_capacity_in(1, &traced);
            numbers.push(1);
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| numbers.push(2)));
            unreachable!("the process has ended");
        });
    }

    /// Not only a panic unwinds.
    #[test]
    fn a_hook_that_unwinds_without_a_message() {
        aborts("hooks::aborts::a_hook_that_unwinds_without_a_message", MESSAGE, || {
            let traced = Trace::new(System, |_: &Event| std::panic::resume_unwind(Box::new(1)));
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(BoxIn::new_in(1, &traced))));
            unreachable!("the process has ended");
        });
    }
}
