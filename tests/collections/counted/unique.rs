//! `get_mut`, `try_unwrap`, `into_inner`, `unwrap_or_clone` and `make_mut`, with one pointer and with several.

use std::cell::{Cell, RefCell};
use std::ffi::OsStr;
use std::path::Path;
use std::ptr::NonNull;

use janus_alloc::System;
use janus_alloc::api::{AllocError, Allocator, AllocatorClone, Layout};

use super::super::{Rc, unsize};
use crate::ledger::{Drops, Ledger, Value, each_failure, panics};

#[test]
fn the_value_is_mutable_and_movable_only_with_one_pointer() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    let mut rc = Rc::new_in(drops.value(), &ledger);
    Rc::get_mut(&mut rc).unwrap().number = 10;
    let other = rc.clone();
    assert!(Rc::get_mut(&mut rc).is_none());
    drop(other);
    let weak = Rc::downgrade(&rc);
    assert!(Rc::get_mut(&mut rc).is_none(), "the weak pointer could be upgraded");
    drop(weak);
    assert!(Rc::get_mut(&mut rc).is_some());

    let other = rc.clone();
    let rc = Rc::try_unwrap(rc).unwrap_err();
    assert!(Rc::into_inner(other).is_none());
    let weak = Rc::downgrade(&rc);
    let value = Rc::try_unwrap(rc).ok().unwrap();
    assert_eq!((weak.strong_count(), drops.live(), ledger.live()), (0, 1, 1));
    assert!(weak.upgrade().is_none());
    drop(weak);
    assert_eq!(ledger.live(), 0);

    let rc = Rc::new_in(value, &ledger);
    let clone = Rc::unwrap_or_clone(rc.clone());
    assert_eq!((drops.live(), Rc::strong_count(&rc)), (2, 1));
    let value = Rc::unwrap_or_clone(rc);
    assert_eq!((drops.live(), ledger.live(), value.number), (2, 0, 10));
    drop(clone);

    // A clone that panics changes nothing.
    let rc = Rc::new_in(value, &ledger);
    let other = rc.clone();
    drops.panic_in_clone(0);
    assert!(panics(|| Rc::unwrap_or_clone(rc)));
    assert_eq!((Rc::strong_count(&other), drops.live()), (1, 1));
}

#[test]
fn make_mut_clones_or_moves_the_value_when_shared() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    let mut rc = Rc::new_in(drops.value(), &ledger);
    let before = Rc::as_ptr(&rc);
    Rc::make_mut(&mut rc).number = 10;
    assert_eq!((Rc::as_ptr(&rc), drops.live()), (before, 1), "a pointer alone was cloned or moved");

    let other = rc.clone();
    Rc::make_mut(&mut rc).number = 20;
    assert_eq!((other.number, rc.number, Rc::strong_count(&rc), Rc::strong_count(&other)), (10, 20, 1, 1));
    assert_eq!((drops.live(), ledger.live()), (2, 2));
    drop(other);

    let weak = Rc::downgrade(&rc);
    Rc::make_mut(&mut rc).number = 30;
    assert_eq!((weak.strong_count(), rc.number, drops.live(), ledger.live()), (0, 30, 1, 2), "the value was not moved");
    assert!(weak.upgrade().is_none());
    assert_eq!(Rc::weak_count(&rc), 0);
    drop(weak);
    assert_eq!(ledger.live(), 1);

    // A clone that panics changes nothing.
    let (other, weak) = (rc.clone(), Rc::downgrade(&rc));
    drops.panic_in_clone(0);
    assert!(panics(|| Rc::make_mut(&mut rc).number = 40));
    assert!(Rc::ptr_eq(&rc, &other) && weak.upgrade().is_some());
    assert_eq!((Rc::strong_count(&rc), Rc::weak_count(&rc), drops.live(), ledger.live()), (2, 1, 1, 1));
    drop((rc, other, weak));
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    // The clone drops the other pointer.
    thread_local!(static OTHER: RefCell<Option<Rc<DropsOther>>> = const { RefCell::new(None) });
    struct DropsOther(std::boxed::Box<u8>);
    impl Clone for DropsOther {
        fn clone(&self) -> Self {
            OTHER.take();
            Self(self.0.clone())
        }
    }
    let mut rc = Rc::new(DropsOther(std::boxed::Box::new(5)));
    OTHER.set(Some(rc.clone()));
    *Rc::make_mut(&mut rc).0 += 1;
    assert_eq!((*rc.0, Rc::strong_count(&rc)), (6, 1));

    let mut slice: Rc<[Value<'_>], _> = unsize!(Rc::new_in([drops.value(), drops.value()], &ledger));
    let other = slice.clone();
    drops.panic_in_clone(1);
    assert!(panics(|| Rc::make_mut(&mut slice).len()));
    assert_eq!((drops.live(), ledger.live()), (2, 1), "the clones made before the panic leaked");
    Rc::make_mut(&mut slice)[0].number = 50;
    assert_eq!((other[0].number != 50, drops.live(), ledger.live()), (true, 4, 2));
    drop(other);
    let weak = Rc::downgrade(&slice);
    assert_eq!(Rc::make_mut(&mut slice)[0].number, 50);
    assert!(weak.upgrade().is_none());
    drop((slice, weak));

    let mut text = Rc::clone_from_ref_in("janus", &ledger);
    let other = text.clone();
    Rc::make_mut(&mut text).make_ascii_uppercase();
    assert_eq!((&*text, &*other), ("JANUS", "janus"));
    let mut text = Rc::clone_from_ref_in(c"janus", &ledger);
    let other = text.clone();
    assert_eq!(Rc::make_mut(&mut text), c"janus");
    assert!(!Rc::ptr_eq(&text, &other));
    let mut path = Rc::clone_from_ref_in(Path::new("a/b"), &ledger);
    let other = path.clone();
    assert_eq!((&*Rc::make_mut(&mut path), &*other), (Path::new("a/b"), Path::new("a/b")));
    let mut os = Rc::clone_from_ref_in(OsStr::new("a"), &ledger);
    let _other = os.clone();
    Rc::make_mut(&mut os).make_ascii_uppercase();
    assert_eq!(&*os, "A");
}

#[test]
fn try_make_mut_changes_nothing_without_memory() {
    let drops = Drops::new();
    each_failure(|ledger| {
        let mut rc = Rc::try_new_in(drops.value(), ledger)?;
        let before = Rc::as_ptr(&rc);
        Rc::try_make_mut(&mut rc).unwrap().number = 10;
        assert_eq!(Rc::as_ptr(&rc), before, "a pointer alone was cloned or moved");
        let other = rc.clone();
        Rc::try_make_mut(&mut rc).inspect_err(|_| assert!(drops.live() == 1))?.number = 20;
        assert_eq!((other.number, rc.number, drops.live()), (10, 20, 2));
        Ok::<_, AllocError>(())
    });
    each_failure(|ledger| {
        let mut rc = Rc::try_new_in(drops.value(), ledger)?;
        let weak = Rc::downgrade(&rc);
        let moved = Rc::try_make_mut(&mut rc).map(drop);
        assert_eq!(weak.upgrade().is_none(), moved.is_ok());
        assert_eq!((Rc::strong_count(&rc), Rc::weak_count(&rc)), (1, usize::from(moved.is_err())));
        moved
    });
    each_failure(|ledger| {
        let mut text = Rc::try_clone_from_ref_in("janus", ledger)?;
        let other = text.clone();
        Rc::try_make_mut(&mut text)?.make_ascii_uppercase();
        assert_eq!((&*text, &*other), ("JANUS", "janus"));
        Ok::<_, AllocError>(())
    });
    assert_eq!(drops.live(), 0);

    let ledger = Ledger::new();
    let mut rc = Rc::new_in(drops.value(), &ledger);
    let _other = rc.clone();
    drops.panic_in_clone(0);
    assert!(panics(|| Rc::try_make_mut(&mut rc).map(|value| value.number)));
    assert_eq!((Rc::strong_count(&rc), ledger.live()), (2, 1));
}

/// A value that `make_mut` cannot move for lack of memory stays where it is.
#[test]
fn make_mut_without_memory_changes_nothing() {
    /// Serves one request, and panics at the next, as a program's handler of allocation errors may.
    #[derive(Clone, Copy)]
    struct PanicsAfterOne<'a>(&'a Cell<bool>);
    // SAFETY: a clone is a copy, and each copy passes its blocks to the one `System`.
    unsafe impl AllocatorClone for PanicsAfterOne<'_> {}
    // SAFETY: each block is one of `System`, which keeps it valid until `deallocate`.
    unsafe impl Allocator for PanicsAfterOne<'_> {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            assert!(!self.0.replace(true), "no memory");
            System.allocate(layout)
        }
        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
            // SAFETY: by `# Safety` of this fn; `allocate` took the block from `System`.
            unsafe { System.deallocate(block, layout) };
        }
    }

    let (served, drops) = (Cell::new(false), Drops::new());
    let mut rc = Rc::new_in(drops.value(), PanicsAfterOne(&served));
    let weak = Rc::downgrade(&rc);
    assert!(panics(|| Rc::make_mut(&mut rc).number));
    assert_eq!((Rc::strong_count(&rc), Rc::weak_count(&rc)), (1, 1));
    let other = weak.upgrade().unwrap();
    assert!(panics(|| Rc::make_mut(&mut rc).number));
    assert_eq!((Rc::strong_count(&other), drops.live()), (2, 1));
    drop((rc, weak, other));
    assert_eq!(drops.live(), 0);
}
