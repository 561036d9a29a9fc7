//! Formatting, into all lengths, and with implementations that lie and panic.

use std::fmt::{self, Display, Formatter, Write};

use janus_alloc::collections::{String as StringIn, TryReserveErrorKind};
use janus_alloc::{Arena, Null, System, format_in, try_format_in};

use crate::ledger::{Ledger, panics};

#[test]
fn formats_as_std_in_all_lengths() {
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
fn arguments_of_all_kinds() {
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

/// Writes some text, and then returns an error, panics, or hides that there was no room.
#[derive(Clone, Copy)]
enum Lie {
    Error,
    Panic,
    Hide,
}

impl Display for Lie {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let written = f.write_str("é☺").and_then(|()| f.write_char('𝄞'));
        match self {
            Self::Error => Err(fmt::Error),
            Self::Panic => panic!("an implementation of `Display` panics"),
            Self::Hide => {
                let _ = written;
                Ok(())
            }
        }
    }
}

#[test]
fn implementations_that_lie() {
    let ledger = Ledger::new();
    for lie in [Lie::Error, Lie::Panic] {
        assert!(panics(|| format_in!(in &ledger, "{lie}")));
        assert!(panics(|| try_format_in!(in &ledger, "{0}{lie}", "x".repeat(300))));
        let mut ours = StringIn::new_in(&ledger);
        assert!(panics(|| ours.try_write_fmt(format_args!("J{lie}"))));
        assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok("Jé☺𝄞"));
        let mut ours = StringIn::new_in(&ledger);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write!(ours, "J{lie}")));
        assert_eq!(result.is_err(), matches!(lie, Lie::Panic));
        assert_eq!(std::str::from_utf8(ours.as_bytes()), Ok("Jé☺𝄞"));
    }
    let mut ours = StringIn::new_in(Null);
    let error = ours.try_write_fmt(format_args!("{}", Lie::Hide)).unwrap_err();
    assert!(matches!(error.kind(), TryReserveErrorKind::AllocError { .. }));
    assert!(try_format_in!(in Null, "{}{}", Lie::Hide, Lie::Hide).is_err());
    // What was written behind the failure must not be there, as if nothing were missing.
    let ledger = Ledger::failing(1);
    let mut ours = StringIn::with_capacity_in(3, &ledger);
    assert!(ours.try_write_fmt(format_args!("{}x", Lie::Hide)).is_err());
    assert!(ours.is_empty());
}
