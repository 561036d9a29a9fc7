//! As the crate's `sync/wait.rs`, with loom's threads: what the system promises of a futex, for one address at a time.

use loom::sync::{Condvar, Mutex};

use super::{AtomicUsize, Ordering};

/// Once is enough to go that way.
pub(super) const SPINS: u32 = 1;

loom::lazy_static! {
    // The system looks at the value and puts the thread among those that wait while nobody is woken.
    static ref SYSTEM: Mutex<()> = Mutex::new(());
    static ref WAITING: Condvar = Condvar::new();
}

pub(super) fn pause() {
    loom::thread::yield_now();
}

pub(super) fn wait(state: &AtomicUsize, expected: usize, _: u32) {
    let system = SYSTEM.lock().unwrap();
    // What may be seen here is at least what whoever woke the last one had seen.
    if state.load(Ordering::Relaxed) == expected {
        drop(WAITING.wait(system).unwrap());
    }
}

/// There is no time in a model: who waits a while is woken as well.
pub(super) fn wait_briefly(state: &AtomicUsize, expected: usize) {
    wait(state, expected, 0);
}

pub(super) fn wake_one(_: &AtomicUsize) {
    let _system = SYSTEM.lock().unwrap();
    WAITING.notify_one();
}
