//! Compares `String` with std's.
#![no_main]

#[allow(dead_code, unused_imports, unused_macros, reason = "other targets use them")]
mod beside_std;

use std::fmt::Write;

use arbitrary::Arbitrary;
use beside_std::ledger::Ledger;
use beside_std::*;
use janus_alloc::collections::String as StringIn;
use janus_alloc::collections::Vec as VecIn;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operation {
    Push(char),
    PushStr(String),
    Insert(u8, char),
    InsertStr(u8, String),
    Remove(u8),
    Pop,
    Truncate(u8),
    Clear,
    Retain(u8),
    Drain(IndexRange, u8, u8),
    ReplaceRange(IndexRange, String),
    SplitOff(u8),
    ExtendFromWithin(IndexRange),
    ExtendChars(String),
    ExtendStrs(Vec<String>),
    Format(String, i64),
    FromUtf8(Vec<u8>),
    FromUtf16(Vec<u16>),
    Reserve(u8),
    ShrinkTo(u8),
    CloneFrom(String),
    ThroughBox,
}

fn step<'a>(
    operation: &Operation,
    fault: Fault,
    [ledger, elsewhere]: [&'a Ledger; 2],
    ours: &mut StringIn<&'a Ledger>,
    std: &mut String,
) {
    use Operation::*;
    let text = std.clone();
    let index = |at: u8| text.floor_char_boundary(index(at, text.len()));
    let range = |part: IndexRange| {
        let range = part.within(text.len());
        text.floor_char_boundary(range.start)..text.floor_char_boundary(range.end)
    };
    macro_rules! both {
        (|$string:ident, $new:ident| $body:expr) => {{
            let our_new = || StringIn::new_in(elsewhere);
            let (ours, std) = run_both!((fault, fault), (ours, our_new), (std, String::new), |$string, $new| $body);
            assert_eq!(ours, std);
        }};
    }
    match *operation {
        Push(char) => both!(|string, _new| string.push(char)),
        PushStr(ref more) => both!(|string, _new| string.push_str(more)),
        Insert(at, char) => both!(|string, _new| string.insert(index(at), char)),
        InsertStr(at, ref more) => both!(|string, _new| string.insert_str(index(at), more)),
        Remove(at) if index(at) < text.len() => both!(|string, _new| string.remove(index(at))),
        Remove(_) => {}
        Pop => both!(|string, _new| string.pop()),
        Truncate(to) => both!(|string, _new| string.truncate(index(to))),
        Clear => both!(|string, _new| string.clear()),
        Retain(modulus) => {
            both!(|string, _new| string.retain(|char| answer(u32::from(char) % (u32::from(modulus) % 8 + 1) == 0)))
        }
        Drain(part, sides, most) => both!(|string, _new| {
            let mut drain = string.drain(range(part));
            (walk(&mut drain, sides, most), drain.as_str().to_owned())
        }),
        ReplaceRange(part, ref with) => both!(|string, _new| string.replace_range(range(part), with)),
        SplitOff(at) => both!(|string, _new| string.split_off(index(at)).to_string()),
        ExtendFromWithin(part) => both!(|string, _new| string.extend_from_within(range(part))),
        ExtendChars(ref more) => both!(|string, _new| string.extend(more.chars().filter(|_| answer(true)))),
        ExtendStrs(ref more) => both!(|string, _new| string.extend(more.iter().map(|more| &more[..]))),
        Format(ref more, number) => both!(|string, _new| write!(string, "{more:?} {number:>9} {more}")),
        FromUtf8(ref bytes) => {
            let mut our_bytes = VecIn::new_in(ledger);
            our_bytes.extend_from_slice(bytes);
            match (StringIn::from_utf8(our_bytes), String::from_utf8(bytes.clone())) {
                (Ok(one), Ok(other)) => (*ours, *std) = (one, other),
                (Err(one), Err(other)) => {
                    assert_eq!(one.utf8_error(), other.utf8_error());
                    assert_eq!(one.as_bytes(), other.as_bytes());
                    *ours = StringIn::from_utf8_lossy_in(bytes, ledger);
                    *std = String::from_utf8_lossy(bytes).into_owned();
                }
                other => panic!("{other:?}"),
            }
        }
        FromUtf16(ref units) => {
            let (one, other) = (StringIn::from_utf16_in(units, ledger), String::from_utf16(units));
            assert_eq!(one.as_deref().ok(), other.as_deref().ok());
            *ours = StringIn::from_utf16_lossy_in(units, ledger);
            *std = String::from_utf16_lossy(units);
        }
        Reserve(more) => both!(|string, _new| string.reserve(more.into())),
        ShrinkTo(to) => both!(|string, _new| string.shrink_to(to.into())),
        CloneFrom(ref other) => both!(|string, new| {
            let mut from = new();
            from.push_str(other);
            string.clone_from(&from);
            *string = string.clone();
        }),
        ThroughBox => both!(|string, new| *string = std::mem::replace(string, new()).into_boxed_str().into()),
    }
}

fuzz_target!(init: ignore_expected_panics(), |steps: Steps<(Operation, Fault)>| {
    let (ledger, elsewhere) = (Ledger::new(), Ledger::new());
    let mut ours = StringIn::new_in(&ledger);
    let mut std = String::new();
    for (operation, fault) in steps.0 {
        step(&operation, fault, [&ledger, &elsewhere], &mut ours, &mut std);
        assert_eq!(ours.as_bytes(), std.as_bytes());
        assert!(str::from_utf8(ours.as_bytes()).is_ok() && ours.capacity() >= ours.len());
        if std.len() > 1000 {
            ours.clear();
            std.clear();
        }
    }
});
