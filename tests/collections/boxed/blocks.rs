//! The blocks of boxes, and failed allocations.

use std::any::Any;
use std::ffi::{CStr, OsStr};

use janus_alloc::api::{AllocError, Layout};
use janus_alloc::collections::{Box, Vec};
use janus_alloc::{Null, System, unsize_box};

use crate::allocators::AtLeastOneByte;
use crate::ledger::{Drops, Ledger, each_failure, panics};

#[test]
fn a_block_has_the_layout_of_the_value() {
    let ledger = Ledger::new();
    #[repr(align(128))]
    struct Aligned(#[expect(dead_code, reason = "has a size")] u8);

    let small = Box::new_in(1_u16, &ledger);
    assert_eq!(ledger.layouts(), [Layout::new::<u16>()]);
    drop(small);

    let aligned = Box::new_in(Aligned(1), &ledger);
    assert_eq!(ledger.layouts(), [Layout::new::<Aligned>()]);
    assert!(Box::as_ptr(&aligned).is_aligned());
    // A trait object frees the block with the same layout.
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

/// The ledger panics at a request or a free of size 0.
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

/// Boxes of size 0 free no block that they have not allocated, even if the allocator has blocks of size 0.
#[test]
fn boxes_of_size_0_free_nothing_of_an_allocator_that_serves_size_0() {
    type OneByte = AtLeastOneByte<System>;
    let allocator = AtLeastOneByte(System);
    drop(Box::<[u64], OneByte>::default());
    drop(Box::<str, OneByte>::default());
    drop(Box::<CStr, OneByte>::default());
    drop(Box::<OsStr, OneByte>::default());
    drop(Box::<(), OneByte>::default());
    drop(<Box<[u64], _>>::from(Vec::<u64, _>::new_in(allocator)));
    let boxed: Box<[u8], _> = Box::slice(Box::new_in([0_u8; 0], allocator));
    let clone = boxed.clone();
    drop(boxed);
    drop(clone);

    // allocator-api2's box frees blocks of size 0, so the conversion allocates one.
    #[cfg(not(feature = "std-trait"))]
    {
        let theirs: allocator_api2::boxed::Box<(), OneByte> = Box::new_in((), allocator).into();
        drop(theirs);
        let theirs: allocator_api2::boxed::Box<[u64], _> = Box::slice(Box::new_in([], allocator)).into();
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
    each_failure(|ledger| {
        let (number, text) = (Box::try_new_in(5, ledger)?, Box::try_clone_from_ref_in("Janus", ledger)?);
        assert_eq!((*Box::try_clone(&number)?, &*Box::try_clone(&text)?), (5, "Janus"));
        Ok::<_, AllocError>(())
    });
    let drops = Drops::new();
    each_failure(|ledger| Box::try_new_in(drops.value(), ledger).map(drop));
    assert_eq!(drops.live(), 0);
    // Without memory, nothing is cloned.
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
fn constructors_without_an_allocator_use_system() {
    assert_eq!(*Box::new(5), 5);
    assert_eq!(*Box::try_new(5).unwrap(), 5);
    assert_eq!(*Box::write(Box::<u32>::new_uninit(), 5), 5);
    assert_eq!(*Box::write(Box::<u32>::try_new_uninit().unwrap(), 5), 5);
    for zero in [Box::<u32>::new_zeroed(), Box::try_new_zeroed().unwrap()] {
        // SAFETY: zero bytes are a valid `u32`.
        assert_eq!(*unsafe { zero.assume_init() }, 0);
    }
    for zeroes in [Box::<[u32]>::new_zeroed_slice(2), Box::<[u32]>::try_new_zeroed_slice(2).unwrap()] {
        // SAFETY: zero bytes are a valid `[u32]`.
        assert_eq!(*unsafe { zeroes.assume_init() }, [0, 0]);
    }
    assert_eq!(&*Box::clone_from_ref("Janus"), "Janus");
    assert_eq!(&*Box::try_clone_from_ref("Janus").unwrap(), "Janus");
    assert_eq!(Box::<[u32]>::new_uninit_slice(3).len(), 3);
    assert_eq!(Box::<[u32]>::try_new_uninit_slice(3).unwrap().len(), 3);
}
