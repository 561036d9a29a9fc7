//! Drops, in their order, and clones.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::path::Path;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, Layout};
use janus_alloc::collections::Box;
use janus_alloc::{System, unsize_box};

use crate::ledger::{Drops, Ledger, panics};

/// Says what happens to it.
struct Logged<'a>(&'a RefCell<std::vec::Vec<&'static str>>, &'static str);

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}

// SAFETY: blocks are `System`'s.
unsafe impl Allocator for Logged<'_> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.borrow_mut().push("allocate");
        System.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.0.borrow_mut().push("free");
        // SAFETY: the block is `System`'s.
        unsafe { System.deallocate(block, layout) };
    }
}

#[test]
fn value_then_memory_then_allocator() {
    let log = RefCell::default();
    drop(Box::new_in(Logged(&log, "value"), Logged(&log, "allocator")));
    assert_eq!(log.take(), ["allocate", "value", "free", "allocator"]);

    let value = Box::into_inner(Box::new_in(Logged(&log, "value"), Logged(&log, "allocator")));
    assert_eq!(log.take(), ["allocate", "free", "allocator"]);
    drop(value);
    assert_eq!(log.take(), ["value"]);

    let boxed = Box::new_in(Logged(&log, "value"), Logged(&log, "allocator"));
    let leaked = Box::leak(boxed);
    assert_eq!(log.take(), ["allocate"], "a leaked value stays, and so does what its memory depends on");
    // SAFETY: the value of a leaked box, in a block of `System`.
    drop(unsafe { Box::from_raw_in(leaked, System) });
}

#[test]
fn a_drop_that_panics_frees_the_memory() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    drops.panic_in_drop(0);
    let boxed = Box::new_in(drops.value(), &ledger);
    assert!(panics(|| drop(boxed)));
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    let slice = Box::slice(Box::new_in([drops.value(), drops.value(), drops.value()], &ledger));
    drops.panic_in_drop(1);
    assert!(panics(|| drop(slice)));
    assert_eq!((drops.live(), ledger.live()), (0, 0), "the others are dropped as well");

    let log = RefCell::default();
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a drop panics");
        }
    }
    let boxed = Box::new_in(Bomb, Logged(&log, "allocator"));
    // Without a size there is no block.
    assert!(panics(|| drop(boxed)));
    assert_eq!(log.take(), ["allocator"]);
    let any: Box<dyn Any, _> = unsize_box!(Box::new_in((Bomb, 1), Logged(&log, "allocator")));
    assert!(panics(|| drop(any)));
    assert_eq!(log.take(), ["allocate", "free", "allocator"]);
}

#[test]
fn clones() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    let boxed = Box::new_in(drops.value(), &ledger);
    drops.panic_in_clone(0);
    assert!(panics(|| boxed.clone()));
    assert_eq!((drops.live(), ledger.live()), (1, 1));
    assert_eq!(boxed.clone().number, 1);
    drop(boxed);

    let slice = Box::slice(Box::new_in([drops.value(), drops.value(), drops.value()], &ledger));
    for nth in 0..3 {
        drops.panic_in_clone(nth);
        assert!(panics(|| slice.clone()));
        assert_eq!((drops.live(), ledger.live()), (3, 1), "those cloned before are dropped");
    }
    let clone = slice.clone();
    assert_eq!((clone.len(), drops.live(), ledger.live()), (3, 6, 2));
    drop((slice, clone));
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    // Into the block that is there, if it is as long.
    let source = Box::slice(Box::new_in([1, 2, 3], &ledger));
    let mut target = Box::slice(Box::new_in([4, 5, 6], &ledger));
    let (before, requests) = (target.as_ptr(), ledger.requests());
    target.clone_from(&source);
    assert_eq!((&*target, target.as_ptr(), ledger.requests()), (&*source, before, requests));
    target.clone_from(&Box::slice(Box::new_in([7], &ledger)));
    assert_eq!(*target, [7]);

    assert_eq!(&*Box::clone_from_ref_in("Janus", &ledger).clone(), "Janus");
    assert_eq!(&*Box::clone_from_ref_in(c"Janus", &ledger).clone(), c"Janus");
    assert_eq!(&*Box::clone_from_ref_in(OsStr::new("Janus"), &ledger).clone(), OsStr::new("Janus"));
    assert_eq!(&*Box::clone_from_ref_in(Path::new("a/b"), &ledger).clone(), Path::new("a/b"));
}
