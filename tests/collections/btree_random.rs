//! Random operations on `BTreeMap`, `BTreeSet` and std's. After each, both have the same elements in both directions.

use std::cmp::Ordering;
use std::collections::{BTreeMap as StdMap, BTreeSet as StdSet};
use std::ops::Bound;

use janus_alloc::collections::CollectIn;
use janus_alloc::collections::btree_map::{self, BTreeMap};
use janus_alloc::collections::btree_set::BTreeSet;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::ledger::Ledger;

type Key = u16;
type Map<'a> = BTreeMap<Key, String, &'a Ledger>;
type Model = StdMap<Key, String>;
type Set<'a> = BTreeSet<Key, &'a Ledger>;
type MarkedSet<'a> = BTreeSet<Marked, &'a Ledger>;

/// The number of keys. It is small enough that most operations find keys, and large enough for trees of three levels.
const KEYS: Key = 600;

#[derive(Clone, Debug)]
enum Operation {
    Insert(Key),
    Remove(Key),
    RemoveEntry(Key),
    Change(Key),
    Entry(Key),
    RemoveByEntry(Key),
    PopFirst(u8),
    PopLast(u8),
    RemoveEnds,
    Extend(Vec<Key>),
    ExtendAscending(Key, u8, Key),
    Append(Vec<Key>),
    AppendAscending(Key, u8, Key),
    KeepLeft(Key),
    KeepRight(Key),
    SplitAndAppend(Key),
    Retain(Key, Key),
    Extract(Bounds, Key, u8),
    ChangeRange(Bounds, u64),
    Rebuild,
    Clone,
    TakeApart(u64, u8),
    Clear,
}

type Bounds = (Bound<Key>, Bound<Key>);

fn key() -> impl Strategy<Value = Key> {
    0..KEYS
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let bound = |key: Key, kind: u8| match kind {
        0 => Bound::Unbounded,
        1 => Bound::Included(key),
        _ => Bound::Excluded(key),
    };
    (key(), key(), 0..3_u8, 0..3_u8).prop_map(move |(one, other, start, end)| {
        let (first, last) = (one.min(other), one.max(other) + 1);
        (bound(first, start), bound(last, end))
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    prop_oneof![
        8 => key().prop_map(Insert),
        8 => key().prop_map(Remove),
        2 => key().prop_map(RemoveEntry),
        2 => key().prop_map(Change),
        4 => key().prop_map(Entry),
        2 => key().prop_map(RemoveByEntry),
        2 => (0..40_u8).prop_map(PopFirst),
        2 => (0..40_u8).prop_map(PopLast),
        1 => Just(RemoveEnds),
        6 => vec(key(), 0..200).prop_map(Extend),
        4 => (key(), 0..200_u8, 1..20_u16).prop_map(|(start, len, step)| ExtendAscending(start, len, step)),
        4 => vec(key(), 0..200).prop_map(Append),
        4 => (key(), 0..200_u8, 1..20_u16).prop_map(|(start, len, step)| AppendAscending(start, len, step)),
        1 => key().prop_map(KeepLeft),
        1 => key().prop_map(KeepRight),
        4 => key().prop_map(SplitAndAppend),
        1 => (1..8_u16, 0..8_u16).prop_map(|(modulus, rest)| Retain(modulus, rest)),
        4 => (bounds(), 1..5_u16, any::<u8>()).prop_map(|(bounds, modulus, most)| Extract(bounds, modulus, most)),
        4 => (bounds(), any::<u64>()).prop_map(|(bounds, pattern)| ChangeRange(bounds, pattern)),
        1 => Just(Rebuild),
        1 => Just(Clone),
        1 => (any::<u64>(), 0..200_u8).prop_map(|(pattern, count)| TakeApart(pattern, count)),
        1 => Just(Clear),
    ]
}

fn elements(keys: impl IntoIterator<Item = Key>, step: usize) -> impl Iterator<Item = (Key, String)> {
    keys.into_iter().enumerate().map(move |(index, key)| (key, format!("{key} {step} {index}")))
}

fn ascending(start: Key, len: u8, step: Key) -> impl Iterator<Item = Key> {
    (0..Key::from(len)).map(move |n| start + n * step)
}

/// Applies `operation` to both maps, and compares the results.
#[expect(clippy::incompatible_msrv, reason = "std's `extract_if` is newer than the crate's MSRV")]
fn apply<'a>(operation: Operation, step: usize, ledger: &'a Ledger, map: &mut Map<'a>, model: &mut Model) {
    use Operation::*;
    let value = |key: Key| format!("{key} {step}");
    match operation {
        Insert(key) => assert_eq!(map.insert(key, value(key)), model.insert(key, value(key))),
        Remove(key) => assert_eq!(map.remove(&key), model.remove(&key)),
        RemoveEntry(key) => assert_eq!(map.remove_entry(&key), model.remove_entry(&key)),
        Change(key) => {
            assert_eq!(
                map.get_mut(&key).map(|value| value.push('+')),
                model.get_mut(&key).map(|value| value.push('+'))
            );
        }
        Entry(key) => {
            let ours = map.entry(key).and_modify(|value| value.push('e')).or_insert_with(|| value(key));
            let theirs = model.entry(key).and_modify(|value| value.push('e')).or_insert_with(|| value(key));
            ours.push('!');
            theirs.push('!');
            assert_eq!(ours, theirs);
        }
        RemoveByEntry(key) => {
            if let btree_map::Entry::Occupied(entry) = map.entry(key) {
                assert_eq!(Some(entry.remove_entry()), model.remove_entry(&key));
            }
        }
        PopFirst(count) => (0..count).for_each(|_| assert_eq!(map.pop_first(), model.pop_first())),
        PopLast(count) => (0..count).for_each(|_| assert_eq!(map.pop_last(), model.pop_last())),
        RemoveEnds => {
            assert_eq!(map.first_entry().map(|entry| entry.remove_entry()), model.pop_first());
            assert_eq!(map.last_entry().map(|entry| entry.remove_entry()), model.pop_last());
        }
        Extend(keys) => {
            map.extend(elements(keys.iter().copied(), step));
            model.extend(elements(keys, step));
        }
        ExtendAscending(start, len, by) => {
            map.extend(elements(ascending(start, len, by), step));
            model.extend(elements(ascending(start, len, by), step));
        }
        Append(keys) => append(keys, step, ledger, map, model),
        AppendAscending(start, len, by) => append(ascending(start, len, by).collect(), step, ledger, map, model),
        KeepLeft(key) => {
            let (ours, theirs) = (map.split_off(&key), model.split_off(&key));
            compare(&ours, &theirs);
        }
        KeepRight(key) => {
            let (ours, theirs) = (map.split_off(&key), model.split_off(&key));
            compare(map, model);
            (*map, *model) = (ours, theirs);
        }
        SplitAndAppend(key) => {
            let (mut ours, mut theirs) = (map.split_off(&key), model.split_off(&key));
            compare(map, model);
            compare(&ours, &theirs);
            map.append(&mut ours);
            model.append(&mut theirs);
            compare(&ours, &theirs);
        }
        Retain(modulus, rest) => {
            map.retain(|key, _| key % modulus != rest % modulus);
            model.retain(|key, _| key % modulus != rest % modulus);
        }
        Extract(bounds, modulus, most) => {
            let change = |key: &Key, value: &mut String| {
                value.push('x');
                key % modulus == 0
            };
            let ours: Vec<_> = map.extract_if(bounds, change).take(most.into()).collect();
            let theirs: Vec<_> = model.extract_if(bounds, change).take(most.into()).collect();
            assert_eq!(ours, theirs);
        }
        ChangeRange(bounds, pattern) => {
            let mut ours = map.range_mut(bounds);
            let mut theirs = model.range_mut(bounds);
            for turn in 0_u32.. {
                let (one, other) = match pattern >> (turn % 64) & 1 {
                    0 => (ours.next(), theirs.next()),
                    _ => (ours.next_back(), theirs.next_back()),
                };
                assert_eq!(one, other);
                let (Some((_, one)), Some((_, other))) = (one, other) else { break };
                one.push('r');
                other.push('r');
            }
        }
        Rebuild => {
            let elements = std::mem::replace(map, Map::new_in(ledger));
            map.extend(elements.into_iter().rev());
        }
        Clone => *map = map.clone(),
        TakeApart(pattern, count) => {
            let mut ours = std::mem::replace(map, Map::new_in(ledger)).into_iter();
            let mut theirs = std::mem::take(model).into_iter();
            for turn in 0..u32::from(count) {
                match pattern >> (turn % 64) & 1 {
                    0 => assert_eq!(ours.next(), theirs.next()),
                    _ => assert_eq!(ours.next_back(), theirs.next_back()),
                }
            }
            assert_eq!(ours.len(), theirs.len());
            assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
            if pattern % 2 == 0 {
                map.extend(ours);
                model.extend(theirs);
            }
        }
        Clear => {
            map.clear();
            model.clear();
        }
    }
}

fn append<'a>(keys: Vec<Key>, step: usize, ledger: &'a Ledger, map: &mut Map<'a>, model: &mut Model) {
    let mut ours = Map::new_in(ledger);
    ours.extend(elements(keys.iter().copied(), step));
    let mut theirs: Model = elements(keys, step).collect();
    compare(&ours, &theirs);
    map.append(&mut ours);
    model.append(&mut theirs);
    assert!(ours.is_empty() && ours.iter().next().is_none());
}

#[track_caller]
fn compare(map: &Map<'_>, model: &Model) {
    assert_eq!(map.len(), model.len());
    assert!(map.iter().eq(model), "{map:?}\n{model:?}");
    assert!(map.iter().rev().eq(model.iter().rev()));
    assert_eq!((map.first_key_value(), map.last_key_value()), (model.first_key_value(), model.last_key_value()));
}

/// An element whose second field takes no part in comparisons. It distinguishes equal elements.
#[derive(Clone, Copy, Debug)]
struct Marked(Key, usize);

impl PartialEq for Marked {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Marked {}

impl PartialOrd for Marked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Marked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

#[derive(Clone, Debug)]
enum SetOperation {
    Insert(Key),
    Replace(Key),
    Take(Key),
    Remove(Key),
    PopEnds(u8),
    Extend(Vec<Key>),
    Append(Vec<Key>),
    SplitOff(Key, bool),
    Retain(Key),
    Extract(Bounds, Key, u8),
    Range(Bounds),
    Combine(Vec<Key>, u8),
    CloneAndRebuild,
}

fn set_operation() -> impl Strategy<Value = SetOperation> {
    use SetOperation::*;
    prop_oneof![
        8 => key().prop_map(Insert),
        4 => key().prop_map(Replace),
        4 => key().prop_map(Take),
        4 => key().prop_map(Remove),
        2 => (0..40_u8).prop_map(PopEnds),
        6 => vec(key(), 0..200).prop_map(Extend),
        4 => vec(key(), 0..200).prop_map(Append),
        2 => (key(), any::<bool>()).prop_map(|(at, right)| SplitOff(at, right)),
        1 => (2..8_u16).prop_map(Retain),
        2 => (bounds(), 1..5_u16, any::<u8>()).prop_map(|(bounds, modulus, most)| Extract(bounds, modulus, most)),
        2 => bounds().prop_map(Range),
        2 => (vec(key(), 0..200), 0..4_u8).prop_map(|(other, operator)| Combine(other, operator)),
        1 => Just(CloneAndRebuild),
    ]
}

/// Returns both fields of the elements.
fn fields(elements: impl IntoIterator<Item = Marked>) -> Vec<(Key, usize)> {
    elements.into_iter().map(|Marked(key, mark)| (key, mark)).collect()
}

/// Applies `operation` to both sets, and compares the results.
#[expect(clippy::incompatible_msrv, reason = "std's `extract_if` is newer than the crate's MSRV")]
fn apply_to_sets<'a>(
    operation: SetOperation,
    step: usize,
    ledger: &'a Ledger,
    set: &mut MarkedSet<'a>,
    model: &mut StdSet<Marked>,
) {
    use SetOperation::*;
    let marked = |key: Key| Marked(key, step);
    let both = |keys: &[Key]| {
        let elements = || keys.iter().zip(step..).map(|(&key, mark)| Marked(key, mark));
        let ours: MarkedSet<'_> = elements().collect_in(ledger);
        let theirs: StdSet<_> = elements().collect();
        assert_eq!(fields(ours.iter().copied()), fields(theirs.iter().copied()));
        (ours, theirs)
    };
    match operation {
        Insert(key) => assert_eq!(set.insert(marked(key)), model.insert(marked(key))),
        Replace(key) => assert_eq!(fields(set.replace(marked(key))), fields(model.replace(marked(key)))),
        Take(key) => assert_eq!(fields(set.take(&marked(key))), fields(model.take(&marked(key)))),
        Remove(key) => assert_eq!(set.remove(&marked(key)), model.remove(&marked(key))),
        PopEnds(count) => {
            for _ in 0..count {
                assert_eq!(fields(set.pop_first()), fields(model.pop_first()));
                assert_eq!(fields(set.pop_last()), fields(model.pop_last()));
            }
        }
        Extend(keys) => {
            set.extend(keys.iter().copied().map(marked));
            model.extend(keys.into_iter().map(marked));
        }
        Append(keys) => {
            let (mut ours, mut theirs) = both(&keys);
            set.append(&mut ours);
            model.append(&mut theirs);
            assert!(ours.is_empty());
        }
        SplitOff(at, right) => {
            let (ours, theirs) = (set.split_off(&marked(at)), model.split_off(&marked(at)));
            assert_eq!(fields(ours.iter().copied()), fields(theirs.iter().copied()));
            if right {
                (*set, *model) = (ours, theirs);
            }
        }
        Retain(modulus) => {
            set.retain(|element| element.0 % modulus != 0);
            model.retain(|element| element.0 % modulus != 0);
        }
        Extract(bounds, modulus, most) => {
            let bounds = (bounds.0.map(marked), bounds.1.map(marked));
            let ours = set.extract_if(bounds, |element| element.0 % modulus == 0).take(most.into());
            let theirs = model.extract_if(bounds, |element| element.0 % modulus == 0).take(most.into());
            assert_eq!(fields(ours), fields(theirs));
        }
        Range(bounds) => {
            let bounds = (bounds.0.map(marked), bounds.1.map(marked));
            assert_eq!(fields(set.range(bounds).copied()), fields(model.range(bounds).copied()));
            assert_eq!(fields(set.range(bounds).rev().copied()), fields(model.range(bounds).rev().copied()));
        }
        Combine(keys, operator) => {
            let (ours, theirs) = both(&keys);
            (*set, *model) = match operator {
                0 => (&*set | &ours, &*model | &theirs),
                // If one set is much shorter, std's `&` takes its elements. Ours takes those of the first set.
                1 => (&*set & &ours, model.iter().copied().filter(|element| theirs.contains(element)).collect()),
                2 => (&*set ^ &ours, &*model ^ &theirs),
                _ => (&*set - &ours, &*model - &theirs),
            };
        }
        CloneAndRebuild => {
            let clone = set.clone();
            *set = MarkedSet::new_in(ledger);
            set.extend(clone.into_iter().rev());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2 * ProptestConfig::default().cases) })]

    #[test]
    fn random_map_operations_behave_as_in_std(operations in vec(operation(), 1..60), ranges in vec((bounds(), any::<u64>()), 4)) {
        let ledger = Ledger::new();
        let mut map = Map::new_in(&ledger);
        let mut model = Model::new();
        for (step, operation) in operations.into_iter().enumerate() {
            apply(operation, step, &ledger, &mut map, &mut model);
            compare(&map, &model);
            let (range, pattern) = ranges[step % ranges.len()];
            let (mut ours, mut theirs) = (map.range(range), model.range(range));
            for turn in 0_u32.. {
                let (one, other) = match pattern >> (turn % 64) & 1 {
                    0 => (ours.next(), theirs.next()),
                    _ => (ours.next_back(), theirs.next_back()),
                };
                assert_eq!(one, other);
                if one.is_none() {
                    break;
                }
            }
            let key = step as Key * 7 % KEYS;
            assert_eq!(map.get_key_value(&key), model.get_key_value(&key));
        }
    }

    #[test]
    fn random_set_operations_behave_as_in_std(operations in vec(set_operation(), 1..60)) {
        let ledger = Ledger::new();
        let mut set = MarkedSet::new_in(&ledger);
        let mut model = StdSet::new();
        for (step, operation) in operations.into_iter().enumerate() {
            apply_to_sets(operation, 1000 * step, &ledger, &mut set, &mut model);
            assert_eq!(set.len(), model.len());
            assert_eq!(fields(set.iter().copied()), fields(model.iter().copied()));
            assert_eq!(fields(set.iter().rev().copied()), fields(model.iter().rev().copied()));
            assert_eq!((set.first(), set.last()), (model.first(), model.last()));
            let key = Marked(step as Key * 7 % KEYS, 0);
            assert_eq!(fields(set.get(&key).copied()), fields(model.get(&key).copied()));
        }
        drop(set);
        assert_eq!(ledger.live(), 0);
    }

    #[test]
    fn combinations_of_sets_behave_as_in_std(lists in vec((vec(key(), 0..300), 1..6_u16), 2..5), split in key()) {
        let ledger = Ledger::new();
        let mut sets: Vec<(Set<'_>, StdSet<Key>)> = Vec::new();
        for (keys, divisor) in lists {
            let keys = keys.into_iter().map(|key| key / divisor);
            let mut set = Set::new_in(&ledger);
            set.extend(keys.clone());
            sets.push((set, keys.collect()));
        }
        for (one, model) in &sets {
            assert!(one.iter().eq(model));
            for (other, other_model) in &sets {
                assert!(one.union(other).eq(model.union(other_model)));
                assert!(one.intersection(other).eq(model.intersection(other_model)));
                assert!(one.difference(other).eq(model.difference(other_model)));
                assert!(one.symmetric_difference(other).eq(model.symmetric_difference(other_model)));
                assert!((one | other).iter().eq(&(model | other_model)));
                assert!((one & other).iter().eq(&(model & other_model)));
                assert!((one ^ other).iter().eq(&(model ^ other_model)));
                assert!((one - other).iter().eq(&(model - other_model)));
                assert_eq!(one.is_subset(other), model.is_subset(other_model));
                assert_eq!(one.is_superset(other), model.is_superset(other_model));
                assert_eq!(one.is_disjoint(other), model.is_disjoint(other_model));
                assert_eq!(one.cmp(other), model.cmp(other_model));
                let mut both = one.clone();
                both.append(&mut other.clone());
                assert!(both.iter().eq(model.union(other_model)));
            }
        }
        for (mut set, mut model) in sets {
            assert!(set.split_off(&split).iter().eq(&model.split_off(&split)));
            assert!(set.range(split / 2..).eq(model.range(split / 2..)));
            assert_eq!((set.replace(split), set.take(&split)), (model.replace(split), model.take(&split)));
            assert!(set.into_iter().rev().eq(model.into_iter().rev()));
        }
    }
}
