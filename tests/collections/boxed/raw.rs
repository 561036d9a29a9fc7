//! Raw pointers, values that come later, and types without a size.

use std::any::Any;

use janus_alloc::collections::Box;
use janus_alloc::unsize_box;

use crate::ledger::Ledger;

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
