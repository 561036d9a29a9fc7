//! Traits that a box forwards to its value.

use std::borrow::{Borrow, BorrowMut, Cow};
use std::error::Error;
use std::future::{Future, Ready, ready};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::io::{BufRead, Cursor, IoSlice, Read, Seek, SeekFrom, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use janus_alloc::collections::Box;
use janus_alloc::collections::boxed::BoxedIterator;
use janus_alloc::{AsGlobal, System, unsize_box};

use crate::ledger::{Drops, Ledger};

#[test]
fn errors_convert_into_boxes_and_back() {
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

    // A box of an error is an error.
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
fn boxes_iterate_and_are_collected() {
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
    // An iterator dropped halfway drops the rest.
    let drops = Drops::new();
    let mut values = Box::slice(Box::new_in([drops.value(), drops.value(), drops.value()], &ledger)).into_iter();
    assert_eq!(values.next().unwrap().number, 0);
    drop(values);
    assert_eq!(drops.live(), 0);

    let collected: Box<[u32], System> = (0..5).collect();
    assert_eq!(*collected, [0, 1, 2, 3, 4]);
    let chars: Box<str, System> = ['J', 'ä', '€', '\u{10FFFF}'].iter().collect();
    assert_eq!(&*chars, "Jä€\u{10FFFF}");
    let strings: [Box<str, System>; 4] = [
        ["Ja", "nus"].into_iter().collect(),
        ["Ja", "nus"].map(String::from).into_iter().collect(),
        ["Ja", "nus"].map(Cow::from).into_iter().collect(),
        ["Ja", "nus"].map(Box::clone_from_ref).into_iter().collect(),
    ];
    assert!(strings.iter().all(|string| &**string == "Janus"));
}

#[test]
fn boxes_of_futures_are_futures() {
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
fn a_box_compares_hashes_and_prints_as_its_value() {
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
    // A map finds a boxed key by its value.
    let map = std::collections::HashMap::from([(Box::clone_from_ref_in("Janus", System), 1)]);
    assert_eq!(map["Janus"], 1);
}

#[test]
fn boxes_read_write_and_seek() -> std::io::Result<()> {
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
    assert!(read.read_to_string(&mut line).is_err(), "invalid UTF-8 was read");

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
