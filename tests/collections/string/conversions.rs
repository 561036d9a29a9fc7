//! Conversions, those that copy the text and those that keep its block.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};

use janus_alloc::collections::{
    Arc as ArcIn, Box as BoxIn, CollectIn, FromIn, IntoIn, Rc as RcIn, String as StringIn, Vec as VecIn,
};
use janus_alloc::{Global, System};

use crate::ledger::Ledger;

#[test]
fn conversions_within_an_allocator_keep_the_block() {
    let ledger = Ledger::new();
    let ours = StringIn::from_in("Janus", &ledger);
    let start = ours.as_ptr();
    let bytes: VecIn<u8, &Ledger> = ours.into();
    let ours = StringIn::try_from(bytes).unwrap();
    let boxed: BoxIn<str, &Ledger> = ours.into();
    let ours: StringIn<&Ledger> = boxed.into();
    let (address, length, capacity, allocator) = ours.into_raw_parts_with_allocator();
    // SAFETY: `into_raw_parts_with_allocator` returned all four.
    let ours = unsafe { StringIn::from_raw_parts_in(address, length, capacity, allocator) };
    assert_eq!((ours.as_ptr(), &*ours), (start, "Janus"));
    // SAFETY: the bytes are those of a string, so they are UTF-8.
    let ours = unsafe { StringIn::from_utf8_unchecked(ours.into_bytes()) };
    assert_eq!((ledger.requests(), ours.as_ptr()), (1, start));
    assert!(StringIn::try_from(VecIn::from_in([0xFF], &ledger)).is_err());
}

#[test]
fn conversions_to_std_and_back_keep_the_block() {
    let std = String::from("Janus");
    let start = std.as_ptr();
    let ours = StringIn::from(std);
    let std = String::from(ours);
    let ours: StringIn = std.into_boxed_str().into();
    let cow: Cow<'_, str> = ours.into();
    let ours = StringIn::from(cow);
    let boxed: Box<str> = ours.into();
    assert_eq!((boxed.as_ptr(), &*boxed), (start, "Janus"));
    let (address, length, capacity) = StringIn::from(boxed).into_raw_parts();
    // SAFETY: `into_raw_parts` returned all three.
    assert_eq!(unsafe { StringIn::from_raw_parts(address, length, capacity) }, "Janus");
    assert_eq!(StringIn::from(Cow::Borrowed("Janus")), "Janus");
    let borrowed = Cow::from(&StringIn::from('J')).into_owned();
    assert_eq!(borrowed, "J");
}

#[test]
fn conversions_into_another_allocator_copy_the_text() {
    let ledger = Ledger::new();
    let mut text = String::from("Janus");
    let all: [StringIn<&Ledger>; 8] = [
        StringIn::from_in("Janus", &ledger),
        StringIn::from_in(text.as_mut_str(), &ledger),
        StringIn::from_in(&text, &ledger),
        StringIn::from_in(Cow::Borrowed("Janus"), &ledger),
        StringIn::from_in(StringIn::from("Janus"), &ledger),
        StringIn::from_in(&StringIn::from(&text), &ledger),
        StringIn::from_in(BoxIn::clone_from_ref_in("Janus", System), &ledger),
        text.clone().into_boxed_str().into_in(&ledger),
    ];
    assert!(all.iter().all(|copy| copy == "Janus" && copy.capacity() == 5));
    assert_eq!(StringIn::from(text.as_mut_str()), "Janus");
    assert_eq!(StringIn::from_in('☺', &ledger), "☺");
    assert_eq!(StringIn::from(&all[0]), "Janus");
    assert_eq!("Janus".parse::<StringIn<System>>(), Ok(StringIn::from_in("Janus", System)));
    assert_eq!(all[0].to_string(), text);
}

#[test]
fn strings_convert_into_counted_pointers() {
    let ledger = Ledger::new();
    let mut ours = StringIn::with_capacity_in(40, &ledger);
    ours.push_str("Jé");
    let counted: RcIn<str, &Ledger> = ours.clone().into();
    let shared: ArcIn<str, &Ledger> = ours.into();
    assert_eq!((&*counted, &*shared), ("Jé", "Jé"));
    assert_eq!(ledger.live(), 2);
    let empty: RcIn<str, &Ledger> = StringIn::new_in(&ledger).into();
    assert_eq!(&*empty, "");
}

#[test]
fn strings_are_collected_and_extended_from_all_kinds_of_text() {
    let ledger = Ledger::new();
    let mut ours = StringIn::new_in(&ledger);
    ours.extend(['J', 'é']);
    ours.extend(&['☺', 'a']);
    ours.extend(["b", "c"]);
    ours.extend([String::from("d")]);
    ours.extend([String::from("e").into_boxed_str()]);
    ours.extend([Cow::Borrowed("f")]);
    ours.extend([StringIn::from("g")]);
    ours.extend([StringIn::from_in("h", &ledger).into_boxed_str()]);
    assert_eq!(ours, "Jé☺abcdefgh");
    assert_eq!("Janus".chars().rev().collect_in::<StringIn<_>>(&ledger), "sunaJ");
    assert_eq!(["Ja", "nus"].into_iter().collect::<StringIn>(), "Janus");
    let strings = || ["Ja", "nus"].map(|text| StringIn::from_in(text, &ledger));
    assert_eq!(strings().into_iter().collect::<String>(), "Janus");
    assert_eq!(strings().into_iter().collect::<Cow<'_, str>>(), "Janus");
    assert_eq!(&*strings().into_iter().collect::<BoxIn<str, System>>(), "Janus");
    let mut std = String::from("two-faced ");
    std.extend(strings());
    assert_eq!(std, "two-faced Janus");
}

#[test]
fn operators_concatenate_and_index() {
    let mut ours = StringIn::from("Ja") + "n";
    ours += "us";
    assert_eq!(ours, "Janus");
    ours[1..3].make_ascii_uppercase();
    assert_eq!(&ours[..4], "JANu");
    assert_eq!(ours.as_mut_str(), "JANus");
    assert_eq!(format!("{ours:>7}|{ours:?}"), "  JANus|\"JANus\"");
}

#[test]
fn strings_compare_with_all_kinds_of_text() {
    let (ours, other) = (StringIn::from_in("Janus", System), StringIn::from_in("Janus", Global));
    let (std, cow) = (String::from("Janus"), Cow::Borrowed("Janus"));
    assert!(ours == other && ours == *"Janus" && ours == "Janus" && ours == std && ours == cow);
    assert!(*"Janus" == ours && "Janus" == ours && std == ours && cow == ours);
    let minos = StringIn::from("Minos");
    assert!(ours != minos && ours < minos);
    assert!(ours.cmp(&StringIn::from_in("Jan", System)).is_gt());
}

#[test]
fn strings_serve_as_paths_and_addresses() {
    let ours = StringIn::from_in("127.0.0.1:80", System);
    assert_eq!(AsRef::<OsStr>::as_ref(&ours), "127.0.0.1:80");
    assert_eq!(AsRef::<Path>::as_ref(&ours), Path::new("127.0.0.1:80"));
    assert_eq!((OsString::from(&ours), PathBuf::from(&ours)), ("127.0.0.1:80".into(), "127.0.0.1:80".into()));
    assert_eq!(ours.to_socket_addrs().unwrap().next().unwrap().port(), 80);
}
