//! The counts of an `Arc`: its value is dropped once, after everything that was done with it, and its memory is freed once, after that.
//!
//! The counts are the crate's. What has them here does with them what the crate's pointers do, to a value and a memory whose use loom
//! watches. Tried, and seen to fail here: `Relaxed` for the `Release` and for the `Acquire` of `release_strong` and of `release_weak`, for
//! the `Acquire` of `take_last`, the `Release` of `put_back` and the `Acquire` of `upgrade`, for either `Acquire` of `is_unique`, and for
//! that of `weak`; an `is_unique` that does not lock, and one that does not unlock; a `weak` that looks the other way round.
//!
//! Not seen, because to loom a load is never late: `Relaxed` for the store that unlocks in `is_unique`, and for the `Acquire` of `downgrade`.
//! Between these, the strong count would be looked at after a weak reference was made.

use std::ptr::NonNull;

use loom::cell::UnsafeCell;
use loom::thread;

use crate::check;
use crate::collections::arc::Counts;
use crate::collections::counted::{Counts as _, Others};

/// The memory with the value in it. `Box` frees it, loom sees who does so twice or never.
struct Block {
    counts: Counts,
    /// 0 when it was dropped.
    value: UnsafeCell<usize>,
    /// Written when the memory is freed, read by who looks at the counts.
    memory: UnsafeCell<()>,
}

impl Block {
    /// With its memory, for who counts: that is still there.
    fn counts(&self) -> &Counts {
        &self.counts
    }
}

struct Strong(NonNull<Block>);
struct Weak(NonNull<Block>);

// SAFETY: that is what is modelled.
unsafe impl Send for Strong {}
// SAFETY: as above.
unsafe impl Send for Weak {}

/// Releases a weak reference.
fn release_weak(block: NonNull<Block>) {
    // SAFETY: there is a reference; loom's atomics notice when there is none.
    if unsafe { block.as_ref() }.counts().release_weak() {
        // SAFETY: nobody has a reference; loom notices who uses the memory at the same time.
        let block = unsafe { Box::from_raw(block.as_ptr()) };
        block.memory.with_mut(|_| ());
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        assert_eq!(block.value.with(|value| unsafe { *value }), 0, "the value is dropped before its memory is freed");
    }
}

impl Strong {
    fn new(value: usize) -> Self {
        let block = Block { counts: Counts::new(), value: UnsafeCell::new(value), memory: UnsafeCell::new(()) };
        Self(NonNull::from(Box::leak(Box::new(block))))
    }

    fn block(&self) -> &Block {
        // SAFETY: there is a reference.
        unsafe { self.0.as_ref() }
    }

    fn clone(&self) -> Self {
        // SAFETY: this one.
        unsafe { self.block().counts().clone_strong() };
        Self(self.0)
    }

    fn downgrade(&self) -> Weak {
        // SAFETY: this one.
        unsafe { self.block().counts().downgrade() };
        Weak(self.0)
    }

    fn get(&self) -> usize {
        self.block().memory.with(|_| ());
        // SAFETY: of this pointer alone; that nobody writes, loom checks.
        self.block().value.with(|value| unsafe { *value })
    }

    /// Takes the value, without looking at the counts.
    fn take(self) -> usize {
        let block = self.0;
        std::mem::forget(self);
        // SAFETY: there still is the common weak reference.
        let value = &unsafe { block.as_ref() }.value;
        // SAFETY: of this pointer alone; that nobody else uses it, loom checks.
        let value = value.with_mut(|value| std::mem::take(unsafe { &mut *value }));
        release_weak(block);
        value
    }

    fn try_unwrap(self) -> Result<usize, Self> {
        if self.block().counts().take_last() { Ok(self.take()) } else { Err(self) }
    }

    fn into_inner(self) -> Option<usize> {
        if self.block().counts().release_strong() {
            return Some(self.take());
        }
        std::mem::forget(self);
        None
    }

    /// Adds to the value if there is no other reference.
    fn add_alone(&mut self) -> bool {
        let unique = self.block().counts().is_unique();
        if unique {
            self.add();
        }
        unique
    }

    /// Adds as `make_mut` gives access: to the value, to a clone of it, or to the value where it was moved to.
    fn add_to_own(&mut self) {
        match self.block().counts().claim() {
            Others::None => {}
            Others::Strong => {
                let clone = Self::new(self.get());
                drop(std::mem::replace(self, clone));
            }
            Others::Weak => {
                // SAFETY: of this pointer alone; that nobody else uses it, loom checks.
                let value = self.block().value.with_mut(|value| std::mem::take(unsafe { &mut *value }));
                let left = std::mem::replace(self, Self::new(value));
                release_weak(left.0);
                std::mem::forget(left);
            }
        }
        self.add();
    }

    fn add(&mut self) {
        self.block().memory.with(|_| ());
        // SAFETY: of this pointer alone; that nobody else uses it, loom checks.
        self.block().value.with_mut(|value| unsafe { *value += 1 });
    }
}

impl Drop for Strong {
    fn drop(&mut self) {
        if self.block().counts().release_strong() {
            Self(self.0).take();
        }
    }
}

impl Weak {
    fn block(&self) -> &Block {
        // SAFETY: there is a reference.
        unsafe { self.0.as_ref() }
    }

    fn clone(&self) -> Self {
        // SAFETY: this one.
        unsafe { self.block().counts().clone_weak() };
        Self(self.0)
    }

    fn upgrade(&self) -> Option<Strong> {
        self.block().memory.with(|_| ());
        self.block().counts().upgrade().then(|| Strong(self.0))
    }
}

impl Drop for Weak {
    fn drop(&mut self) {
        release_weak(self.0);
    }
}

/// All threads use the value, and any may be the last to do so.
#[test]
fn dropped_by_the_last() {
    check(|| {
        let strong = Strong::new(1);
        let threads = [(); 2].map(|()| {
            let strong = strong.clone();
            thread::spawn(move || assert_eq!(strong.get(), 1))
        });
        assert_eq!(strong.get(), 1);
        drop(strong);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// The memory outlives the value for those who have weak references, and not them.
#[test]
fn upgraded_or_gone() {
    check(|| {
        let strong = Strong::new(1);
        let weak = strong.downgrade();
        let other = {
            let weak = weak.clone();
            thread::spawn(move || {
                if let Some(strong) = weak.upgrade() {
                    assert_eq!(strong.get(), 1);
                }
            })
        };
        let last = thread::spawn(move || drop(strong));
        if let Some(strong) = weak.upgrade() {
            assert_eq!(strong.get(), 1);
        }
        drop(weak);
        other.join().unwrap();
        last.join().unwrap();
    });
}

#[test]
fn unwrapped_by_one_at_most() {
    check(|| {
        let strong = Strong::new(1);
        let other = strong.clone();
        let thread = thread::spawn(move || {
            assert_eq!(other.get(), 1);
            other.try_unwrap().is_ok()
        });
        assert_eq!(strong.get(), 1);
        let unwrapped = strong.try_unwrap().is_ok();
        assert!(!(thread.join().unwrap() && unwrapped));
    });
}

#[test]
fn exactly_one_gets_the_value() {
    check(|| {
        let strong = Strong::new(1);
        let others = [strong.clone(), strong.clone()];
        let threads = others.map(|strong| {
            thread::spawn(move || {
                assert_eq!(strong.get(), 1);
                strong.into_inner().is_some()
            })
        });
        assert_eq!(strong.get(), 1);
        let mut got = usize::from(strong.into_inner().is_some());
        for thread in threads {
            got += usize::from(thread.join().unwrap());
        }
        assert_eq!(got, 1);
    });
}

/// A thread that is told to be alone is: nobody reads what it writes, neither through a strong reference nor through one that a weak one was upgraded to.
#[test]
fn alone_while_others_go() {
    check(|| {
        let mut strong = Strong::new(1);
        let (other, weak) = (strong.clone(), strong.downgrade());
        let one = thread::spawn(move || assert_eq!(other.get(), 1));
        let two = thread::spawn(move || {
            if let Some(strong) = weak.upgrade() {
                assert_eq!(strong.get(), 1);
            }
        });
        for _ in 0..2 {
            if strong.add_alone() {
                break;
            }
            thread::yield_now();
        }
        one.join().unwrap();
        two.join().unwrap();
        assert!(strong.get() == 2 || strong.add_alone());
    });
}

/// One looks whether it is alone, while another makes a weak reference of its own and gives the strong one up: the weak one must not be
/// missed together with the strong one.
#[test]
fn alone_while_another_downgrades() {
    check(|| {
        let mut strong = Strong::new(1);
        let other = strong.clone();
        let thread = thread::spawn(move || {
            let weak = other.downgrade();
            drop(other);
            weak.upgrade().map(|strong| strong.get())
        });
        let alone = strong.add_alone();
        // If it was alone, the other had seen the value before, and was gone altogether.
        assert_eq!(thread.join().unwrap(), Some(1));
        assert_eq!(strong.get(), if alone { 2 } else { 1 });
    });
}

/// Several write to the value as their own: each to a clone, or to the one value when the others are gone.
#[test]
fn made_mutable_by_several() {
    check(|| {
        let mut strong = Strong::new(1);
        let mut other = strong.clone();
        let weak = strong.downgrade();
        let one = thread::spawn(move || {
            other.add_to_own();
            assert_eq!(other.get(), 2);
        });
        let two = thread::spawn(move || {
            if let Some(strong) = weak.upgrade() {
                assert!((1..=3).contains(&strong.get()));
            }
        });
        strong.add_to_own();
        assert_eq!(strong.get(), 2);
        one.join().unwrap();
        two.join().unwrap();
    });
}

/// A value that comes after its weak references is whole for who upgrades them.
#[test]
fn a_value_that_comes_later() {
    check(|| {
        let strong = Strong::new(0);
        assert!(strong.block().counts().take_last());
        let weak = Weak(strong.0);
        std::mem::forget(strong);
        let thread = {
            let weak = weak.clone();
            thread::spawn(move || weak.upgrade().map(|strong| strong.get()))
        };
        // SAFETY: of this pointer alone; that nobody else uses it, loom checks.
        weak.block().value.with_mut(|value| unsafe { *value = 7 });
        weak.block().counts().put_back();
        let strong = Strong(weak.0);
        std::mem::forget(weak);
        assert!(matches!(thread.join().unwrap(), None | Some(7)));
        assert_eq!(strong.get(), 7);
    });
}

/// Weak references are counted while the strong one goes, and with it the common weak one: those of a moment before or after.
#[test]
fn counts_of_some_moment() {
    check(|| {
        let strong = Strong::new(1);
        let weak = [strong.downgrade(), strong.downgrade()];
        let thread = thread::spawn(move || drop(strong));
        let counts = weak[0].block().counts();
        assert!(matches!(counts.weak(), 2 | 0));
        assert!(matches!(counts.strong(), 1 | 0));
        thread.join().unwrap();
        assert_eq!((counts.weak(), counts.strong()), (0, 0));
    });
}
