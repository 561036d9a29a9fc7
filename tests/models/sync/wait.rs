//! As the crate's `sync/wait.rs`, with loom's threads: what the system promises of a futex, for one address at a time.

use loom::sync::{Condvar, Mutex};

use super::{AtomicU32, Ordering};

/// Once is enough to go that way.
pub(super) const LOOKS: u32 = 1;

loom::lazy_static! {
    // The system looks at the value and puts the thread among those that wait while nobody is woken.
    static ref SYSTEM: Mutex<()> = Mutex::new(());
    static ref WAITING: Condvar = Condvar::new();
}

pub(super) fn pause() {
    loom::thread::yield_now();
}

pub(crate) fn wait(state: &AtomicU32, while_it_is: u32) {
    let system = SYSTEM.lock().unwrap();
    // What may be seen here is at least what whoever woke the last one had seen.
    if state.load(Ordering::Relaxed) == while_it_is {
        drop(WAITING.wait(system).unwrap());
    }
}

pub(super) fn wake_one(_: &AtomicU32) {
    let _system = SYSTEM.lock().unwrap();
    WAITING.notify_one();
}
