//! `Tagged`: a tag around each poll of a future, and around its drop.

use std::future::{Ready, poll_fn, ready};
use std::marker::PhantomPinned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;

use janus_alloc::by_tag::{Tag, Tagged, tagged};
use janus_alloc::collections::{Box as BoxIn, Vec as VecIn};
use janus_alloc::{ByTag, System, tag};
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_impl_all!(Tagged<Ready<u8>>: Send, Sync, Unpin, Future, std::fmt::Debug, std::panic::UnwindSafe);
assert_not_impl_any!(Tagged<PhantomPinned>: Unpin);
assert_not_impl_any!(Tagged<std::rc::Rc<u8>>: Send, Sync);
assert_not_impl_any!(Tagged<Ready<u8>>: Clone);
const _: () = assert!(size_of::<Tagged<[u8; 7]>>() == 8);

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Is pending once.
async fn pause() {
    let mut paused = false;
    poll_fn(|_| match std::mem::replace(&mut paused, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

fn current() -> &'static str {
    Tag::current().name()
}

/// Notes the tag under which it is dropped.
struct AtDrop<'a>(&'a mut &'static str);

impl Drop for AtDrop<'_> {
    fn drop(&mut self) {
        *self.0 = current();
    }
}

#[test]
fn each_poll_is_under_the_tag_and_nothing_else_is() {
    let by_tag = ByTag::new(System);
    let mut future = pin!(tagged("polls", async {
        let mut bytes: VecIn<[u8; 10], _> = VecIn::new_in(&by_tag);
        for _ in 0..3 {
            bytes.reserve_exact(1);
            bytes.push([0; 10]);
            let _boxed = BoxIn::new_in([0_u8; 7], &by_tag);
            pause().await;
            assert_eq!(current(), "polls");
        }
        bytes.len()
    }));
    let _outer = tag("between polls");
    let mut between = Vec::new();
    let count = loop {
        match poll(future.as_mut()) {
            Poll::Ready(count) => break count,
            Poll::Pending => between.push(BoxIn::new_in([0_u8; 1], &by_tag)),
        }
        assert_eq!(current(), "between polls");
    };
    assert_eq!((count, between.len()), (3, 3));
    let of = |name| by_tag.snapshot_of(Tag::named(name));
    assert_eq!((of("polls").total_bytes, of("polls").live_bytes), (30 + 21, 0));
    assert_eq!((of("between polls").total_bytes, of("between polls").live_bytes), (3, 3));
}

/// Each poll in another thread, each of which has a tag of its own.
#[test]
fn a_future_that_moves_between_threads() {
    let by_tag = ByTag::new(System);
    let future = async {
        let mut names = VecIn::new_in(&by_tag);
        for _ in 0..8 {
            names.push((thread::current().id(), current()));
            pause().await;
        }
        names
    };
    let mut future: Pin<Box<dyn Future<Output = _> + Send + '_>> = Box::pin(tagged("wandering", future));
    let names = loop {
        let polled = thread::scope(|scope| {
            let poll_here = || {
                let _tag = tag("of the thread");
                let polled = poll(future.as_mut());
                assert_eq!(current(), "of the thread");
                polled
            };
            scope.spawn(poll_here).join().unwrap()
        });
        if let Poll::Ready(names) = polled {
            break names;
        }
        assert_eq!(Tag::current(), Tag::UNTAGGED);
    };
    assert_eq!(names.len(), 8);
    assert!(names.iter().all(|&(_, name)| name == "wandering"));
    assert!(names.windows(2).all(|pair| pair[0].0 != pair[1].0));
    assert!(by_tag.snapshot_of(Tag::named("wandering")).live_bytes > 0);
    assert_eq!(by_tag.snapshot_of(Tag::named("of the thread")).allocations, 0);
}

#[test]
fn tags_in_tags() {
    let mut future = pin!(tagged("outer", async {
        let mut names = vec![current()];
        names.push(
            tagged("inner", async {
                pause().await;
                current()
            })
            .await,
        );
        names.push(current());
        {
            let _tag = tag("a guard");
            names.push(current());
        }
        pause().await;
        names.push(
            Tag::UNTAGGED
                .future(async {
                    pause().await;
                    current()
                })
                .await,
        );
        names.push(Tag::current().future(ready(())).tag().name());
        names
    }));
    let names = loop {
        if let Poll::Ready(names) = poll(future.as_mut()) {
            break names;
        }
        assert_eq!(Tag::current(), Tag::UNTAGGED);
    };
    assert_eq!(names, ["outer", "inner", "outer", "a guard", "(untagged)", "outer"]);
}

/// Two tasks in one thread, in turns: neither has the tag of the other.
#[test]
fn tasks_in_turns() {
    let by_tag = ByTag::new(System);
    let by_tag = &by_tag;
    let task = |name, count: usize| {
        Box::pin(tagged(name, async move {
            let mut kept = Vec::new();
            for _ in 0..count {
                kept.push(BoxIn::new_in(0_u8, by_tag));
                pause().await;
            }
            kept
        }))
    };
    let mut tasks = [task("task 1", 5), task("task 2", 50)];
    let mut done = Vec::new();
    while done.len() < 2 {
        for task in &mut tasks {
            if done.iter().any(|&(of, _)| of == task.tag()) {
                continue;
            }
            if let Poll::Ready(kept) = poll(task.as_mut()) {
                done.push((task.tag(), kept));
            }
        }
    }
    for (tag, kept) in &done {
        assert_eq!(by_tag.snapshot_of(*tag).live_blocks(), kept.len() as u64);
    }
    assert_eq!(by_tag.snapshot_of(Tag::UNTAGGED).allocations, 0);
}

#[test]
fn the_drop_is_under_the_tag() {
    // Not polled at all, between polls, and after the end.
    for polls in 0..3 {
        let mut at_drop = "never";
        let guard = AtDrop(&mut at_drop);
        let mut future = Box::pin(tagged("dropped", async move {
            let _guard = guard;
            pause().await;
        }));
        for _ in 0..polls {
            let _polled = poll(future.as_mut());
        }
        let outer = tag("of the dropper");
        drop(future);
        assert_eq!(current(), "of the dropper");
        drop(outer);
        assert_eq!(at_drop, "dropped", "after {polls} polls");
    }
}

#[test]
fn a_poll_or_a_drop_that_panics_leaves_no_tag() {
    let mut at_drop = "never";
    let guard = AtDrop(&mut at_drop);
    let mut future = Box::pin(tagged("panics", async move {
        let _guard = guard;
        pause().await;
        panic!("in a poll");
    }));
    let _outer = tag("outer");
    assert!(poll(future.as_mut()).is_pending());
    let result = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
    assert!(result.is_err_and(|panic| panic.is::<&str>()));
    assert_eq!(current(), "outer");
    drop(future);
    assert_eq!(at_drop, "panics");

    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            assert_ne!(current(), "panics in the drop", "of a test");
        }
    }
    let future = tagged(
        "panics in the drop",
        poll_fn({
            let panics = Panics;
            move |_| {
                let _panics = &panics;
                Poll::<()>::Pending
            }
        }),
    );
    assert!(catch_unwind(AssertUnwindSafe(|| drop(future))).is_err());
    assert_eq!(current(), "outer");
}

/// A future that refers to itself, over many polls and in a place that does not move.
#[test]
fn a_future_that_refers_to_itself() {
    let (sender, receiver) = mpsc::channel();
    let mut future = Box::pin(tagged("refers to itself", async move {
        let numbers: [u64; 64] = std::array::from_fn(|n| n as u64);
        let parts: Vec<&[u64]> = numbers.chunks(8).collect();
        let mut sum = 0;
        for part in &parts {
            pause().await;
            sum += part.iter().sum::<u64>();
        }
        sender.send(sum).unwrap();
    }));
    while poll(future.as_mut()).is_pending() {}
    assert_eq!(receiver.recv().unwrap(), 64 * 63 / 2);
}

#[test]
fn more_names_than_a_stack_has_places() {
    fn nested(depth: usize) -> Pin<Box<dyn Future<Output = usize> + Send>> {
        match depth {
            0 => Box::pin(async {
                pause().await;
                0
            }),
            _ => Box::pin(tagged("deep", async move { 1 + nested(depth - 1).await })),
        }
    }
    let mut future = nested(100);
    assert!(poll(future.as_mut()).is_pending());
    assert_eq!(Tag::current(), Tag::UNTAGGED);
    assert_eq!(poll(future.as_mut()), Poll::Ready(100));
    assert_eq!(Tag::current(), Tag::UNTAGGED);
}
