//! `Arc`, for all threads.

#[allow(clippy::duplicate_mod, reason = "the same tests for another type")]
#[path = "counted/mod.rs"]
mod counted;

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, MutexGuard};
use std::thread;

use janus_alloc::api::Allocator;
pub(crate) use janus_alloc::collections::{Arc as Rc, arc::Weak};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Pool, SharedPool, System};
pub(crate) use janus_alloc::{unsize_arc as unsize, unsize_arc_weak as unsize_weak};
use static_assertions::{assert_impl_all, assert_not_impl_any};
pub(crate) use std::sync::{Arc as StdRc, Weak as StdWeak};

use crate::ledger::Ledger;
use Rc as Arc;

pub(crate) type AnyValue = dyn Any + Send + Sync;

// Auto traits are std's.
assert_impl_all!(Arc<u8>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Weak<u8>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(StdWeak<u8>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Arc<Cell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(StdRc<Cell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Weak<Cell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
// What is `Sync` but not `Send` must not be dropped elsewhere.
assert_not_impl_any!(Arc<MutexGuard<'static, u8>>: Send, Sync);
assert_not_impl_any!(Weak<MutexGuard<'static, u8>>: Send, Sync);
assert_impl_all!(Arc<dyn Any + Send + Sync>: Send, Sync);
assert_not_impl_any!(Arc<dyn Any + Send>: Send, Sync);
// Nor must the memory be freed where its allocator cannot be used.
assert_not_impl_any!(Arc<u8, &'static Pool>: Send, Sync);
assert_not_impl_any!(Weak<u8, &'static Pool>: Send, Sync);
assert_impl_all!(Arc<u8, Pool>: Send);
assert_not_impl_any!(Arc<u8, Pool>: Sync);
assert_impl_all!(Arc<u8, &'static SharedPool>: Send, Sync);
assert_impl_all!(Arc<SharedPool>: Allocator, Send, Sync);
assert_not_impl_any!(Arc<Pool>: Send, Sync);

#[test]
fn an_error_is_one() {
    let error: Arc<dyn Error> = unsize!(Arc::new(std::fmt::Error));
    let shared: Box<dyn Error> = Arc::clone(&error).into();
    assert_eq!(shared.to_string(), error.to_string());
    assert!(error.source().is_none());
}

/// Threads clone, upgrade and drop the same pointers; each value is dropped once, with the last of them.
#[test]
fn many_threads() {
    struct Counted<'a>(&'a AtomicUsize);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    let (ledger, dropped) = (Ledger::new(), AtomicUsize::new(0));
    const ROUNDS: usize = 200;
    const THREADS: usize = 4;
    for _ in 0..ROUNDS {
        let arc = Arc::new_in(Counted(&dropped), &ledger);
        let weak = Arc::downgrade(&arc);
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for n in 0..THREADS {
                let (mut arc, weak, start) = (arc.clone(), weak.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    for _ in 0..20 {
                        let other = arc.clone();
                        let again = Arc::downgrade(&other);
                        arc = again.upgrade().expect("there are strong ones");
                        assert!(Arc::get_mut(&mut arc).is_none());
                    }
                    if n % 2 == 0 { drop(weak.upgrade()) } else { drop(weak) }
                });
            }
            drop((arc, weak));
        });
    }
    assert_eq!((dropped.into_inner(), ledger.live()), (ROUNDS, 0));
}

/// Of those who ask for the value with all the pointers, one gets it.
#[test]
fn into_inner_gives_the_value_to_one() {
    for _ in 0..200 {
        let arc = Arc::new_in(String::from("Janus"), System);
        let start = Barrier::new(3);
        let got = Mutex::new(0);
        thread::scope(|scope| {
            for arc in [arc.clone(), arc.clone(), arc] {
                let (start, got) = (&start, &got);
                scope.spawn(move || {
                    start.wait();
                    if Arc::into_inner(arc).is_some() {
                        *got.lock().unwrap() += 1;
                    }
                });
            }
        });
        assert_eq!(got.into_inner().unwrap(), 1);
    }
}

/// A document whose parts are in several threads owns its pool.
#[test]
fn one_pool_for_several_threads() {
    let pool = Arc::new(SharedPool::new());
    let parts: [_; 3] = std::array::from_fn(|n| {
        let pool = pool.clone();
        thread::spawn(move || {
            let mut part = Vec::new_in(pool);
            part.extend((0..1000).map(|i| i * n));
            part
        })
    });
    drop(pool);
    let parts = parts.map(|thread| thread.join().unwrap());
    assert_eq!(parts.iter().map(|part| part[999]).sum::<usize>(), 999 * 3);
}
