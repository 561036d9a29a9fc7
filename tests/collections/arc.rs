//! `Arc`: the tests of `counted`, its auto traits, and threads.

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

// The auto traits are the same as std's.
assert_impl_all!(Arc<u8>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Weak<u8>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(StdWeak<u8>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Arc<Cell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(StdRc<Cell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Weak<Cell<u8>>: Send, Sync, UnwindSafe, RefUnwindSafe);
// A value that is `Sync` but not `Send` must not be dropped by another thread.
assert_not_impl_any!(Arc<MutexGuard<'static, u8>>: Send, Sync);
assert_not_impl_any!(Weak<MutexGuard<'static, u8>>: Send, Sync);
assert_impl_all!(Arc<dyn Any + Send + Sync>: Send, Sync);
assert_not_impl_any!(Arc<dyn Any + Send>: Send, Sync);
// Another thread must not free memory whose allocator it cannot use.
assert_not_impl_any!(Arc<u8, &'static Pool>: Send, Sync);
assert_not_impl_any!(Weak<u8, &'static Pool>: Send, Sync);
assert_impl_all!(Arc<u8, Pool>: Send);
assert_not_impl_any!(Arc<u8, Pool>: Sync);
assert_impl_all!(Arc<u8, &'static SharedPool>: Send, Sync);
assert_impl_all!(Arc<SharedPool>: Allocator, Send, Sync);
assert_not_impl_any!(Arc<Pool>: Send, Sync);

#[test]
fn an_arc_of_an_error_is_an_error() {
    let error: Arc<dyn Error> = unsize!(Arc::new(std::fmt::Error));
    let shared: Box<dyn Error> = Arc::clone(&error).into();
    assert_eq!(shared.to_string(), error.to_string());
    assert!(error.source().is_none());
}

/// Threads clone, upgrade and drop the same pointers. Each value is dropped once, with its last pointer.
#[test]
fn threads_drop_each_value_once() {
    struct CountsDrops<'a>(&'a AtomicUsize);
    impl Drop for CountsDrops<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    let (ledger, dropped) = (Ledger::new(), AtomicUsize::new(0));
    const ROUNDS: usize = 200;
    const THREADS: usize = 4;
    for _ in 0..ROUNDS {
        let arc = Arc::new_in(CountsDrops(&dropped), &ledger);
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
                        arc = again.upgrade().expect("strong pointers exist");
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

/// All strong pointers are passed to `into_inner` at the same time, and one of the calls returns the value.
#[test]
fn into_inner_returns_the_value_to_one_thread() {
    for _ in 0..200 {
        let arc = Arc::new_in(String::from("Janus"), System);
        let start = Barrier::new(3);
        let returned = Mutex::new(0);
        thread::scope(|scope| {
            for arc in [arc.clone(), arc.clone(), arc] {
                let (start, returned) = (&start, &returned);
                scope.spawn(move || {
                    start.wait();
                    if Arc::into_inner(arc).is_some() {
                        *returned.lock().unwrap() += 1;
                    }
                });
            }
        });
        assert_eq!(returned.into_inner().unwrap(), 1);
    }
}

/// The vectors of several threads share the ownership of one pool.
#[test]
fn vectors_of_several_threads_own_a_pool_together() {
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
