//! Options that a function chooses when a pool is first used.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use janus_alloc::SharedPool;
use janus_alloc::pools::{Options, Retain};

use crate::{LARGE, UNCHECKED, block, free};

fn pool(choose: fn() -> Options) -> SharedPool {
    // SAFETY: none of the functions here uses the pool, and the pool is not the default of the process.
    unsafe { SharedPool::with_options_from(choose) }
}

/// Returns the options of the pool in the form of `Debug`.
fn options_of(pool: &SharedPool) -> String {
    let shown = format!("{pool:?}");
    let start = shown.find("Options {").unwrap();
    shown[start..].split_inclusive('}').next().unwrap().to_owned()
}

#[test]
fn options_are_chosen_once_at_the_first_use() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn lean() -> Options {
        CALLS.fetch_add(1, SeqCst);
        UNCHECKED.retain(Retain::Nothing)
    }
    // SAFETY: `lean` does not use the pool.
    static POOL: SharedPool = unsafe { SharedPool::with_options_from(lean) };
    assert_eq!((POOL.stats().held_bytes(), POOL.collect()), (0, 0));
    assert_eq!(CALLS.load(SeqCst), 0, "options were chosen before the first use");
    for _ in 0..100 {
        let (small, large) = (block(&POOL, 100), block(&POOL, 2 * LARGE));
        let held = POOL.stats().held_bytes();
        free(&POOL, large, 2 * LARGE);
        assert!(POOL.stats().held_bytes() <= held - 2 * LARGE, "the chosen options are not in effect");
        free(&POOL, small, 100);
    }
    assert_eq!(CALLS.load(SeqCst), 1);
    assert!(POOL.stats().cached_bytes() > 0);
}

#[test]
fn chosen_options_are_shown_as_given_ones() {
    let pool = pool(|| Options::new().huge_pages(false));
    let expected = SharedPool::with_options(Options::new().huge_pages(false));
    assert_eq!(options_of(&pool), options_of(&expected));
    free(&pool, block(&pool, 1), 1);
    assert_eq!(options_of(&pool), options_of(&expected));
}

#[test]
fn threads_agree_on_the_options() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn different_each_time() -> Options {
        UNCHECKED.retain(Retain::Bounded(CALLS.fetch_add(1, SeqCst)))
    }
    const THREADS: usize = 8;
    for _ in 0..100 {
        let pool = pool(different_each_time);
        let barrier = Barrier::new(THREADS);
        let work = || {
            barrier.wait();
            free(&pool, block(&pool, 100), 100);
            options_of(&pool)
        };
        let seen: Vec<String> = thread::scope(|threads| {
            let threads: Vec<_> = (0..THREADS).map(|_| threads.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(seen.iter().all(|options| *options == options_of(&pool)), "{seen:?}");
    }
}

/// A method of an allocator must not unwind.
#[cfg(unix)]
#[test]
fn a_panic_while_choosing_options_aborts() {
    crate::misuse::aborts(
        "options::a_panic_while_choosing_options_aborts",
        &["no options", "chooses the options unwound"],
        || {
            let pool = pool(|| panic!("no options"));
            _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block(&pool, 100)));
        },
    );
}
