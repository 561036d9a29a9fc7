//! What is found behind a published pointer is whole: a pool's heap, which several threads may make at once; the list of its
//! caches; and the leaves of its set of chunks.
//!
//! These hold their memory as zero bytes, which loom's atomics are not. So it is the ways to publish that are compiled here, and
//! what is behind the pointers is loom's. Tried, and seen to fail here: `Relaxed` for the `Acquire` of `get`, for the
//! `Release` and for the `Acquire` of `set_once`, and for the `Release` of `push_front`.

use std::ptr::{NonNull, null_mut};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::once_ptr::{get, push_front, set_once};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::lock::Lock;

/// Something of which one sees whether it was written before it was found.
struct Made {
    by: UnsafeCell<usize>,
    next: UnsafeCell<*mut Made>,
}

impl Made {
    fn new(by: usize) -> NonNull<Self> {
        let made = Self { by: UnsafeCell::new(0), next: UnsafeCell::new(null_mut()) };
        let made = Box::leak(Box::new(made));
        // SAFETY: of this pointer alone; that nobody else has one, loom checks.
        made.by.with_mut(|place| unsafe { *place = by });
        NonNull::from(made)
    }

    fn by(&self) -> usize {
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        self.by.with(|by| unsafe { *by })
    }

    fn next(&self) -> *mut Made {
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        self.next.with(|next| unsafe { *next })
    }
}

/// A place, and how many were made and not thrown away.
struct Place {
    place: AtomicPtr<Made>,
    made: AtomicUsize,
}

// SAFETY: what is behind the pointer is read once it is published, which is what loom checks.
unsafe impl Sync for Place {}
// SAFETY: as above.
unsafe impl Send for Place {}

impl Place {
    fn new() -> Arc<Self> {
        Arc::new(Self { place: AtomicPtr::new(null_mut()), made: AtomicUsize::new(0) })
    }

    /// As the heap of a pool is got.
    fn get(&self, by: usize) -> usize {
        if let Some(found) = get(&self.place) {
            // SAFETY: it stays until the place is dropped.
            return unsafe { found.as_ref() }.by();
        }
        let made = Made::new(by);
        match set_once(&self.place, made) {
            None => {
                self.made.fetch_add(1, Ordering::Relaxed);
                by
            }
            Some(other) => {
                // SAFETY: it came from a box, and nobody knows it.
                drop(unsafe { Box::from_raw(made.as_ptr()) });
                // SAFETY: it stays until the place is dropped.
                unsafe { other.as_ref() }.by()
            }
        }
    }

    /// As a cache comes to the others.
    fn push(&self, by: usize) {
        let made = Made::new(by);
        let link = |previous| {
            // SAFETY: nobody knows it yet.
            let next = &unsafe { made.as_ref() }.next;
            // SAFETY: of this pointer alone; that nobody else has one, loom checks.
            next.with_mut(|place| unsafe { *place = previous });
        };
        push_front(&self.place, made, link);
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// All that are there, the newest first.
    fn all(&self) -> Vec<usize> {
        let mut next = get(&self.place);
        std::iter::from_fn(|| {
            // SAFETY: it stays until the place is dropped.
            let made = unsafe { next?.as_ref() };
            next = NonNull::new(made.next());
            Some(made.by())
        })
        .collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut next = self.place.load(Ordering::Relaxed);
        let mut count = 0;
        while !next.is_null() {
            // SAFETY: it came from a box, and nobody uses it any more.
            let made = unsafe { Box::from_raw(next) };
            next = made.next();
            count += 1;
        }
        assert_eq!(count, self.made.load(Ordering::Relaxed), "none is lost");
    }
}

fn spawn<T: 'static>(place: &Arc<Place>, work: impl FnOnce(&Place) -> T + 'static) -> thread::JoinHandle<T> {
    let place = Arc::clone(place);
    thread::spawn(move || work(&place))
}

#[test]
fn one_of_those_that_are_made_at_once_is_everybodys() {
    check(|| {
        let place = Place::new();
        let threads = [1, 2].map(|by| spawn(&place, move |place| (place.get(by), place.get(by))));
        let own = place.get(3);
        for thread in threads {
            assert_eq!(thread.join().unwrap(), (own, own));
        }
        assert_eq!(place.made.load(Ordering::Relaxed), 1);
    });
}

/// At once, and after others had their turn: of itself loom does not try a first look after what others do in two steps.
#[track_caller]
fn ask_twice(place: &Place, expected: impl Fn(&[usize]) -> bool) {
    for _ in 0..2 {
        let found = place.all();
        assert!(expected(&found), "{found:?}");
        thread::yield_now();
    }
}

/// As `stats` and `owns` do: who asks makes none.
#[test]
fn found_whole_or_not_at_all() {
    check(|| {
        let place = Place::new();
        let thread = spawn(&place, |place| place.get(1));
        ask_twice(&place, |found| matches!(found, [] | [1]));
        thread.join().unwrap();
        assert_eq!(place.all(), [1]);
    });
}

#[test]
fn all_that_were_pushed_are_found_whole() {
    check(|| {
        let place = Place::new();
        let threads = [1, 2].map(|by| spawn(&place, move |place| place.push(by)));
        // Also those behind the first, which another thread put there.
        ask_twice(&place, |found| matches!(found, [] | [1] | [2] | [1, 2] | [2, 1]));
        for thread in threads {
            thread.join().unwrap();
        }
        place.push(3);
        assert!(matches!(place.all()[..], [3, 1, 2] | [3, 2, 1]));
    });
}

/// The set of chunks, cut down to one leaf of one word; its leaves and bits are changed under a lock, and read without.
struct Set {
    lock: Lock,
    leaf: AtomicPtr<Leaf>,
}

struct Leaf {
    made: UnsafeCell<bool>,
    bits: AtomicUsize,
}

// SAFETY: what is behind the pointer is read once it is published, which is what loom checks.
unsafe impl Sync for Set {}
// SAFETY: as above.
unsafe impl Send for Set {}

impl Set {
    fn add(&self, bit: usize) {
        let _held = self.lock.lock();
        let leaf = get(&self.leaf).unwrap_or_else(|| {
            let leaf = Box::leak(Box::new(Leaf { made: UnsafeCell::new(false), bits: AtomicUsize::new(0) }));
            // SAFETY: of this pointer alone; that nobody else has one, loom checks.
            leaf.made.with_mut(|made| unsafe { *made = true });
            let leaf = NonNull::from(leaf);
            assert_eq!(set_once(&self.leaf, leaf), None, "under the lock");
            leaf
        });
        // SAFETY: leaves stay until the set is dropped.
        let bits = &unsafe { leaf.as_ref() }.bits;
        bits.store(bits.load(Ordering::Relaxed) | bit, Ordering::Relaxed);
    }

    fn has(&self, bit: usize) -> bool {
        get(&self.leaf).is_some_and(|leaf| {
            // SAFETY: leaves stay until the set is dropped.
            let leaf = unsafe { leaf.as_ref() };
            // SAFETY: of this pointer alone; that nobody writes, loom checks.
            assert!(leaf.made.with(|made| unsafe { *made }));
            leaf.bits.load(Ordering::Relaxed) & bit != 0
        })
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        let leaf = self.leaf.load(Ordering::Relaxed);
        // SAFETY: it came from a box, and nobody uses it any more.
        drop(unsafe { Box::from_raw(leaf) });
    }
}

/// Whoever has a block of a chunk finds that the chunk is there, however the block came to them; and who asks for others'
/// chunks gets an answer.
#[test]
fn the_chunk_of_a_block_is_in_the_set() {
    check(|| {
        let set = Arc::new(Set { lock: Lock::new(), leaf: AtomicPtr::new(null_mut()) });
        // Where blocks lie for whoever wants one.
        let block = Arc::new(AtomicUsize::new(0));
        let thread = {
            let (set, block) = (Arc::clone(&set), Arc::clone(&block));
            thread::spawn(move || {
                set.add(1);
                block.store(1, Ordering::Release);
            })
        };
        let other = {
            let set = Arc::clone(&set);
            thread::spawn(move || {
                set.has(1);
                set.add(2);
                assert!(set.has(2));
            })
        };
        for _ in 0..2 {
            if block.load(Ordering::Acquire) != 0 {
                assert!(set.has(1));
            }
            thread::yield_now();
        }
        thread.join().unwrap();
        other.join().unwrap();
        assert!(set.has(1) && set.has(2) && !set.has(4));
    });
}
