//! Tests that the invariants hold after each operation, even with keys whose order is inconsistent.

use core::cell::Cell;
use core::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::check::{Nodes, Order};
use super::map::BTreeMap;
use super::node::CAPACITY;

/// A pseudo-random number generator, with the same numbers in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

type Map = BTreeMap<u32, u32>;

#[track_caller]
fn check(map: &Map) -> Nodes {
    map.tree.check(Order::Ascending)
}

fn ascending(len: u32) -> Map {
    let mut map = Map::new();
    map.extend((0..len).map(|n| (n * 2, n)));
    check(&map);
    map
}

/// Lengths around which a tree gets another node or level.
fn lengths() -> impl Iterator<Item = u32> {
    (0..=40).chain(65..=80).chain([120, 143, 144, 145, 200, 500, 1727, 1728, 1729, 3000])
}

#[test]
fn insertions_in_each_order() {
    for len in lengths() {
        let mut random = Random(len as u64 + 1);
        let mut shuffled: Vec<u32> = (0..len).collect();
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, random.below(index + 1));
        }
        for keys in [(0..len).collect(), (0..len).rev().collect(), shuffled] {
            let mut map = Map::new();
            for (index, &key) in keys.iter().enumerate() {
                assert_eq!(map.insert(key, key), None);
                if len < 200 || index % 97 == 0 {
                    check(&map);
                }
            }
            check(&map);
            assert!(map.iter().map(|(key, _)| *key).eq(0..len));
        }
    }
}

#[test]
fn a_built_tree_is_full() {
    for len in lengths() {
        let nodes = check(&ascending(len));
        // All leaves are full but the last, which may have taken elements from its sibling.
        let least = (len as usize).div_ceil(CAPACITY + 1);
        assert!((least..=least + 1).contains(&nodes.leaves), "{len}: {nodes:?}");
    }
}

#[test]
fn appends_to_half_full_nodes() {
    for old in lengths().filter(|len| *len < 200) {
        for new in lengths().filter(|len| *len < 200) {
            // A tree of half-full nodes.
            let mut map = Map::new();
            for n in 0..old {
                map.insert(n, n);
            }
            map.extend((old..old + new).map(|n| (n, n)));
            check(&map);
            assert!(map.keys().copied().eq(0..old + new));
        }
    }
}

#[test]
fn removals_at_each_place() {
    for len in lengths().filter(|len| *len < 500) {
        for key in 0..len {
            let mut map = ascending(len);
            assert_eq!(map.remove(&(key * 2)), Some(key));
            check(&map);
            assert!(!map.tree.contains_key(&(key * 2)));
        }
    }
}

#[test]
fn removals_in_each_order() {
    for len in lengths() {
        let mut random = Random(len as u64 + 7);
        for way in 0..3 {
            let mut map = ascending(len);
            let mut left: Vec<u32> = (0..len).collect();
            while !left.is_empty() {
                let index = match way {
                    0 => 0,
                    1 => left.len() - 1,
                    _ => random.below(left.len()),
                };
                let key = left.remove(index);
                assert_eq!(map.remove(&(key * 2)), Some(key));
                if len < 200 || left.len() % 97 == 0 {
                    check(&map);
                }
            }
            assert_eq!(check(&map), Nodes { leaves: usize::from(len > 0), internals: 0 });
        }
    }
}

#[test]
fn splits_at_each_place() {
    for len in lengths().filter(|len| *len < 800) {
        for at in 0..=len * 2 {
            let mut map = ascending(len);
            let split = map.split_off(&at);
            check(&map);
            check(&split);
            assert!(map.keys().all(|key| *key < at));
            assert!(split.keys().all(|key| *key >= at));
            assert_eq!(map.len() + split.len(), len as usize);
        }
    }
}

#[test]
fn extractions() {
    for len in lengths() {
        let mut random = Random(len as u64 + 3);
        for one_in in [1, 2, 3, 10, 1000] {
            let mut map = ascending(len);
            let removed = map.extract_if(.., |_, _| random.below(one_in) == 0).count();
            check(&map);
            assert_eq!(map.len() + removed, len as usize);
        }
    }
}

#[test]
fn merges() {
    let mut random = Random(11);
    for _ in 0..2000 {
        let (one, other) = (random.below(300), random.below(300));
        let (range, offset) = (1 + random.below(1000), random.below(500));
        let mut map: Map = (0..one).map(|_| (random.below(range) as u32, 0)).collect();
        let mut donor: Map = (0..other).map(|_| ((random.below(range) + offset) as u32, 1)).collect();
        let mut expected: Vec<u32> = map.keys().chain(donor.keys()).copied().collect();
        expected.sort_unstable();
        expected.dedup();
        map.append(&mut donor);
        check(&map);
        assert_eq!(check(&donor), Nodes::default());
        assert!(map.keys().copied().eq(expected));
    }
}

#[test]
fn a_donor_keeps_elements_not_taken() {
    /// A key that panics at one of its comparisons.
    #[derive(Debug, PartialEq, Eq)]
    struct Key<'a>(u32, &'a Cell<i32>);

    impl PartialOrd for Key<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Key<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            self.1.set(self.1.get() - 1);
            assert!(self.1.get() != 0, "deliberate panic");
            self.0.cmp(&other.0)
        }
    }

    for len in [3, 11, 12, 30, 150, 400] {
        for nth in (1..len as i32 * 4).step_by(if len < 100 { 1 } else { 17 }) {
            let fuse = Cell::new(-1);
            let mut map: BTreeMap<Key<'_>, ()> = BTreeMap::new();
            map.extend((0..len).map(|n| (Key(n * 3, &fuse), ())));
            let mut donor: BTreeMap<Key<'_>, ()> = BTreeMap::new();
            donor.extend((0..len).map(|n| (Key(n * 2, &fuse), ())));
            fuse.set(nth);
            let panicked = catch_unwind(AssertUnwindSafe(|| map.append(&mut donor))).is_err();
            fuse.set(-1);
            map.tree.check(Order::Ascending);
            donor.tree.check(Order::Ascending);
            assert!(panicked || donor.is_empty());
            // Multiples of 6 are in both maps. Those of the donor are dropped when they are found.
            let in_donor = donor.len() + map.keys().filter(|key| key.0 % 2 == 0 && key.0 / 2 < len).count();
            assert!(in_donor >= len as usize);
        }
    }
}

#[test]
fn random_operations_with_an_inconsistent_order() {
    /// A key whose order is inconsistent.
    #[derive(Debug, PartialEq, Eq)]
    struct Key<'a>(u32, &'a Cell<u64>);

    impl PartialOrd for Key<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Key<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            let mut random = Random(self.1.get());
            self.1.set(random.next());
            match random.below(16) {
                0 => Ordering::Less,
                1 => Ordering::Greater,
                2 => Ordering::Equal,
                _ => self.0.cmp(&other.0),
            }
        }
    }

    let seed = Cell::new(99);
    let key = |n: usize| Key(n as u32, &seed);
    let mut random = Random(5);
    let mut map: BTreeMap<Key<'_>, u32> = BTreeMap::new();
    for step in 0..30_000 {
        match random.below(16) {
            0..=6 => drop(map.insert(key(random.below(1000)), 0)),
            7..=10 => drop(map.remove(&key(random.below(1000)))),
            11 => drop(map.split_off(&key(random.below(3000)))),
            12 => {
                let mut other = BTreeMap::new();
                other.extend((0..random.below(100)).map(|n| (key(n * 10), 1)));
                map.append(&mut other);
                other.tree.check(Order::Any);
                assert!(other.is_empty());
            }
            13 => map.retain(|key, _| key.0 % 16 != 0),
            14 => {
                let (first, last) = (random.below(1000), random.below(1000));
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    let mut range = map.range_mut(key(first.min(last))..key(first.max(last)));
                    while let (Some(_), Some(_)) = (range.next(), range.next_back()) {}
                }));
            }
            _ => map.extend((0..random.below(50)).map(|n| (key(n * 20), 2))),
        }
        if step % 16 == 0 {
            map.tree.check(Order::Any);
            assert_eq!(map.iter().count(), map.len());
            assert_eq!(map.iter().rev().count(), map.len());
        }
    }
}
