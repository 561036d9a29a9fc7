//! Behaviour that std documents.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::ops::{Bound, RangeBounds};

use janus_alloc::collections::{self, FromIn, FromIteratorIn, String as StringIn};
use janus_alloc::{Arena, System};

use crate::callbacks::drop_result;
use crate::ledger::{Ledger, panics};

const TEXT: &str = "Jé☺𝄞";

/// The character boundaries of [`TEXT`].
const BOUNDARIES: [usize; 5] = [0, 1, 3, 6, 10];

fn text() -> StringIn<System> {
    StringIn::from_in(TEXT, System)
}

#[test]
fn an_empty_string_has_no_block() {
    let ledger = Ledger::new();
    let empty = StringIn::new_in(&ledger);
    drop((
        empty.clone(),
        StringIn::with_capacity_in(0, &ledger),
        StringIn::from_in("", &ledger),
        empty.into_boxed_str(),
    ));
    assert_eq!(ledger.requests(), 0);
}

/// Each method that takes an index panics as std's, at each index that is not a character boundary, and changes nothing then.
#[test]
fn an_index_within_a_character_panics() {
    for index in 0..TEXT.len() + 3 {
        let checked = |work: fn(&mut StringIn<System>, usize), std: fn(&mut String, usize)| {
            let (mut ours, mut theirs) = (text(), String::from(TEXT));
            let panicked = panics(|| work(&mut ours, index));
            assert_eq!(panicked, panics(|| std(&mut theirs, index)), "at {index}");
            assert_eq!(ours, theirs);
            panicked
        };
        /// Runs the same code with our string and with std's.
        macro_rules! checked {
            (|$string:ident, $index:ident| $work:expr) => {
                checked(|$string, $index| drop_result($work), |$string, $index| drop_result($work))
            };
        }
        let within = !BOUNDARIES.contains(&index);
        assert_eq!(checked!(|string, index| string.insert(index, 'x')), within);
        assert_eq!(checked!(|string, index| string.insert_str(index, "xyz")), within);
        assert_eq!(checked!(|string, index| string.replace_range(index.., "x")), within);
        assert_eq!(checked!(|string, index| string.replace_range(..index, "x")), within);
        assert_eq!(checked!(|string, index| string.split_off(index)), within);
        assert_eq!(checked!(|string, index| string.drain(index..)), within);
        assert_eq!(checked!(|string, index| string.drain(..index)), within);
        assert_eq!(checked!(|string, index| string.extend_from_within(index..)), within);
        assert_eq!(checked!(|string, index| string.extend_from_within(..index)), within);
        assert_eq!(checked!(|string, index| string.remove(index).to_string()), within || index == TEXT.len());
        // `truncate` ignores an index beyond the end.
        assert_eq!(checked!(|string, index| string.truncate(index)), within && index < TEXT.len());
        assert_eq!(checked!(|string, index| string[index..].to_owned()), within);
    }
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "the panic is tested")]
fn an_invalid_range_panics() {
    fn assert_panics(range: impl RangeBounds<usize> + Clone + Debug) {
        let mut ours = text();
        assert!(panics(|| drop(ours.drain(range.clone()))), "{range:?}");
        assert!(panics(|| ours.replace_range(range.clone(), "")), "{range:?}");
        assert!(panics(|| ours.extend_from_within(range.clone())), "{range:?}");
        assert_eq!(ours, TEXT);
    }
    assert_panics(3..1);
    assert_panics(0..11);
    assert_panics(..=usize::MAX);
    assert_panics((Bound::Excluded(usize::MAX), Bound::Unbounded));
    let mut ours = text();
    assert_eq!(ours.drain((Bound::Excluded(0), Bound::Included(2))).as_str(), "é");
}

#[test]
fn a_forgotten_drain_removes_nothing() {
    let mut ours = text();
    let mut drain = ours.drain(1..);
    assert_eq!((drain.next(), drain.as_str()), (Some('é'), "☺𝄞"));
    assert_eq!(AsRef::<str>::as_ref(&drain), "☺𝄞");
    assert_eq!(AsRef::<[u8]>::as_ref(&drain), "☺𝄞".as_bytes());
    assert_eq!(format!("{drain:?}"), format!("{:?}", String::from("☺𝄞").drain(..)));
    std::mem::forget(drain);
    assert_eq!(ours, TEXT);
    assert_eq!(ours.drain(..).last(), Some('𝄞'));
    assert!(ours.is_empty());
}

#[test]
fn truncating_keeps_the_capacity() {
    let mut ours = StringIn::with_capacity_in(40, System);
    ours.push_str(TEXT);
    ours.truncate(3);
    ours.clear();
    ours.truncate(9);
    assert_eq!((ours.capacity(), ours.pop()), (40, None));
}

#[test]
fn hashes_are_those_of_str() {
    let state = RandomState::new();
    assert_eq!(state.hash_one(text()), state.hash_one(TEXT));
    assert_eq!(state.hash_one(text()), state.hash_one(String::from(TEXT)));
}

#[test]
#[expect(clippy::mutable_key_type, reason = "the arena changes, the text does not")]
fn maps_find_string_keys_by_str() {
    let arena = Arena::new();
    let mut ours: collections::HashMap<StringIn<&Arena>, u32, _, _> = collections::HashMap::new_in(&arena);
    let mut std = HashMap::new();
    let mut tree = collections::BTreeMap::new_in(&arena);
    for number in 0..100 {
        let key = StringIn::format_in(format_args!("key {number}"), &arena);
        std.insert(key.clone(), number);
        tree.insert(key.clone(), number);
        ours.insert(key, number);
    }
    for number in 0..100 {
        let key = &*format!("key {number}");
        assert_eq!((ours[key], std[key], tree.get(key)), (number, number, Some(&number)));
    }
    assert!(ours.get("none").is_none());
}

#[test]
fn leaked_text_stays_valid() {
    let arena = Arena::new();
    let leaked: &mut str = StringIn::from_in(TEXT, &arena).leak();
    leaked.make_ascii_lowercase();
    let _more = StringIn::from_in("more", &arena);
    assert_eq!(leaked, "jé☺𝄞");
}

#[test]
fn an_arena_grows_the_last_string_in_place() {
    let arena = Arena::new();
    let mut line = StringIn::from_iter_in(["J"], &arena);
    let start = line.as_ptr();
    for _ in 0..100 {
        line.push_str("anus");
    }
    assert_eq!((line.len(), line.as_ptr()), (401, start));
}

#[test]
fn const_functions_work_in_statics() {
    static EMPTY: StringIn = StringIn::new();
    static LENGTHS: [usize; 4] = [EMPTY.len(), EMPTY.capacity(), EMPTY.as_str().len(), EMPTY.as_bytes().len()];
    static BYTES: collections::Vec<u8, System> = StringIn::new_in(System).into_bytes();
    assert_eq!((LENGTHS, BYTES.len()), ([0; 4], 0));
}
