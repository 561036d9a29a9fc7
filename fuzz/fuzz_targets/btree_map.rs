//! Compares `BTreeMap` with std's.
#![no_main]

#[allow(dead_code, unused_imports, unused_macros, reason = "other targets use them")]
mod beside_std;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as StdEntry;
use std::mem::replace;
use std::ops::Bound;

use arbitrary::Arbitrary;
use beside_std::elements::{Element, Unit, Wide, live};
use beside_std::ledger::Ledger;
use beside_std::*;
use janus_alloc::collections::BTreeMap as MapIn;
use janus_alloc::collections::btree_map::Entry as OurEntry;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Operation {
    Insert(u8),
    Remove(u8),
    Get(u8),
    Entry(u8, ByEntry),
    FirstEntry,
    LastEntry,
    PopFirst(u8),
    PopLast(u8),
    Extend(Numbers),
    ExtendAscending(u8, u8, u8),
    Append(Numbers),
    AppendAscending(u8, u8, u8),
    KeepLeft(u8),
    KeepRight(u8),
    Retain(u8),
    ExtractIf(Bounds, u8, u8),
    Range(Bounds, u8, u8),
    ChangeRange(Bounds, u8, u8),
    Clone,
    Rebuild,
    TakeApart(u8, u8),
    Clear,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum ByEntry {
    OrInsert,
    Change,
    Remove,
    InsertEntry,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Bounds(Bound<u8>, Bound<u8>);

impl Bounds {
    /// Returns the bounds in the order that `range` requires.
    fn in_order<T: Element>(self) -> (Bound<Ordered<T>>, Bound<Ordered<T>>) {
        // Zero-sized elements are all equal.
        let number = |number: u8| T::new(number.into()).number();
        let bounds = match (self.0, self.1) {
            (Bound::Included(one) | Bound::Excluded(one), Bound::Included(other) | Bound::Excluded(other))
                if number(one) > number(other) =>
            {
                (self.1, self.0)
            }
            (Bound::Excluded(one), Bound::Excluded(other)) if number(one) == number(other) => {
                (self.0, Bound::Unbounded)
            }
            bounds => bounds,
        };
        (bounds.0.map(key), bounds.1.map(key))
    }
}

fn key<T: Element>(number: u8) -> Ordered<T> {
    Ordered(make(number))
}

fn pairs<T: Element>(numbers: &[u8]) -> impl Iterator<Item = (Ordered<T>, T)> {
    // The values are numbered, so that equal keys can be told apart.
    source(numbers, None).zip(0..).map(|(element, at)| (Ordered(element), T::new(at)))
}

fn ascending(start: u8, length: u8, by: u8) -> Vec<u8> {
    (start..=u8::MAX).step_by(usize::from(by % 4) + 1).take(length.into()).collect()
}

fn pair_numbers<T: Element>((key, value): (Ordered<T>, T)) -> (u32, u32) {
    (key.0.number(), value.number())
}

fn all_numbers<T: Element>(pairs: impl IntoIterator<Item = (Ordered<T>, T)>) -> Vec<(u32, u32)> {
    let mut all = Vec::new();
    for pair in pairs {
        all.push(pair_numbers(pair));
    }
    all
}

type Ours<'a, T> = MapIn<Ordered<T>, T, &'a Ledger>;
type Std<T> = BTreeMap<Ordered<T>, T>;

fn step<'a, T: Element>(
    operation: &Operation,
    fault: Fault,
    [ledger, elsewhere]: [&'a Ledger; 2],
    ours: &mut Ours<'a, T>,
    std: &mut Std<T>,
) {
    use Operation::*;
    macro_rules! compare {
        ($results:expr) => {
            if let (Some(ours), Some(std)) = $results {
                assert_eq!(ours, std);
            } else {
                // The contents are unspecified after a fault, but no element may be lost or duplicated.
                assert_eq!(ours.len(), ours.iter().count());
                assert_eq!(ours.len(), ours.iter_mut().rev().count());
                assert_eq!(live(), 2 * (ours.len() + std.len()) as isize);
                *ours = Ours::new_in(ledger);
                *std = Std::new();
            }
        };
    }
    macro_rules! both {
        (|$map:ident, $new:ident| $body:expr) => {
            compare!(run_both!(
                (fault, Fault::None),
                (ours, || Ours::<T>::new_in(elsewhere)),
                (std, Std::<T>::new),
                |$map, $new| $body
            ))
        };
    }
    macro_rules! append {
        ($more:expr) => {
            both!(|map, new| {
                let mut other = new();
                other.extend(pairs($more));
                map.append(&mut other);
                other.len()
            })
        };
    }
    match *operation {
        Insert(number) => both!(|map, _new| numbers(map.insert(key(number), make(number)))),
        Remove(number) => both!(|map, _new| all_numbers(map.remove_entry(&key(number)))),
        Get(number) => {
            both!(|map, _new| map.get_key_value(&key(number)).map(|(key, value)| (key.0.number(), value.number())))
        }
        Entry(number, by) => {
            macro_rules! by_entry {
                ($map:ident, $fault:expr, $entry:ident) => {
                    run_with($fault, || match ($map.entry(key(number)), by) {
                        (entry, ByEntry::OrInsert) => (0, entry.or_insert_with(|| make(number)).number()),
                        (entry, ByEntry::InsertEntry) => (0, entry.insert_entry(make(number)).get().number()),
                        (entry, ByEntry::Change) => {
                            (0, entry.and_modify(|value| *value = make(number)).or_insert_with(|| make(0)).number())
                        }
                        ($entry::Occupied(entry), ByEntry::Remove) => pair_numbers(entry.remove_entry()),
                        ($entry::Vacant(entry), ByEntry::Remove) => (entry.into_key().0.number(), 0),
                    })
                };
            }
            compare!((by_entry!(ours, fault, OurEntry), by_entry!(std, Fault::None, StdEntry)));
        }
        FirstEntry => both!(|map, _new| all_numbers(map.first_entry().map(|entry| entry.remove_entry()))),
        LastEntry => both!(|map, _new| all_numbers(map.last_entry().map(|entry| entry.remove_entry()))),
        PopFirst(count) => both!(|map, _new| all_numbers((0..count).map_while(|_| map.pop_first()))),
        PopLast(count) => both!(|map, _new| all_numbers((0..count).map_while(|_| map.pop_last()))),
        Extend(ref more) => both!(|map, _new| map.extend(pairs(more))),
        ExtendAscending(start, length, by) => both!(|map, _new| map.extend(pairs(&ascending(start, length, by)))),
        Append(ref more) => append!(more),
        AppendAscending(start, length, by) => append!(&ascending(start, length, by)),
        KeepLeft(at) => both!(|map, _new| all_numbers(map.split_off(&key(at)))),
        KeepRight(at) => both!(|map, _new| {
            let right = map.split_off(&key(at));
            all_numbers(replace(map, right))
        }),
        Retain(modulus) => both!(|map, _new| map.retain(|key, _| answer(is_kept(key, modulus)))),
        ExtractIf(bounds, modulus, most) => both!(|map, _new| {
            let extracted = map.extract_if(bounds.in_order(), |key, value| {
                *value = make(modulus);
                answer(is_kept(key, modulus))
            });
            all_numbers(extracted.take(most.into()))
        }),
        Range(bounds, sides, most) => both!(|map, _new| {
            let walked = walk(&mut map.range(bounds.in_order()), sides, most);
            walked.into_iter().map(|(key, value)| (key.0.number(), value.number())).collect::<Vec<_>>()
        }),
        ChangeRange(bounds, sides, most) => both!(|map, _new| {
            for (_, value) in walk(&mut map.range_mut(bounds.in_order()), sides, most) {
                *value = make(most);
            }
        }),
        Clone => both!(|map, _new| *map = map.clone()),
        Rebuild => both!(|map, new| {
            let old = replace(map, new());
            map.extend(old.into_iter().rev());
        }),
        TakeApart(sides, most) => both!(|map, new| {
            let mut rest = replace(map, new()).into_iter();
            let walked = all_numbers(walk(&mut rest, sides, most));
            let left = rest.len();
            map.extend(rest);
            (walked, left)
        }),
        Clear => both!(|map, _new| map.clear()),
    }
}

fn is_kept<T: Element>(key: &Ordered<T>, modulus: u8) -> bool {
    key.0.number().is_multiple_of(u32::from(modulus) % 8 + 1)
}

fn run<T: Element>(steps: Vec<(Operation, Fault)>) {
    let (ledger, elsewhere) = (Ledger::new(), Ledger::new());
    let mut ours = Ours::new_in(&ledger);
    let mut std = Std::new();
    for (operation, fault) in steps {
        step::<T>(&operation, fault, [&ledger, &elsewhere], &mut ours, &mut std);
        assert_eq!(ours.len(), std.len());
        assert!(ours.iter().eq(&std), "{ours:?}\n{std:?}");
        assert!(ours.iter().rev().eq(std.iter().rev()));
        assert_eq!((ours.first_key_value(), ours.last_key_value()), (std.first_key_value(), std.last_key_value()));
        assert_eq!(live(), 4 * std.len() as isize);
    }
    drop((ours, std));
    assert_eq!(live(), 0);
}

fuzz_target!(init: ignore_expected_panics(), |input: Input<Operation>| for_kind!(input, run));
