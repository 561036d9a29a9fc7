//! Misbehaving safe code: ranges whose bounds change, iterators with wrong size hints, panicking closures and iterators.

use janus_alloc::System;
use janus_alloc::collections::{FromIn, FromIteratorIn, String as StringIn};

use crate::elements::Unit;
use crate::hints::WrongHint;
use crate::ledger::{Ledger, panics};
use crate::ranges::ChangingRange;

#[test]
fn the_bounds_of_a_range_are_read_once() {
    for later_end in [1, 2, 4, 100] {
        let read_once = |work: fn(&mut StringIn<&Ledger>, &ChangingRange)| {
            let ledger = Ledger::new();
            let range = ChangingRange::new(later_end);
            let mut text = StringIn::with_capacity_in(16, &ledger);
            text.push_str("☺☺");
            work(&mut text, &range);
            assert_eq!((&*text, range.end_calls.get()), ("☺☺", 1));
        };
        read_once(|text, range| assert_eq!(text.drain(range).as_str(), ""));
        read_once(|text, range| assert_eq!(text.drain(range).count(), 0));
        read_once(|text, range| text.replace_range(range, ""));
        read_once(|text, range| assert!(text.try_replace_range(range, "").is_ok()));
        read_once(|text, range| text.extend_from_within(range));
        read_once(|text, range| assert!(text.try_extend_from_within(range).is_ok()));
    }
}

/// For each set of kept characters, a panic of the closure at any character leaves the same text as in std.
#[test]
fn a_panicking_retain_leaves_the_text_of_std() {
    const TEXT: &str = "aé☺𝄞b𝄞☺éa";
    for kept in 0..512_u32 {
        for panicking in 0..10 {
            let keep = || {
                let mut seen = 0;
                move |_| {
                    assert_ne!(seen, panicking, "the closure panics");
                    seen += 1;
                    kept >> (seen - 1) & 1 == 1
                }
            };
            let mut ours = StringIn::from_in(TEXT, System);
            let mut std = String::from(TEXT);
            let panicked = (panics(|| ours.retain(keep())), panics(|| std.retain(keep())));
            assert_eq!(panicked, (panicking < 9, panicking < 9));
            assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok(&*std));
        }
    }
}

/// Returns `count` characters, with `hint` as the size hint.
fn chars(count: u32, hint: usize) -> impl Iterator<Item = char> {
    WrongHint::<Unit, 0>::new(count, (hint, Some(hint))).map(|_| '☺')
}

#[test]
fn wrong_size_hints_are_harmless() {
    for count in [0, 1, 4, 30] {
        for hint in [0, 1, 5, 100] {
            let ledger = Ledger::new();
            let ours = StringIn::from_iter_in(chars(count, hint), &ledger);
            assert_eq!(ours, "☺".repeat(count as usize));
            assert_eq!(ours.capacity(), chars(count, hint).collect::<String>().capacity());
            assert_eq!(StringIn::try_from_iter_in(chars(count, hint), &ledger).unwrap(), ours);
        }
    }
    assert!(panics(|| StringIn::from_iter_in(chars(1, usize::MAX), System)));
    assert!(StringIn::try_from_iter_in(chars(1, usize::MAX), System).is_err());
}

#[test]
fn a_panicking_iterator_leaves_the_text_before_it() {
    let mut ours = StringIn::from_in("J", System);
    let pieces = ["é", "☺"].into_iter().chain(std::iter::from_fn(|| panic!("the iterator panics")));
    assert!(panics(|| ours.extend(pieces)));
    assert_eq!(ours, "Jé☺");
}
