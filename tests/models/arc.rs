//! The counts of an `Arc`: the value is dropped once, after all uses of it, and the memory is freed once, after that.
//!
//! The counts are the crate's. The pointers here use them as the crate's pointers do; loom tracks the uses of the value and the memory.
//! Each of these changes makes a test fail: `Relaxed` for the `Release` or the `Acquire` of `release_strong` or `release_weak`, for the
//! `Acquire` of `take_last`, the `Release` of `put_back` or the `Acquire` of `upgrade`, for either `Acquire` of `is_unique`, or for that
//! of `weak`; an `is_unique` that does not lock, or does not unlock; a `weak` that reads the counts in the other order.
//!
//! Two changes pass, because loom never delays a load: `Relaxed` for the store that unlocks in `is_unique`, and for the `Acquire` of
//! `downgrade`. Without these orders, `is_unique` could read the strong count after another thread has created a weak reference.

use std::ptr::NonNull;

use loom::cell::UnsafeCell;
use loom::thread;

use crate::check;
use crate::collections::arc::Counts;
use crate::collections::counted::{Counts as _, Others};

/// The memory of an `Arc`, with its counts and the value. By the cell `memory`, loom reports a use after the memory is freed.
struct Block {
    counts: Counts,
    /// 0 once the value has been dropped.
    value: UnsafeCell<usize>,
    /// Written when the memory is freed, and read by the uses of the value and of the counts.
    memory: UnsafeCell<()>,
}

/// A strong reference, as an `Arc`.
struct Strong(NonNull<Block>);
/// A weak reference, as a `Weak`.
struct Weak(NonNull<Block>);

// SAFETY: all uses of the block go through its counts and loom's cells; that threads may share it so is what the model checks.
unsafe impl Send for Strong {}
// SAFETY: all uses of the block go through its counts and loom's cells; that threads may share it so is what the model checks.
unsafe impl Send for Weak {}

/// Releases a weak reference.
fn release_weak(block: NonNull<Block>) {
    // SAFETY: the caller's weak reference keeps the memory; loom reports a use of freed counts.
    if unsafe { block.as_ref() }.counts.release_weak() {
        // SAFETY: that was the last reference, so no other thread uses the memory; loom checks it by `memory`.
        let block = unsafe { Box::from_raw(block.as_ptr()) };
        block.memory.with_mut(|_| ());
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        assert_eq!(block.value.with(|value| unsafe { *value }), 0, "the memory was freed before the value was dropped");
    }
}

impl Strong {
    fn new(value: usize) -> Self {
        let block = Block { counts: Counts::new(), value: UnsafeCell::new(value), memory: UnsafeCell::new(()) };
        Self(NonNull::from(Box::leak(Box::new(block))))
    }

    fn block(&self) -> &Block {
        // SAFETY: this strong reference keeps the memory.
        unsafe { self.0.as_ref() }
    }

    fn clone(&self) -> Self {
        // SAFETY: this is a strong reference.
        unsafe { self.block().counts.clone_strong() };
        Self(self.0)
    }

    fn downgrade(&self) -> Weak {
        // SAFETY: this is a strong reference.
        unsafe { self.block().counts.downgrade() };
        Weak(self.0)
    }

    fn get(&self) -> usize {
        self.block().memory.with(|_| ());
        // SAFETY: loom checks that no other thread writes the value meanwhile.
        self.block().value.with(|value| unsafe { *value })
    }

    /// Takes the value. The strong count must be 0 already.
    fn take(self) -> usize {
        let block = self.0;
        std::mem::forget(self);
        // SAFETY: the weak reference that all strong ones share keeps the memory until `release_weak`.
        let value = &unsafe { block.as_ref() }.value;
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        let value = value.with_mut(|value| std::mem::take(unsafe { &mut *value }));
        release_weak(block);
        value
    }

    fn try_unwrap(self) -> Result<usize, Self> {
        if self.block().counts.take_last() { Ok(self.take()) } else { Err(self) }
    }

    fn into_inner(self) -> Option<usize> {
        if self.block().counts.release_strong() {
            return Some(self.take());
        }
        std::mem::forget(self);
        None
    }

    /// Adds 1 to the value if this is the only reference, and returns whether it is.
    fn add_if_unique(&mut self) -> bool {
        let unique = self.block().counts.is_unique();
        if unique {
            self.add();
        }
        unique
    }

    /// Adds 1 to the value that `make_mut` gives: the value itself, a clone of it, or the value moved to new memory.
    fn add_by_make_mut(&mut self) {
        match self.block().counts.claim() {
            Others::None => {}
            Others::Strong => {
                let clone = Self::new(self.get());
                drop(std::mem::replace(self, clone));
            }
            Others::Weak => {
                // SAFETY: loom checks that no other thread uses the value meanwhile.
                let value = self.block().value.with_mut(|value| std::mem::take(unsafe { &mut *value }));
                let old = std::mem::replace(self, Self::new(value));
                release_weak(old.0);
                std::mem::forget(old);
            }
        }
        self.add();
    }

    fn add(&mut self) {
        self.block().memory.with(|_| ());
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        self.block().value.with_mut(|value| unsafe { *value += 1 });
    }
}

impl Drop for Strong {
    fn drop(&mut self) {
        if self.block().counts.release_strong() {
            Self(self.0).take();
        }
    }
}

impl Weak {
    fn block(&self) -> &Block {
        // SAFETY: this weak reference keeps the memory.
        unsafe { self.0.as_ref() }
    }

    fn clone(&self) -> Self {
        // SAFETY: this is a weak reference.
        unsafe { self.block().counts.clone_weak() };
        Self(self.0)
    }

    fn upgrade(&self) -> Option<Strong> {
        self.block().memory.with(|_| ());
        self.block().counts.upgrade().then(|| Strong(self.0))
    }
}

impl Drop for Weak {
    fn drop(&mut self) {
        release_weak(self.0);
    }
}

/// Each thread uses the value, and any of them may be the last.
#[test]
fn the_last_reference_drops_the_value() {
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

/// The last weak reference keeps the memory after the value's drop, and frees it.
#[test]
fn a_weak_reference_upgrades_until_the_value_is_dropped() {
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
fn try_unwrap_returns_the_value_to_one_thread_at_most() {
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
fn into_inner_returns_the_value_to_one_thread() {
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
        let mut returned = usize::from(strong.into_inner().is_some());
        for thread in threads {
            returned += usize::from(thread.join().unwrap());
        }
        assert_eq!(returned, 1);
    });
}

/// If `is_unique` is true, no other thread reads what this one writes, neither by a strong reference nor by an upgraded weak one.
#[test]
fn a_unique_reference_is_the_only_one() {
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
            if strong.add_if_unique() {
                break;
            }
            thread::yield_now();
        }
        one.join().unwrap();
        two.join().unwrap();
        assert!(strong.get() == 2 || strong.add_if_unique());
    });
}

/// While one thread calls `is_unique`, another creates a weak reference and drops its strong one. `is_unique` must not miss both.
#[test]
fn is_unique_misses_no_weak_reference() {
    check(|| {
        let mut strong = Strong::new(1);
        let other = strong.clone();
        let thread = thread::spawn(move || {
            let weak = other.downgrade();
            drop(other);
            weak.upgrade().map(|strong| strong.get())
        });
        let unique = strong.add_if_unique();
        // If the reference was unique, the other thread had read the value and dropped its weak reference.
        assert_eq!(thread.join().unwrap(), Some(1));
        assert_eq!(strong.get(), if unique { 2 } else { 1 });
    });
}

/// Each thread writes to a value of its own: a clone, or the original once the other references are gone.
#[test]
fn make_mut_gives_each_thread_its_own_value() {
    check(|| {
        let mut strong = Strong::new(1);
        let mut other = strong.clone();
        let weak = strong.downgrade();
        let one = thread::spawn(move || {
            other.add_by_make_mut();
            assert_eq!(other.get(), 2);
        });
        let two = thread::spawn(move || {
            if let Some(strong) = weak.upgrade() {
                assert!((1..=3).contains(&strong.get()));
            }
        });
        strong.add_by_make_mut();
        assert_eq!(strong.get(), 2);
        one.join().unwrap();
        two.join().unwrap();
    });
}

/// As in `new_cyclic`: the value is written after weak references exist.
#[test]
fn an_upgraded_reference_sees_the_whole_value() {
    check(|| {
        let strong = Strong::new(0);
        assert!(strong.block().counts.take_last());
        let weak = Weak(strong.0);
        std::mem::forget(strong);
        let thread = {
            let weak = weak.clone();
            thread::spawn(move || weak.upgrade().map(|strong| strong.get()))
        };
        // SAFETY: loom checks that no other thread uses the value meanwhile.
        weak.block().value.with_mut(|value| unsafe { *value = 7 });
        weak.block().counts.put_back();
        let strong = Strong(weak.0);
        std::mem::forget(weak);
        assert!(matches!(thread.join().unwrap(), None | Some(7)));
        assert_eq!(strong.get(), 7);
    });
}

/// The counts are read while another thread drops the last strong reference, and with it the weak one that all strong ones share.
#[test]
fn counts_are_those_before_or_after_a_drop() {
    check(|| {
        let strong = Strong::new(1);
        let weak = [strong.downgrade(), strong.downgrade()];
        let thread = thread::spawn(move || drop(strong));
        let counts = &weak[0].block().counts;
        assert!(matches!(counts.weak(), 2 | 0));
        assert!(matches!(counts.strong(), 1 | 0));
        thread.join().unwrap();
        assert_eq!((counts.weak(), counts.strong()), (0, 0));
    });
}
