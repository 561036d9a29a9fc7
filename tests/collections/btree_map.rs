//! `BTreeMap` does what std's does: the same code runs with both, and the results are compared.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::mem::size_of;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};

use janus_alloc::collections::btree_map;
use janus_alloc::{Arena, Global, Stats, System};
use static_assertions::{assert_eq_size, assert_impl_all, assert_not_impl_any};

use crate::ledger::{Drops, Ledger, Value};

/// Runs the same code with std's types and with ours, and compares the results.
macro_rules! same {
    ($body:block) => {
        let theirs = {
            #[allow(unused_imports, reason = "not each test needs both")]
            use std::collections::{BTreeMap, BTreeSet, btree_map, btree_set};
            $body
        };
        let ours = {
            #[allow(unused_imports, reason = "not each test needs both")]
            use janus_alloc::collections::{BTreeMap, BTreeSet, btree_map, btree_set};
            $body
        };
        assert_eq!(theirs, ours);
    };
}
pub(crate) use same;

/// Equal to each other with the same number, and told apart by the tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tagged(pub(crate) u32, pub(crate) char);

impl PartialEq for Tagged {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Tagged {}

impl PartialOrd for Tagged {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tagged {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

/// The message that `work` panics with.
pub(crate) fn message<T>(work: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).err().expect("no panic");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().expect("a message").to_string(),
    }
}

#[test]
fn looks_up() {
    same!({
        let map: BTreeMap<u32, u32> = (0..1000).map(|n| (n * 2, n)).collect();
        let mut seen = Vec::new();
        for key in 0..2001 {
            seen.push((map.get(&key).copied(), map.contains_key(&key), map.get_key_value(&key).map(|(k, v)| (*k, *v))));
        }
        (
            seen,
            map.len(),
            map.is_empty(),
            map.first_key_value() == Some((&0, &0)),
            map.last_key_value() == Some((&1998, &999)),
        )
    });
}

#[test]
fn looks_up_by_what_keys_borrow() {
    same!({
        let mut map: BTreeMap<String, u32> = BTreeMap::new();
        for (index, word) in ["to", "be", "or", "not", "that", "is", "the", "question"].into_iter().enumerate() {
            map.insert(word.to_string(), index as u32);
        }
        *map.get_mut("be").unwrap() += 100;
        let boxed: BTreeMap<Box<[u8]>, ()> = BTreeMap::from([(vec![1, 2].into(), ()), (vec![3].into(), ())]);
        (
            map.get("to").copied(),
            map["be"],
            map.get("who").copied(),
            map.range::<str, _>((Included("o"), Excluded("q"))).map(|(key, _)| key.clone()).collect::<Vec<_>>(),
            map.remove("or"),
            map.remove_entry("not"),
            map.remove("not"),
            boxed.contains_key(&[1, 2][..]),
            map.split_off("s").len(),
            map.len(),
        )
    });
}

#[test]
fn insertion_keeps_the_old_key() {
    same!({
        let mut map = BTreeMap::new();
        let first = map.insert(Tagged(1, 'a'), 10);
        let second = map.insert(Tagged(1, 'b'), 11);
        map.entry(Tagged(1, 'c')).and_modify(|value| *value += 1).or_insert(99);
        let third = map.entry(Tagged(1, 'd')).insert_entry(13).remove_entry();
        format!("{first:?} {second:?} {third:?} {map:?}")
    });
}

#[test]
fn collects_the_last_of_equal_keys_and_extends_with_its_value() {
    same!({
        let elements =
            [(Tagged(2, 'a'), 1), (Tagged(1, 'b'), 2), (Tagged(2, 'c'), 3), (Tagged(1, 'd'), 4), (Tagged(1, 'e'), 5)];
        let collected: BTreeMap<_, _> = elements.into_iter().collect();
        let from = BTreeMap::from(elements);
        let mut extended = BTreeMap::new();
        extended.extend(elements);
        let mut ascending = BTreeMap::new();
        ascending.extend([(Tagged(1, 'a'), 1), (Tagged(1, 'b'), 2), (Tagged(2, 'c'), 3), (Tagged(2, 'd'), 4)]);
        let mut copied = BTreeMap::from([(1, 1)]);
        copied.extend([(&1, &2), (&0, &3)]);
        format!("{collected:?} {from:?} {extended:?} {ascending:?} {copied:?}")
    });
}

#[test]
fn appends_values_to_old_keys() {
    same!({
        let mut seen = Vec::new();
        for (len, other_len, step, offset) in [
            (0, 0, 1, 0),
            (0, 50, 1, 0),
            (50, 0, 1, 0),
            (50, 50, 1, 50),
            (50, 50, 1, 0),
            (200, 300, 3, 7),
            (300, 5, 40, 1),
            (5, 500, 1, 0),
        ] {
            let mut map: BTreeMap<Tagged, u32> = (0..len).map(|n| (Tagged(n * 2, 'a'), n)).collect();
            let mut other: BTreeMap<Tagged, u32> =
                (0..other_len).map(|n| (Tagged(n * step + offset, 'b'), n + 1000)).collect();
            map.append(&mut other);
            seen.push(format!("{map:?} {} {:?}", map.len(), other));
            other.insert(Tagged(1, 'c'), 1);
            seen.push(format!("{other:?}"));
        }
        seen
    });
}

#[test]
fn entries() {
    same!({
        let mut map: BTreeMap<u32, String> = BTreeMap::new();
        let mut seen = Vec::new();
        for key in [5, 3, 5, 8, 3] {
            seen.push(format!("{:?} {}", map.clone().entry(key), map.entry(key).key()));
            map.entry(key).or_insert_with_key(|key| key.to_string()).push('!');
        }
        seen.push(map.entry(1).or_insert("one".to_string()).clone());
        seen.push(map.entry(2).or_insert_with(|| "two".to_string()).clone());
        seen.push(map.entry(4).or_default().clone());
        match map.entry(6) {
            btree_map::Entry::Vacant(entry) => {
                seen.push(entry.key().to_string());
                seen.push(entry.into_key().to_string());
            }
            btree_map::Entry::Occupied(_) => unreachable!(),
        }
        match map.entry(6) {
            btree_map::Entry::Vacant(entry) => {
                let mut entry = entry.insert_entry("six".to_string());
                seen.push(format!("{entry:?} {} {}", entry.key(), entry.get()));
                entry.get_mut().push('?');
                seen.push(entry.insert("sechs".to_string()));
                entry.into_mut().push('.');
            }
            btree_map::Entry::Occupied(_) => unreachable!(),
        }
        match map.entry(6) {
            btree_map::Entry::Occupied(entry) => seen.push(entry.remove()),
            btree_map::Entry::Vacant(_) => unreachable!(),
        }
        seen.push(format!("{:?} {:?}", map.first_entry().map(|entry| entry.remove_entry()), map.last_entry()));
        seen.push(format!("{map:?}"));
        seen
    });
}

#[test]
fn entries_of_full_nodes() {
    same!({
        let mut map = BTreeMap::new();
        for n in 0..2000_u32 {
            let key = n.wrapping_mul(2_654_435_761) % 1000;
            *map.entry(key).or_insert(0) += n;
            if n % 3 == 0 {
                if let btree_map::Entry::Occupied(entry) = map.entry(key / 2) {
                    entry.remove();
                }
            }
            if n % 7 == 0 {
                if let btree_map::Entry::Vacant(entry) = map.entry(key / 3) {
                    *entry.insert(1) += 1;
                }
            }
        }
        map.into_iter().collect::<Vec<_>>()
    });
}

#[test]
fn takes_from_both_ends() {
    same!({
        let mut map: BTreeMap<u32, u32> = (0..500).map(|n| (n, n)).collect();
        let mut seen = Vec::new();
        while let (Some(first), Some(last)) = (map.pop_first(), map.pop_last()) {
            seen.push((first, last, map.len()));
        }
        (
            seen,
            map.pop_first(),
            map.pop_last(),
            map.first_key_value().is_none(),
            map.first_entry().is_none(),
            map.last_entry().is_none(),
        )
    });
}

#[test]
fn iterates() {
    same!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 11, 12, 23, 150, 2000] {
            let mut map: BTreeMap<u32, u32> = (0..len).map(|n| (n, n * 3)).collect();
            let iter = map.iter();
            seen.push(format!(
                "{:?} {} {:?} {:?} {:?}",
                iter.size_hint(),
                iter.len(),
                iter.clone().last(),
                iter.clone().min(),
                iter.max()
            ));
            let keys = map.keys();
            seen.push(format!(
                "{:?} {:?} {:?} {:?}",
                keys.size_hint(),
                keys.clone().last(),
                keys.clone().min(),
                keys.max()
            ));
            seen.push(format!("{:?} {:?}", map.values().size_hint(), map.values().last()));
            seen.push(format!("{:?} {:?}", map.range(1..).last(), map.range(..5).min()));
            seen.push(format!("{:?} {:?}", map.clone().into_keys().last(), map.clone().into_values().last()));
            map.values_mut().for_each(|value| *value += 1);
            map.iter_mut().rev().for_each(|(key, value)| *value += key);
            seen.push(format!("{:?} {:?}", map.iter_mut().size_hint(), map.values_mut().size_hint()));
            seen.push(format!("{:?}", map.iter_mut().last()));
            seen.push(format!("{:?}", map.iter().zip(map.values().rev()).step_by(7).collect::<Vec<_>>()));
            let mut iter = map.iter();
            seen.push(format!("{:?} {:?} {:?}", iter.nth(3), iter.nth_back(3), iter));
            iter.by_ref().count();
            seen.push(format!("{:?} {:?} {:?}", iter.next(), iter.next_back(), iter.next()));
            for (key, value) in &mut map {
                *value -= key;
            }
            seen.push(format!("{:?} {:?}", map, map.iter().len()));
        }
        seen
    });
}

#[test]
fn is_taken_apart_from_both_ends() {
    same!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 5, 11, 12, 13, 60, 145, 300] {
            for pattern in [0b0, 0b1111_1111, 0b0101_0101, 0b0011_0111, 0b1000_0000] {
                for stop in [0, 1, len / 3, len / 2, len] {
                    let map: BTreeMap<u32, String> = (0..len).map(|n| (n, n.to_string())).collect();
                    let mut iter = map.into_iter();
                    for step in 0..stop {
                        seen.push(if pattern >> (step % 8) & 1 == 0 { iter.next() } else { iter.next_back() });
                    }
                    seen.push(Some((iter.len() as u32, format!("{iter:?}"))));
                }
            }
        }
        seen
    });
}

#[test]
fn ranges() {
    same!({
        let mut seen = Vec::new();
        for len in [1_i32, 5, 30, 200] {
            let mut map: BTreeMap<i32, i32> = (0..len).map(|n| (n * 2, n)).collect();
            let step = (len / 10).max(1) as usize;
            for start in (-1..len * 2 + 1).step_by(step) {
                for end in (start..len * 2 + 1).step_by(step) {
                    for bounds in [
                        (Included(start), Included(end)),
                        (Included(start), Excluded(end)),
                        (Excluded(start), Included(end)),
                        (Unbounded, Excluded(end)),
                        (Unbounded, Included(end)),
                        (Included(start), Unbounded),
                        (Excluded(start), Unbounded),
                        (Unbounded, Unbounded),
                    ] {
                        let range = map.range(bounds);
                        let count = range.clone().count();
                        seen.push((
                            range.clone().next().map(|(k, v)| (*k, *v)),
                            range.last().map(|(k, v)| (*k, *v)),
                            count,
                        ));
                        map.range_mut(bounds).for_each(|(_, value)| *value += 1);
                        let mut both = map.range_mut(bounds);
                        while let (Some(first), Some(last)) = (both.next(), both.next_back()) {
                            std::mem::swap(first.1, last.1);
                        }
                    }
                }
            }
            seen.push((None, None, map.values().enumerate().map(|(index, value)| index * *value as usize).sum()));
        }
        seen
    });
}

#[test]
fn ranges_that_panic() {
    same!({
        let (one, five) = (1, 5);
        let map = BTreeMap::from([(one, 1), (five, 5)]);
        let set = BTreeSet::from([one, five]);
        let (mut other, mut empty) = (map.clone(), map.clone());
        empty.clear();
        let mut emptied = map.clone();
        emptied.retain(|_, _| false);
        (
            message(|| map.range(five..one).count()),
            message(|| map.range((Excluded(3), Excluded(3))).count()),
            message(|| map.range((Excluded(3), Included(2))).count()),
            message(|| other.range_mut(five..=one).count()),
            message(|| set.range(five..one).count()),
            message(|| set.range((Excluded(3), Excluded(3))).count()),
            // A range is only looked for where there is a node.
            empty.range(five..one).count(),
            message(|| emptied.range(five..one).count()),
            map.range(3..3).count()
                + map.range((Included(3), Excluded(3))).count()
                + map.range((Excluded(3), Included(3))).count(),
            message(|| map[&3]),
        )
    });
}

#[test]
fn splits_off() {
    same!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 2, 11, 12, 40, 300] {
            for at in 0..=len * 2 + 1 {
                let mut map: BTreeMap<u32, String> = (0..len).map(|n| (n * 2, n.to_string())).collect();
                let mut split = map.split_off(&at);
                seen.push((map.len(), split.len(), map.last_key_value().map(|(key, _)| *key), split.pop_first()));
                split.insert(1000, String::new());
                map.append(&mut split);
                seen.push((map.len(), split.len(), None, map.pop_last()));
            }
        }
        seen
    });
}

#[test]
fn retains_and_extracts() {
    same!({
        let mut seen = Vec::new();
        for len in [0_u32, 1, 11, 12, 100, 400] {
            for (modulus, rest) in [(1, 0), (2, 0), (2, 1), (3, 1), (10, 7), (10_000, 5)] {
                let mut map: BTreeMap<u32, u32> = (0..len).map(|n| (n, n)).collect();
                let mut order = Vec::new();
                map.retain(|key, value| {
                    order.push(*key);
                    *value += 1;
                    key % modulus != rest
                });
                seen.push((order, map.clone().into_iter().collect::<Vec<_>>()));
                for range in [
                    (Unbounded, Unbounded),
                    (Included(10), Excluded(60)),
                    (Excluded(10), Included(60)),
                    (Included(60), Unbounded),
                    (Included(50), Excluded(3)),
                ] {
                    for take in [0, 1, 5, 1000] {
                        let mut map = map.clone();
                        let mut asked = Vec::new();
                        let mut extraction = map.extract_if(range, |key, value| {
                            asked.push(*key);
                            *value += 100;
                            key % 3 != 0
                        });
                        let taken: Vec<_> = extraction.by_ref().take(take).collect();
                        seen.push((asked, taken));
                        seen.push((Vec::new(), map.into_iter().collect()));
                    }
                }
            }
        }
        seen
    });
}

#[test]
fn is_compared_and_hashed() {
    fn hash(value: &impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }

    same!({
        let maps = [
            BTreeMap::from([]),
            BTreeMap::from([(1, 1.0)]),
            BTreeMap::from([(1, 2.0)]),
            BTreeMap::from([(1, 1.0), (2, 1.0)]),
            BTreeMap::from([(2, f64::NAN)]),
        ];
        let mut seen = Vec::new();
        for one in &maps {
            for other in &maps {
                seen.push((one == other, one.partial_cmp(other)));
            }
        }
        let map: BTreeMap<u32, String> = (0..100).map(|n| (n, n.to_string())).collect();
        let mut shorter = map.clone();
        shorter.pop_last();
        let set: BTreeSet<u32> = (0..100).collect();
        (
            seen,
            hash(&map),
            hash(&shorter),
            hash(&set),
            map.cmp(&shorter),
            map == map.clone(),
            BTreeMap::<u8, u8>::default().len(),
        )
    });
}

#[test]
fn is_printed() {
    same!({
        let mut map = BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
        let mut partial = map.clone().into_iter();
        partial.next();
        let mut seen = vec![
            format!("{map:?} {map:#?}"),
            format!("{:?} {:?} {:?} {:?}", map.iter(), map.keys(), map.values(), map.range(2..)),
            format!(
                "{:?} {:?} {:?} {partial:?}",
                map.clone().into_iter(),
                map.clone().into_keys(),
                map.clone().into_values()
            ),
            format!("{:?} {:?} {:?}", map.clone().iter_mut(), map.clone().values_mut(), map.clone().range_mut(..2)),
            format!("{:?} {:?}", map.clone().entry(1), map.clone().entry(4)),
            format!("{:?} {:?}", map.clone().first_entry(), BTreeMap::<u8, u8>::new().first_entry()),
        ];
        let mut extraction = map.extract_if(.., |_, value| *value == 'b');
        seen.push(format!("{extraction:?}"));
        extraction.next();
        seen.push(format!("{extraction:?}"));
        extraction.next();
        seen.push(format!("{extraction:?}"));
        seen
    });
}

#[test]
fn default_iterators_are_empty() {
    same!({
        let counts = [
            btree_map::Iter::<u8, u8>::default().count(),
            btree_map::IterMut::<u8, u8>::default().count(),
            btree_map::IntoIter::<u8, u8>::default().count(),
            btree_map::Keys::<u8, u8>::default().count(),
            btree_map::Values::<u8, u8>::default().count(),
            btree_map::ValuesMut::<u8, u8>::default().count(),
            btree_map::IntoKeys::<u8, u8>::default().count(),
            btree_map::IntoValues::<u8, u8>::default().count(),
            btree_map::Range::<u8, u8>::default().count(),
            btree_map::RangeMut::<u8, u8>::default().count(),
            btree_set::Iter::<u8>::default().count(),
            btree_set::IntoIter::<u8>::default().count(),
            btree_set::Range::<u8>::default().count(),
        ];
        assert_eq!(btree_map::Iter::<u8, u8>::default().next_back(), None);
        assert_eq!(btree_map::Range::<u8, u8>::default().next_back(), None);
        assert_eq!(btree_map::IntoIter::<u8, u8>::default().next_back(), None);
        counts
    });
}

#[test]
#[expect(clippy::mutable_key_type, reason = "what changes has no part in the order")]
fn elements_are_dropped_in_order() {
    /// Writes its name down when it is dropped.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Named<'a>(String, &'a Log);

    #[derive(PartialEq, Eq, PartialOrd, Ord, Default)]
    struct Log(RefCell<Vec<String>>);

    impl Drop for Named<'_> {
        fn drop(&mut self) {
            self.1.0.borrow_mut().push(self.0.clone());
        }
    }

    same!({
        let log = Log::default();
        let named = |name: String| Named(name, &log);
        let map = || -> BTreeMap<_, _> { (100..350).map(|n| (named(n.to_string()), named(format!("{n}v")))).collect() };
        drop(map());
        let mut cleared = map();
        cleared.clear();
        let mut iter = map().into_iter();
        drop((iter.next(), iter.next_back()));
        drop(iter);
        drop(map().into_keys().nth(3));
        drop(map().into_values().nth(3));
        map().retain(|key, _| key.0.len() % 2 == 1);
        let mut replaced = map();
        replaced.insert(named("200".to_string()), named("new".to_string()));
        drop(replaced);
        log.0.take()
    });
}

#[test]
fn zero_sized_and_wide_elements() {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(align(64))]
    struct Aligned(u32);

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(align(128))]
    struct AlignedNothing;

    same!({
        let mut nothing = BTreeMap::new();
        let seen = (nothing.insert((), ()), nothing.insert((), ()), nothing.len(), nothing.remove(&()), nothing.len());
        let mut aligned: BTreeMap<Aligned, [u64; 100]> =
            (0..200).rev().map(|n| (Aligned(n), [n.into(); 100])).collect();
        aligned.retain(|key, value| {
            assert_eq!(std::ptr::from_ref(key).addr() % 64, 0);
            value[99] % 3 != 0
        });
        let mut marks: BTreeMap<u8, AlignedNothing> = (0..100).map(|n| (n, AlignedNothing)).collect();
        let taken = marks.split_off(&50);
        assert!(taken.values().all(|value| std::ptr::from_ref(value).addr() % 128 == 0));
        let mut only: BTreeMap<AlignedNothing, u8> = BTreeMap::new();
        only.insert(AlignedNothing, 1);
        (seen, aligned.into_iter().collect::<Vec<_>>(), marks.len(), taken.len(), only.range(AlignedNothing..).count())
    });
}

#[test]
fn keys_that_lie_far_apart_in_one_node() {
    same!({
        let mut map: BTreeMap<[u8; 3], [u16; 7]> = BTreeMap::new();
        for n in 0..600_u32 {
            let bytes = n.wrapping_mul(40_503).to_le_bytes();
            map.insert([bytes[0], bytes[1], bytes[2]], [n as u16; 7]);
        }
        map.into_iter().collect::<Vec<_>>()
    });
}

#[test]
fn clones_are_apart() {
    let ledger = Ledger::new();
    let drops = Drops::new();
    let mut map = btree_map::BTreeMap::new_in(&ledger);
    for n in 0..500 {
        map.insert(n, drops.value());
    }
    let clone = map.clone();
    assert_eq!(drops.live(), 1000);
    map.retain(|key, _| key % 2 == 0);
    assert!(clone.keys().copied().eq(0..500));
    drop(map);
    assert_eq!(drops.live(), 500);
    drop(clone);
    assert_eq!(drops.live(), 0);
}

#[test]
fn an_empty_map_has_no_node() {
    let ledger = Ledger::new();
    let mut map: btree_map::BTreeMap<u64, u64, _> = btree_map::BTreeMap::new_in(&ledger);
    assert_eq!((map.iter().count(), map.range(..).count(), map.get(&1)), (0, 0, None));
    assert_eq!(map.remove(&1), None);
    map.clear();
    map.retain(|_, _| true);
    map.extend([(0, 0); 0]);
    let mut other = map.split_off(&1);
    map.append(&mut other);
    assert_eq!(*map.entry(1).key(), 1);
    drop(map.clone());
    drop(map);
    assert_eq!(ledger.requests(), 0);
}

#[test]
fn nodes_have_two_layouts() {
    let ledger = Ledger::new();
    let mut map = btree_map::BTreeMap::new_in(&ledger);
    for n in 0..1000_u64 {
        map.insert(n, n);
    }
    let mut layouts: Vec<_> = ledger.layouts().iter().map(|layout| (layout.size(), layout.align())).collect();
    layouts.sort_unstable();
    let nodes = layouts.len();
    layouts.dedup();
    assert_eq!(layouts, [(16 + 11 * 16, 8), (16 + 11 * 16 + 12 * 8, 8)]);
    assert!(nodes <= 1000 / 5);
    // Nodes are freed as they are emptied.
    let mut iter = map.into_iter();
    iter.by_ref().take(500).for_each(drop);
    assert!(ledger.live() <= nodes / 2 + 4);
    iter.by_ref().rev().take(499).for_each(drop);
    assert!(ledger.live() <= 4);
}

#[test]
fn each_node_goes_back_to_its_own_allocator() {
    let (one, other) = (Ledger::new(), Ledger::new());
    let mut map = btree_map::BTreeMap::new_in(&one);
    let mut donor = btree_map::BTreeMap::new_in(&other);
    map.extend((0..300).map(|n| (n * 3, n)));
    donor.extend((0..300).map(|n| (n * 2, n)));
    map.append(&mut donor);
    assert_eq!(other.live(), 0);
    assert!(std::ptr::eq(*map.allocator(), &raw const one) && std::ptr::eq(*donor.allocator(), &raw const other));
    map = map.split_off(&100);
    assert!(map.keys().all(|key| *key >= 100));
    // An empty map takes elements into its own allocator too.
    donor.append(&mut map);
    assert!(donor.len() > 300 && other.live() > 0);
    assert_eq!(one.live(), 0);
}

#[test]
fn lives_in_any_allocator() {
    let stats = Stats::new(System);
    let mut by_reference = btree_map::BTreeMap::new_in(&stats);
    by_reference.extend((0..100).map(|n| (n, n)));
    drop(by_reference.split_off(&50));
    let owned = Stats::new(System);
    // An allocator that cannot be cloned.
    let mut by_value = btree_map::BTreeMap::new_in(owned);
    by_value.extend((0..100).map(|n| (n, n)));
    let mut rest = btree_map::BTreeMap::new_in(Stats::new(System));
    rest.extend((50..150).map(|n| (n, n)));
    by_value.append(&mut rest);
    assert_eq!(by_value.len(), 150);
    assert!(by_value.into_iter().map(|(key, _)| key).eq(0..150));
    let arena = Arena::new();
    let mut in_arena = btree_map::BTreeMap::new_in(&arena);
    in_arena.extend((0..1000).rev().map(|n| (n, n)));
    assert!(in_arena.into_keys().eq(0..1000));
}

#[test]
fn sits_in_a_static() {
    static MAP: std::sync::Mutex<btree_map::BTreeMap<u32, u32>> = std::sync::Mutex::new(btree_map::BTreeMap::new());

    std::thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || {
                for n in 0..100 {
                    MAP.lock().unwrap().insert(n * 2 + thread, n);
                }
            });
        }
    });
    assert!(MAP.lock().unwrap().keys().copied().eq(0..200));
}

// Sizes, auto traits and variance are std's.

type Std<K, V> = std::collections::BTreeMap<K, V>;
type Ours<K, V, A = Global> = btree_map::BTreeMap<K, V, A>;

assert_eq_size!(Ours<u64, u64>, Ours<u8, u8, System>, [usize; 2]);
assert_eq_size!(Ours<u64, u64, &'static Arena>, [usize; 3]);

/// A type that is `Send` and not `Sync`, one that is `Sync` and not `Send`, one that is neither, and one without
/// `RefUnwindSafe`.
type NotSync = Cell<u8>;
type NotSend = std::sync::MutexGuard<'static, u8>;
type Neither = *mut u8;

assert_impl_all!(Ours<u8, u8>: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Ours<NotSync, u8>: Send, Unpin);
assert_not_impl_any!(Ours<NotSync, u8>: Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Std<NotSync, u8>: Sync, UnwindSafe, RefUnwindSafe);
assert_not_impl_any!(Ours<u8, NotSync>: Sync, UnwindSafe, RefUnwindSafe);
assert_impl_all!(Ours<u8, NotSend>: Sync);
assert_not_impl_any!(Ours<u8, NotSend>: Send);
assert_not_impl_any!(Ours<u8, u8, &'static Ledgerless>: Send, Sync);
assert_impl_all!(Ours<u8, std::marker::PhantomPinned>: Unpin);
assert_impl_all!(Std<u8, &'static mut u8>: UnwindSafe);
assert_impl_all!(Ours<u8, &'static mut u8>: UnwindSafe);

/// An allocator that threads may not share.
type Ledgerless = Arena;

assert_impl_all!(btree_map::Iter<'static, u8, u8>: Send, Sync, Unpin, UnwindSafe);
assert_impl_all!(btree_map::Iter<'static, u8, NotSend>: Send, Sync);
assert_not_impl_any!(btree_map::Iter<'static, u8, NotSync>: Send, Sync, UnwindSafe);
assert_impl_all!(btree_map::IterMut<'static, u8, NotSync>: Send);
assert_not_impl_any!(btree_map::IterMut<'static, u8, NotSync>: Sync, UnwindSafe);
assert_not_impl_any!(btree_map::IterMut<'static, u8, NotSend>: Send, UnwindSafe);
assert_impl_all!(btree_map::IterMut<'static, u8, NotSend>: Sync);
assert_impl_all!(btree_map::IntoIter<u8, NotSync>: Send);
assert_not_impl_any!(btree_map::IntoIter<u8, NotSync>: Sync, UnwindSafe);
assert_impl_all!(btree_map::IntoIter<u8, &'static mut u8>: UnwindSafe, Unpin);
assert_not_impl_any!(btree_map::IntoIter<Neither, u8>: Send, Sync);
assert_impl_all!(btree_map::Range<'static, u8, u8>: Send, Sync, Unpin, UnwindSafe);
assert_not_impl_any!(btree_map::Range<'static, NotSync, u8>: Send, Sync);
assert_impl_all!(btree_map::RangeMut<'static, NotSync, u8>: Send);
assert_not_impl_any!(btree_map::RangeMut<'static, NotSync, u8>: Sync);
assert_not_impl_any!(btree_map::RangeMut<'static, Neither, u8>: Send, Sync);
assert_impl_all!(btree_map::Entry<'static, u8, u8>: Send, Sync, Unpin);
assert_impl_all!(btree_map::OccupiedEntry<'static, u8, NotSync>: Send);
assert_not_impl_any!(btree_map::OccupiedEntry<'static, u8, NotSync>: Sync, UnwindSafe);
assert_not_impl_any!(btree_map::OccupiedEntry<'static, u8, NotSend>: Send);
assert_not_impl_any!(btree_map::VacantEntry<'static, NotSend, u8>: Send);
assert_impl_all!(btree_map::VacantEntry<'static, NotSend, u8>: Sync);
assert_not_impl_any!(btree_map::VacantEntry<'static, u8, u8, &'static Ledgerless>: Send, Sync);
assert_impl_all!(btree_map::ExtractIf<'static, u8, NotSync, std::ops::RangeFull, fn(&u8, &mut NotSync) -> bool>: Send);
assert_not_impl_any!(btree_map::ExtractIf<'static, u8, NotSync, std::ops::RangeFull, fn(&u8, &mut NotSync) -> bool>: Sync);

/// Compiles if what holds longer-lived elements can stand for what holds shorter-lived ones.
#[expect(dead_code, reason = "compiled, not called")]
mod variance {
    use super::btree_map::{BTreeMap, IntoIter, Iter, Keys, Range, Values};

    fn map<'a>(map: BTreeMap<&'static str, &'static u8>) -> BTreeMap<&'a str, &'a u8> {
        map
    }

    fn iter<'a>(iter: Iter<'static, &'static str, &'static u8>) -> Iter<'a, &'a str, &'a u8> {
        iter
    }

    fn range<'a>(range: Range<'static, &'static str, &'static u8>) -> Range<'a, &'a str, &'a u8> {
        range
    }

    fn keys<'a>(keys: Keys<'static, &'static str, &'static u8>) -> Keys<'a, &'a str, &'a u8> {
        keys
    }

    fn values<'a>(values: Values<'static, &'static str, &'static u8>) -> Values<'a, &'a str, &'a u8> {
        values
    }

    fn into_iter<'a>(iter: IntoIter<&'static str, &'static u8>) -> IntoIter<&'a str, &'a u8> {
        iter
    }
}

#[test]
fn sizes() {
    assert!(size_of::<Ours<u8, u8>>() <= size_of::<Std<u8, u8>>());
    assert!(size_of::<Option<Ours<u8, u8>>>() <= size_of::<Option<Std<u8, u8>>>());
    assert!(size_of::<btree_map::Iter<'_, u8, u8>>() <= size_of::<std::collections::btree_map::Iter<'_, u8, u8>>());
    assert!(size_of::<btree_map::Range<'_, u8, u8>>() <= size_of::<std::collections::btree_map::Range<'_, u8, u8>>());
    assert!(size_of::<btree_map::IntoIter<u8, u8>>() <= size_of::<std::collections::btree_map::IntoIter<u8, u8>>());
    drop::<Option<Value<'_>>>(None);
}
