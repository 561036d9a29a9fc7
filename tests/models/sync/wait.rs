//! The crate's `sync/wait.rs` by loom's `Condvar`, with the guarantees of a futex, for one address at a time.

use loom::sync::{Condvar, Mutex};

use super::{AtomicUsize, Ordering};

/// One look takes the path of spinning.
pub(super) const SPINS: u32 = 1;

loom::lazy_static! {
    // As a futex does, `wait` compares the value and starts to wait in one step with regard to `wake_one`.
    static ref SYSTEM: Mutex<()> = Mutex::new(());
    static ref WAITING: Condvar = Condvar::new();
}

pub(super) fn pause() {
    loom::thread::yield_now();
}

pub(super) fn wait(state: &AtomicUsize, expected: usize, _: u32) {
    let system = SYSTEM.lock().unwrap();
    // The mutex orders this load after the last `wake_one`.
    if state.load(Ordering::Relaxed) == expected {
        drop(WAITING.wait(system).unwrap());
    }
}

/// Waits without a limit: a model has no time.
pub(super) fn wait_briefly(state: &AtomicUsize, expected: usize) {
    wait(state, expected, 0);
}

pub(super) fn wake_one(_: &AtomicUsize) {
    let _system = SYSTEM.lock().unwrap();
    WAITING.notify_one();
}
