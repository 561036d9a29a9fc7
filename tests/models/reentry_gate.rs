//! Chunks that are to go back are noted, and given back by whoever enters: none is forgotten.
//!
//! Tried, and seen to fail here: not to look once more after leaving; to look with `Relaxed`.

use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::{AtomicUsize, Ordering::SeqCst};
use crate::threads::reentry_gate::{MAX_THREADS_INSIDE, ReentryGate};

struct Work {
    gate: ReentryGate,
    left: AtomicUsize,
}

impl Work {
    /// With a place for one, as if threads that do nothing else had the others.
    fn new() -> Arc<Self> {
        let mut places = 0;
        let threads = [(); MAX_THREADS_INSIDE].map(|()| {
            places += 1;
            AtomicUsize::new(if places == MAX_THREADS_INSIDE { 0 } else { usize::MAX })
        });
        Arc::new(Self { gate: ReentryGate { threads }, left: AtomicUsize::new(0) })
    }

    /// As a pool does it with chunks.
    fn add(&self) {
        self.left.fetch_add(1, SeqCst);
        while self.left.load(SeqCst) > 0 {
            let Some(_entered) = self.gate.enter() else { return };
            assert!(self.gate.enter().is_none(), "not twice by one thread");
            let _ = self.left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        }
    }
}

#[test]
fn two_threads_leave_nothing() {
    check(|| {
        let work = Work::new();
        let other = Arc::clone(&work);
        let thread = thread::spawn(move || other.add());
        work.add();
        thread.join().unwrap();
        assert_eq!(work.left.load(SeqCst), 0);
    });
}
