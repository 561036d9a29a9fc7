//! What is read of a claimed place is of one holder, however often it changes hands.
//!
//! Tried, and seen to fail here: without the fence of `try_claim`; without that of `read`; `Relaxed` in `change`; a `try_claim` that does not
//! count.

use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::claim::Claim;
use crate::sync::{AtomicUsize, Ordering::Relaxed};

/// A place for two numbers that every holder stores anew.
struct Place {
    claim: Claim,
    first: AtomicUsize,
    second: AtomicUsize,
    /// Stored by holders before, and loaded by readers. Loom tries other orders only of a store and the latest access before it. A claim
    /// loads its state before it changes it, so without this no store would come after a reader's load.
    begun: AtomicUsize,
}

impl Place {
    fn new() -> Arc<Self> {
        let zero = || AtomicUsize::new(0);
        Arc::new(Self { claim: Claim { state: zero() }, first: zero(), second: zero(), begun: zero() })
    }

    /// Holds the place for a while, if nobody does.
    fn hold(&self, number: usize) -> bool {
        self.begun.store(number, Relaxed);
        let is_held = self.claim.try_claim();
        if is_held {
            self.first.store(number, Relaxed);
            self.second.store(number, Relaxed);
            self.claim.publish();
            assert_eq!((self.first.load(Relaxed), self.second.load(Relaxed)), (number, number), "two hold it");
            self.claim.release();
        }
        is_held
    }

    fn read(&self) -> Option<(usize, usize)> {
        self.begun.load(Relaxed);
        self.claim.read(|| (self.first.load(Relaxed), self.second.load(Relaxed)))
    }
}

#[test]
fn a_reader_finds_one_holder() {
    check(|| {
        let place = Place::new();
        let other = Arc::clone(&place);
        let holder = thread::spawn(move || {
            assert!(other.hold(1));
            assert!(other.hold(2));
        });
        if let Some((first, second)) = place.read() {
            assert!(first == second && first != 0, "{first} and {second}");
        }
        holder.join().unwrap();
        assert_eq!(place.read(), None);
    });
}

#[test]
fn two_holders_and_a_reader() {
    check(|| {
        let place = Place::new();
        let holders = [1, 2].map(|number| {
            let place = Arc::clone(&place);
            thread::spawn(move || place.hold(number))
        });
        if let Some((first, second)) = place.read() {
            assert!(first == second && first != 0, "{first} and {second}");
        }
        let held = holders.map(|holder| holder.join().unwrap());
        assert!(held[0] || held[1]);
    });
}
