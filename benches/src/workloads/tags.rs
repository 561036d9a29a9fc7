//! Tags of the calling thread, and of a future.

use std::future::{self, Future};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};

use janus_alloc::by_tag::{Tag, tag, tagged};

use super::Loop;

/// All loops, each a row.
pub static TAGS: &[Loop] = &[
    Loop { name: "tag, by a name of 7 bytes", run: by_name },
    Loop { name: "Tag::enter", run: by_tag },
    Loop { name: "a poll of a Tagged", run: poll },
];

fn by_name(count: usize) {
    for _ in 0..count {
        black_box(tag(black_box("request")));
    }
}

fn by_tag(count: usize) {
    let tag = Tag::named("request");
    for _ in 0..count {
        black_box(black_box(tag).enter());
    }
}

fn poll(count: usize) {
    let mut future = pin!(tagged("request", future::pending::<()>()));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..count {
        let _ = black_box(future.as_mut().poll(&mut context)).is_ready();
    }
}
