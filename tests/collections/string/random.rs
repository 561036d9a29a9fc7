//! Random operations on a string and on one of std's. After each, both have the same text and capacity.
#![expect(clippy::incompatible_msrv, reason = "std's methods are newer than the crate's MSRV")]

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use janus_alloc::collections::{CloneIn, FromIn, String as StringIn};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::ledger::Ledger;
use crate::steps::{Step, both};

/// Characters of one to four bytes.
const CHARS: [char; 8] = ['a', '\0', '~', 'é', '\u{7FF}', '☺', '\u{FFFF}', '𝄞'];
const TEXTS: [&str; 6] = ["", "J", "Janus", "é☺𝄞", "two faces, one of them to the past", "\u{10FFFF}"];

/// Returns a character boundary at or before `at`, modulo the length.
fn boundary(text: &str, at: u16) -> usize {
    let mut index = usize::from(at) % (text.len() + 1);
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

fn range(text: &str, left: u16, right: u16) -> Range<usize> {
    let (left, right) = (boundary(text, left), boundary(text, right));
    left.min(right)..left.max(right)
}

fn run(steps: &[Step]) {
    let ledger = Ledger::new();
    let mut ours: StringIn<&Ledger> = StringIn::new_in(&ledger);
    let mut std = String::new();
    for &(operation, left, right) in steps {
        let index = boundary(&std, left);
        let part = range(&std, left, right);
        let char = CHARS[usize::from(right) % CHARS.len()];
        let text = TEXTS[usize::from(right) % TEXTS.len()];
        let few = usize::from(right) % 20;
        match operation % 30 {
            0..3 => both!(ours, std, |string| string.push(char)),
            3..5 => both!(ours, std, |string| string.push_str(text)),
            5 => both!(ours, std, |string| string.insert(index, char)),
            6 => both!(ours, std, |string| string.insert_str(index, text)),
            7 if index < std.len() => both!(ours, std, |string| string.remove(index)),
            8 => both!(ours, std, |string| string.pop()),
            9 => both!(ours, std, |string| string.truncate(index)),
            10 if left % 8 == 0 => both!(ours, std, |string| string.clear()),
            11 => both!(ours, std, |string| {
                let tail = string.split_off(index);
                (tail.capacity(), tail.to_string())
            }),
            12 => both!(ours, std, |string| string.retain(|char| char != 'a' && char != '☺')),
            13 => both!(ours, std, |string| string.drain(part.clone()).collect::<String>()),
            14 => both!(ours, std, |string| {
                let mut drain = string.drain(part.clone());
                let ends = (drain.next(), drain.next_back(), drain.size_hint());
                (ends, drain.as_str().to_owned())
            }),
            15 => both!(ours, std, |string| std::mem::forget(string.drain(part.clone()))),
            16 | 17 => both!(ours, std, |string| string.replace_range(part.clone(), text)),
            18 => both!(ours, std, |string| {
                if string.len() < 1000 {
                    string.extend_from_within(part.clone());
                }
            }),
            19 => both!(ours, std, |string| string.extend(CHARS.iter().cycle().take(few))),
            20 => both!(ours, std, |string| string.extend(CHARS.into_iter().filter(|char| char.len_utf8() > 1))),
            // Without the filter, std would add up the lengths of an array first.
            21 => both!(ours, std, |string| string.extend([text, "and"].into_iter().filter(|_| true))),
            22 => both!(ours, std, |string| string.extend([Cow::Borrowed(text), Cow::Owned(text.repeat(2))])),
            23 => both!(ours, std, |string| write!(string, "{text:>9}{char}{few}")),
            24 => both!(ours, std, |string| string.reserve(few)),
            25 => both!(ours, std, |string| string.reserve_exact(few)),
            26 => both!(ours, std, |string| string.shrink_to(few)),
            27 => both!(ours, std, |string| string.shrink_to_fit()),
            28 if right % 3 == 0 => {
                ours = ours.clone();
                std = std.clone();
            }
            28 if right % 3 == 1 => {
                let source = StringIn::from_in(text, &ledger);
                ours.clone_from(&source);
                std.clone_from(&text.to_owned());
            }
            28 => {
                ours = ours.clone_in(&ledger);
                std = std.as_str().to_owned();
            }
            29 if right % 3 == 0 => {
                ours = StringIn::from(ours.into_boxed_str());
                std = String::from(std.into_boxed_str());
            }
            29 if right % 3 == 1 => {
                ours = StringIn::from_utf8(ours.into_bytes()).unwrap();
                std = String::from_utf8(std.into_bytes()).unwrap();
            }
            29 => {
                let (left, right) = (ours + text, std + text);
                (ours, std) = (left, right);
            }
            _ => {}
        }
        assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok(&*std), "after {operation}");
        assert_eq!(ours, std);
        assert_eq!(ours.capacity(), std.capacity(), "after {operation}");
        assert_eq!(ours[part_of(&std, left)], std[part_of(&std, left)]);
        // The only block is that of the string, if it has capacity.
        assert_eq!(ledger.live(), usize::from(ours.capacity() != 0));
        if ledger.live() == 1 {
            assert_eq!(ledger.layouts()[0].size(), ours.capacity());
        }
    }
}

fn part_of(text: &str, left: u16) -> Range<usize> {
    range(text, left, left / 2)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2 * ProptestConfig::default().cases) })]

    #[test]
    fn random_operations_behave_as_in_std(steps in vec(any::<Step>(), 0..120)) {
        run(&steps);
    }

    #[test]
    fn bytes_are_decoded_as_in_std(bytes in vec(prop_oneof![any::<u8>(), Just(0xE2), Just(0x98), Just(0xBA), Just(b'J')], 0..40)) {
        let ledger = Ledger::new();
        let lossy = StringIn::from_utf8_lossy_in(&bytes, &ledger);
        assert_eq!(lossy, String::from_utf8_lossy(&bytes));
        assert_eq!(StringIn::from_utf8_lossy(&bytes), lossy);
        let ours = StringIn::from_utf8(janus_alloc::collections::Vec::from_in(&*bytes, &ledger));
        match (ours, String::from_utf8(bytes)) {
            (Ok(ours), Ok(std)) => assert_eq!(ours, std),
            (Err(ours), Err(std)) => {
                assert_eq!(ours.utf8_error(), std.utf8_error());
                assert_eq!(ours.to_string(), std.to_string());
                assert_eq!(format!("{ours:?}"), format!("{std:?}"));
                assert_eq!(ours.as_bytes(), std.as_bytes());
                assert_eq!(ours.into_bytes(), std.into_bytes());
            }
            (ours, std) => panic!("{ours:?} but {std:?}"),
        }
    }

    #[test]
    fn utf16_is_decoded_as_in_std(units in vec(prop_oneof![any::<u16>(), 0xD700..0xE100_u16, Just(0x4A)], 0..30)) {
        let ledger = Ledger::new();
        assert_eq!(StringIn::from_utf16_lossy_in(&units, &ledger), String::from_utf16_lossy(&units));
        assert_eq!(StringIn::from_utf16_lossy(&units), String::from_utf16_lossy(&units));
        match (StringIn::from_utf16_in(&units, &ledger), String::from_utf16(&units)) {
            (Ok(ours), Ok(std)) => {
                assert_eq!(ours, std);
                assert_eq!(StringIn::from_utf16(&units).unwrap(), std);
            }
            (Err(ours), Err(std)) => assert_eq!(ours.to_string(), std.to_string()),
            (ours, std) => panic!("{ours:?} but {std:?}"),
        }
    }

    #[test]
    fn all_characters_are_encoded(char in any::<char>()) {
        let mut ours = StringIn::new();
        ours.push(char);
        ours.insert(0, char);
        assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok(&*format!("{char}{char}")));
    }
}
