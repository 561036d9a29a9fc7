//! A thread notes its work, and a thread that enters does it: none is forgotten.
//!
//! Each of these changes makes a test fail: not to look for work again after leaving, and to look with `Relaxed`.

use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::{AtomicUsize, Ordering::SeqCst};
use crate::threads::reentry_gate::{MAX_THREADS_INSIDE, ReentryGate};

struct Work {
    gate: ReentryGate,
    /// The number of pieces of work not yet done.
    remaining: AtomicUsize,
}

impl Work {
    /// Returns a `Work` with one free place, as if other threads held the rest.
    fn new() -> Arc<Self> {
        let mut places = 0;
        let threads = [(); MAX_THREADS_INSIDE].map(|()| {
            places += 1;
            AtomicUsize::new(if places == MAX_THREADS_INSIDE { 0 } else { usize::MAX })
        });
        Arc::new(Self { gate: ReentryGate { threads }, remaining: AtomicUsize::new(0) })
    }

    /// Notes one piece of work and does what remains, as a pool does with chunks.
    fn add(&self) {
        self.remaining.fetch_add(1, SeqCst);
        while self.remaining.load(SeqCst) > 0 {
            let Some(_entered) = self.gate.enter() else { return };
            assert!(self.gate.enter().is_none(), "a thread entered twice");
            let _ = self.remaining.fetch_update(SeqCst, SeqCst, |remaining| remaining.checked_sub(1));
        }
    }
}

#[test]
fn two_threads_leave_no_work() {
    check(|| {
        let work = Work::new();
        let other = Arc::clone(&work);
        let thread = thread::spawn(move || other.add());
        work.add();
        thread.join().unwrap();
        assert_eq!(work.remaining.load(SeqCst), 0);
    });
}
