//! `Box` does what std's does, in blocks of any allocator.

use std::any::Any;
use std::borrow::{Borrow, BorrowMut, Cow};
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::Debug;
use std::future::{Future, Ready, ready};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::io::{BufRead, Cursor, IoSlice, Read, Seek, SeekFrom, Write};
use std::mem::size_of;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::ptr::NonNull;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use janus_alloc::api::{AllocError, Allocator, Layout, StaticAllocator};
use janus_alloc::collections::boxed::{BoxedIterator, from_boxed_utf8_unchecked};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::testing::conformance::{Options, check};
use janus_alloc::{AsGlobal, Global, Null, Pool, System, unsize_box};
use proptest::prelude::{Strategy, any, prop, proptest};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};
use std::boxed::Box as StdBox;

use crate::ledger::{Drops, Ledger, Value, each_failure, panics};

/// One word, or one more for a reference; and `None` is the null pointer.
mod sizes {
    use super::*;

    assert_eq_size!(Box<u64>, usize);
    assert_eq_size!(Box<u64, System>, usize);
    assert_eq_size!(Option<Box<u64, System>>, usize);
    assert_eq_size!(Box<[u64], System>, [usize; 2]);
    assert_eq_size!(Box<str, System>, [usize; 2]);
    assert_eq_size!(Box<dyn Any, System>, [usize; 2]);
    assert_eq_size!(Option<Box<dyn Any, System>>, [usize; 2]);
    assert_eq_size!(Box<u64, &'static Pool>, [usize; 2]);
    assert_eq_size!(Option<Box<u64, &'static Pool>>, [usize; 2]);

    #[test]
    fn none_is_null() {
        // SAFETY: of the same size, and every pattern is a number.
        assert_eq!(unsafe { std::mem::transmute::<Option<Box<u64, System>>, usize>(None) }, 0);
    }
}

/// Auto traits are those of std's `Box`, and of the allocator.
mod auto_traits {
    use super::*;

    type NotSend = Rc<u8>;
    type NotUnwindSafe = &'static mut u8;
    type NotRefUnwindSafe = Cell<u8>;
    /// An allocator for one thread.
    type OneThread = &'static Pool;

    assert_impl_all!(Box<u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
    assert_not_impl_any!(Box<NotSend>: Send, Sync);
    assert_not_impl_any!(Box<u8, OneThread>: Send, Sync);
    assert_impl_all!(Box<Cell<u8>>: Send);
    assert_not_impl_any!(Box<Cell<u8>>: Sync);
    assert_impl_all!(Box<dyn Any + Send>: Send);
    assert_not_impl_any!(Box<dyn Any + Send>: Sync);
    assert_not_impl_any!(Box<dyn Any>: Send, Sync);
    assert_impl_all!(Box<u8, Pool>: Send);
    assert_not_impl_any!(Box<u8, Pool>: Sync);

    assert_impl_all!(StdBox<NotRefUnwindSafe>: UnwindSafe);
    assert_impl_all!(Box<NotRefUnwindSafe>: UnwindSafe);
    assert_not_impl_any!(StdBox<NotRefUnwindSafe>: RefUnwindSafe);
    assert_not_impl_any!(Box<NotRefUnwindSafe>: RefUnwindSafe);
    assert_not_impl_any!(StdBox<NotUnwindSafe>: UnwindSafe);
    assert_not_impl_any!(Box<NotUnwindSafe>: UnwindSafe);

    // Whatever is inside.
    assert_impl_all!(Box<std::marker::PhantomPinned, OneThread>: Unpin);
    assert_impl_all!(Box<u8, &'static System>: Allocator2);
    trait Allocator2 {}
    impl<T, A: Allocator> Allocator2 for Box<T, A> {}

    // Promises of allocators pass through a box where they hold.
    assert_impl_all!(Box<System>: Allocator, StaticAllocator);
    assert_impl_all!(Box<Pool>: Allocator);
    assert_impl_all!(Box<dyn Allocator>: Allocator);
    assert_not_impl_any!(Box<Pool>: StaticAllocator);

    /// Covariant in the value and in the allocator.
    #[expect(dead_code, reason = "compiling is the test")]
    fn covariant<'short>(
        boxed: Box<&'static str, &'static System>,
        slice: Box<[&'static str], &'static System>,
    ) -> (Box<&'short str, &'short System>, Box<[&'short str], &'short System>) {
        (boxed, slice)
    }
}

#[test]
fn a_block_of_exactly_the_layout() {
    let ledger = Ledger::new();
    #[repr(align(128))]
    struct Aligned(#[expect(dead_code, reason = "has a size")] u8);

    let small = Box::new_in(1_u16, &ledger);
    assert_eq!(ledger.layouts(), [Layout::new::<u16>()]);
    drop(small);

    let aligned = Box::new_in(Aligned(1), &ledger);
    assert_eq!(ledger.layouts(), [Layout::new::<Aligned>()]);
    assert!(Box::as_ptr(&aligned).is_aligned());
    // Through a trait object the layout is the same.
    let aligned: Box<dyn Any, _> = unsize_box!(aligned);
    drop(aligned);
    assert_eq!(ledger.live(), 0);

    let slice = Box::<[u32], _>::new_uninit_slice_in(7, &ledger);
    assert_eq!(ledger.layouts(), [Layout::array::<u32>(7).unwrap()]);
    drop(slice);
    let text = Box::clone_from_ref_in("Janus", &ledger);
    assert_eq!(ledger.layouts(), [Layout::array::<u8>(5).unwrap()]);
    drop(text);
    let text = Box::clone_from_ref_in(c"Janus", &ledger);
    assert_eq!(ledger.layouts(), [Layout::array::<u8>(6).unwrap()]);
    drop(text);
}

/// No block is asked for, and none is freed: the ledger panics at size 0.
#[test]
fn size_0_never_reaches_an_allocator() {
    #[derive(Clone, Debug, Default, PartialEq)]
    #[repr(align(64))]
    struct Nothing;

    let ledger = Ledger::new();
    let nothing = Box::new_in(Nothing, &ledger);
    assert!(Box::as_ptr(&nothing).is_aligned());
    let mut clone = nothing.clone();
    clone.clone_from(&nothing);
    assert_eq!(clone, nothing);
    let slice = Box::into_boxed_slice(nothing);
    assert!(slice.as_ptr().is_aligned());
    drop(slice.clone());
    assert_eq!(slice.into_vec().len(), 1);
    Box::into_inner(clone);

    let nothings: Box<[Nothing], _> = Box::slice(Box::new_in([const { Nothing }; 1000], &ledger));
    drop(nothings.clone());
    assert_eq!(<Box<[Nothing; 1000], _>>::try_from(nothings).unwrap().len(), 1000);
    drop(Box::<[Nothing], _>::new_zeroed_slice_in(usize::MAX, &ledger));
    drop(Box::<Nothing, _>::new_zeroed_in(&ledger));

    let empty: Box<[u64], _> = Box::slice(Box::new_in([], &ledger));
    assert!(empty.as_ptr().is_aligned());
    let mut other = empty.clone();
    other.clone_from(&empty);
    drop(<Box<[u64; 0], _>>::try_from(empty).unwrap());
    assert_eq!(other.into_iter().next(), None);
    drop(Box::<[u64], _>::new_uninit_slice_in(0, &ledger));
    drop(Box::<[u64], _>::new_zeroed_slice_in(0, &ledger));
    let text = Box::clone_from_ref_in("", &ledger);
    drop(text.clone().into_boxed_bytes());
    let any: Box<dyn Any, _> = unsize_box!(Box::new_in(Nothing, &ledger));
    assert_eq!(*any.downcast::<Nothing>().unwrap(), Nothing);

    let mut vector = Vec::new_in(&ledger);
    drop(<Box<[u64], _>>::from(vector.clone()));
    vector.push(1_u64);
    vector.clear();
    drop(<Box<[u64], _>>::from(vector));
    assert!(Box::try_new_in((), Null).is_ok());
    assert!(Box::<[u64], _>::try_new_zeroed_slice_in(0, Null).is_ok());
    assert_eq!(ledger.live(), 0);
}

/// The same over an allocator that wants its blocks of size 0 back, and with the boxes of [`Default`].
#[test]
fn an_allocator_with_real_blocks_of_size_0() {
    /// Serves size 0 with a block of one byte.
    #[derive(Clone, Copy, Default)]
    struct AtLeastOne;

    fn real(layout: Layout) -> Layout {
        Layout::from_size_align(layout.size().max(1), layout.align()).unwrap()
    }

    // SAFETY: each block is one of `System`, at least as long.
    unsafe impl Allocator for AtLeastOne {
        fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
            let block = System.allocate(real(layout))?;
            Ok(NonNull::slice_from_raw_parts(block.cast(), layout.size()))
        }

        unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
            // SAFETY: the block is `System`'s, with that layout.
            unsafe { System.deallocate(block, real(layout)) };
        }
    }

    drop(Box::<[u64], AtLeastOne>::default());
    drop(Box::<str, AtLeastOne>::default());
    drop(Box::<CStr, AtLeastOne>::default());
    drop(Box::<OsStr, AtLeastOne>::default());
    drop(Box::<(), AtLeastOne>::default());
    drop(<Box<[u64], _>>::from(Vec::<u64, _>::new_in(AtLeastOne)));
    let boxed: Box<[u8], _> = Box::slice(Box::new_in([0_u8; 0], AtLeastOne));
    let clone = boxed.clone();
    drop(boxed);
    drop(clone);

    // allocator-api2's box frees a block of size 0, so it gets a real one.
    #[cfg(not(feature = "std-trait"))]
    {
        let theirs: allocator_api2::boxed::Box<(), AtLeastOne> = Box::new_in((), AtLeastOne).into();
        drop(theirs);
        let theirs: allocator_api2::boxed::Box<[u64], _> = Box::slice(Box::new_in([], AtLeastOne)).into();
        assert_eq!(theirs.len(), 0);
    }
}

#[test]
fn every_failure_is_an_error() {
    each_failure(|ledger| Box::try_new_in(5_u32, ledger).map(drop));
    each_failure(|ledger| Box::<u32, _>::try_new_uninit_in(ledger).map(drop));
    each_failure(|ledger| Box::<u32, _>::try_new_zeroed_in(ledger).map(drop));
    each_failure(|ledger| Box::<[u32], _>::try_new_uninit_slice_in(3, ledger).map(drop));
    each_failure(|ledger| Box::<[u32], _>::try_new_zeroed_slice_in(3, ledger).map(drop));
    each_failure(|ledger| Box::try_clone_from_ref_in("Janus", ledger).map(drop));
    let drops = Drops::new();
    each_failure(|ledger| Box::try_new_in(drops.value(), ledger).map(drop));
    assert_eq!(drops.live(), 0);
    // Nothing was cloned in vain.
    let values = [drops.value(), drops.value()];
    drops.panic_in_clone(0);
    assert!(Box::try_clone_from_ref_in(&values[..], Null).is_err());

    assert!(Box::try_pin_in(5, Null).is_err());
    for length in [usize::MAX, isize::MAX as usize, isize::MAX as usize / 8 + 1] {
        assert!(Box::<[u64]>::try_new_uninit_slice(length).is_err());
        assert!(Box::<[u64], _>::try_new_zeroed_slice_in(length, System).is_err());
        assert!(panics(|| Box::<[u64]>::new_uninit_slice(length)));
        assert!(panics(|| Box::<[u64], _>::new_zeroed_slice_in(length, System)));
    }
}

#[test]
fn in_the_default() {
    assert_eq!(*Box::new(5), 5);
    assert_eq!(*Box::try_new(5).unwrap(), 5);
    assert_eq!(*Box::write(Box::<u32>::new_uninit(), 5), 5);
    assert_eq!(*Box::write(Box::<u32>::try_new_uninit().unwrap(), 5), 5);
    for zero in [Box::<u32>::new_zeroed(), Box::try_new_zeroed().unwrap()] {
        // SAFETY: zero bytes are a number.
        assert_eq!(*unsafe { zero.assume_init() }, 0);
    }
    for zeroes in [Box::<[u32]>::new_zeroed_slice(2), Box::<[u32]>::try_new_zeroed_slice(2).unwrap()] {
        // SAFETY: zero bytes are numbers.
        assert_eq!(*unsafe { zeroes.assume_init() }, [0, 0]);
    }
    assert_eq!(&*Box::clone_from_ref("Janus"), "Janus");
    assert_eq!(&*Box::try_clone_from_ref("Janus").unwrap(), "Janus");
    assert_eq!(Box::<[u32]>::new_uninit_slice(3).len(), 3);
    assert_eq!(Box::<[u32]>::try_new_uninit_slice(3).unwrap().len(), 3);
}

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

#[test]
fn raw_pointers() {
    let ledger = Ledger::new();
    let mut boxed = Box::new_in(String::from("Janus"), &ledger);
    assert!(std::ptr::eq(*Box::allocator(&boxed), &raw const ledger));
    let write = Box::as_mut_ptr(&mut boxed);
    let read = Box::as_ptr(&boxed);
    // SAFETY: nobody else uses the value.
    unsafe { (*write).push('!') };
    // SAFETY: as above.
    assert_eq!(unsafe { &*read }, "Janus!");

    let (pointer, allocator) = Box::into_raw_with_allocator(boxed);
    assert_eq!(pointer, write);
    // SAFETY: the parts of one box.
    let boxed = unsafe { Box::from_raw_in(pointer, allocator) };
    let (pointer, allocator) = Box::into_non_null_with_allocator(boxed);
    // SAFETY: the parts of one box.
    let boxed = unsafe { Box::from_non_null_in(pointer, allocator) };
    assert_eq!(*boxed, "Janus!");
    drop(boxed);

    // SAFETY: the pointer of a box.
    assert_eq!(*unsafe { Box::from_raw(Box::into_raw(Box::new(5))) }, 5);
    // SAFETY: the pointer of a box.
    assert_eq!(*unsafe { Box::from_non_null(Box::into_non_null(Box::new(5))) }, 5);
    let five = Box::leak(Box::new_in(5, &ledger));
    *five += 1;
    // SAFETY: the value of a leaked box, which is the only user.
    assert_eq!(*unsafe { Box::from_raw_in(five, &ledger) }, 6);
}

#[test]
fn values_that_come_later() {
    let ledger = Ledger::new();
    let mut later = Box::<[u8; 100], _>::new_uninit_in(&ledger);
    later.write([7; 100]);
    // SAFETY: written in the line above.
    assert_eq!(*unsafe { later.assume_init() }, [7; 100]);
    // SAFETY: zero bytes are numbers.
    assert_eq!(*unsafe { Box::<[u8; 100], _>::new_zeroed_in(&ledger).assume_init() }, [0; 100]);
    let mut slice = Box::<[usize], _>::new_uninit_slice_in(10, &ledger);
    slice.iter_mut().enumerate().for_each(|(n, place)| _ = place.write(n));
    // SAFETY: all are written.
    assert!(unsafe { slice.assume_init() }.iter().copied().eq(0..10));
    // SAFETY: zero bytes are numbers.
    assert_eq!(*unsafe { Box::<[u64], _>::new_zeroed_slice_in(3, &ledger).assume_init() }, [0; 3]);
    // One that is not known to be there is not dropped.
    struct Bomb(#[expect(dead_code, reason = "has a size")] u8);
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("it was dropped");
        }
    }
    let mut never = Box::<Bomb, _>::new_uninit_in(&ledger);
    never.write(Bomb(1));
    drop(never);
}

#[test]
fn trait_objects() {
    let ledger = Ledger::new();
    let add = 3;
    let mut count = 0;
    let call: Box<dyn Fn(u8) -> u8 + '_, _> = unsize_box!(Box::new_in(|n| n + add, &ledger));
    assert_eq!(call(4), 7);
    let mut call: Box<dyn FnMut(), _> = unsize_box!(Box::new_in(|| count += 1, &ledger));
    call();
    call();
    drop(call);
    assert_eq!(count, 2);

    let any: Box<dyn Any, _> = unsize_box!(Box::new_in(5_u32, &ledger));
    let any = any.downcast::<i32>().unwrap_err();
    assert_eq!(*any.downcast::<u32>().unwrap(), 5);
    let any: Box<dyn Any + Send, _> = unsize_box!(Box::new_in(5_u32, &ledger));
    let any = any.downcast::<i32>().unwrap_err();
    assert_eq!(*any.downcast::<u32>().unwrap(), 5);
    let any: Box<dyn Any + Send + Sync, _> = unsize_box!(Box::new_in(String::from("Janus"), &ledger));
    let any = any.downcast::<i32>().unwrap_err();
    assert_eq!(*any.downcast::<String>().unwrap(), "Janus");
}

#[test]
fn errors() {
    fn number(text: &str) -> Result<u8, Box<dyn Error, System>> {
        Ok(text.parse()?)
    }
    fn shared(text: &str) -> Result<u8, Box<dyn Error + Send + Sync>> {
        Ok(text.parse()?)
    }
    type ParseError = std::num::ParseIntError;

    assert_eq!(number("7").unwrap(), 7);
    let error = number("seven").unwrap_err();
    assert_eq!(error.to_string(), "invalid digit found in string");
    let error = error.downcast::<std::fmt::Error>().unwrap_err();
    assert!(error.downcast::<ParseError>().is_ok());
    assert!(shared("seven").unwrap_err().downcast::<ParseError>().is_ok());
    let error: Box<dyn Error + Send, _> = unsize_box!(Box::new_in(std::fmt::Error, System));
    assert!(error.downcast::<std::fmt::Error>().is_ok());

    // A box of an error is one.
    #[derive(Debug)]
    struct Outer(std::fmt::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }
    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
    let boxed: &dyn Error = &Box::new_in(Outer(std::fmt::Error), System);
    assert!(boxed.source().is_some_and(|source| source.is::<std::fmt::Error>()));
}

#[test]
fn iterators() {
    let ledger = Ledger::new();
    let mut sized = Box::new_in(0..10, &ledger);
    assert_eq!((sized.len(), sized.next(), sized.next_back(), sized.nth(1)), (10, Some(0), Some(9), Some(2)));
    assert_eq!((sized.nth_back(1), sized.size_hint()), (Some(7), (4, Some(4))));
    assert_eq!(sized.last(), Some(6));

    let lazily: Box<dyn Iterator<Item = u32>, _> = unsize_box!(Box::new_in((0..10).filter(|n| n % 3 == 0), &ledger));
    assert!(lazily.eq([0, 3, 6, 9]));
    let both: Box<dyn DoubleEndedIterator<Item = u32> + Send, _> = unsize_box!(Box::new_in(0..3, &ledger));
    assert!(both.rev().eq([2, 1, 0]));
    let exact: Box<dyn ExactSizeIterator<Item = u32>, _> = unsize_box!(Box::new_in(0..3, &ledger));
    assert_eq!(exact.len(), 3);

    fn fused<I: std::iter::FusedIterator + BoxedIterator>(_: I) {}
    fused(Box::new_in(0..3, &ledger));

    let slice = Box::slice(Box::new_in([String::from("a"), String::from("b")], &ledger));
    let mut lengths = 0;
    for text in &slice {
        lengths += text.len();
    }
    let mut slice = slice;
    for text in &mut slice {
        text.push('!');
    }
    let mut joined = String::new();
    for text in slice {
        joined += &text;
    }
    assert_eq!((lengths, &*joined), (2, "a!b!"));
    // Stopped halfway, the rest is dropped.
    let drops = Drops::new();
    let mut values = Box::slice(Box::new_in([drops.value(), drops.value(), drops.value()], &ledger)).into_iter();
    assert_eq!(values.next().unwrap().number, 0);
    drop(values);
    assert_eq!(drops.live(), 0);

    let collected: Box<[u32], System> = (0..5).collect();
    assert_eq!(*collected, [0, 1, 2, 3, 4]);
}

#[test]
fn futures() {
    fn poll<F: Future>(future: F) -> Poll<F::Output> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    let ledger = Ledger::new();
    assert_eq!(poll(Box::new_in(ready(7), &ledger)), Poll::Ready(7));
    let unpinned: Box<dyn Future<Output = u8> + Unpin, _> = unsize_box!(Box::new_in(ready(7), &ledger));
    assert_eq!(poll(unpinned), Poll::Ready(7));

    let pinned: Pin<Box<dyn Future<Output = u8>, System>> =
        Box::into_pin(unsize_box!(Box::new_in(async { ready(7).await }, System)));
    assert_eq!(poll(pinned), Poll::Ready(7));
    assert_eq!(poll(Box::pin(async { 7 })), Poll::Ready(7));
    static DEFAULT: AsGlobal<System> = AsGlobal::new(System);
    assert_eq!(poll(Box::pin_in(async { 7 }, &DEFAULT)), Poll::Ready(7));
    assert_eq!(poll(Box::try_pin_in(async { 7 }, System).unwrap()), Poll::Ready(7));
    let pinned: Pin<Box<Ready<u8>, System>> = Box::new_in(ready(7), System).into();
    assert_eq!(poll(pinned), Poll::Ready(7));
    assert_eq!(*Pin::<Box<u8, System>>::default(), 0);
}

#[test]
fn as_its_value() {
    let ledger = Ledger::new();
    let (one, two) = (Box::new_in(1.0, &ledger), Box::new_in(f64::NAN, &ledger));
    assert!(one == one.clone() && one != two && two != two.clone());
    assert!((one < two, one <= two, one > two, one >= two) == (false, false, false, false));
    assert_eq!(one.partial_cmp(&two), None);
    assert!(Box::new_in(1, &ledger) < Box::new_in(2, &ledger));
    assert_eq!(Box::new_in(2, &ledger).max(Box::new_in(1, &ledger)).cmp(&Box::new_in(2, &ledger)) as i8, 0);

    let text = Box::clone_from_ref_in("Janus", &ledger);
    assert_eq!(format!("{text} {text:?} {:?}", Box::new_in(Some(1), &ledger)), "Janus \"Janus\" Some(1)");
    let five = Box::new_in(5, &ledger);
    assert_eq!(format!("{five:p}"), format!("{:p}", Box::as_ptr(&five)));
    assert_eq!(format!("{five:>4}|{:#?}", Box::new_in([1], &ledger)), "   5|[\n    1,\n]");

    let state = RandomState::new();
    assert_eq!(state.hash_one(&text), state.hash_one("Janus"));
    let mut hasher: Box<dyn Hasher, _> = unsize_box!(Box::new_in(state.build_hasher(), &ledger));
    let mut other = state.build_hasher();
    for hasher in [&mut hasher as &mut dyn Hasher, &mut other] {
        hasher.write(b"Janus");
        hasher.write_u8(1);
        hasher.write_u16(2);
        hasher.write_u32(3);
        hasher.write_u64(4);
        hasher.write_u128(5);
        hasher.write_usize(6);
        hasher.write_i8(-1);
        hasher.write_i16(-2);
        hasher.write_i32(-3);
        hasher.write_i64(-4);
        hasher.write_i128(-5);
        hasher.write_isize(-6);
    }
    7.hash(&mut hasher);
    7.hash(&mut other);
    assert_eq!(hasher.finish(), other.finish());

    let mut boxed = Box::new_in([1, 2], &ledger);
    let array: &[i32; 2] = boxed.as_ref();
    assert_eq!(array, Borrow::<[i32; 2]>::borrow(&boxed));
    boxed.as_mut()[0] = 3;
    BorrowMut::<[i32; 2]>::borrow_mut(&mut boxed)[1] = 4;
    assert_eq!(*boxed, [3, 4]);
    // Looked up by what is inside.
    let map = std::collections::HashMap::from([(Box::clone_from_ref_in("Janus", System), 1)]);
    assert_eq!(map["Janus"], 1);
}

#[test]
fn input_and_output() -> std::io::Result<()> {
    let ledger = Ledger::new();
    let mut read: Box<dyn BufRead, _> = unsize_box!(Box::new_in(&b"one\ntwo\nthree;four\n\xff5"[..], &ledger));
    let mut line = String::new();
    assert_eq!((read.read_line(&mut line)?, &*line), (4, "one\n"));
    let mut until = std::vec::Vec::new();
    read.read_until(b'\n', &mut until)?;
    assert_eq!((&*until, read.skip_until(b';')?), (&b"two\n"[..], 6));
    let mut four = [0; 4];
    read.read_exact(&mut four)?;
    assert_eq!((&four, read.fill_buf()?.len()), (b"four", 3));
    read.consume(1);
    assert!(read.read_to_string(&mut line).is_err(), "no UTF-8");

    let mut file = Box::new_in(Cursor::new(std::vec::Vec::new()), &ledger);
    file.write_all(b"Ja")?;
    assert_eq!((file.write(b"n")?, file.write_vectored(&[IoSlice::new(b"us")])?), (1, 2));
    write!(file, " {}", 7)?;
    file.flush()?;
    assert_eq!((file.stream_position()?, file.seek(SeekFrom::Start(1))?), (7, 1));
    file.seek_relative(1)?;
    let (mut byte, mut rest) = ([0; 1], std::vec::Vec::new());
    assert_eq!((file.read(&mut byte)?, byte), (1, [b'n']));
    assert_eq!(file.read_vectored(&mut [std::io::IoSliceMut::new(&mut byte)])?, 1);
    assert_eq!((file.read_to_end(&mut rest)?, &*rest), (3, &b"s 7"[..]));
    file.rewind()?;
    assert_eq!(file.stream_position()?, 0);
    Ok(())
}

#[test]
fn from_other_values() {
    assert_eq!(*Box::<u8, System>::from(5), 5);
    assert_eq!(*Box::<[u8], System>::from([1, 2]), [1, 2]);
    assert_eq!(*Box::<[u8], System>::from(&[1, 2][..]), [1, 2]);
    assert_eq!(*Box::<[u8], System>::from(&mut [1, 2][..]), [1, 2]);
    assert_eq!(*Box::<[u8], System>::from(Cow::Borrowed(&[1, 2][..])), [1, 2]);
    let text: Box<str, System> = "Janus".into();
    assert_eq!((&*text, &*Box::<[u8], System>::from(text.clone())), ("Janus", &b"Janus"[..]));
    assert_eq!(&*Box::<str, System>::from(String::from("Janus").as_mut_str()), "Janus");
    assert_eq!(&*Box::<str, System>::from(Cow::Owned(String::from("Janus"))), "Janus");
    assert_eq!(&*Box::<CStr, System>::from(c"Janus"), c"Janus");
    assert_eq!(&*Box::<OsStr, System>::from(OsStr::new("Janus")), "Janus");
    assert_eq!(&*Box::<Path, System>::from(Path::new("a/b")), Path::new("a/b"));
    // SAFETY: ASCII is UTF-8.
    assert_eq!(&*unsafe { from_boxed_utf8_unchecked(text.into_boxed_bytes()) }, "Janus");

    // std's strings keep their block.
    fn there_and_back<S, T: ?Sized>(string: S)
    where
        S: Clone + PartialEq + Debug + From<Box<T>>,
        Box<T>: From<S>,
    {
        assert_eq!(S::from(Box::<T>::from(string.clone())), string);
    }
    there_and_back::<String, str>("Janus".into());
    there_and_back::<CString, CStr>(c"Janus".into());
    there_and_back::<OsString, OsStr>("Janus".into());
    there_and_back::<PathBuf, Path>("a/b".into());
    let string = String::from("Janus").into_boxed_str();
    let before = string.as_ptr();
    assert_eq!(Box::<str>::from(String::from(string)).as_ptr(), before);

    let parts = ["a", "b"].map(|part| Box::clone_from_ref_in(part, System));
    let mut joined: String = parts.clone().into_iter().collect();
    joined.extend(parts);
    assert_eq!(joined, "abab");

    let defaults = (Box::<u8, System>::default(), Box::<[u8], System>::default(), Box::<str, System>::default());
    assert_eq!((*defaults.0, defaults.1.len(), defaults.2.len()), (0, 0, 0));
    assert_eq!(&*Box::<CStr, System>::default(), c"");
    let slice = Box::clone_from_ref_in(&[1, 2, 3][..], System);
    let slice = <Box<[i32; 2], _>>::try_from(slice).unwrap_err();
    assert_eq!(*<Box<[i32; 3], _>>::try_from(slice).unwrap(), [1, 2, 3]);
}

#[test]
fn vectors() {
    let ledger = Ledger::new();
    let mut vector = Vec::with_capacity_in(100, &ledger);
    vector.extend([1, 2, 3]);
    let boxed = <Box<[i32], _>>::from(vector);
    assert_eq!(ledger.layouts(), [Layout::array::<i32>(3).unwrap()]);
    let before = boxed.as_ptr();
    let vector = Vec::from(boxed);
    assert_eq!((vector.as_ptr(), vector.capacity()), (before, 3));
    let vector = <Box<[i32; 2], _>>::try_from(vector).unwrap_err();
    assert_eq!(*<Box<[i32; 3], _>>::try_from(vector).unwrap(), [1, 2, 3]);
}

/// In the same block, and into a box that drops the value and frees the block once.
#[test]
fn boxes_of_others() {
    let (ledger, drops) = (Ledger::new(), Drops::new());
    macro_rules! there_and_back {
        ($theirs:ident, $allocator:ty) => {{
            there_and_back!($theirs<_, $allocator>, Box<Value<'_>, &Ledger>, Box::new_in(drops.value(), &ledger));
            let slice = || Box::slice(Box::new_in([drops.value(), drops.value()], &ledger));
            there_and_back!($theirs<_, $allocator>, Box<[Value<'_>], &Ledger>, slice());
            let text = || Box::clone_from_ref_in("Janus", &ledger);
            assert_eq!(&*there_and_back!($theirs<_, $allocator>, Box<str, &Ledger>, text()), "Janus");
            let any: Box<dyn Any, &Ledger> = unsize_box!(Box::new_in(5, &ledger));
            let any: $theirs<dyn Any, $allocator> = any.into();
            assert!(any.is::<i32>());
        }};
        ($theirs:ident<_, $allocator:ty>, Box<$value:ty, &Ledger>, $boxed:expr) => {{
            let theirs: $theirs<$value, $allocator> = $boxed.into();
            drop(theirs);
            let ours = $boxed;
            let (before, requests) = (Box::as_ptr(&ours).cast::<u8>(), ledger.requests());
            let theirs: $theirs<$value, $allocator> = ours.into();
            assert_eq!((&raw const *theirs).cast::<u8>(), before);
            let ours: Box<$value, &Ledger> = theirs.into();
            assert_eq!((Box::as_ptr(&ours).cast::<u8>(), ledger.requests()), (before, requests));
            ours
        }};
    }

    #[cfg(not(feature = "std-trait"))]
    {
        use allocator_api2::boxed::Box as Theirs;
        there_and_back!(Theirs, &Ledger);
    }
    // Theirs is std's, and so is the trait.
    #[cfg(feature = "std-trait")]
    {
        let ours = Box::from_std(Box::into_std(Box::new_in(drops.value(), &ledger)));
        let ours: Box<Value<'_>, &Ledger> = Box::into_std(ours).into();
        drop(ours);
    }
    #[cfg(feature = "allocator-api2-03")]
    {
        use allocator_api2_03::boxed::Box as Theirs;
        use janus_alloc::generations::{From03, To03};
        there_and_back!(Theirs, To03<&Ledger>);
        let ours: Box<i32, From03<To03<&Ledger>>> = Theirs::new_in(5, To03(&ledger)).into();
        let theirs: Theirs<i32, To03<&Ledger>> = ours.into();
        assert_eq!(*theirs, 5);
    }
    #[cfg(feature = "allocator-api2-04")]
    {
        use allocator_api2_04::boxed::Box as Theirs;
        use janus_alloc::generations::{From04, To04};
        there_and_back!(Theirs, To04<&Ledger>);
        let ours: Box<i32, From04<To04<&Ledger>>> = Theirs::new_in(5, To04(&ledger)).into();
        let theirs: Theirs<i32, To04<&Ledger>> = ours.into();
        assert_eq!(*theirs, 5);
    }
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    let boxed = StdBox::new(drops.value());
    let before = &raw const *boxed;
    let boxed = Box::into_std(<Box<Value<'_>>>::from(boxed));
    assert_eq!(&raw const *boxed, before);
    drop(boxed);
    drop(<Box<Value<'_>>>::from(StdBox::new(drops.value())));
    assert_eq!(Box::into_std(<Box<[i32]>>::from(StdBox::<[i32]>::from([1, 2])))[1], 2);
    assert_eq!(&*<Box<str>>::from(StdBox::<str>::from("Janus")), "Janus");
    let any: StdBox<dyn Any> = StdBox::new(5);
    assert!(Box::into_std(Box::from_std(any)).is::<i32>());
    // What only std's `Box` can do.
    let call: Box<dyn FnOnce() -> String> = unsize_box!(Box::new({
        let name = String::from("Janus");
        move || name
    }));
    assert_eq!(Box::into_std(call)(), "Janus");
    drop(Box::into_std(Box::new(())));
    assert_eq!(drops.live(), 0);
}

/// A box of an allocator is one: chosen at run time, or moved while its blocks are in use.
#[test]
fn boxes_of_allocators() {
    check(Box::new(System), &Options { operations: 20_000, ..Options::default() }).unwrap();
    check(Box::new_in(Pool::new(), System), &Options { operations: 20_000, ..Options::default() }).unwrap();

    let ledger = Ledger::new();
    for pooled in [false, true] {
        let allocator: Box<dyn Allocator + '_, &Ledger> = if pooled {
            unsize_box!(Box::new_in(Pool::new_in(&ledger), &ledger))
        } else {
            unsize_box!(Box::new_in(&ledger, &ledger))
        };
        let mut numbers = Vec::new_in(allocator);
        numbers.extend(0..1000_u64);
        let moved = StdBox::new(numbers);
        assert_eq!(moved.iter().sum::<u64>(), 499_500);
    }
    assert_eq!(ledger.live(), 0);

    // A structure that owns its memory: the pool goes with the last thing in it.
    let mut names = Vec::new_in(Box::new_in(Pool::new_in(&ledger), &ledger));
    names.push(1);
    let names = <Box<[i32], _>>::from(names);
    assert_eq!(*names, [1]);
    drop(names);
    assert_eq!(ledger.live(), 0);
}

/// Deep lists are dropped as std's are: node by node, on the stack.
#[test]
fn recursive_types() {
    struct Node<'a> {
        children: std::vec::Vec<Box<Node<'a>, &'a Ledger>>,
        parent: Option<Box<Node<'a>, &'a Ledger>>,
    }

    fn tree<'a>(depth: usize, ledger: &'a Ledger) -> Box<Node<'a>, &'a Ledger> {
        let children = (0..depth).map(|depth| tree(depth, ledger)).collect();
        Box::new_in(Node { children, parent: None }, ledger)
    }

    let ledger = Ledger::new();
    let mut root = tree(8, &ledger);
    assert_eq!(ledger.live(), 256);
    root.parent = Some(tree(3, &ledger));
    root.children.pop();
    assert_eq!(ledger.live(), 128 + 8);
    drop(root);
    assert_eq!(ledger.live(), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Clone,
    CloneFrom,
    Replace(std::vec::Vec<u8>),
    ThroughVec,
    ThroughRaw,
    ThroughOthers,
    Write(usize, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..20);
    proptest::prop_oneof![
        proptest::prelude::Just(Step::Clone),
        proptest::prelude::Just(Step::CloneFrom),
        bytes().prop_map(Step::Replace),
        proptest::prelude::Just(Step::ThroughVec),
        proptest::prelude::Just(Step::ThroughRaw),
        proptest::prelude::Just(Step::ThroughOthers),
        (any::<usize>(), any::<u8>()).prop_map(|(index, byte)| Step::Write(index, byte)),
    ]
}

proptest! {
    /// Two boxed slices of ours beside two of std's.
    #[test]
    fn as_std_does(steps in prop::collection::vec(step(), 0..50)) {
        let ledger = Ledger::new();
        let mut ours = [(); 2].map(|()| Box::<[u8], &Ledger>::from(Vec::new_in(&ledger)));
        let mut std = [(); 2].map(|()| StdBox::<[u8]>::default());
        for step in steps {
            let ([a, b], [x, y]) = (&mut ours, &mut std);
            match step {
                Step::Clone => (*b, *y) = (a.clone(), x.clone()),
                Step::CloneFrom => {
                    b.clone_from(a);
                    y.clone_from(x);
                }
                Step::Replace(bytes) => {
                    *a = Box::clone_from_ref_in(&*bytes, &ledger);
                    *x = bytes.into();
                }
                Step::ThroughVec => {
                    let mut vector = std::mem::replace(a, b.clone()).into_vec();
                    vector.push(7);
                    *b = vector.into();
                    let mut vector = std::mem::replace(x, y.clone()).into_vec();
                    vector.push(7);
                    *y = vector.into();
                }
                Step::ThroughRaw => {
                    let (pointer, allocator) = Box::into_raw_with_allocator(std::mem::replace(a, b.clone()));
                    // SAFETY: the parts of one box.
                    *b = unsafe { Box::from_raw_in(pointer, allocator) };
                    *y = std::mem::replace(x, y.clone());
                }
                Step::ThroughOthers => {
                    // Of size 0 their box frees a block, which the ledger does not have.
                    #[cfg(not(feature = "std-trait"))]
                    if !a.is_empty() {
                        let theirs: allocator_api2::boxed::Box<[u8], &Ledger> = a.clone().into();
                        *a = theirs.into();
                    }
                }
                Step::Write(index, byte) => {
                    if !a.is_empty() {
                        let index = index % a.len();
                        (a[index], x[index]) = (byte, byte);
                    }
                }
            }
            let expected: &[StdBox<[u8]>] = &std;
            assert!(ours.iter().map(|boxed| &**boxed).eq(expected.iter().map(|boxed| &**boxed)));
            assert_eq!(ours[0].cmp(&ours[1]), std[0].cmp(&std[1]));
            assert_eq!(ledger.live(), ours.iter().filter(|boxed| !boxed.is_empty()).count());
        }
        drop(ours);
        assert_eq!(ledger.live(), 0);
    }
}

/// An allocator by value goes with its box, so nothing in it can be told apart from a leak.
#[test]
fn an_allocator_by_value() {
    let boxed: Box<u64, Pool> = Box::new_in(7, Pool::new());
    assert!(Box::allocator(&boxed).allocate(Layout::new::<u64>()).is_ok());
    let moved = [boxed];
    assert_eq!(*moved[0], 7);
    assert_eq!(size_of::<Box<u64, Global>>(), size_of::<usize>());
}
