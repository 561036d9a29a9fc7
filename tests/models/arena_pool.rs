//! An idle arena has one owner at a time, which sees the writes of the last one, and none is lost.
//!
//! Each of these changes makes a test fail: `Relaxed` for an acquire or a release of `IndexSet`, or for those of `places`.

use std::marker::PhantomData;
use std::ptr::null_mut;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::arenas::idle::IdleArenas;
use crate::check;
use crate::sync::AtomicPtr;

/// An arena, reduced to the number of its uses.
struct Arena {
    uses: UnsafeCell<usize>,
}

impl Arena {
    fn new() -> Self {
        Self { uses: UnsafeCell::new(0) }
    }

    /// Uses the arena, and returns the number of uses so far.
    fn use_it(&self) -> usize {
        self.uses.with_mut(|uses| {
            // SAFETY: loom checks that no other thread uses the value meanwhile.
            unsafe { *uses += 1 };
            // SAFETY: as above.
            unsafe { *uses }
        })
    }
}

fn idle(max: usize) -> Arc<IdleArenas<Arena>> {
    Arc::new(IdleArenas { places: AtomicPtr::new(null_mut()), max, values: PhantomData })
}

/// Uses an idle arena or a new one, and puts it back. Returns whether it was new, and whether it was dropped.
fn serve(idle: &IdleArenas<Arena>) -> (bool, bool) {
    let (arena, is_new) = match idle.take() {
        Some(arena) => (arena, false),
        None => (Arena::new(), true),
    };
    assert_eq!(arena.use_it() == 1, is_new);
    (is_new, idle.put(arena).is_err())
}

fn serve_in_two_threads(start: usize, max: usize) {
    check(move || {
        let idle = idle(max);
        for _ in 0..start {
            let arena = Arena::new();
            arena.use_it();
            assert!(idle.put(arena).is_ok());
        }
        let other = Arc::clone(&idle);
        let thread = thread::spawn(move || serve(&other));
        let own = serve(&idle);
        let other = thread.join().unwrap();
        let made = [own.0, other.0].map(usize::from).iter().sum::<usize>();
        let dropped = [own.1, other.1].map(usize::from).iter().sum::<usize>();
        assert_eq!(idle.count(), start + made - dropped);
        assert!(idle.count() <= max);
        let mut uses = 0;
        for _ in 0..idle.count() {
            uses += idle.take().unwrap().use_it() - 1;
        }
        assert!(idle.take().is_none());
        assert!(uses + dropped >= 2);
    });
}

#[test]
fn two_threads_make_the_places() {
    serve_in_two_threads(0, 2);
}

#[test]
fn two_threads_want_the_last_place() {
    serve_in_two_threads(0, 1);
}

#[test]
fn two_threads_want_the_only_arena() {
    serve_in_two_threads(1, 2);
}

#[test]
fn two_threads_have_an_arena_each() {
    serve_in_two_threads(2, 2);
}
