//! Faults in the code of users and in allocators: nothing is lost, nothing is dropped twice.

use std::cell::Cell;
use std::cmp::Ordering;
use std::iter::from_fn;
use std::ops::{Bound, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};

use janus_alloc::collections::btree_map::{BTreeMap, Entry};
use janus_alloc::collections::btree_set::BTreeSet;
use janus_alloc::collections::{TryReserveError, TryReserveErrorKind};

use crate::ledger::{Drops, Ledger, Value, each_failure, panics};

/// For the results of operations that need not succeed.
fn ignore<T>(_: T) {}

/// The comparisons of all keys of a test.
#[derive(Default)]
struct Comparisons {
    count: Cell<usize>,
    /// The one that panics.
    panicking: Cell<Option<usize>>,
}

impl Comparisons {
    fn panic_at(&self, nth: Option<usize>) {
        self.count.set(0);
        self.panicking.set(nth);
    }
}

/// A key that is counted when it is dropped, and whose comparisons may panic.
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

/// A map with the keys `0, 2, 4 ...`.
struct Setting {
    ledger: Ledger,
    drops: Drops,
    comparisons: Comparisons,
}

impl Setting {
    fn new() -> Self {
        Self { ledger: Ledger::new(), drops: Drops::new(), comparisons: Comparisons::default() }
    }

    fn key(&self, number: u32) -> Key<'_> {
        Key { number, comparisons: &self.comparisons, _value: self.drops.value() }
    }

    fn map(&self, len: u32, step: u32) -> Map<'_> {
        let mut map = Map::new_in(&self.ledger);
        // Not ascending, so that nodes have room.
        for n in (0..len).step_by(2).chain((1..len).step_by(2)) {
            map.insert(self.key(n * step), self.drops.value());
        }
        map
    }
}

/// The map is as long as it says, and all of it is in order.
#[track_caller]
fn check(map: &Map<'_>) {
    assert_eq!(map.iter().count(), map.len());
    assert_eq!(map.iter().rev().count(), map.len());
    let numbers: Vec<u32> = map.keys().map(|key| key.number).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
}

/// An operation that compares keys.
type Comparing = for<'a> fn(&'a Setting, &mut Map<'a>);

const COMPARING: &[(&str, Comparing)] = &[
    ("get", |setting, map| assert!(map.get(&setting.key(77)).is_none())),
    ("insert", |setting, map| ignore(map.insert(setting.key(77), setting.drops.value()))),
    ("insert an equal key", |setting, map| ignore(map.insert(setting.key(78), setting.drops.value()))),
    ("remove", |setting, map| ignore(map.remove(&setting.key(78)))),
    ("entry", |setting, map| ignore(map.entry(setting.key(77)).or_insert_with(|| setting.drops.value()))),
    ("range", |setting, map| ignore(map.range(setting.key(20)..setting.key(90)).count())),
    ("range_mut", |setting, map| ignore(map.range_mut(setting.key(20)..=setting.key(90)).rev().count())),
    ("split_off", |setting, map| ignore(map.split_off(&setting.key(77)))),
    ("split_off at a key", |setting, map| ignore(map.split_off(&setting.key(78)))),
    ("extract_if", |setting, map| ignore(map.extract_if(setting.key(20)..setting.key(90), |_, _| true).count())),
    ("append", |setting, map| map.append(&mut setting.map(60, 3))),
    ("append behind", |setting, map| {
        let mut other = Map::new_in(&setting.ledger);
        other.extend((500..560).map(|n| (setting.key(n), setting.drops.value())));
        map.append(&mut other);
    }),
    ("extend", |setting, map| map.extend((0..60).map(|n| (setting.key(n * 7 % 200), setting.drops.value())))),
    ("extend behind", |setting, map| map.extend((500..560).map(|n| (setting.key(n), setting.drops.value())))),
    ("collect", |setting, _| {
        let elements = (0..60).map(|n| (setting.key(n * 7 % 200), setting.drops.value()));
        drop(elements.collect::<BTreeMap<_, _>>());
    }),
    ("eq", |setting, map| ignore(*map == setting.map(100, 2))),
    ("cmp", |setting, map| ignore(map.keys().cmp(setting.map(100, 2).keys()))),
];

#[test]
fn a_comparison_panics() {
    for (name, operation) in COMPARING {
        for len in [1, 11, 12, 100] {
            for nth in 0.. {
                let setting = Setting::new();
                let mut map = setting.map(len, 2);
                setting.comparisons.panic_at(Some(nth));
                let panicked = panics(|| operation(&setting, &mut map));
                setting.comparisons.panic_at(None);
                check(&map);
                // All keys and values that are not in the map have been dropped.
                assert_eq!(setting.drops.live(), map.len() * 2, "{name}: {nth}");
                map.extend((0..100).map(|n| (setting.key(n * 3), setting.drops.value())));
                map.retain(|key, _| key.number % 2 == 0);
                check(&map);
                drop(map);
                assert_eq!(setting.drops.live(), 0, "{name}: {nth}");
                if !panicked {
                    assert!(nth > 0 || len == 1, "{name} compares nothing");
                    break;
                }
            }
        }
    }
}

#[test]
fn a_comparison_panics_during_append_and_nothing_is_lost() {
    for nth in 0.. {
        let setting = Setting::new();
        let (mut map, mut other) = (setting.map(150, 2), setting.map(150, 3));
        setting.comparisons.panic_at(Some(nth));
        let panicked = panics(|| map.append(&mut other));
        setting.comparisons.panic_at(None);
        check(&map);
        check(&other);
        let numbers = |map: &Map<'_>| map.keys().map(|key| key.number).collect::<Vec<_>>();
        let (ours, others) = (numbers(&map), numbers(&other));
        assert!((0..150).all(|n| ours.binary_search(&(n * 2)).is_ok()));
        assert!((0..150).all(|n| ours.binary_search(&(n * 3)).is_ok() || others.binary_search(&(n * 3)).is_ok()));
        assert_eq!(setting.drops.live(), 2 * (map.len() + other.len()));
        // What is left can be appended.
        map.append(&mut other);
        assert_eq!((map.len(), other.len()), (150 + 150 - 50, 0));
        if !panicked {
            break;
        }
    }
}

/// An operation that drops elements, and how many: then the drop of each may panic.
type Dropping = for<'a> fn(&'a Setting, Map<'a>);

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
    ("insert", |setting, mut map| drop(map.insert(setting.key(20), setting.drops.value()))),
    ("remove", |setting, mut map| ignore(map.remove(&setting.key(20)))),
    ("remove an entry", |setting, mut map| {
        if let Entry::Occupied(entry) = map.entry(setting.key(20)) {
            entry.remove();
        }
    }),
    ("append", |setting, mut map| map.append(&mut setting.map(60, 3))),
    ("extend", |setting, mut map| map.extend((0..60).map(|n| (setting.key(n * 3), setting.drops.value())))),
    ("split_off", |setting, mut map| drop(map.split_off(&setting.key(20)))),
    ("collect", |setting, _| {
        drop((0..60).map(|n| (setting.key(n % 40), setting.drops.value())).collect::<BTreeMap<_, _>>());
    }),
];

#[test]
fn a_drop_panics() {
    for (name, operation) in DROPPING {
        for len in [1, 12, 80] {
            for nth in 0.. {
                let setting = Setting::new();
                let map = setting.map(len, 2);
                setting.drops.panic_in_drop(nth);
                let before = setting.drops.dropped();
                let panicked = panics(|| operation(&setting, map));
                assert_eq!(panicked, setting.drops.dropped() - before > nth, "{name}: {nth}");
                assert_eq!(setting.drops.live(), 0, "{name}: {nth}");
                if !panicked {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_clone_panics() {
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
fn a_closure_panics() {
    for nth in 0..100 {
        let setting = Setting::new();
        let calls = Cell::new(0);
        let call = || assert!(calls.replace(calls.get() + 1) != nth, "a closure panics");

        let mut map = setting.map(100, 2);
        assert!(panics(|| map.retain(|key, _| {
            call();
            key.number % 3 == 0
        })));
        check(&map);
        // The element for which it panicked is kept, and so are all behind it.
        assert!((nth as u32..100).all(|n| map.keys().any(|key| key.number == n * 2)));

        calls.set(0);
        let mut map = setting.map(100, 2);
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
    let setting = Setting::new();
    let mut map = setting.map(100, 2);
    let number = |n| setting.key(n);
    assert!(panics(|| ignore(map.entry(number(3)).or_insert_with(|| panic!()))));
    assert!(panics(|| ignore(map.entry(number(3)).or_insert_with_key(|_| panic!()))));
    assert!(panics(|| ignore(map.entry(number(4)).and_modify(|_| panic!()))));
    assert_eq!(map.len(), 100);
    check(&map);
    assert_eq!(setting.drops.live(), 200);
}

#[test]
fn an_iterator_panics() {
    for nth in 0..60 {
        for factor in [1, 7] {
            let setting = Setting::new();
            let mut map = setting.map(30, 1);
            let mut n = 0;
            let elements = from_fn(|| {
                n += 1;
                assert!(n - 1 != nth, "an iterator panics");
                Some((setting.key(25 + (n - 1) * factor % 61), setting.drops.value()))
            });
            assert!(panics(|| map.extend(elements)));
            check(&map);
            assert_eq!(setting.drops.live(), map.len() * 2);
            // What came before is there.
            assert!((0..nth).all(|n| map.contains_key(&setting.key(25 + n * factor % 61))));
        }
    }
}

/// A range that answers differently each time.
struct Changing<'a> {
    calls: &'a Cell<u32>,
}

impl RangeBounds<u32> for Changing<'_> {
    fn start_bound(&self) -> Bound<&u32> {
        match self.calls.replace(self.calls.get() + 1) {
            0 => Bound::Included(&0),
            _ => Bound::Included(&900),
        }
    }

    fn end_bound(&self) -> Bound<&u32> {
        match self.calls.replace(self.calls.get() + 1) {
            0 | 1 => Bound::Excluded(&1000),
            n if n % 2 == 0 => Bound::Excluded(&1),
            _ => Bound::Unbounded,
        }
    }
}

#[test]
fn a_range_is_asked_once() {
    let mut map: BTreeMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    let set: BTreeSet<u32> = (0..1000).collect();
    let calls = Cell::new(0);
    assert_eq!(map.range(Changing { calls: &calls }).count(), 1000);
    assert_eq!(calls.replace(0), 2);
    assert_eq!(map.range_mut(Changing { calls: &calls }).count(), 1000);
    assert_eq!(calls.replace(0), 2);
    assert_eq!(set.range(Changing { calls: &calls }).count(), 1000);
    assert_eq!(calls.replace(0), 2);
    // This asks for the end again and again: which elements it takes is unspecified, and those are all that it takes.
    let taken = map.extract_if(Changing { calls: &calls }, |_, _| true).count();
    assert_eq!(map.len() + taken, 1000);
    assert!(map.keys().is_sorted());
}

/// A key that compares as it likes.
#[derive(Clone)]
struct Lying<'a> {
    number: u32,
    seed: &'a Cell<u64>,
    _own: Box<u8>,
}

impl PartialEq for Lying<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Lying<'_> {}

impl PartialOrd for Lying<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Lying<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let seed = self.seed.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.seed.set(seed);
        match seed >> 60 {
            0 => Ordering::Less,
            1 => Ordering::Greater,
            2 => Ordering::Equal,
            _ => self.number.cmp(&other.number),
        }
    }
}

#[test]
fn lying_keys() {
    for round in 0..6 {
        let (ledger, seed) = (Ledger::new(), Cell::new(round));
        let key = |number| Lying { number, seed: &seed, _own: Box::default() };
        let mut map = BTreeMap::new_in(&ledger);
        let mut set = BTreeSet::new_in(&ledger);
        for n in 0..700_u32 {
            let number = n.wrapping_mul(2_654_435_761) % 1000;
            map.insert(key(number), n.to_string());
            set.insert(key(number / 2));
            match n % 9 {
                0 => ignore(map.remove(&key(number / 3))),
                1 => map.entry(key(number / 2)).or_default().push('!'),
                2 => map.extend((0..10).map(|n| (key(n * 100), n.to_string()))),
                3 => ignore(set.take(&key(number))),
                4 => ignore(panics(|| ignore(map.range(key(n)..key(n + 50)).rev().count()))),
                5 => ignore(panics(|| map.range_mut(key(n)..).for_each(|(_, value)| value.push('r')))),
                6 => ignore(map.extract_if(key(10)..key(n), |key, _| key.number % 5 == 0).count()),
                _ => {}
            }
            if n % 100 == 99 {
                let mut other = map.split_off(&key(500));
                assert_eq!((map.iter().count(), other.iter().rev().count()), (map.len(), other.len()));
                map.append(&mut other);
                assert!(other.is_empty());
                let clone = set.clone();
                let counts = [
                    set.union(&clone).count(),
                    set.intersection(&clone).count(),
                    set.difference(&clone).count(),
                    set.symmetric_difference(&clone).count(),
                    (&set | &clone).len(),
                ];
                assert!(counts.iter().all(|count| *count <= 2 * set.len()));
                // A difference of lies would double the set each time.
                let mut some: BTreeSet<_, _> = &set - &clone;
                some.retain(|key| key.number % 16 == 0);
                set.append(&mut some);
                assert!(some.is_empty());
                let _ = (set.is_subset(&clone), set.is_disjoint(&clone), set == clone);
            }
        }
        assert_eq!(map.iter().count(), map.len());
        // A sort may panic.
        let _ = panics(|| drop(map.into_iter().collect::<BTreeMap<_, _>>()));
        drop(set);
        assert_eq!(ledger.live(), 0);
    }
}

#[test]
fn each_allocation_fails() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        for n in 0..300_u32 {
            let key = n.wrapping_mul(2_654_435_761) % 1000;
            let before: Vec<_> = map.iter().map(|(key, value)| (*key, u32::clone(value))).collect();
            if let Err(error) = map.try_insert(key, n) {
                let TryReserveErrorKind::AllocError { layout } = error.kind() else { panic!("{error}") };
                assert!(layout.size() > 11 * 8);
                // The map is as it was, and goes on.
                assert!(map.iter().map(|(key, value)| (*key, *value)).eq(before));
                for n in 0..300 {
                    map.insert(n, n);
                }
                assert!((0..300).all(|n| map[&n] == n));
                return Err(error);
            }
        }
        Ok(())
    });
}

#[test]
fn each_allocation_of_an_entry_fails() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map: BTreeMap<u32, u32, _> = BTreeMap::new_in(ledger);
        for n in 0..200 {
            let (len, key) = (map.len(), n * 37 % 200);
            let result = match n % 6 {
                0 => map.entry(key).try_or_insert(n).map(|_| ()),
                1 => map.entry(key).try_or_insert_with(|| n).map(|_| ()),
                2 => map.entry(key).try_or_insert_with_key(|key| *key).map(|_| ()),
                3 => map.entry(key).try_or_default().map(|_| ()),
                4 => map.entry(key).try_insert_entry(n).map(|entry| assert_eq!(*entry.key(), key)),
                _ => match map.entry(key) {
                    Entry::Vacant(entry) => entry.try_insert(n).map(|value| *value += 1),
                    Entry::Occupied(_) => unreachable!(),
                },
            };
            if result.is_err() {
                assert_eq!(map.len(), len);
                assert!(!map.contains_key(&key));
            }
            result?;
        }
        Ok(())
    });
}

#[test]
fn each_allocation_of_a_whole_fails() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        let done = map.try_extend((0..300).map(|n| (n, n)));
        // What came before is there.
        assert!(map.keys().copied().eq(0..map.len() as i32));
        done?;
        let clone = map.try_clone()?;
        assert!(clone == map);
        Ok(())
    });
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        map.try_extend((0..300).map(|n| (n * 7 % 300, n)))?;
        let len = map.len();
        match map.try_split_off(&101) {
            Ok(split) => {
                assert!(map.keys().copied().eq(0..101));
                assert!(split.keys().copied().eq(101..300));
                Ok(())
            }
            Err(error) => {
                assert_eq!((map.len(), map.iter().count()), (len, len));
                Err(error)
            }
        }
    });
    // Into what is there, and behind it.
    for (step, offset) in [(3, 0), (1, 1000)] {
        let source = Ledger::new();
        each_failure(|ledger| -> Result<(), TryReserveError> {
            let mut map = BTreeMap::new_in(ledger);
            map.try_extend((0..200).map(|n| (n * 2, n)))?;
            let reference: &Ledger = &source;
            let mut other = BTreeMap::new_in(reference);
            other.extend((0..200).map(|n| (n * step + offset, n)));
            let done = map.try_append(&mut other);
            assert!((0..200).all(|n| map.contains_key(&(n * 2))));
            assert!((0..200).map(|n| n * step + offset).all(|key| map.contains_key(&key) || other.contains_key(&key)));
            assert_eq!((map.iter().count(), other.iter().rev().count()), (map.len(), other.len()));
            assert_eq!(other.is_empty(), done.is_ok());
            done
        });
        assert_eq!(source.live(), 0);
    }
}

#[test]
fn each_allocation_of_a_set_fails() {
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut set = BTreeSet::new_in(ledger);
        for n in 0..100 {
            assert!(set.try_insert(n * 37 % 100)?);
            assert!(!set.try_insert(n * 37 % 100)?);
            assert_eq!(set.try_replace(n * 37 % 100)?, Some(n * 37 % 100));
            assert_eq!(set.try_replace(n + 1000)?, None);
        }
        set.try_extend(2000..2100)?;
        let clone = set.try_clone()?;
        let mut split = set.try_split_off(&50)?;
        assert_eq!(set.len() + split.len(), clone.len());
        set.try_append(&mut split)
    });
}

#[test]
fn what_could_not_be_inserted_is_dropped() {
    let drops = Drops::new();
    each_failure(|ledger| -> Result<(), TryReserveError> {
        let mut map = BTreeMap::new_in(ledger);
        for n in 0..100_u32 {
            map.try_insert((n * 37) % 100, drops.value())?;
        }
        Ok(())
    });
    assert_eq!(drops.live(), 0);
}
