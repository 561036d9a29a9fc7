//! Maps and sets built in an allocator from iterators, arrays and other maps. They have the elements of std's, and each failure is an
//! error.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap as StdMap, BTreeSet as StdSet, HashMap as StdHashMap, HashSet as StdHashSet};
use std::hash::RandomState;

use janus_alloc::collections::{
    BTreeMap, BTreeSet, CloneIn, CollectIn, FromIn, HashMap, HashMapIn, HashSet, HashSetIn, IntoIn, TryReserveError,
    TryReserveErrorKind, Vec as VecIn,
};
use janus_alloc::{Arena, Null, System, vec_in};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::ledger::{Drops, Ledger, each_failure, panics};

type Map<'l, K, V> = BTreeMap<K, V, &'l Ledger>;
type Set<'l, T> = BTreeSet<T, &'l Ledger>;
type Hashed<'l, K, V> = HashMapIn<K, V, &'l Ledger>;
type HashedSet<'l, T> = HashSetIn<T, &'l Ledger>;

/// A key whose second field takes no part in comparisons and hashes. It distinguishes equal keys.
#[derive(Clone, Copy, Debug)]
struct Key(u8, usize);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

fn sorted<T: Ord>(mut elements: Vec<T>) -> Vec<T> {
    elements.sort_unstable();
    elements
}

/// Returns all fields of the keys, and the values.
fn key_fields<'k, V: Copy + 'k>(elements: impl IntoIterator<Item = (&'k Key, &'k V)>) -> Vec<(u8, usize, V)> {
    elements.into_iter().map(|(key, value)| (key.0, key.1, *value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Of equal keys, the one that std keeps is kept, with the same value.
    #[test]
    fn collected_maps_have_the_keys_and_values_of_std(mut keys in vec(any::<u8>(), 0..300), ascending in 0_usize..300) {
        let ascending = ascending.min(keys.len());
        keys[..ascending].sort_unstable();
        let ledger = Ledger::new();
        let elements = || keys.iter().enumerate().map(|(index, &key)| (Key(key, index), index));
        let set = || elements().map(|(key, _)| key);

        let ours: Map<'_, Key, usize> = elements().collect_in(&ledger);
        let std: StdMap<Key, usize> = elements().collect();
        prop_assert_eq!(key_fields(&ours), key_fields(&std));
        let ours: Set<'_, Key> = set().collect_in(&ledger);
        let std: StdSet<Key> = set().collect();
        prop_assert_eq!(key_fields(ours.iter().map(|key| (key, &()))), key_fields(std.iter().map(|key| (key, &()))));

        // `extend` keeps the first of equal keys.
        let (mut ours, mut std) = (Map::new_in(&ledger), StdMap::new());
        ours.extend(elements());
        std.extend(elements());
        prop_assert_eq!(key_fields(&ours), key_fields(&std));

        let ours: Hashed<'_, Key, usize> = elements().collect_in(&ledger);
        let std: StdHashMap<Key, usize> = elements().collect();
        prop_assert_eq!(sorted(key_fields(&ours)), sorted(key_fields(&std)));
        let ours: HashedSet<'_, Key> = set().collect_in(&ledger);
        let std: StdHashSet<Key> = set().collect();
        let unit = |key| (key, &());
        prop_assert_eq!(sorted(key_fields(ours.iter().map(unit))), sorted(key_fields(std.iter().map(unit))));
    }
}

#[test]
fn arrays_and_other_maps_convert_into_maps() {
    let ledger = Ledger::new();
    let map: Map<'_, u8, char> = [(2, 'b'), (1, 'a'), (2, 'c')].into_in(&ledger);
    assert!(map.iter().eq([(&1, &'a'), (&2, &'c')]));
    assert_eq!(map, Map::from_in(StdMap::from([(1, 'a'), (2, 'c')]), &ledger));
    assert_eq!(map, Map::from_in(BTreeMap::from([(1, 'a'), (2, 'c')]), &ledger));
    let set = BTreeSet::from_in([2, 1, 2], &ledger);
    assert!(set.iter().eq(&[1, 2]));
    assert_eq!(set, BTreeSet::from_in(StdSet::from([1, 2]), &ledger));
    assert_eq!(set, BTreeSet::from_in(BTreeSet::from([1, 2]), &ledger));

    // The hasher needs no type annotation.
    let map = HashMap::from_in([(1, 'a'), (2, 'b')], &ledger);
    assert_eq!((map[&1], map[&2]), ('a', 'b'));
    assert_eq!(map, HashMap::from_in(HashMapIn::<_, _>::from([(1, 'a'), (2, 'b')]), &ledger));
    assert_eq!(HashSet::from_in([1, 2], &ledger), HashSet::from_in(HashSetIn::<i32>::from([2, 1]), &ledger));
    // A map that resists chosen keys passes on its hasher, so the new one resists them too.
    let resistant = StdHashMap::from([(1, 'a')]);
    let map: HashMap<i32, char, RandomState, &Ledger> = resistant.into_in(&ledger);
    assert_eq!(map[&1], 'a');
    let set: HashSet<i32, RandomState, &Ledger> = StdHashSet::from([7]).into_in(&ledger);
    assert!(set.clone_in(System).contains(&7));
    let map: HashMap<i32, char, RandomState, _> = map.into_iter().collect_in(&ledger);
    assert_eq!(map.clone_in(System), HashMap::from_in(map, System));
}

/// The clones of maps of collections outlive the arena of the originals.
#[test]
fn clone_in_clones_nested_collections() {
    let arena = Arena::new();
    let mut lists = BTreeMap::new_in(&arena);
    lists.extend((0..40).map(|n| (vec_in![in &arena; n], vec_in![in &arena; n; n])));
    let mut names = HashMapIn::new_in(&arena);
    names.extend((0..40).map(|n| (vec_in![in &arena; n], BTreeSet::from_in([n, n + 1], &arena))));
    let set: HashSetIn<_, _> = (0..40).map(|n| vec_in![in &arena; n; 3]).collect_in(&arena);

    let lists_cloned: BTreeMap<VecIn<usize, System>, VecIn<usize, System>, System> = lists.clone_in(System);
    let names_cloned: HashMapIn<VecIn<i32, System>, BTreeSet<i32, System>, System> = names.clone_in(System);
    let set_cloned: HashSetIn<VecIn<i32, System>, System> = set.clone_in(System);
    assert!(lists_cloned.iter().zip(&lists).all(|(clone, original)| clone.0 == original.0 && clone.1 == original.1));
    drop((lists, names, set));
    drop(arena);
    assert_eq!(lists_cloned.len(), 40);
    assert!((0..40).all(|n| lists_cloned[&vec_in![in System; n]].len() == n));
    assert!((0..40).all(|n| names_cloned[&vec_in![in System; n]].iter().eq(&[n, n + 1])));
    assert!((0..40).all(|n| set_cloned.contains(&vec_in![in System; n; 3])));
}

#[test]
fn every_failure_is_an_error() {
    let elements = || (0..60_u32).map(|n| (n * 7 % 50, n));
    each_failure(|ledger| elements().try_collect_in::<Map<'_, u32, u32>>(ledger).map(drop));
    each_failure(|ledger| (0..60).try_collect_in::<Set<'_, u32>>(ledger).map(drop));
    each_failure(|ledger| Map::try_from_in([(1, 2), (3, 4)], ledger).map(drop));
    each_failure(|ledger| BTreeSet::try_from_in([1, 3], ledger).map(drop));
    // With a lower bound in the size hint, and without.
    each_failure(|ledger| elements().try_collect_in::<Hashed<'_, u32, u32>>(ledger).map(drop));
    each_failure(|ledger| elements().filter(|_| true).try_collect_in::<Hashed<'_, u32, u32>>(ledger).map(drop));
    each_failure(|ledger| (0..60).filter(|_| true).try_collect_in::<HashedSet<'_, u32>>(ledger).map(drop));
    each_failure(|ledger| HashMap::try_from_in([(1, 2), (3, 4)], ledger).map(drop));
    each_failure(|ledger| HashSet::try_from_in([1, 3], ledger).map(drop));
    each_failure(|ledger| HashMap::try_from_in(StdHashMap::from([(1, 2), (3, 4)]), ledger).map(drop));

    let nested: BTreeMap<u32, VecIn<u32>> = (0..30).map(|n| (n, VecIn::from([n]))).collect();
    each_failure(|ledger| {
        let clone: Map<'_, u32, VecIn<u32, &Ledger>> = nested.try_clone_in(ledger)?;
        assert_eq!(clone.len(), 30);
        Ok::<_, TryReserveError>(())
    });
    let set: BTreeSet<VecIn<u32>> = (0..30).map(|n| VecIn::from([n])).collect();
    each_failure(|ledger| set.try_clone_in(ledger).map(drop));
    let hashed: HashMapIn<VecIn<u32>, VecIn<u32>> = (0..30).map(|n| (VecIn::from([n]), VecIn::from([n]))).collect();
    each_failure(|ledger| hashed.try_clone_in(ledger).map(drop));
    let hashed: HashSetIn<VecIn<u32>> = (0..30).map(|n| VecIn::from([n])).collect();
    each_failure(|ledger| hashed.try_clone_in(ledger).map(drop));

    let refused = [(1, 2)].into_iter().try_collect_in::<HashMapIn<_, _, _>>(Null).unwrap_err();
    assert!(matches!(refused.kind(), TryReserveErrorKind::AllocError { .. }));
    /// An empty iterator whose size hint is above every capacity.
    struct TooLargeHint;
    impl Iterator for TooLargeHint {
        type Item = (u64, u64);

        fn next(&mut self) -> Option<(u64, u64)> {
            None
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, None)
        }
    }
    let overflow = TooLargeHint.try_collect_in::<HashMapIn<_, _, _>>(System).unwrap_err();
    assert_eq!(overflow.kind(), TryReserveErrorKind::CapacityOverflow);
    assert!(TooLargeHint.collect_in::<BTreeMap<_, _, _>>(System).is_empty());
}

#[test]
fn a_panicking_iterator_or_drop_leaks_nothing() {
    let drops = Drops::new();
    for nth in 0..20 {
        let ledger = Ledger::new();
        let calls = Cell::new(0);
        let elements = || {
            (0..20).map(|n| {
                assert!(calls.replace(calls.get() + 1) != nth, "an iterator panics");
                (n * 7 % 20, drops.value())
            })
        };
        assert!(panics(|| elements().collect_in::<Map<'_, _, _>>(&ledger)));
        calls.set(0);
        assert!(panics(|| elements().collect_in::<Hashed<'_, _, _>>(&ledger)));
        assert_eq!((drops.live(), ledger.live()), (0, 0));

        calls.set(nth + 1);
        let map: Map<'_, i32, _> = elements().collect_in(&ledger);
        drops.panic_in_drop(nth as usize);
        assert!(panics(|| drop(map.into_iter().map(|(_, value)| (0, value)).collect_in::<Map<'_, _, _>>(&ledger))));
        assert_eq!((drops.live(), ledger.live()), (0, 0));
    }
}
