//! Conversions from other types, and from and into vectors.

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use janus_alloc::System;
use janus_alloc::api::Layout;
use janus_alloc::collections::boxed::from_boxed_utf8_unchecked;
use janus_alloc::collections::{Box, Vec};

use crate::ledger::Ledger;

#[test]
fn other_types_convert_into_boxes() {
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

    // Conversions from std's strings keep the block.
    fn assert_round_trip<S, T: ?Sized>(string: S)
    where
        S: Clone + PartialEq + Debug + From<Box<T>>,
        Box<T>: From<S>,
    {
        assert_eq!(S::from(Box::<T>::from(string.clone())), string);
    }
    assert_round_trip::<String, str>("Janus".into());
    assert_round_trip::<CString, CStr>(c"Janus".into());
    assert_round_trip::<OsString, OsStr>("Janus".into());
    assert_round_trip::<PathBuf, Path>("a/b".into());
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
fn boxed_slices_convert_into_vectors_and_back() {
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
