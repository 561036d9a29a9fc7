//! `Rc` and `Arc` behave as std's, in blocks of any allocator. `rc.rs` and `arc.rs` both include this module, each with its type as `Rc`.

mod allocators;
mod conversions;
mod steps;
mod unique;
mod weak;

use std::any::Any;
use std::cell::Cell;
use std::pin::Pin;

use janus_alloc::api::Layout;
use janus_alloc::collections::Box;
use janus_alloc::{Null, Pool, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use super::{Rc, Weak, unsize};
use crate::allocators::{Log, Logged};
use crate::ledger::{Drops, Ledger, Value, each_failure, panics};

assert_eq_size!(Rc<u64>, usize);
assert_eq_size!(Option<Rc<u64, System>>, usize);
assert_eq_size!(Weak<u64, System>, Option<Weak<u64, System>>, usize);
assert_eq_size!(Option<Rc<dyn Any, System>>, Option<Weak<[u8], System>>, [usize; 2]);
assert_eq_size!(Rc<u64, &'static Pool>, Weak<u64, &'static Pool>, [usize; 2]);

assert_impl_all!(Rc<u8, &'static Pool>: Unpin);
assert_impl_all!(Rc<std::marker::PhantomPinned>: Unpin);
// A clone of the pointer needs a clone of the allocator, which `Pool` has not.
assert_not_impl_any!(Rc<u8, Pool>: Clone);
assert_not_impl_any!(Weak<u8, Pool>: Clone);

/// Compiles because the pointers are covariant in the value and in the allocator.
#[expect(dead_code, reason = "compiling is the test")]
fn covariant<'short>(
    rc: Rc<&'static str, &'static System>,
    weak: Weak<[&'static str], &'static System>,
) -> (Rc<&'short str, &'short System>, Weak<[&'short str], &'short System>) {
    (rc, weak)
}

/// Returns the layout of a block of two counts and a value.
fn block_layout(value: Layout) -> Layout {
    Layout::new::<[usize; 2]>().extend(value).unwrap().0
}

#[test]
fn one_block_holds_the_counts_and_the_value() {
    let ledger = Ledger::new();
    #[derive(Clone, Copy)]
    #[repr(align(128))]
    struct Aligned(u8);

    let small = Rc::new_in(1_u8, &ledger);
    assert_eq!(ledger.layouts(), [block_layout(Layout::new::<u8>())]);
    drop(small);
    let mut aligned = Rc::new_in(Aligned(1), &ledger);
    assert_eq!(ledger.layouts(), [block_layout(Layout::new::<Aligned>())]);
    assert!(Rc::as_ptr(&aligned).is_aligned());
    let weak = Rc::downgrade(&aligned);
    Rc::make_mut(&mut aligned).0 += 1;
    assert!(Rc::as_ptr(&aligned).is_aligned() && weak.upgrade().is_none() && aligned.0 == 2);
    let any: Rc<dyn Any, _> = unsize!(aligned);
    drop(any);
    drop(weak);
    let text = Rc::clone_from_ref_in("Janus", &ledger);
    assert_eq!(ledger.layouts(), [block_layout(Layout::array::<u8>(5).unwrap())]);
    drop(text);
    let slice = Rc::<[u64], _>::new_uninit_slice_in(7, &ledger);
    assert_eq!(ledger.layouts(), [block_layout(Layout::array::<u64>(7).unwrap())]);
    drop(slice);
    // A value of size 0 needs a block for its counts.
    let nothing = Rc::new_in((), &ledger);
    assert_eq!(ledger.layouts(), [block_layout(Layout::new::<()>())]);
    drop(nothing);
    let empty: Rc<[u64], _> = unsize!(Rc::new_in([], &ledger));
    let also = Rc::clone(&empty);
    assert_eq!((empty.len(), Rc::strong_count(&also)), (0, 2));
}

#[test]
fn every_failure_is_an_error() {
    each_failure(|ledger| Rc::try_new_in(5_u32, ledger).map(drop));
    each_failure(|ledger| Rc::try_new_in((), ledger).map(drop));
    each_failure(|ledger| Rc::<u32, _>::try_new_uninit_in(ledger).map(drop));
    each_failure(|ledger| Rc::<u32, _>::try_new_zeroed_in(ledger).map(drop));
    each_failure(|ledger| Rc::<[u32], _>::try_new_uninit_slice_in(3, ledger).map(drop));
    each_failure(|ledger| Rc::<[u32], _>::try_new_zeroed_slice_in(3, ledger).map(drop));
    each_failure(|ledger| Rc::try_clone_from_ref_in("Janus", ledger).map(drop));
    each_failure(|ledger| Rc::try_new_cyclic_in(|me: &Weak<_, _>| me.clone().strong_count(), ledger).map(drop));
    assert!(Rc::<u8, _>::try_new_cyclic_in(|_| unreachable!("the allocation failed"), Null).is_err());
    assert_eq!(*Rc::try_new_cyclic(|_| 5).unwrap(), 5);
    let drops = Drops::new();
    each_failure(|ledger| Rc::try_new_in(drops.value(), ledger).map(drop));
    assert_eq!(drops.live(), 0);
    let values = [drops.value()];
    drops.panic_in_clone(0);
    assert!(Rc::try_clone_from_ref_in(&values[..], Null).is_err());
    assert!(Rc::try_pin_in(5, Null).is_err());
    for length in [usize::MAX, isize::MAX as usize / 8, isize::MAX as usize / 8 + 1] {
        assert!(Rc::<[u64]>::try_new_uninit_slice(length).is_err());
        assert!(Rc::<[u64]>::try_new_zeroed_slice(length).is_err());
    }
    // The value alone fits `isize::MAX`, but not with its counts.
    assert!(panics(|| Rc::<[u8]>::new_uninit_slice(isize::MAX as usize - 8)));
    assert!(panics(|| Rc::<[u64]>::new_zeroed_slice(usize::MAX)));
}

#[test]
fn constructors_without_an_allocator_use_system() {
    assert_eq!((*Rc::new(5), *Rc::try_new(5).unwrap(), *Rc::pin(5), *Rc::pin_in(5, System)), (5, 5, 5, 5));
    assert_eq!(*Rc::try_pin_in(5, System).unwrap(), 5);
    for mut five in [Rc::<u32>::new_uninit(), Rc::try_new_uninit().unwrap()] {
        Rc::get_mut(&mut five).unwrap().write(5);
        // SAFETY: the line above initialized the value.
        assert_eq!(*unsafe { five.assume_init() }, 5);
    }
    for zero in [Rc::<u32>::new_zeroed(), Rc::try_new_zeroed().unwrap(), Rc::new(std::mem::MaybeUninit::new(0))] {
        // SAFETY: zero bytes are a valid `u32`.
        assert_eq!(*unsafe { zero.assume_init() }, 0);
    }
    for zeroes in [Rc::<[u32]>::new_zeroed_slice(2), Rc::<[u32]>::try_new_zeroed_slice(2).unwrap()] {
        // SAFETY: zero bytes are a valid `[u32]`.
        assert_eq!(*unsafe { zeroes.assume_init() }, [0, 0]);
    }
    assert_eq!(Rc::<[u32]>::new_uninit_slice(2).len(), 2);
    assert_eq!(Rc::<[u32]>::try_new_uninit_slice(2).unwrap().len(), 2);
    assert_eq!(&*Rc::clone_from_ref("Janus"), "Janus");
    assert_eq!(&*Rc::try_clone_from_ref("Janus").unwrap(), "Janus");
    assert_eq!(*Pin::<Rc<u8>>::default(), 0);
}

#[test]
fn a_drop_ends_the_value_then_the_memory_then_the_allocator() {
    let log = Log::default();
    let new = || Rc::new_in(log.value("value"), log.value("allocator"));
    drop(new());
    assert_eq!(log.take(), ["allocate", "value", "free", "allocator"]);

    let rc = new();
    let other = rc.clone();
    drop(rc);
    assert_eq!(log.take(), ["allocate", "allocator"]);
    drop(other);
    assert_eq!(log.take(), ["value", "free", "allocator"]);

    let rc = new();
    let (weak, other) = (Rc::downgrade(&rc), Rc::downgrade(&rc));
    drop(weak);
    assert_eq!(log.take(), ["allocate", "allocator"]);
    drop(rc);
    assert_eq!(log.take(), ["value", "allocator"], "the weak pointer did not keep the memory");
    assert!(other.upgrade().is_none());
    drop(other);
    assert_eq!(log.take(), ["free", "allocator"]);

    let value = Rc::try_unwrap(new()).ok().unwrap();
    assert_eq!(log.take(), ["allocate", "free", "allocator"]);
    drop(value);
    log.take();
    drop(Rc::into_inner(new()));
    assert_eq!(log.take(), ["allocate", "free", "allocator", "value"]);

    let boxed = Box::new_in(log.value("value"), log.value("allocator"));
    let rc: Rc<Logged<'_>, Logged<'_>> = boxed.into();
    assert_eq!(log.take(), ["allocate", "allocate", "free"]);
    drop(rc);
    assert_eq!(log.take(), ["value", "free", "allocator"]);
    assert_eq!(log.live(), 0);
}

/// Each pointer has a clone of the allocator. Whatever consumes the pointer drops the clone once, or returns it.
#[test]
fn each_pointer_drops_its_allocator_once() {
    let log = Log::default();
    let check = |rc: &Rc<i32, Logged<'_>>, others| {
        assert_eq!(log.live(), Rc::strong_count(rc) + Rc::weak_count(rc) + others);
    };
    let mut rc = Rc::new_in(5, log.value("allocator"));
    let shared = rc.clone();
    *Rc::make_mut(&mut rc) += 1;
    check(&rc, 1);
    let weak = Rc::downgrade(&rc);
    *Rc::make_mut(&mut rc) += 1;
    check(&rc, 2);
    drop((weak, shared));
    check(&rc, 0);

    let (pointer, allocator) = Rc::into_raw_with_allocator(rc);
    // SAFETY: `into_raw_with_allocator` returned both, and its count keeps the value alive.
    unsafe { Rc::increment_strong_count_in(pointer, allocator.clone()) };
    // SAFETY: `increment_strong_count_in` added the count that this gives up.
    unsafe { Rc::decrement_strong_count_in(pointer, allocator.clone()) };
    // SAFETY: `into_raw_with_allocator` returned both, and left the count that this pointer takes over.
    let rc = unsafe { Rc::from_raw_in(pointer, allocator) };
    check(&rc, 0);
    let (pointer, allocator) = Rc::downgrade(&rc).into_raw_with_allocator();
    // SAFETY: `into_raw_with_allocator` returned both, and left the weak count that this pointer takes over.
    let weak = unsafe { Weak::from_raw_in(pointer, allocator) };
    check(&rc, 0);
    assert_eq!(weak.clone().upgrade().map(Rc::unwrap_or_clone), Some(7));
    assert_eq!(Rc::try_unwrap(rc.clone()).map_err(drop), Err(()));
    assert_eq!(Rc::into_inner(rc.clone()), None);
    check(&rc, 0);
    struct Cycle<'a>(#[expect(dead_code, reason = "its drop is the test")] Weak<Cycle<'a>, Logged<'a>>);
    let cyclic = Rc::new_cyclic_in(|me| Cycle(Weak::clone(me)), log.value("allocator"));
    assert_eq!((Rc::weak_count(&cyclic), log.live()), (1, 4));
    drop((rc, weak, cyclic));
    assert_eq!(log.live(), 0);
    drop(Weak::<u8, _>::new_in(log.value("allocator")).clone());
    assert_eq!(log.live(), 0);
}

#[test]
fn a_drop_that_panics_frees_the_memory() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    let rc = Rc::new_in(drops.value(), &ledger);
    drops.panic_in_drop(0);
    assert!(panics(|| drop(rc)));
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    // A weak pointer keeps the memory until its own drop.
    let rc = Rc::new_in(drops.value(), &ledger);
    let weak = Rc::downgrade(&rc);
    drops.panic_in_drop(0);
    assert!(panics(|| drop(rc)));
    assert_eq!((drops.live(), ledger.live(), weak.strong_count()), (0, 1, 0));
    assert!(weak.upgrade().is_none());
    drop(weak);
    assert_eq!(ledger.live(), 0);

    // The rest of a slice is dropped too. The weak pointer then frees the memory by the length it holds.
    let slice: Rc<[Value<'_>], _> = unsize!(Rc::new_in([drops.value(), drops.value(), drops.value()], &ledger));
    let weak = Rc::downgrade(&slice);
    drops.panic_in_drop(1);
    assert!(panics(|| drop(slice)));
    assert_eq!((drops.live(), ledger.live()), (0, 1));
    drop(weak);
    assert_eq!(ledger.live(), 0);

    trait Object {}
    impl Object for Value<'_> {}
    let object: Rc<dyn Object + '_, _> = unsize!(Rc::new_in(drops.value(), &ledger));
    let weak = Rc::downgrade(&object);
    drops.panic_in_drop(0);
    assert!(panics(|| drop(object)));
    drop(weak);
}

#[test]
fn upgrade_fails_while_the_value_is_dropped() {
    struct UpgradesInDrop<'a> {
        me: Weak<UpgradesInDrop<'a>, &'a Ledger>,
        dropped: &'a Cell<bool>,
    }
    impl Drop for UpgradesInDrop<'_> {
        fn drop(&mut self) {
            assert!(self.me.upgrade().is_none());
            assert_eq!((self.me.strong_count(), self.me.weak_count()), (0, 0));
            self.dropped.set(true);
        }
    }

    let (dropped, ledger) = (Cell::new(false), Ledger::new());
    drop(Rc::new_cyclic_in(|me| UpgradesInDrop { me: me.clone(), dropped: &dropped }, &ledger));
    assert!(dropped.get());
}
