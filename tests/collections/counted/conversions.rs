//! Conversions from and into raw pointers, trait objects and other types, and the traits of the value.

use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::ffi::{CStr, OsStr};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use janus_alloc::System;
use janus_alloc::collections::{Box, Vec};

use super::super::{AnyValue, Rc, Weak, unsize, unsize_weak};
use crate::ledger::{Drops, Ledger, Value};

#[test]
fn a_raw_pointer_holds_its_count() {
    let ledger = Ledger::new();
    let rc = Rc::new_in(String::from("Janus"), &ledger);
    assert!(std::ptr::eq(*Rc::allocator(&rc), &raw const ledger));
    let pointer = Rc::as_ptr(&rc);
    assert!(std::ptr::eq(pointer, &raw const *rc));
    // SAFETY: `rc` keeps the value alive, and `pointer` and `ledger` are its own.
    unsafe { Rc::increment_strong_count_in(pointer, &ledger) };
    assert_eq!(Rc::strong_count(&rc), 2);
    // SAFETY: `increment_strong_count_in` added the count that this pointer takes over.
    let other = unsafe { Rc::from_raw_in(pointer, &ledger) };
    assert!(Rc::ptr_eq(&rc, &other));
    let (raw, allocator) = Rc::into_raw_with_allocator(other);
    assert_eq!((raw, Rc::strong_count(&rc)), (pointer, 2));
    // SAFETY: `into_raw_with_allocator` left the count that this gives up.
    unsafe { Rc::decrement_strong_count_in(raw, allocator) };
    assert_eq!(Rc::strong_count(&rc), 1);

    let weak = Rc::downgrade(&rc);
    assert_eq!(weak.as_ptr(), pointer);
    let (raw, allocator) = weak.into_raw_with_allocator();
    assert_eq!(Rc::weak_count(&rc), 1);
    drop(rc);
    // SAFETY: `into_raw_with_allocator` returned both, and left the count that this pointer takes over.
    let weak = unsafe { Weak::from_raw_in(raw, allocator) };
    assert!(weak.upgrade().is_none());
    drop(weak);

    // A trait object.
    let any: Rc<AnyValue, _> = unsize!(Rc::new_in(5_u8, &ledger));
    let (raw, allocator) = Rc::into_raw_with_allocator(any);
    // SAFETY: `into_raw_with_allocator` returned both, and left the count that this pointer takes over.
    assert_eq!(unsafe { Rc::from_raw_in(raw, allocator) }.downcast::<u8>().as_deref().ok(), Some(&5));

    let five = Rc::into_raw(Rc::new(5));
    // SAFETY: `into_raw` returned `five`, and its count keeps the value alive.
    unsafe { Rc::increment_strong_count(five) };
    // SAFETY: `increment_strong_count` added the count that this gives up.
    unsafe { Rc::decrement_strong_count(five) };
    // SAFETY: `into_raw` returned `five`, and left the count that this pointer takes over.
    let five = unsafe { Rc::from_raw(five) };
    // SAFETY: `into_raw` returned the pointer, and left the weak count that the new one takes over.
    assert!(unsafe { Weak::from_raw(Rc::downgrade(&five).into_raw()) }.ptr_eq(&Rc::downgrade(&five)));
}

#[test]
fn pointers_unsize_and_downcast() {
    let ledger = Ledger::new();
    let add = 3;
    let call: Rc<dyn Fn(u8) -> u8 + '_, _> = unsize!(Rc::new_in(|n| n + add, &ledger));
    assert_eq!(call.clone()(4), 7);
    let weak: Weak<dyn Fn(u8) -> u8 + '_, _> = Rc::downgrade(&call);
    drop(call);
    assert!(weak.upgrade().is_none());
    let any: Rc<AnyValue, _> = unsize!(Rc::new_in(String::from("Janus"), &ledger));
    let shared = any.clone();
    let any = any.downcast::<i32>().unwrap_err();
    assert_eq!(any.downcast::<String>().as_deref().ok().map(String::as_str), Some("Janus"));
    assert_eq!(Rc::strong_count(&shared), 1);
    let text = Rc::new_in([1, 2, 3], &ledger);
    let weak: Weak<[i32], _> = unsize_weak!(Rc::downgrade(&text));
    assert_eq!(*weak.upgrade().unwrap(), [1, 2, 3]);
    drop(text);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_pointer_compares_hashes_and_prints_as_its_value() {
    let (one, nan) = (Rc::new(1.0), Rc::new(f64::NAN));
    assert!(one == one.clone() && one != nan && nan != nan.clone(), "`==` took equal pointers for equal values");
    assert!((one < nan, one <= nan, one > nan, one >= nan) == (false, false, false, false));
    assert_eq!(one.partial_cmp(&nan), None);
    assert_eq!(Rc::new(2).max(Rc::new(1)), Rc::new(2));
    let text: Rc<str> = "Janus".into();
    assert_eq!(format!("{text} {text:?} {:?}", Rc::new(Some(1))), "Janus \"Janus\" Some(1)");
    assert_eq!(format!("{:p}", one), format!("{:p}", Rc::as_ptr(&one)));
    let state = RandomState::new();
    assert_eq!(state.hash_one(&text), state.hash_one("Janus"));
    let (borrowed, reference): (&str, &str) = (text.borrow(), text.as_ref());
    assert_eq!(borrowed, reference);
    assert_eq!(std::collections::HashMap::from([(text, 1)])["Janus"], 1);
}

#[test]
fn other_types_convert_into_pointers() {
    assert_eq!(*Rc::<u8, System>::from(5), 5);
    assert_eq!(*Rc::<[u8], System>::from([1, 2]), [1, 2]);
    assert_eq!(*Rc::<[u8], System>::from(&[1, 2][..]), [1, 2]);
    assert_eq!(*Rc::<[u8], System>::from(&mut [1, 2][..]), [1, 2]);
    assert_eq!(*Rc::<[u8], System>::from(Cow::Borrowed(&[1, 2][..])), [1, 2]);
    let text: Rc<str, System> = "Janus".into();
    let bytes = Rc::<[u8], System>::from(text.clone());
    assert_eq!((&*bytes, Rc::strong_count(&text)), (&b"Janus"[..], 2));
    assert_eq!(&*Rc::<str, System>::from(String::from("Janus")), "Janus");
    assert_eq!(&*Rc::<str, System>::from(String::from("Janus").as_mut_str()), "Janus");
    assert_eq!(&*Rc::<str, System>::from(Cow::Borrowed("Janus")), "Janus");
    assert_eq!(&*Rc::<CStr, System>::from(c"Janus"), c"Janus");
    assert_eq!(&*Rc::<CStr, System>::from(c"Janus".to_owned()), c"Janus");
    assert_eq!(&*Rc::<OsStr, System>::from(OsStr::new("Janus").to_owned()), "Janus");
    assert_eq!(&*Rc::<Path, System>::from(Path::new("a/b")), Path::new("a/b"));
    let defaults = (Rc::<u8, System>::default(), Rc::<[u8], System>::default(), Rc::<str, System>::default());
    assert_eq!((*defaults.0, defaults.1.len(), defaults.2.len()), (0, 0, 0));
    assert_eq!(&*Rc::<CStr, System>::default(), c"");
    let slice = <Rc<[u8; 3], _>>::try_from(bytes).unwrap_err();
    assert_eq!(*<Rc<[u8; 5], _>>::try_from(slice).unwrap(), *b"Janus");

    let (ledger, drops) = (Ledger::new(), Drops::new());
    let sized: Rc<Value<'_>, &Ledger> = Box::new_in(drops.value(), &ledger).into();
    let any: Box<dyn Any, _> = unsize_box(Box::new_in(7_u8, &ledger));
    assert_eq!(<Rc<dyn Any, _>>::from(any).downcast_ref::<u8>(), Some(&7));
    let slice = Rc::<[Value<'_>], _>::from(Box::slice(Box::new_in([drops.value(), drops.value()], &ledger)));
    let text = <Rc<str, _>>::from(Box::clone_from_ref_in("Janus", &ledger));
    let nothing: Rc<(), &Ledger> = Box::new_in((), &ledger).into();
    assert_eq!((sized.number, slice.len(), &*text, *nothing), (0, 2, "Janus", ()));
    assert_eq!((drops.live(), ledger.live()), (3, 4));
    drop((sized, slice, text, nothing));

    for capacity in [0, 2, 10] {
        let mut vector = Vec::with_capacity_in(capacity, &ledger);
        vector.extend((0..capacity.min(2)).map(|_| drops.value()));
        let length = vector.len();
        let slice = <Rc<[_], _>>::from(vector);
        assert_eq!((slice.len(), drops.live(), ledger.live()), (length, length, 1));
    }
    let failing = Ledger::failing(1);
    let mut vector = Vec::with_capacity_in(3, &failing);
    vector.extend((0..3).map(|_| drops.value()));
    assert!(Rc::try_from_vec(vector).is_err());
    assert_eq!((drops.live(), failing.live()), (0, 0));
    let mut vector = Vec::with_capacity_in(3, &failing);
    vector.extend((0..3).map(|_| drops.value()));
    assert_eq!(Rc::try_from_vec(vector).unwrap().len(), 3);
    let collected: Rc<[u32], System> = (0..5).filter(|n| n % 2 == 0).collect();
    assert_eq!(*collected, [0, 2, 4]);
    assert_eq!((drops.live(), ledger.live()), (0, 0));

    fn unsize_box(boxed: Box<u8, &Ledger>) -> Box<dyn Any, &Ledger> {
        janus_alloc::unsize_box!(boxed)
    }
}
