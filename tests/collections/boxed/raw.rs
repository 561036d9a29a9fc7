//! Raw pointers, uninitialized values and trait objects.

use std::any::Any;

use janus_alloc::collections::Box;
use janus_alloc::unsize_box;

use crate::ledger::Ledger;

#[test]
fn a_box_converts_into_raw_parts_and_back() {
    let ledger = Ledger::new();
    let mut boxed = Box::new_in(String::from("Janus"), &ledger);
    assert!(std::ptr::eq(*Box::allocator(&boxed), &raw const ledger));
    let write = Box::as_mut_ptr(&mut boxed);
    let read = Box::as_ptr(&boxed);
    // SAFETY: the pointer is that of the live box, and no reference to the value exists.
    unsafe { (*write).push('!') };
    // SAFETY: the pointer is that of the live box, and no mutable reference to the value exists.
    assert_eq!(unsafe { &*read }, "Janus!");

    let (pointer, allocator) = Box::into_raw_with_allocator(boxed);
    assert_eq!(pointer, write);
    // SAFETY: `into_raw_with_allocator` returned both.
    let boxed = unsafe { Box::from_raw_in(pointer, allocator) };
    let (pointer, allocator) = Box::into_non_null_with_allocator(boxed);
    // SAFETY: `into_non_null_with_allocator` returned both.
    let boxed = unsafe { Box::from_non_null_in(pointer, allocator) };
    assert_eq!(*boxed, "Janus!");
    drop(boxed);

    // SAFETY: `into_raw` returned the pointer.
    assert_eq!(*unsafe { Box::from_raw(Box::into_raw(Box::new(5))) }, 5);
    // SAFETY: `into_non_null` returned the pointer.
    assert_eq!(*unsafe { Box::from_non_null(Box::into_non_null(Box::new(5))) }, 5);
    let five = Box::leak(Box::new_in(5, &ledger));
    *five += 1;
    // SAFETY: `leak` gave up the box, and no other reference to the value exists.
    assert_eq!(*unsafe { Box::from_raw_in(five, &ledger) }, 6);
}

#[test]
fn uninitialized_and_zeroed_values_are_assumed_init() {
    let ledger = Ledger::new();
    let mut later = Box::<[u8; 100], _>::new_uninit_in(&ledger);
    later.write([7; 100]);
    // SAFETY: `write` initialized the value.
    assert_eq!(*unsafe { later.assume_init() }, [7; 100]);
    // SAFETY: zero bytes are a valid `[u8; 100]`.
    assert_eq!(*unsafe { Box::<[u8; 100], _>::new_zeroed_in(&ledger).assume_init() }, [0; 100]);
    let mut slice = Box::<[usize], _>::new_uninit_slice_in(10, &ledger);
    slice.iter_mut().enumerate().for_each(|(n, place)| _ = place.write(n));
    // SAFETY: the loop initialized all elements.
    assert!(unsafe { slice.assume_init() }.iter().copied().eq(0..10));
    // SAFETY: zero bytes are a valid `[u64]`.
    assert_eq!(*unsafe { Box::<[u64], _>::new_zeroed_slice_in(3, &ledger).assume_init() }, [0; 3]);
    // A `MaybeUninit` does not drop its value.
    struct PanicsInDrop(#[expect(dead_code, reason = "has a size")] u8);
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("a value in a `MaybeUninit` was dropped");
        }
    }
    let mut never = Box::<PanicsInDrop, _>::new_uninit_in(&ledger);
    never.write(PanicsInDrop(1));
    drop(never);
}

#[test]
fn boxes_unsize_and_downcast() {
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
