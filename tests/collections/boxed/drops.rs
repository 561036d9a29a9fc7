//! The order of drops, panicking drops, and clones.

use std::any::Any;
use std::ffi::OsStr;
use std::path::Path;

use janus_alloc::collections::Box;
use janus_alloc::{System, unsize_box};

use crate::allocators::Log;
use crate::ledger::{Drops, Ledger, panics};

#[test]
fn a_drop_ends_the_value_then_the_memory_then_the_allocator() {
    let log = Log::default();
    drop(Box::new_in(log.value("value"), log.value("allocator")));
    assert_eq!(log.take(), ["allocate", "value", "free", "allocator"]);

    let value = Box::into_inner(Box::new_in(log.value("value"), log.value("allocator")));
    assert_eq!(log.take(), ["allocate", "free", "allocator"]);
    drop(value);
    assert_eq!(log.take(), ["value"]);

    let boxed = Box::new_in(log.value("value"), log.value("allocator"));
    let leaked = Box::leak(boxed);
    assert_eq!(log.take(), ["allocate"], "`leak` dropped the value or the allocator");
    // SAFETY: `leak` gave up the box, and its block is one of `System`.
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
    assert_eq!((drops.live(), ledger.live()), (0, 0), "the elements after the panic leaked");

    let log = Log::default();
    struct PanicsInDrop;
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("a drop panics");
        }
    }
    // A value of size 0 has no block.
    let boxed = Box::new_in(PanicsInDrop, log.value("allocator"));
    assert!(panics(|| drop(boxed)));
    assert_eq!(log.take(), ["allocator"]);
    let any: Box<dyn Any, _> = unsize_box!(Box::new_in((PanicsInDrop, 1), log.value("allocator")));
    assert!(panics(|| drop(any)));
    assert_eq!(log.take(), ["allocate", "free", "allocator"]);
}

#[test]
fn clones_are_independent_and_reuse_blocks() {
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
        assert_eq!((drops.live(), ledger.live()), (3, 1), "the clones made before the panic leaked");
    }
    let clone = slice.clone();
    assert_eq!((clone.len(), drops.live(), ledger.live()), (3, 6, 2));
    drop((slice, clone));
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    // `clone_from` reuses the block if the lengths are equal.
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
