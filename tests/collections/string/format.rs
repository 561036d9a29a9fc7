//! Formatting: texts of all lengths, and implementations of `Display` that fail, panic or hide errors.

use std::fmt::{self, Display, Formatter, Write};

use janus_alloc::collections::{String as StringIn, TryReserveErrorKind};
use janus_alloc::{Arena, Null, System, format_in, try_format_in};

use crate::ledger::{Ledger, panics};

#[test]
fn texts_of_all_lengths_are_formatted_as_in_std() {
    let ledger = Ledger::new();
    for length in (0..40).chain(200..300).chain([511, 512, 513, 10_000]) {
        let text = "é".repeat(length);
        for pieces in [1, 2, 7] {
            let parts: Vec<&str> = vec![&text; pieces];
            let parts = Parts(&parts);
            let (ours, std) = (format_in!(in &ledger, "{parts}"), format!("{parts}"));
            assert_eq!(ours, std);
            assert!(std.len() > 256 || ours.capacity() == std.len());
        }
        assert_eq!(format_in!(in &ledger, "{text:>300}{}", length), format!("{text:>300}{}", length));
    }
    assert_eq!(format_in!(in &ledger, "Janus"), "Janus");
    assert_eq!(format_in!(in &ledger, ""), "");
    assert_eq!(format_in!(in &ledger, "{}", ""), "");
}

struct Parts<'p>(&'p [&'p str]);

impl Display for Parts<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

#[test]
fn macros_take_all_kinds_of_arguments() {
    let arena = Arena::new();
    let allocator = || &arena;
    let (name, width) = ("Janus", 7);
    assert_eq!(
        format_in!(in allocator(), "{name:>width$}{}{:?}{a}", 1, "x", a = 2.5),
        format!("{name:>width$}{}{:?}{a}", 1, "x", a = 2.5)
    );
    assert_eq!(try_format_in!(in &arena, "{name}",).unwrap(), "Janus");
    let mut order = Vec::new();
    let ours = format_in!(in { order.push("allocator"); System }, "{}", { order.push("argument"); 1 });
    assert_eq!((ours.as_str(), &*order), ("1", &["allocator", "argument"][..]));
}

/// A value whose `Display` writes some text and then returns an error, panics, or ignores that the text found no memory.
#[derive(Clone, Copy)]
enum Misbehaving {
    Error,
    Panic,
    IgnoreError,
}

impl Display for Misbehaving {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let written = f.write_str("é☺").and_then(|()| f.write_char('𝄞'));
        match self {
            Self::Error => Err(fmt::Error),
            Self::Panic => panic!("an implementation of `Display` panics"),
            Self::IgnoreError => {
                let _ = written;
                Ok(())
            }
        }
    }
}

#[test]
fn a_misbehaving_display_leaves_a_valid_string() {
    let ledger = Ledger::new();
    for value in [Misbehaving::Error, Misbehaving::Panic] {
        assert!(panics(|| format_in!(in &ledger, "{value}")));
        assert!(panics(|| try_format_in!(in &ledger, "{0}{value}", "x".repeat(300))));
        let mut ours = StringIn::new_in(&ledger);
        assert!(panics(|| ours.try_write_fmt(format_args!("J{value}"))));
        assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok("Jé☺𝄞"));
        let mut ours = StringIn::new_in(&ledger);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write!(ours, "J{value}")));
        assert_eq!(result.is_err(), matches!(value, Misbehaving::Panic));
        assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok("Jé☺𝄞"));
    }
    let mut ours = StringIn::new_in(Null);
    let error = ours.try_write_fmt(format_args!("{}", Misbehaving::IgnoreError)).unwrap_err();
    assert!(matches!(error.kind(), TryReserveErrorKind::AllocError { .. }));
    assert!(try_format_in!(in Null, "{}{}", Misbehaving::IgnoreError, Misbehaving::IgnoreError).is_err());
    // The text written after the failure is removed: with it, the string would have a gap.
    let ledger = Ledger::failing(1);
    let mut ours = StringIn::with_capacity_in(3, &ledger);
    assert!(ours.try_write_fmt(format_args!("{}x", Misbehaving::IgnoreError)).is_err());
    assert!(ours.is_empty());
}
