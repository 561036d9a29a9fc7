//! Misbehaving safe code: ranges whose bounds change, and keys without an order.

use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};

use janus_alloc::collections::btree_map::BTreeMap;
use janus_alloc::collections::btree_set::BTreeSet;

use super::ignore;
use crate::ledger::{Ledger, panics};

/// A range whose bounds differ at each call. It counts the calls of both functions together.
struct ChangingRange<'a> {
    calls: &'a Cell<u32>,
}

impl RangeBounds<u32> for ChangingRange<'_> {
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
fn range_reads_the_bounds_once() {
    let mut map: BTreeMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    let set: BTreeSet<u32> = (0..1000).collect();
    let calls = Cell::new(0);
    assert_eq!(map.range(ChangingRange { calls: &calls }).count(), 1000);
    assert_eq!(calls.replace(0), 2);
    assert_eq!(map.range_mut(ChangingRange { calls: &calls }).count(), 1000);
    assert_eq!(calls.replace(0), 2);
    assert_eq!(set.range(ChangingRange { calls: &calls }).count(), 1000);
    assert_eq!(calls.replace(0), 2);
    // `extract_if` reads the end for each element. Which elements it removes is unspecified, but it returns each that it removes.
    let taken = map.extract_if(ChangingRange { calls: &calls }, |_, _| true).count();
    assert_eq!(map.len() + taken, 1000);
    assert!(map.keys().is_sorted());
}

/// A key that gives a random order in some comparisons.
#[derive(Clone)]
struct RandomOrder<'a> {
    number: u32,
    seed: &'a Cell<u64>,
    _own: Box<u8>,
}

impl PartialEq for RandomOrder<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for RandomOrder<'_> {}

impl PartialOrd for RandomOrder<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RandomOrder<'_> {
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
fn keys_without_an_order_leave_valid_trees() {
    for round in 0..6 {
        let (ledger, seed) = (Ledger::new(), Cell::new(round));
        let key = |number| RandomOrder { number, seed: &seed, _own: Box::default() };
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
                // With wrong comparisons, the whole difference could double the set each time.
                let mut some: BTreeSet<_, _> = &set - &clone;
                some.retain(|key| key.number % 16 == 0);
                set.append(&mut some);
                assert!(some.is_empty());
                let _ = (set.is_subset(&clone), set.is_disjoint(&clone), set == clone);
            }
        }
        assert_eq!(map.iter().count(), map.len());
        // The sort may panic if the order is inconsistent.
        let _ = panics(|| drop(map.into_iter().collect::<BTreeMap<_, _>>()));
        drop(set);
        assert_eq!(ledger.live(), 0);
    }
}
