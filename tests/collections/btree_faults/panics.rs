//! Panicking comparisons, drops, clones, closures and iterators.

use std::cell::Cell;
use std::cmp::Ordering;
use std::iter::from_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};

use janus_alloc::collections::btree_map::{BTreeMap, Entry};

use super::ignore;
use crate::ledger::{Drops, Ledger, Value, panics};

/// Counts the comparisons of all keys of a test.
#[derive(Default)]
struct Comparisons {
    count: Cell<usize>,
    /// The comparison that panics, counted from 0.
    panicking: Cell<Option<usize>>,
}

impl Comparisons {
    /// Makes comparison `nth` from now on panic, or none.
    fn panic_at(&self, nth: Option<usize>) {
        self.count.set(0);
        self.panicking.set(nth);
    }
}

/// A key whose drops are counted, and whose comparisons may panic.
struct Key<'a> {
    number: u32,
    comparisons: &'a Comparisons,
    _value: Value<'a>,
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key<'_> {}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let nth = self.comparisons.count.replace(self.comparisons.count.get() + 1);
        assert!(self.comparisons.panicking.get() != Some(nth), "a comparison panics");
        self.number.cmp(&other.number)
    }
}

type Map<'a> = BTreeMap<Key<'a>, Value<'a>, &'a Ledger>;

/// The ledger and the counters of one map.
struct Fixture {
    ledger: Ledger,
    drops: Drops,
    comparisons: Comparisons,
}

impl Fixture {
    fn new() -> Self {
        Self { ledger: Ledger::new(), drops: Drops::new(), comparisons: Comparisons::default() }
    }

    fn key(&self, number: u32) -> Key<'_> {
        Key { number, comparisons: &self.comparisons, _value: self.drops.value() }
    }

    /// Returns a map of `len` keys: the multiples of `step`.
    fn map(&self, len: u32, step: u32) -> Map<'_> {
        let mut map = Map::new_in(&self.ledger);
        // The keys do not come in ascending order, so the nodes are not full.
        for n in (0..len).step_by(2).chain((1..len).step_by(2)) {
            map.insert(self.key(n * step), self.drops.value());
        }
        map
    }
}

/// Asserts that the length and the order of the map are right.
#[track_caller]
fn check(map: &Map<'_>) {
    assert_eq!(map.iter().count(), map.len());
    assert_eq!(map.iter().rev().count(), map.len());
    let numbers: Vec<u32> = map.keys().map(|key| key.number).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
}

/// An operation that compares keys.
type Comparing = for<'a> fn(&'a Fixture, &mut Map<'a>);

const COMPARING: &[(&str, Comparing)] = &[
    ("get", |fixture, map| assert!(map.get(&fixture.key(77)).is_none())),
    ("insert", |fixture, map| ignore(map.insert(fixture.key(77), fixture.drops.value()))),
    ("insert an equal key", |fixture, map| ignore(map.insert(fixture.key(78), fixture.drops.value()))),
    ("remove", |fixture, map| ignore(map.remove(&fixture.key(78)))),
    ("entry", |fixture, map| ignore(map.entry(fixture.key(77)).or_insert_with(|| fixture.drops.value()))),
    ("range", |fixture, map| ignore(map.range(fixture.key(20)..fixture.key(90)).count())),
    ("range_mut", |fixture, map| ignore(map.range_mut(fixture.key(20)..=fixture.key(90)).rev().count())),
    ("split_off", |fixture, map| ignore(map.split_off(&fixture.key(77)))),
    ("split_off at a key", |fixture, map| ignore(map.split_off(&fixture.key(78)))),
    ("extract_if", |fixture, map| ignore(map.extract_if(fixture.key(20)..fixture.key(90), |_, _| true).count())),
    ("append", |fixture, map| map.append(&mut fixture.map(60, 3))),
    ("append greater keys", |fixture, map| {
        let mut other = Map::new_in(&fixture.ledger);
        other.extend((500..560).map(|n| (fixture.key(n), fixture.drops.value())));
        map.append(&mut other);
    }),
    ("extend", |fixture, map| map.extend((0..60).map(|n| (fixture.key(n * 7 % 200), fixture.drops.value())))),
    ("extend with greater keys", |fixture, map| {
        map.extend((500..560).map(|n| (fixture.key(n), fixture.drops.value())));
    }),
    ("collect", |fixture, _| {
        let elements = (0..60).map(|n| (fixture.key(n * 7 % 200), fixture.drops.value()));
        drop(elements.collect::<BTreeMap<_, _>>());
    }),
    ("eq", |fixture, map| ignore(*map == fixture.map(100, 2))),
    ("cmp", |fixture, map| ignore(map.keys().cmp(fixture.map(100, 2).keys()))),
];

#[test]
fn a_panicking_comparison_leaks_nothing() {
    for (name, operation) in COMPARING {
        for len in [1, 11, 12, 100] {
            for nth in 0.. {
                let fixture = Fixture::new();
                let mut map = fixture.map(len, 2);
                fixture.comparisons.panic_at(Some(nth));
                let panicked = panics(|| operation(&fixture, &mut map));
                fixture.comparisons.panic_at(None);
                check(&map);
                // All keys and values outside the map have been dropped.
                assert_eq!(fixture.drops.live(), map.len() * 2, "{name}: {nth}");
                map.extend((0..100).map(|n| (fixture.key(n * 3), fixture.drops.value())));
                map.retain(|key, _| key.number % 2 == 0);
                check(&map);
                drop(map);
                assert_eq!(fixture.drops.live(), 0, "{name}: {nth}");
                if !panicked {
                    assert!(nth > 0 || len == 1, "{name} compared nothing");
                    break;
                }
            }
        }
    }
}

#[test]
fn a_panicking_append_keeps_each_element_in_one_of_the_maps() {
    for nth in 0.. {
        let fixture = Fixture::new();
        let (mut map, mut other) = (fixture.map(150, 2), fixture.map(150, 3));
        fixture.comparisons.panic_at(Some(nth));
        let panicked = panics(|| map.append(&mut other));
        fixture.comparisons.panic_at(None);
        check(&map);
        check(&other);
        let numbers = |map: &Map<'_>| map.keys().map(|key| key.number).collect::<Vec<_>>();
        let (ours, others) = (numbers(&map), numbers(&other));
        assert!((0..150).all(|n| ours.binary_search(&(n * 2)).is_ok()));
        assert!((0..150).all(|n| ours.binary_search(&(n * 3)).is_ok() || others.binary_search(&(n * 3)).is_ok()));
        assert_eq!(fixture.drops.live(), 2 * (map.len() + other.len()));
        // The rest can still be appended.
        map.append(&mut other);
        assert_eq!((map.len(), other.len()), (150 + 150 - 50, 0));
        if !panicked {
            break;
        }
    }
}

/// An operation that drops elements, any of whose drops may panic.
type Dropping = for<'a> fn(&'a Fixture, Map<'a>);

const DROPPING: &[(&str, Dropping)] = &[
    ("drop", |_, map| drop(map)),
    ("clear", |_, mut map| {
        let cleared = panics(|| map.clear());
        assert!(map.is_empty() && map.iter().next().is_none());
        assert!(!cleared, "a drop panics");
    }),
    ("into_iter", |_, map| drop(map.into_iter())),
    ("into_iter, from both ends", |_, map| {
        let mut iter = map.into_iter();
        drop((iter.nth(3), iter.nth_back(3)));
        drop(iter);
    }),
    ("into_keys", |_, map| drop(map.into_keys().last())),
    ("into_keys, the least", |_, map| drop(map.into_keys().min())),
    ("into_keys, the greatest", |_, map| drop(map.into_keys().max())),
    ("into_values, the last", |_, map| drop(map.into_values().last())),
    ("into_values", |_, map| drop(map.into_values().nth(20))),
    ("retain", |_, mut map| map.retain(|key, _| key.number % 3 == 0)),
    ("insert", |fixture, mut map| drop(map.insert(fixture.key(20), fixture.drops.value()))),
    ("remove", |fixture, mut map| ignore(map.remove(&fixture.key(20)))),
    ("remove an entry", |fixture, mut map| {
        if let Entry::Occupied(entry) = map.entry(fixture.key(20)) {
            entry.remove();
        }
    }),
    ("append", |fixture, mut map| map.append(&mut fixture.map(60, 3))),
    ("extend", |fixture, mut map| map.extend((0..60).map(|n| (fixture.key(n * 3), fixture.drops.value())))),
    ("split_off", |fixture, mut map| drop(map.split_off(&fixture.key(20)))),
    ("collect", |fixture, _| {
        drop((0..60).map(|n| (fixture.key(n % 40), fixture.drops.value())).collect::<BTreeMap<_, _>>());
    }),
];

#[test]
fn a_panicking_drop_leaks_nothing() {
    for (name, operation) in DROPPING {
        for len in [1, 12, 80] {
            for nth in 0.. {
                let fixture = Fixture::new();
                let map = fixture.map(len, 2);
                fixture.drops.panic_in_drop(nth);
                let before = fixture.drops.dropped();
                let panicked = panics(|| operation(&fixture, map));
                assert_eq!(panicked, fixture.drops.dropped() - before > nth, "{name}: {nth}");
                assert_eq!(fixture.drops.live(), 0, "{name}: {nth}");
                if !panicked {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_panicking_clone_leaks_nothing() {
    for len in [1_u32, 12, 100] {
        for nth in 0.. {
            let (ledger, drops) = (Ledger::new(), Drops::new());
            let mut map = BTreeMap::new_in(&ledger);
            map.extend((0..len).map(|n| (n, (drops.value(), drops.value()))));
            drops.panic_in_clone(nth);
            let nodes = ledger.live();
            match catch_unwind(AssertUnwindSafe(|| map.clone())) {
                Ok(clone) => {
                    assert_eq!(nth, len as usize * 2);
                    assert!(clone.keys().eq(map.keys()));
                    break;
                }
                Err(_) => assert_eq!((drops.live(), ledger.live()), (len as usize * 2, nodes)),
            }
        }
    }
}

#[test]
fn a_panicking_closure_leaves_a_valid_map() {
    for nth in 0..100 {
        let fixture = Fixture::new();
        let calls = Cell::new(0);
        let call = || assert!(calls.replace(calls.get() + 1) != nth, "a closure panics");

        let mut map = fixture.map(100, 2);
        assert!(panics(|| map.retain(|key, _| {
            call();
            key.number % 3 == 0
        })));
        check(&map);
        // The element at which the closure panicked stays, and so do all after it.
        assert!((nth as u32..100).all(|n| map.keys().any(|key| key.number == n * 2)));

        calls.set(0);
        let mut map = fixture.map(100, 2);
        let mut extraction = map.extract_if(.., |_, _| {
            call();
            true
        });
        let mut taken = 0;
        assert!(panics(|| {
            while extraction.next().is_some() {
                taken += 1;
            }
        }));
        assert!(extraction.next().is_none());
        assert_eq!((taken, map.len()), (nth, 100 - nth));
        check(&map);
    }
    let fixture = Fixture::new();
    let mut map = fixture.map(100, 2);
    let number = |n| fixture.key(n);
    assert!(panics(|| ignore(map.entry(number(3)).or_insert_with(|| panic!()))));
    assert!(panics(|| ignore(map.entry(number(3)).or_insert_with_key(|_| panic!()))));
    assert!(panics(|| ignore(map.entry(number(4)).and_modify(|_| panic!()))));
    assert_eq!(map.len(), 100);
    check(&map);
    assert_eq!(fixture.drops.live(), 200);
}

#[test]
fn a_panicking_iterator_keeps_the_elements_added_before() {
    for nth in 0..60 {
        for factor in [1, 7] {
            let fixture = Fixture::new();
            let mut map = fixture.map(30, 1);
            let mut n = 0;
            let elements = from_fn(|| {
                n += 1;
                assert!(n - 1 != nth, "an iterator panics");
                Some((fixture.key(25 + (n - 1) * factor % 61), fixture.drops.value()))
            });
            assert!(panics(|| map.extend(elements)));
            check(&map);
            assert_eq!(fixture.drops.live(), map.len() * 2);
            // The map has the elements before the panic.
            assert!((0..nth).all(|n| map.contains_key(&fixture.key(25 + n * factor % 61))));
        }
    }
}
