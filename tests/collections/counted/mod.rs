//! `Rc` and `Arc` do what std's do, in blocks of any allocator. Compiled twice: whoever includes this says which of them is meant.

mod allocators;
mod conversions;
mod steps;
mod unique;
mod weak;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::ptr::NonNull;

use janus_alloc::api::{AllocError, Allocator, AllocatorClone, Layout};
use janus_alloc::collections::Box;
use janus_alloc::{Null, Pool, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use super::{Rc, Weak, unsize};
use crate::ledger::{Drops, Ledger, Value, each_failure, panics};

assert_eq_size!(Rc<u64>, usize);
assert_eq_size!(Option<Rc<u64, System>>, usize);
assert_eq_size!(Weak<u64, System>, Option<Weak<u64, System>>, usize);
assert_eq_size!(Option<Rc<dyn Any, System>>, Option<Weak<[u8], System>>, [usize; 2]);
assert_eq_size!(Rc<u64, &'static Pool>, Weak<u64, &'static Pool>, [usize; 2]);

assert_impl_all!(Rc<u8, &'static Pool>: Unpin);
assert_impl_all!(Rc<std::marker::PhantomPinned>: Unpin);
// What makes another pointer needs another allocator.
assert_not_impl_any!(Rc<u8, Pool>: Clone);
assert_not_impl_any!(Weak<u8, Pool>: Clone);

/// Covariant in the value and in the allocator.
#[expect(dead_code, reason = "compiling is the test")]
fn covariant<'short>(
    rc: Rc<&'static str, &'static System>,
    weak: Weak<[&'static str], &'static System>,
) -> (Rc<&'short str, &'short System>, Weak<[&'short str], &'short System>) {
    (rc, weak)
}

/// A block of two counts and a value.
fn block_of(value: Layout) -> Layout {
    Layout::new::<[usize; 2]>().extend(value).unwrap().0
}

#[test]
fn one_block_of_counts_and_value() {
    let ledger = Ledger::new();
    #[derive(Clone, Copy)]
    #[repr(align(128))]
    struct Aligned(u8);

    let small = Rc::new_in(1_u8, &ledger);
    assert_eq!(ledger.layouts(), [block_of(Layout::new::<u8>())]);
    drop(small);
    let mut aligned = Rc::new_in(Aligned(1), &ledger);
    assert_eq!(ledger.layouts(), [block_of(Layout::new::<Aligned>())]);
    assert!(Rc::as_ptr(&aligned).is_aligned());
    let weak = Rc::downgrade(&aligned);
    Rc::make_mut(&mut aligned).0 += 1;
    assert!(Rc::as_ptr(&aligned).is_aligned() && weak.upgrade().is_none() && aligned.0 == 2);
    let any: Rc<dyn Any, _> = unsize!(aligned);
    drop(any);
    drop(weak);
    let text = Rc::clone_from_ref_in("Janus", &ledger);
    assert_eq!(ledger.layouts(), [block_of(Layout::array::<u8>(5).unwrap())]);
    drop(text);
    let slice = Rc::<[u64], _>::new_uninit_slice_in(7, &ledger);
    assert_eq!(ledger.layouts(), [block_of(Layout::array::<u64>(7).unwrap())]);
    drop(slice);
    // A value without a size has counts all the same.
    let nothing = Rc::new_in((), &ledger);
    assert_eq!(ledger.layouts(), [block_of(Layout::new::<()>())]);
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
    assert!(Rc::<u8, _>::try_new_cyclic_in(|_| unreachable!("there is no place for it"), Null).is_err());
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
    // Too large with its counts.
    assert!(panics(|| Rc::<[u8]>::new_uninit_slice(isize::MAX as usize - 8)));
    assert!(panics(|| Rc::<[u64]>::new_zeroed_slice(usize::MAX)));
}

#[test]
fn in_the_default() {
    assert_eq!((*Rc::new(5), *Rc::try_new(5).unwrap(), *Rc::pin(5), *Rc::pin_in(5, System)), (5, 5, 5, 5));
    assert_eq!(*Rc::try_pin_in(5, System).unwrap(), 5);
    for mut five in [Rc::<u32>::new_uninit(), Rc::try_new_uninit().unwrap()] {
        Rc::get_mut(&mut five).unwrap().write(5);
        // SAFETY: written in the line above.
        assert_eq!(*unsafe { five.assume_init() }, 5);
    }
    for zero in [Rc::<u32>::new_zeroed(), Rc::try_new_zeroed().unwrap(), Rc::new(std::mem::MaybeUninit::new(0))] {
        // SAFETY: zero bytes are a number.
        assert_eq!(*unsafe { zero.assume_init() }, 0);
    }
    for zeroes in [Rc::<[u32]>::new_zeroed_slice(2), Rc::<[u32]>::try_new_zeroed_slice(2).unwrap()] {
        // SAFETY: zero bytes are numbers.
        assert_eq!(*unsafe { zeroes.assume_init() }, [0, 0]);
    }
    assert_eq!(Rc::<[u32]>::new_uninit_slice(2).len(), 2);
    assert_eq!(Rc::<[u32]>::try_new_uninit_slice(2).unwrap().len(), 2);
    assert_eq!(&*Rc::clone_from_ref("Janus"), "Janus");
    assert_eq!(&*Rc::try_clone_from_ref("Janus").unwrap(), "Janus");
    assert_eq!(*Pin::<Rc<u8>>::default(), 0);
}

/// Says what happens to it. Its clones are counted.
struct Logged<'a> {
    log: &'a RefCell<std::vec::Vec<&'static str>>,
    name: &'static str,
    live: &'a Cell<usize>,
}

impl<'a> Logged<'a> {
    fn new(log: &'a RefCell<std::vec::Vec<&'static str>>, name: &'static str, live: &'a Cell<usize>) -> Self {
        live.set(live.get() + 1);
        Self { log, name, live }
    }
}

impl Clone for Logged<'_> {
    fn clone(&self) -> Self {
        Self::new(self.log, self.name, self.live)
    }
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.name);
        self.live.set(self.live.get() - 1);
    }
}

// SAFETY: as below.
unsafe impl AllocatorClone for Logged<'_> {}

// SAFETY: blocks are `System`'s.
unsafe impl Allocator for Logged<'_> {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.log.borrow_mut().push("allocate");
        System.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.log.borrow_mut().push("free");
        // SAFETY: the block is `System`'s.
        unsafe { System.deallocate(block, layout) };
    }
}

#[test]
fn value_then_memory_then_allocator() {
    let (log, live) = (RefCell::default(), Cell::new(0));
    let new = || Rc::new_in(Logged::new(&log, "value", &live), Logged::new(&log, "allocator", &live));
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
    assert_eq!(log.take(), ["value", "allocator"], "the memory stays with the weak pointer");
    assert!(other.upgrade().is_none());
    drop(other);
    assert_eq!(log.take(), ["free", "allocator"]);

    let value = Rc::try_unwrap(new()).ok().unwrap();
    assert_eq!(log.take(), ["allocate", "free", "allocator"]);
    drop(value);
    log.take();
    drop(Rc::into_inner(new()));
    assert_eq!(log.take(), ["allocate", "free", "allocator", "value"]);

    let boxed = Box::new_in(Logged::new(&log, "value", &live), Logged::new(&log, "allocator", &live));
    let rc: Rc<Logged<'_>, Logged<'_>> = boxed.into();
    assert_eq!(log.take(), ["allocate", "allocate", "free"]);
    drop(rc);
    assert_eq!(log.take(), ["value", "free", "allocator"]);
    assert_eq!(live.get(), 0);
}

/// Each pointer has an allocator, and each is dropped once, whatever becomes of the pointer.
#[test]
fn allocators_are_not_lost() {
    let (log, live) = (RefCell::default(), Cell::new(0));
    let new = || Rc::new_in(5, Logged::new(&log, "allocator", &live));
    let expect = |rc: &Rc<i32, Logged<'_>>, others| {
        assert_eq!(live.get(), Rc::strong_count(rc) + Rc::weak_count(rc) + others);
    };
    let mut rc = new();
    let shared = rc.clone();
    *Rc::make_mut(&mut rc) += 1;
    expect(&rc, 1);
    let weak = Rc::downgrade(&rc);
    *Rc::make_mut(&mut rc) += 1;
    expect(&rc, 2);
    drop((weak, shared));
    expect(&rc, 0);

    let (pointer, allocator) = Rc::into_raw_with_allocator(rc);
    // SAFETY: the reference of the line above.
    unsafe { Rc::increment_strong_count_in(pointer, allocator.clone()) };
    // SAFETY: the reference of the line above.
    unsafe { Rc::decrement_strong_count_in(pointer, allocator.clone()) };
    // SAFETY: that of `into_raw_with_allocator`.
    let rc = unsafe { Rc::from_raw_in(pointer, allocator) };
    expect(&rc, 0);
    let (pointer, allocator) = Rc::downgrade(&rc).into_raw_with_allocator();
    // SAFETY: the reference of the line above.
    let weak = unsafe { Weak::from_raw_in(pointer, allocator) };
    expect(&rc, 0);
    assert_eq!(weak.clone().upgrade().map(Rc::unwrap_or_clone), Some(7));
    assert_eq!(Rc::try_unwrap(rc.clone()).map_err(drop), Err(()));
    assert_eq!(Rc::into_inner(rc.clone()), None);
    expect(&rc, 0);
    struct Me<'a>(#[expect(dead_code, reason = "is dropped")] Weak<Me<'a>, Logged<'a>>);
    let cyclic = Rc::new_cyclic_in(|me| Me(Weak::clone(me)), Logged::new(&log, "allocator", &live));
    assert_eq!((Rc::weak_count(&cyclic), live.get()), (1, 4));
    drop((rc, weak, cyclic));
    assert_eq!(live.get(), 0);
    drop(Weak::<u8, _>::new_in(Logged::new(&log, "allocator", &live)).clone());
    assert_eq!(live.get(), 0);
}

#[test]
fn a_drop_that_panics_frees_the_memory() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    let rc = Rc::new_in(drops.value(), &ledger);
    drops.panic_in_drop(0);
    assert!(panics(|| drop(rc)));
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    // With the weak pointer, if there is one.
    let rc = Rc::new_in(drops.value(), &ledger);
    let weak = Rc::downgrade(&rc);
    drops.panic_in_drop(0);
    assert!(panics(|| drop(rc)));
    assert_eq!((drops.live(), ledger.live(), weak.strong_count()), (0, 1, 0));
    assert!(weak.upgrade().is_none());
    drop(weak);
    assert_eq!(ledger.live(), 0);

    // The rest of a slice is dropped as well, also where only a weak pointer knows how long it was.
    let slice: Rc<[Value<'_>], _> = unsize!(Rc::new_in([drops.value(), drops.value(), drops.value()], &ledger));
    let weak = Rc::downgrade(&slice);
    drops.panic_in_drop(1);
    assert!(panics(|| drop(slice)));
    assert_eq!((drops.live(), ledger.live()), (0, 1));
    drop(weak);
    assert_eq!(ledger.live(), 0);

    let any: Rc<dyn Drop2 + '_, _> = unsize!(Rc::new_in(drops.value(), &ledger));
    let weak = Rc::downgrade(&any);
    drops.panic_in_drop(0);
    assert!(panics(|| drop(any)));
    drop(weak);
    trait Drop2 {}
    impl Drop2 for Value<'_> {}
}

/// A value that asks for itself while it is dropped does not get itself.
#[test]
fn a_value_that_is_dropped_is_gone() {
    struct Asks<'a> {
        me: Weak<Asks<'a>, &'a Ledger>,
        asked: &'a Cell<bool>,
    }
    impl Drop for Asks<'_> {
        fn drop(&mut self) {
            assert!(self.me.upgrade().is_none());
            assert_eq!((self.me.strong_count(), self.me.weak_count()), (0, 0));
            self.asked.set(true);
        }
    }

    let (asked, ledger) = (Cell::new(false), Ledger::new());
    drop(Rc::new_cyclic_in(|me| Asks { me: me.clone(), asked: &asked }, &ledger));
    assert!(asked.get());
}
