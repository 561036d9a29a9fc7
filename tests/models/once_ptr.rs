//! A value found by a published pointer is completely written: a pool's heap, which several threads may create at the same time; the
//! list of its caches; and the leaves of its set of chunks.
//!
//! In the crate, their memory starts as zero bytes, which are no valid loom atomics. So the models compile the crate's functions that
//! publish, with values of their own. Each of these changes makes a test fail: `Relaxed` for the `Acquire` of `get`, for the `Release`
//! or the `Acquire` of `set_once`, or for the `Release` of `push_front`.

use std::ptr::{NonNull, null_mut};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::check;
use crate::sync::once_ptr::{get, push_front, set_once};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use crate::threads::lock::Lock;

/// A published value. Loom reports an access that does not see its writes.
struct Item {
    /// The number of the thread that created the item.
    creator: UnsafeCell<usize>,
    next: UnsafeCell<*mut Item>,
}

impl Item {
    fn new(creator: usize) -> NonNull<Self> {
        let item = Self { creator: UnsafeCell::new(0), next: UnsafeCell::new(null_mut()) };
        let item = Box::leak(Box::new(item));
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        item.creator.with_mut(|place| unsafe { *place = creator });
        NonNull::from(item)
    }

    fn creator(&self) -> usize {
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        self.creator.with(|creator| unsafe { *creator })
    }

    fn next(&self) -> *mut Item {
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        self.next.with(|next| unsafe { *next })
    }
}

/// The place of the first item, and the number of items published.
struct Place {
    first: AtomicPtr<Item>,
    published: AtomicUsize,
}

// SAFETY: an item is not written after its pointer is published; loom checks that readers see its writes.
unsafe impl Sync for Place {}
// SAFETY: an item is not written after its pointer is published; loom checks that readers see its writes.
unsafe impl Send for Place {}

impl Place {
    fn new() -> Arc<Self> {
        Arc::new(Self { first: AtomicPtr::new(null_mut()), published: AtomicUsize::new(0) })
    }

    /// Returns the creator of the item at the place, and creates the item if there is none, as a pool does with its heap.
    fn get(&self, creator: usize) -> usize {
        if let Some(found) = get(&self.first) {
            // SAFETY: published items are freed in the drop of the place alone.
            return unsafe { found.as_ref() }.creator();
        }
        let item = Item::new(creator);
        match set_once(&self.first, item) {
            None => {
                self.published.fetch_add(1, Ordering::Relaxed);
                creator
            }
            Some(other) => {
                // SAFETY: the item came from a box, and was not published.
                drop(unsafe { Box::from_raw(item.as_ptr()) });
                // SAFETY: published items are freed in the drop of the place alone.
                unsafe { other.as_ref() }.creator()
            }
        }
    }

    /// Pushes a new item, as a pool does with a cache.
    fn push(&self, creator: usize) {
        let item = Item::new(creator);
        let link = |previous| {
            // SAFETY: the item is not published yet, so it is not freed.
            let next = &unsafe { item.as_ref() }.next;
            // SAFETY: loom checks that no other thread uses the value meanwhile.
            next.with_mut(|place| unsafe { *place = previous });
        };
        push_front(&self.first, item, link);
        self.published.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the creators of all items, the newest first.
    fn all(&self) -> Vec<usize> {
        let mut next = get(&self.first);
        std::iter::from_fn(|| {
            // SAFETY: published items are freed in the drop of the place alone.
            let item = unsafe { next?.as_ref() };
            next = NonNull::new(item.next());
            Some(item.creator())
        })
        .collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut next = self.first.load(Ordering::Relaxed);
        let mut count = 0;
        while !next.is_null() {
            // SAFETY: the item came from a box, and is not used after the place's drop.
            let item = unsafe { Box::from_raw(next) };
            next = item.next();
            count += 1;
        }
        assert_eq!(count, self.published.load(Ordering::Relaxed), "an item was lost");
    }
}

fn spawn<T: 'static>(place: &Arc<Place>, work: impl FnOnce(&Place) -> T + 'static) -> thread::JoinHandle<T> {
    let place = Arc::clone(place);
    thread::spawn(move || work(&place))
}

#[test]
fn all_threads_get_the_one_item_that_was_published() {
    check(|| {
        let place = Place::new();
        let threads = [1, 2].map(|creator| spawn(&place, move |place| (place.get(creator), place.get(creator))));
        let own = place.get(3);
        for thread in threads {
            assert_eq!(thread.join().unwrap(), (own, own));
        }
        assert_eq!(place.published.load(Ordering::Relaxed), 1);
    });
}

/// Checks the items at once and after a yield. Without the yield, loom would not run two steps of another thread before the first look.
#[track_caller]
fn check_twice(place: &Place, expected: impl Fn(&[usize]) -> bool) {
    for _ in 0..2 {
        let found = place.all();
        assert!(expected(&found), "{found:?}");
        thread::yield_now();
    }
}

/// As in `stats` and `owns`, the reader creates no item.
#[test]
fn a_reader_finds_a_whole_item_or_none() {
    check(|| {
        let place = Place::new();
        let thread = spawn(&place, |place| place.get(1));
        check_twice(&place, |found| matches!(found, [] | [1]));
        thread.join().unwrap();
        assert_eq!(place.all(), [1]);
    });
}

#[test]
fn a_reader_finds_all_pushed_items_whole() {
    check(|| {
        let place = Place::new();
        let threads = [1, 2].map(|creator| spawn(&place, move |place| place.push(creator)));
        // The items after the first come from another thread than the first.
        check_twice(&place, |found| matches!(found, [] | [1] | [2] | [1, 2] | [2, 1]));
        for thread in threads {
            thread.join().unwrap();
        }
        place.push(3);
        assert!(matches!(place.all()[..], [3, 1, 2] | [3, 2, 1]));
    });
}

/// The set of chunks, reduced to one leaf of one word. Leaves and bits are changed under a lock, and read without it.
struct Set {
    lock: Lock,
    leaf: AtomicPtr<Leaf>,
}

struct Leaf {
    initialized: UnsafeCell<bool>,
    bits: AtomicUsize,
}

// SAFETY: the cell of a leaf is not written after its pointer is published; loom checks that readers see the write.
unsafe impl Sync for Set {}
// SAFETY: the cell of a leaf is not written after its pointer is published; loom checks that readers see the write.
unsafe impl Send for Set {}

impl Set {
    fn add(&self, bit: usize) {
        let _held = self.lock.lock();
        let leaf = get(&self.leaf).unwrap_or_else(|| {
            let leaf = Box::leak(Box::new(Leaf { initialized: UnsafeCell::new(false), bits: AtomicUsize::new(0) }));
            // SAFETY: loom checks that no other thread uses the value meanwhile.
            leaf.initialized.with_mut(|initialized| unsafe { *initialized = true });
            let leaf = NonNull::from(leaf);
            assert_eq!(set_once(&self.leaf, leaf), None, "a leaf was put without the lock");
            leaf
        });
        // SAFETY: the set frees its leaf in its drop alone.
        let bits = &unsafe { leaf.as_ref() }.bits;
        bits.store(bits.load(Ordering::Relaxed) | bit, Ordering::Relaxed);
    }

    fn has(&self, bit: usize) -> bool {
        get(&self.leaf).is_some_and(|leaf| {
            // SAFETY: the set frees its leaf in its drop alone.
            let leaf = unsafe { leaf.as_ref() };
            // SAFETY: loom checks that no other thread writes the value meanwhile.
            assert!(leaf.initialized.with(|initialized| unsafe { *initialized }));
            leaf.bits.load(Ordering::Relaxed) & bit != 0
        })
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        let leaf = self.leaf.load(Ordering::Relaxed);
        // SAFETY: the leaf came from a box, and is not used after the set's drop.
        drop(unsafe { Box::from_raw(leaf) });
    }
}

/// A thread that has a block of a chunk finds the chunk in the set, however it got the block. A look-up of another chunk may find
/// either.
#[test]
fn the_chunk_of_a_block_is_in_the_set() {
    check(|| {
        let set = Arc::new(Set { lock: Lock::new(), leaf: AtomicPtr::new(null_mut()) });
        // A block that passes from one thread to another.
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
