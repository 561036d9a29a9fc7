//! The `try_` methods that take the default, with each of their requests refused by the default: each returns an error, and leaks nothing.
//!
//! Those that take an allocator are in `tests/limits/exhaust`; a method without an allocator passes `Global` to one of them.
#![cfg(feature = "std")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

use janus_alloc::Global;
use janus_alloc::api::AllocError;
use janus_alloc::collections::{
    Arc, BinaryHeap, Box as BoxIn, Rc, String as StringIn, TryReserveError, Vec as VecIn, VecDeque,
};

/// `System`, except for one request of a thread, if it has chosen one.
struct FailingDefault;

thread_local! {
    /// How many requests of this thread are served before one is refused.
    static SERVED_BEFORE: Cell<Option<usize>> = const { Cell::new(None) };
    /// The live blocks that this thread has allocated.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: served by `System`, or refused. `realloc` is the default, which allocates and copies.
unsafe impl GlobalAlloc for FailingDefault {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let left = SERVED_BEFORE.get();
        SERVED_BEFORE.set(left.and_then(|left| left.checked_sub(1)));
        if left == Some(0) {
            return ptr::null_mut();
        }
        LIVE.set(LIVE.get() + 1);
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        // SAFETY: by `# Safety` of this fn.
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static DEFAULT: FailingDefault = FailingDefault;

/// Whether the request that was chosen has been refused, rather than not made.
fn was_refused() -> bool {
    SERVED_BEFORE.take().is_none()
}

/// Runs `work` with each of its requests refused, until none is. Returns how many were.
#[track_caller]
fn exhaust<E>(work: impl Fn() -> Result<(), E>) -> usize {
    for number in 0.. {
        let live = LIVE.get();
        SERVED_BEFORE.set(Some(number));
        let result = work();
        let refused = was_refused();
        assert_eq!(result.is_err(), refused, "request {number}");
        assert_eq!(LIVE.get(), live, "request {number}: a leak, or a double free");
        if !refused {
            assert!(number > 0, "nothing was requested");
            return number;
        }
    }
    unreachable!()
}

/// Runs all, and prints the figures.
macro_rules! each {
    ($name:literal, $error:ty: $($value:expr;)*) => {{
        let failures = [$(exhaust(|| { _ = $value?; Ok::<(), $error>(()) }),)*];
        println!("exhaust: {:<12} {:>3} cases, {:>5} failures: 0 leaks, 0 swallowed", $name, failures.len(), failures.iter().sum::<usize>());
    }};
}

#[test]
fn with_capacity() {
    each! { "with_capacity", TryReserveError:
        VecIn::<u64>::try_with_capacity(5);
        VecDeque::<u64>::try_with_capacity(5);
        BinaryHeap::<u64>::try_with_capacity(5);
        StringIn::try_with_capacity(5);
    }
}

#[test]
fn boxes() {
    each! { "Box", AllocError:
        BoxIn::try_new(1);
        BoxIn::<u64>::try_new_uninit();
        BoxIn::<u64>::try_new_zeroed();
        BoxIn::<[u64]>::try_new_uninit_slice(5);
        BoxIn::<[u64]>::try_new_zeroed_slice(5);
        BoxIn::<str>::try_clone_from_ref("text");
        BoxIn::try_pin_in([1; 5], Global);
    }
}

macro_rules! counted {
    ($name:ident, $pointer:ident, $text:literal) => {
        #[test]
        fn $name() {
            each! { $text, AllocError:
                $pointer::try_new(1);
                $pointer::try_new_cyclic(|weak| (1, weak.clone()).0);
                $pointer::<u64>::try_new_uninit();
                $pointer::<u64>::try_new_zeroed();
                $pointer::<[u64]>::try_new_uninit_slice(5);
                $pointer::<[u64]>::try_new_zeroed_slice(5);
                $pointer::<str>::try_clone_from_ref("text");
                $pointer::try_pin_in([1; 5], Global);
                // Gives the value back, or the pointer: it requests nothing.
                $pointer::try_new(1).map($pointer::try_unwrap);
                $pointer::try_new(1).map(|pointer| $pointer::try_unwrap(pointer.clone()).map_err(drop));
            }
        }
    };
}
counted!(rc, Rc, "Rc");
counted!(arc, Arc, "Arc");
