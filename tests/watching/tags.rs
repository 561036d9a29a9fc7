//! `ByTag`: the tags that blocks are charged to.

#[cfg(target_os = "linux")]
use std::sync::Barrier;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;

use janus_alloc::api::{Allocator, AllocatorClone, GlobalAllocator, Layout, Owns, Reset, StaticAllocator, UsableSize};
use janus_alloc::by_tag::{Tag, TagGuard};
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::stats::Snapshot;
use janus_alloc::{Arena, AsGlobal, ByTag, Global, Pages, Pool, SharedPool, Stats, System, tag};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::children::alone;

assert_impl_all!(ByTag<System>: Send, Sync, StaticAllocator, GlobalAllocator, Default, std::fmt::Debug);
assert_impl_all!(ByTag<Stats<SharedPool>>: GlobalAllocator);
assert_impl_all!(ByTag<Stats<Arena>>: Reset);
assert_impl_all!(ByTag<SharedPool>: Owns, GlobalAllocator);
assert_impl_all!(AsGlobal<ByTag<Stats<Pages>>>: std::alloc::GlobalAlloc, Sync);
assert_impl_all!(&'static ByTag<System>: AllocatorClone, GlobalAllocator);
assert_not_impl_any!(ByTag<System>: Clone, Owns, UsableSize);
assert_not_impl_any!(ByTag<SharedPool>: UsableSize);
assert_not_impl_any!(ByTag<Global>: GlobalAllocator);
assert_not_impl_any!(ByTag<Pool>: Sync, GlobalAllocator, StaticAllocator);
assert_impl_all!(Tag: Copy, Send, Sync, Eq, std::hash::Hash);
assert_not_impl_any!(TagGuard: Send, Sync, Clone);

fn of<A: Allocator>(by_tag: &ByTag<A>, name: &'static str) -> Snapshot {
    by_tag.snapshot_of(Tag::named(name))
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

#[test]
fn a_reset_counts_all_blocks_as_freed_under_their_tags() {
    let mut by_tag = ByTag::new(Stats::new(Arena::new()));
    for round in 1..=3 {
        std::mem::forget(BoxIn::new_in([0_u8; 10], &by_tag));
        let guard = tag("reset");
        std::mem::forget([BoxIn::new_in([0_u8; 100], &by_tag), BoxIn::new_in([0; 100], &by_tag)]);
        drop(guard);
        assert_eq!((of(&by_tag, "reset").live_bytes, of(&by_tag, "reset").live_blocks()), (200, 2));
        by_tag.reset();
        for (tag, blocks) in [(Tag::named("reset"), 2), (Tag::UNTAGGED, 1)] {
            let counts = by_tag.snapshot_of(tag);
            assert_eq!((counts.live_bytes, counts.live_blocks()), (0, 0));
            assert_eq!((counts.allocations, counts.deallocations), (blocks * round, blocks * round));
        }
        assert_eq!(by_tag.parent().snapshot().live_blocks(), 0);
    }
}

#[test]
fn the_newest_guard_counts() {
    let by_tag = ByTag::new(System);
    let mut kept = vec![BoxIn::new_in([0_u8; 1], &by_tag)];
    {
        let _outer = tag("outer");
        kept.push(BoxIn::new_in([0; 1], &by_tag));
        {
            let _inner = tag("inner");
            kept.extend([BoxIn::new_in([0; 1], &by_tag), BoxIn::new_in([0; 1], &by_tag)]);
            let _exempt = Tag::UNTAGGED.enter();
            kept.push(BoxIn::new_in([0; 1], &by_tag));
        }
        kept.push(BoxIn::new_in([0; 1], &by_tag));
    }
    kept.push(BoxIn::new_in([0; 1], &by_tag));
    let live = |tag: Tag| (by_tag.snapshot_of(tag).live_blocks(), by_tag.snapshot_of(tag).live_bytes);
    assert_eq!(live(Tag::named("outer")), (2, 2));
    assert_eq!(live(Tag::named("inner")), (2, 2));
    assert_eq!(live(Tag::UNTAGGED), (3, 3));
    drop(kept);
    assert!(by_tag.rows().all(|row| row.snapshot.live_bytes == 0));
}

/// Under whichever tag a block grows, shrinks and ends: it stays with the one that allocated it.
#[test]
fn a_block_stays_with_its_tag() {
    let by_tag = ByTag::new(System);
    let first = tag("first owner");
    let mut bytes: VecIn<u8, _> = VecIn::with_capacity_in(100, &by_tag);
    bytes.extend((0..100).map(|n| n as u8));
    drop(first);
    let second = tag("second owner");
    bytes.reserve_exact(9900);
    assert_eq!((of(&by_tag, "first owner").live_bytes, of(&by_tag, "first owner").grows()), (10_000, 1));
    bytes.truncate(50);
    bytes.shrink_to_fit();
    assert_eq!((of(&by_tag, "first owner").live_bytes, of(&by_tag, "first owner").shrinks()), (50, 1));
    assert!(bytes.iter().enumerate().all(|(n, &byte)| byte == n as u8));
    assert_eq!(of(&by_tag, "second owner"), Snapshot::default());
    drop(second);
    thread::scope(|scope| {
        scope.spawn(|| drop(bytes));
    });
    let first = of(&by_tag, "first owner");
    assert_eq!((first.live_bytes, first.live_blocks(), first.peak_bytes), (0, 0, 10_000));
    assert_eq!(by_tag.snapshot_of(Tag::UNTAGGED), Snapshot::default());
}

/// All sizes around those where the tag needs another class, and all aligns.
#[test]
fn contents_and_counts_at_every_size_and_align() {
    let by_tag = ByTag::new(Stats::new(SharedPool::new()));
    let _tag = tag("sizes");
    for align in [1, 2, 8, 16, 64, 4096] {
        for size in (1..300).chain([4095, 4096, 4097, 65_535, 65_536, 1 << 20]) {
            let block = by_tag.allocate_zeroed(layout(size, align)).unwrap();
            assert_eq!((block.len(), block.cast::<u8>().addr().get() % align), (size, 0));
            // SAFETY: live, and zeroed.
            let bytes = unsafe { std::slice::from_raw_parts_mut(block.cast::<u8>().as_ptr(), size) };
            assert!(bytes.iter().all(|&byte| byte == 0));
            bytes.fill(0xff);
            let (old, new) = (layout(size, align), layout(2 * size, align));
            // SAFETY: live with that layout.
            let grown = unsafe { by_tag.grow_zeroed(block.cast(), old, new) }.unwrap();
            // SAFETY: live, and zeroed behind what was filled.
            let bytes = unsafe { std::slice::from_raw_parts(grown.cast::<u8>().as_ptr(), 2 * size) };
            assert!(bytes[..size].iter().all(|&byte| byte == 0xff) && bytes[size..].iter().all(|&byte| byte == 0));
            assert_eq!(of(&by_tag, "sizes").live_bytes, 2 * size as u64);
            // SAFETY: live with that layout.
            let shrunk = unsafe { by_tag.shrink(grown.cast(), new, layout(size.div_ceil(2), align)) }.unwrap();
            // SAFETY: live with that layout.
            unsafe { by_tag.deallocate(shrunk.cast(), layout(size.div_ceil(2), align)) };
            assert_eq!(of(&by_tag, "sizes").live_bytes, 0);
        }
    }
    assert_eq!(by_tag.parent().snapshot().live_bytes, 0);
    let counts = of(&by_tag, "sizes");
    assert_eq!((counts.allocations, counts.deallocations), (305 * 6, 305 * 6));
}

#[test]
fn the_parent_is_asked_for_one_byte_more() {
    let by_tag = ByTag::new(Stats::new(System));
    let _tag = tag("one more");
    let kept = (BoxIn::new_in([0_u8; 100], &by_tag), BoxIn::new_in([0_u64; 8], &by_tag));
    assert_eq!((of(&by_tag, "one more").live_bytes, by_tag.parent().snapshot().live_bytes), (164, 166));
    assert_eq!(of(&by_tag, "one more").slack_bytes, 0);
    drop(kept);
    // A page less the tag is slack.
    let by_tag = ByTag::new(Pages::new());
    drop(BoxIn::new_in([0_u8; 100], &by_tag));
    assert_eq!(of(&by_tag, "one more").slack_bytes, Pages::page_size() as u64 - 101);
}

#[test]
fn size_zero_is_not_counted() {
    let by_tag = ByTag::new(System);
    let _tag = tag("size zero");
    let nothing = by_tag.allocate(layout(0, 8)).unwrap();
    // SAFETY: of size 0, here and below.
    unsafe { by_tag.deallocate(nothing.cast(), layout(0, 8)) };
    // SAFETY: as above.
    unsafe { by_tag.grow(nothing.cast(), layout(0, 8), layout(0, 8)) }.unwrap();
    // SAFETY: as above.
    unsafe { by_tag.shrink(nothing.cast(), layout(0, 8), layout(0, 8)) }.unwrap();
    assert_eq!(of(&by_tag, "size zero"), Snapshot::default());
    // SAFETY: as above.
    let block = unsafe { by_tag.grow_zeroed(nothing.cast(), layout(0, 8), layout(10, 8)) }.unwrap();
    assert_eq!((of(&by_tag, "size zero").live_bytes, of(&by_tag, "size zero").live_blocks()), (10, 1));
    // SAFETY: live with that layout.
    unsafe { by_tag.shrink(block.cast(), layout(10, 8), layout(0, 8)) }.unwrap();
    assert_eq!((of(&by_tag, "size zero").live_bytes, of(&by_tag, "size zero").live_blocks()), (0, 0));
}

#[test]
fn layouts_that_leave_no_room_for_a_tag_fail() {
    let by_tag = ByTag::new(System);
    let _tag = tag("too large");
    for align in [1, 8, 4096] {
        let largest = layout(isize::MAX as usize / align * align, align);
        assert!(by_tag.allocate(largest).is_err() && by_tag.allocate_zeroed(largest).is_err());
        let block = by_tag.allocate(layout(8, align)).unwrap();
        // SAFETY: live with that layout.
        assert!(unsafe { by_tag.grow(block.cast(), layout(8, align), largest) }.is_err());
        // SAFETY: as above.
        unsafe { by_tag.deallocate(block.cast(), layout(8, align)) };
    }
    assert_eq!((of(&by_tag, "too large").failures, of(&by_tag, "too large").live_bytes), (9, 0));
}

#[test]
fn owns_what_the_parent_owns() {
    let by_tag = ByTag::new(Arena::new());
    let block = by_tag.allocate(layout(100, 8)).unwrap().cast();
    let other = System.allocate(layout(100, 8)).unwrap().cast();
    assert!(by_tag.owns(block, layout(100, 8)) && !by_tag.owns(other, layout(100, 8)));
    // SAFETY: live with that layout.
    unsafe { System.deallocate(other, layout(100, 8)) };
}

/// A guard may be dropped in any order, and moved.
#[test]
fn guards_dropped_out_of_order() {
    let current = || Tag::current().name();
    let (a, b, c) = (tag("a"), tag("b"), tag("c"));
    assert_eq!(current(), "c");
    drop(b); // in the middle
    assert_eq!(current(), "c");
    let a = Box::new(a);
    drop(c);
    assert_eq!(current(), "a");
    let d = tag("d");
    drop(a); // at the bottom
    assert_eq!(current(), "d");
    let e = tag("e");
    drop(d);
    assert_eq!(current(), "e");
    drop(e);
    assert_eq!(current(), "(untagged)");

    // Every order of five.
    let names = ["p1", "p2", "p3", "p4", "p5"];
    let mut order = [0, 1, 2, 3, 4];
    let mut orders = 0;
    permute(&mut order, 0, &mut |order| {
        orders += 1;
        let mut guards: Vec<Option<TagGuard>> = names.iter().map(|name| Some(tag(name))).collect();
        for &index in order {
            guards[index] = None;
            let newest = guards.iter().rposition(Option::is_some);
            assert_eq!(current(), newest.map_or("(untagged)", |index| names[index]));
        }
    });
    assert_eq!(orders, 120);
}

fn permute(order: &mut [usize; 5], from: usize, visit: &mut impl FnMut(&[usize; 5])) {
    if from == order.len() {
        return visit(order);
    }
    for index in from..order.len() {
        order.swap(from, index);
        permute(order, from + 1, visit);
        order.swap(from, index);
    }
}

#[test]
fn too_deep_guards_have_no_effect() {
    let _bottom = tag("bottom");
    let mut guards: Vec<TagGuard> = (0..60).map(|_| tag("middle")).collect();
    guards.push(tag("the last that counts"));
    assert_eq!(Tag::current().name(), "the last that counts");
    guards.extend((0..1000).map(|_| tag("too deep")));
    assert_eq!(Tag::current().name(), "the last that counts");
    // Those without effect end without effect, in any order.
    guards.drain(200..700);
    guards.truncate(100);
    assert_eq!(Tag::current().name(), "the last that counts");
    drop(guards.drain(60..));
    assert_eq!(Tag::current().name(), "middle");
    drop(guards);
    assert_eq!(Tag::current().name(), "bottom");
}

#[test]
fn a_thread_starts_without_a_tag() {
    let by_tag = ByTag::new(System);
    let _tag = tag("of the spawner");
    let current = Tag::current();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(Tag::current(), Tag::UNTAGGED);
            drop(BoxIn::new_in(1_u8, &by_tag));
            let _tag = current.enter();
            assert_eq!(Tag::current().name(), "of the spawner");
            drop(BoxIn::new_in([0_u8; 2], &by_tag));
        });
    });
    assert_eq!(Tag::current().name(), "of the spawner");
    assert_eq!(of(&by_tag, "of the spawner").total_bytes, 2);
    assert_eq!(by_tag.snapshot_of(Tag::UNTAGGED).total_bytes, 1);
}

/// The next thread with the number of one that has forgotten a guard.
#[test]
fn a_forgotten_guard_ends_with_its_thread() {
    for _ in 0..200 {
        thread::spawn(|| {
            assert_eq!(Tag::current(), Tag::UNTAGGED);
            std::mem::forget((tag("forgotten 1"), tag("forgotten 2")));
            assert_eq!(Tag::current().name(), "forgotten 2");
        })
        .join()
        .unwrap();
    }
}

/// A guard in a thread-local goes when its thread ends, maybe after the thread's number.
#[test]
fn guards_in_thread_locals() {
    thread_local! {
        static GUARD: std::cell::RefCell<Option<TagGuard>> = const { std::cell::RefCell::new(None) };
    }
    for _ in 0..100 {
        thread::spawn(|| {
            assert_eq!(Tag::current(), Tag::UNTAGGED);
            GUARD.with(|guard| *guard.borrow_mut() = Some(tag("in a thread-local")));
            assert_eq!(Tag::current().name(), "in a thread-local");
        })
        .join()
        .unwrap();
    }
}

/// More threads than have counters or slots of their own, under different tags.
#[test]
fn many_threads() {
    const NAMES: [&str; 5] = ["many 0", "many 1", "many 2", "many 3", "many 4"];
    let by_tag = ByTag::new(System);
    let barrier = std::sync::Barrier::new(600);
    thread::scope(|scope| {
        for number in 0..600_usize {
            let (by_tag, barrier) = (&by_tag, &barrier);
            let run = move || {
                let _tag = tag(NAMES[number % 5]);
                let first = BoxIn::new_in([0_u8; 10], by_tag);
                barrier.wait();
                for _ in 0..50 {
                    drop(BoxIn::new_in([0_u8; 10], by_tag));
                }
                barrier.wait();
                drop(first);
            };
            thread::Builder::new().stack_size(128 << 10).spawn_scoped(scope, run).unwrap();
        }
    });
    for name in NAMES {
        let counted = of(&by_tag, name);
        assert_eq!((counted.allocations, counted.live_bytes, counted.live_blocks()), (120 * 51, 0, 0), "{name}");
    }
    assert_eq!(by_tag.snapshot_of(Tag::UNTAGGED), Snapshot::default());
}

/// Blocks that threads allocate under one tag and others free under another.
#[test]
fn blocks_wander_between_threads() {
    let by_tag = ByTag::new(SharedPool::new());
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for name in ["sender 1", "sender 2", "sender 3"] {
            let (sender, by_tag) = (sender.clone(), &by_tag);
            scope.spawn(move || {
                let _tag = tag(name);
                for n in 0..1000_usize {
                    let mut bytes: VecIn<u8, _> = VecIn::with_capacity_in(n % 100 + 1, by_tag);
                    bytes.push(n as u8);
                    sender.send(bytes).unwrap();
                }
            });
        }
        drop(sender);
        scope.spawn(|| {
            let _tag = tag("receiver");
            for mut bytes in receiver {
                bytes.reserve(200);
            }
        });
    });
    for name in ["sender 1", "sender 2", "sender 3"] {
        let counted = of(&by_tag, name);
        assert_eq!((counted.allocations, counted.deallocations, counted.live_bytes), (1000, 1000, 0), "{name}");
        assert_eq!(counted.grows(), 1000, "{name}");
    }
    assert_eq!(of(&by_tag, "receiver"), Snapshot::default());
}

#[test]
fn names_that_are_equal_are_one_tag() {
    let leaked: &'static str = String::from("equal").leak();
    assert_eq!(Tag::named("equal"), Tag::named(leaked));
    assert_ne!(Tag::named("equal"), Tag::named("equal "));
    assert_eq!(Tag::named("").name(), "");
    assert_ne!(Tag::named(""), Tag::UNTAGGED);
    assert_eq!(format!("{:?}", Tag::named("equal")), "Tag(\"equal\")");
}

/// Many threads name the same new tags at once.
#[test]
fn threads_agree_on_new_names() {
    for round in 0..20 {
        let names: Vec<&'static str> = (0..2).map(|n| &*format!("new {round} {n}").leak()).collect();
        let barrier = std::sync::Barrier::new(8);
        let tags: Vec<Vec<Tag>> = thread::scope(|scope| {
            let spawn = |_| {
                scope.spawn(|| {
                    let copies: Vec<&'static str> = names.iter().map(|name| &*name.to_string().leak()).collect();
                    barrier.wait();
                    copies.into_iter().map(Tag::named).collect::<Vec<Tag>>()
                })
            };
            let handles: Vec<_> = (0..8).map(spawn).collect();
            handles.into_iter().map(|handle| handle.join().unwrap()).collect()
        });
        assert!(tags.iter().all(|of_thread| *of_thread == tags[0]));
        assert_ne!(tags[0][0], tags[0][1]);
        assert!(tags[0].iter().zip(&names).all(|(tag, name)| tag.name() == *name));
    }
}

/// All names beyond the first 250 have one tag.
#[test]
fn more_names_than_tags() {
    alone("tags::more_names_than_tags", || {
        let by_tag = ByTag::new(System);
        let names: Vec<&'static str> = (0..400).map(|n| &*format!("name {n}").leak()).collect();
        let mut kept = Vec::new();
        for name in &names {
            let _tag = tag(name);
            kept.push(BoxIn::new_in([0_u8; 10], &by_tag));
        }
        for (n, name) in names.iter().enumerate() {
            let tag = Tag::named(name);
            assert_eq!(tag.name(), if n < 250 { name } else { "(other)" });
            assert_eq!(by_tag.snapshot_of(tag).live_blocks(), if n < 250 { 1 } else { 150 });
        }
        assert_eq!(by_tag.rows().count(), 252);
        assert_eq!(by_tag.report().rows()[0].name, "(other)");
        drop(kept);
        assert!(by_tag.rows().all(|row| row.snapshot.live_bytes == 0));
    });
}

/// Dropping a `ByTag` returns the memory for its tags.
#[cfg(target_os = "linux")]
#[test]
fn a_drop_returns_the_memory_of_the_tags() {
    alone("tags::a_drop_returns_the_memory_of_the_tags", || {
        let mapped = || {
            let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
            statm.split(' ').next().unwrap().parse::<usize>().unwrap()
        };
        let names: Vec<&'static str> = (0..100).map(|n| &*format!("dropped {n}").leak()).collect();
        let charge_all = || {
            let by_tag = Box::new(ByTag::new(System));
            for name in &names {
                let _tag = tag(name);
                drop(BoxIn::new_in(1, &*by_tag));
            }
            assert_eq!(by_tag.rows().count(), 101);
        };
        charge_all();
        let before = mapped();
        (0..50).for_each(|_| charge_all());
        assert!(mapped() < before + 100, "{before} pages became {}", mapped());
    });
}

#[cfg(unix)]
extern "C" fn enter_a_tag(_: libc::c_int) {
    drop(Tag::named("handler").enter());
}

/// A signal handler may enter a tag, whatever its thread was doing.
#[cfg(unix)]
#[test]
fn a_signal_handler_leaves_the_tags_of_its_thread() {
    alone("tags::a_signal_handler_leaves_the_tags_of_its_thread", || {
        let handler: extern "C" fn(libc::c_int) = enter_a_tag;
        // SAFETY: the handler uses atomics only.
        assert_ne!(unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) }, libc::SIG_ERR);
        let tags = [Tag::named("handler"), Tag::named("outer"), Tag::named("inner"), Tag::named("innermost")];
        // SAFETY: the function has no conditions.
        let own = unsafe { libc::pthread_self() };
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    // SAFETY: the thread waits for this one.
                    assert_eq!(unsafe { libc::pthread_kill(own, libc::SIGUSR1) }, 0);
                    thread::yield_now();
                }
                is_done.store(true, Relaxed);
            });
            let _outer = tags[1].enter();
            while !is_done.load(Relaxed) {
                let inner = tags[2].enter();
                drop(tags[3].enter());
                assert_eq!(Tag::current(), tags[2]);
                drop(inner);
                assert_eq!(Tag::current(), tags[1]);
            }
        });
    });
}

/// Also the last name that gets a number, in each of a thousand processes.
#[cfg(target_os = "linux")]
#[test]
fn threads_agree_on_the_last_name() {
    alone("tags::threads_agree_on_the_last_name", || {
        let names: Vec<&'static str> = (0..249).map(|n| &*format!("before {n}").leak()).collect();
        let agree = || {
            names.iter().for_each(|name| drop(tag(name)));
            let barrier = Barrier::new(3);
            let last = || {
                barrier.wait();
                Tag::named("the last one")
            };
            let found = thread::scope(|scope| {
                let threads = [(); 3].map(|()| scope.spawn(last));
                threads.map(|thread| thread.join().unwrap())
            });
            found.iter().all(|tag| tag.name() == "the last one")
        };
        for _ in 0..1000 {
            // SAFETY: the C library's `malloc` may be used in the child, and nothing else is that another thread may be using.
            let process = unsafe { libc::fork() };
            if process == 0 {
                // SAFETY: it ends the process, and runs nothing of it.
                unsafe { libc::_exit(i32::from(!agree())) };
            }
            let mut status = 0;
            // SAFETY: it waits for a process, and writes to `status`.
            assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
            assert_eq!(status, 0);
        }
    });
}
