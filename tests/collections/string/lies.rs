//! Safe code that lies or panics: ranges that change their answers, iterators with other lengths, closures.

use janus_alloc::System;
use janus_alloc::collections::{FromIn, FromIteratorIn, String as StringIn};

use crate::ledger::{Ledger, panics};
use crate::ranges::Changing;

#[test]
fn a_range_is_asked_once() {
    for later in [1, 2, 4, 100] {
        let asked_once = |work: fn(&mut StringIn<&Ledger>, &Changing)| {
            let ledger = Ledger::new();
            let range = Changing::new(later);
            let mut text = StringIn::with_capacity_in(16, &ledger);
            text.push_str("☺☺");
            work(&mut text, &range);
            assert_eq!((&*text, range.ends.get()), ("☺☺", 1));
        };
        asked_once(|text, range| assert_eq!(text.drain(range).as_str(), ""));
        asked_once(|text, range| assert_eq!(text.drain(range).count(), 0));
        asked_once(|text, range| text.replace_range(range, ""));
        asked_once(|text, range| assert!(text.try_replace_range(range, "").is_ok()));
        asked_once(|text, range| text.extend_from_within(range));
        asked_once(|text, range| assert!(text.try_extend_from_within(range).is_ok()));
    }
}

/// Whatever keeps which characters, a panic at any of them leaves text, and the same as std's.
#[test]
fn retain_that_panics() {
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

/// Has `left` characters and says it has `said`.
struct Liar {
    left: u32,
    said: usize,
}

impl Iterator for Liar {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        self.left = self.left.checked_sub(1)?;
        Some('☺')
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.said, Some(self.said))
    }
}

impl ExactSizeIterator for Liar {}

#[test]
fn lengths_are_not_believed() {
    for left in [0, 1, 4, 30] {
        for said in [0, 1, 5, 100] {
            let ledger = Ledger::new();
            let liar = || Liar { left, said };
            let ours = StringIn::from_iter_in(liar(), &ledger);
            assert_eq!(ours, "☺".repeat(left as usize));
            assert_eq!(ours.capacity(), liar().collect::<String>().capacity());
            assert_eq!(StringIn::try_from_iter_in(liar(), &ledger).unwrap(), ours);
        }
    }
    let liar = || Liar { left: 1, said: usize::MAX };
    assert!(panics(|| StringIn::from_iter_in(liar(), System)));
    assert!(StringIn::try_from_iter_in(liar(), System).is_err());
}

/// An iterator that panics leaves the pieces before.
#[test]
fn iterators_that_panic() {
    let mut ours = StringIn::from_in("J", System);
    let pieces = ["é", "☺"].into_iter().chain(std::iter::from_fn(|| panic!("the iterator panics")));
    assert!(panics(|| ours.extend(pieces)));
    assert_eq!(ours, "Jé☺");
}
