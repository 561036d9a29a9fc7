//! `Trace` as the default of a process, with a hook that allocates, prints and locks: whatever a program does.
#![cfg(feature = "std")]
#![cfg(any(unix, windows))]

mod any_default;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use janus_alloc::pools::Options;
use janus_alloc::trace::{Event, Operation, Outcome};
use janus_alloc::{AsGlobal, ByTag, SharedPool, Stats, Trace};

use any_default::work;

type Traced = ByTag<Trace<Stats<SharedPool>, fn(&Event)>>;

#[global_allocator]
static DEFAULT: AsGlobal<Traced> =
    AsGlobal::new(ByTag::new(Trace::new(Stats::new(SharedPool::with_options(Options::new().checked(false))), hook)));

static EVENTS: AtomicUsize = AtomicUsize::new(0);
/// Calls by size, in a map of the default.
static BY_SIZE: Mutex<BTreeMap<usize, (String, usize)>> = Mutex::new(BTreeMap::new());

fn hook(event: &Event) {
    let number = EVENTS.fetch_add(1, Relaxed);
    assert!(event.operation == Operation::Deallocate || event.outcome != Outcome::Failed);
    assert_eq!(event.created.file(), file!());
    let mut name = event.operation.to_string();
    if number % 10_000 == 0 {
        println!("event {number}: {event}");
    }
    let mut by_size = BY_SIZE.lock().unwrap();
    let (names, count) = by_size.entry(event.layout.size().next_power_of_two()).or_default();
    std::mem::swap(names, &mut name);
    *count += 1;
    if by_size.len() > 20 {
        by_size.clear();
    }
}

/// Large blocks, which come and go.
fn extra_work(seed: usize) {
    let mut large = vec![0_u8; 700_000];
    large.resize(800_000 + seed, 0);
    assert!(large.iter().step_by(1000).all(|&byte| byte == 0));
}

#[test]
fn a_program_runs_on_it() {
    let before = EVENTS.load(Relaxed);
    assert_eq!(work(3), work(3));
    assert!(EVENTS.load(Relaxed) > before + 1000);
    assert!(DEFAULT.parent().parent().snapshot().allocations > 1000);
}
